"""What rows of several tables say about one another, and codes that nothing scores; reported, because the
missing part may come tomorrow.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Collection, Iterable
from pathlib import Path

import duckdb

from csat.contract import Table
from csat.gate.mapping import ANSWERS
from csat.gate.rows import shown
from csat.gate.store import folder, scalar
from csat.paths import Paths
from csat.sql_text import literal

# Rows of claims and the policy they are made under: a loss before the cover began.
_BEFORE_INCEPTION = ("claims.claims", "loss_at", "policy.applications", "starts_at", "policy_id")
# Where the insurers stand that every other table names by the same column.
_INSURERS, _INSURER = "policy.insurers", "insurer_id"
_QUESTIONS, _QUESTION = "questions.csv", "question_code"
_CODES_SHOWN = 5
_UNLESS_MEANT = (
    "unless that is meant, correct the mapping and run csat gate --replay, or correct the file and land it "
    "again"
)


def _parts(paths: Paths, table: Table) -> str:
    return f"read_parquet({literal(folder(paths, table) / 'part-*.parquet')})"


def unmatched_references(
    contract: dict[str, Table], connection: duckdb.DuckDBPyConnection, paths: Paths
) -> list[str]:
    """Return a sentence per column that names rows which do not exist, such as an answer without response.

    A table that is empty altogether is not expected, so references to it are not counted. Further sentences
    count rows of unknown insurers and claims with a loss before their policy began.
    """
    notes = []
    for table in contract.values():
        for column in table.columns:
            if not column.references:
                continue
            address, _, name = column.references.rpartition(".")
            parent = _parts(paths, contract[address])
            if not scalar(connection, f"select count(*) from {parent}"):
                continue
            count = scalar(
                connection,
                f"select count(*) from {_parts(paths, table)} where {column.name} is not null "
                f"and {column.name} not in (select {name} from {parent} where {name} is not null)",
            )
            if count:
                notes.append(
                    f"{table.address}: {count:,} rows name a {column.name} that {address} does not hold; "
                    f"land the missing file, or mend the rows of {address} that were refused (csat refused "
                    "lists them)."
                )
    notes += _unknown_insurers(contract, connection, paths)
    return notes + _losses_before_inception(contract, connection, paths)


def unknown_questions(
    paths: Paths, connection: duckdb.DuckDBPyConnection, parts: Collection[Path], named: Iterable[str]
) -> list[str]:
    """Return a sentence on question codes that the framework does not have, none where it lists no question.

    Looked at are the answers of the Parquet parts and the codes `named` by mappings. Questions of one's own
    that nothing scores are allowed, but a slip of the pen looks the same.
    """
    known = _framework_questions(paths.framework_source / _QUESTIONS)
    codes = set(named)
    if parts:
        files = ", ".join(literal(part) for part in parts)
        rows = connection.execute(f"select distinct {_QUESTION} from read_parquet([{files}])").fetchall()
        codes.update(code for (code,) in rows)
    unknown = sorted(codes - known)
    if not known or not unknown:
        return []
    verb, owner = ("is", "its") if len(unknown) == 1 else ("are", "their")
    return [
        f"{ANSWERS}: {_QUESTION} {_listed(unknown, known)} {verb} not in {_QUESTIONS} of the framework; "
        f"{owner} answers are kept and score nothing; {_UNLESS_MEANT}."
    ]


def _framework_questions(file: Path) -> set[str]:
    """Return the question codes of the framework; none where the file is not there."""
    if not file.is_file():
        return set()
    with file.open(encoding="utf-8-sig", newline="") as rows:
        return {row[_QUESTION] for row in csv.DictReader(rows) if row.get(_QUESTION)}


def _listed(codes: list[str], known: Collection[str]) -> str:
    """Return codes as a sentence lists them, each with the known one it may be a slip of."""
    texts = []
    for code in codes[:_CODES_SHOWN]:
        close = difflib.get_close_matches(code, sorted(known), n=1)
        texts.append(f"'{shown(code)}'" + (f" (nearest: {shown(close[0])})" if close else ""))
    more = len(codes) - _CODES_SHOWN
    return ", ".join(texts) + (f" and {more:,} more" if more > 0 else "")


def _unknown_insurers(
    contract: dict[str, Table], connection: duckdb.DuckDBPyConnection, paths: Paths
) -> list[str]:
    """Return a sentence on rows of all tables whose insurer policy.insurers does not have.

    They are no references of the contract: those lead from one record of a person to another.
    """
    parts = _parts(paths, contract[_INSURERS])
    known = {code for (code,) in connection.execute(f"select {_INSURER} from {parts}").fetchall()}
    if not known:
        return []
    unknown: set[str] = set()
    places = []
    for table in contract.values():
        is_looked_at = not table.is_written_by_gate and table.address != _INSURERS
        if not is_looked_at or _INSURER not in (column.name for column in table.columns):
            continue
        counts = connection.execute(
            f"select {_INSURER}, count(*) from {_parts(paths, table)} where {_INSURER} is not null "
            f"and {_INSURER} not in (select {_INSURER} from {parts}) group by all"
        ).fetchall()
        if counts:
            unknown.update(code for code, _ in counts)
            places.append(f"{table.address} ({sum(count for _, count in counts):,})")
    if not unknown:
        return []
    verb, object_ = ("is", "it") if len(unknown) == 1 else ("are", "them")
    return [
        f"{_INSURER} {_listed(sorted(unknown), known)} {verb} not in {_INSURERS}; the rows that name "
        f"{object_} are kept and score nothing, in {', '.join(places)}; {_UNLESS_MEANT}."
    ]


def _losses_before_inception(
    contract: dict[str, Table], connection: duckdb.DuckDBPyConnection, paths: Paths
) -> list[str]:
    claims, loss, policies, start, key = _BEFORE_INCEPTION
    count = scalar(
        connection,
        f"select count(*) from {_parts(paths, contract[claims])} as claims inner join "
        f"(select {key}, min({start}) as {start} from {_parts(paths, contract[policies])} group by {key}) "
        f"as policies using ({key}) where claims.{loss} < policies.{start}",
    )
    if not count:
        return []
    return [f"{claims}: {count:,} rows have a {loss} before the {start} of their policy; check both exports."]
