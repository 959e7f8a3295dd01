"""How long rows are kept and which consent they need: the contract's defaults and what a company decides."""

from __future__ import annotations

from dataclasses import replace

from csat.contract import AGE_STARTS, CONSENT_RULES, Processing, Table
from csat.errors import InputError
from csat.gate.mapping import nearest, read_mapping_rows
from csat.paths import Paths

FILE_NAME = "processing_rules.csv"
NO_LIMIT = "none"
_HEADER = ("table_address", "consent_rule", "raw_days", "counted_from", "quarantine_days")


def _days(text: str, default: int | None, place: str, name: str) -> int | None:
    if not text:
        return default
    if text == NO_LIMIT:
        return None
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise InputError(
            f"{place}: {name} '{text}' is not a number of days; write a whole number from 1, '{NO_LIMIT}' "
            "for no limit, or nothing for the contract's default."
        )
    return int(text)


def _decided(row: dict[str, str], table: Table, place: str) -> Processing:
    default = table.processing
    rule = row["consent_rule"] or default.consent_rule
    if rule != default.consent_rule:
        if default.consent_purpose is None:
            raise InputError(
                f"{place}: {table.address} serves no purpose of consent, so consent_rule must stay empty."
            )
        if rule not in CONSENT_RULES:
            raise InputError(
                f"{place}: consent_rule '{rule}' is unknown; write one of {', '.join(CONSENT_RULES)}."
            )
    counted_from = row["counted_from"] or default.counted_from
    if counted_from not in AGE_STARTS:
        raise InputError(
            f"{place}: counted_from '{counted_from}' is unknown; write {' or '.join(AGE_STARTS)}."
        )
    return replace(
        default,
        consent_rule=rule,
        counted_from=counted_from,
        raw_days=_days(row["raw_days"], default.raw_days, place, "raw_days"),
        quarantine_days=_days(row["quarantine_days"], default.quarantine_days, place, "quarantine_days"),
    )


def read_processing(paths: Paths, contract: dict[str, Table]) -> dict[str, Processing]:
    """Return the rules of every table by its address: the contract's, changed by data/processing_rules.csv.

    The file is optional; a table without a row, or with an empty cell, keeps the default. Raises InputError
    naming file, line and what is allowed.
    """
    rules = {address: table.processing for address, table in contract.items()}
    path = paths.data / FILE_NAME
    if not path.is_file():
        return rules
    known = [table.address for table in contract.values() if not table.is_written_by_gate]
    seen: dict[str, int] = {}
    for line, row in read_mapping_rows(path, _HEADER, _HEADER[:1]):
        place, address = f"{path}, line {line}", row["table_address"]
        if address not in known:
            raise InputError(f"{place}: table_address '{address}' is unknown; {nearest(address, known)}.")
        if address in seen:
            raise InputError(
                f"{place}: {address} stands in line {seen[address]} already; remove one of the two."
            )
        seen[address] = line
        rules[address] = _decided(row, contract[address], place)
    return rules
