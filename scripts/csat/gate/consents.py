"""Consents in the customer file, and withdrawals as entries of the register."""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa

from csat.contract import Table
from csat.gate.checks import unread_name
from csat.gate.register import EVERY_PURPOSE, WITHDRAWN, Entry, Register

CUSTOMERS = "policy.customers"


def consent_purposes(contract: dict[str, Table]) -> set[str]:
    """Return the purposes of consent the contract knows."""
    return {
        table.processing.consent_purpose for table in contract.values() if table.processing.consent_purpose
    }


def consent_columns(customers: Table, purpose: str) -> tuple[str, str]:
    """Return the columns of policy.customers that say when consent to a purpose was given and withdrawn."""
    names = {column.name for column in customers.columns}
    found = f"{purpose}_consent_at", f"{purpose}_consent_withdrawn_at"
    missing = [name for name in found if name not in names]
    if missing:
        raise ValueError(f"{customers.address} has no column {missing[0]} for the purpose {purpose}")
    return found


def withdrawal_columns(contract: dict[str, Table], table: Table) -> set[str]:
    """Return the columns of a table that say when a consent was withdrawn; only policy.customers has any."""
    if table.address != CUSTOMERS:
        return set()
    return {consent_columns(table, purpose)[1] for purpose in consent_purposes(contract)}


def record_consents(
    connection: duckdb.DuckDBPyConnection,
    contract: dict[str, Table],
    relation: str,
    columns: set[str],
    register: Register,
    key: str,
    received_on: date,
) -> None:
    """Note the withdrawals in staged rows of policy.customers, also in rows that are refused.

    `columns` are those the file fills. Whoever has any text where the day of withdrawal belongs has
    withdrawn, whatever else the row says. Who withdrew for every purpose is forgotten altogether. A consent
    given after a withdrawal lifts it.
    """
    purposes = sorted(consent_purposes(contract))
    for purpose in purposes:
        given, withdrawn = consent_columns(contract[CUSTOMERS], purpose)
        if withdrawn not in columns:
            continue
        rows = connection.execute(
            f"select customer_key, strftime(max(coalesce({withdrawn}, timestamp '{received_on}')), "
            f"'%Y-%m-%dT%H:%M:%S') from {relation} where customer_key is not null "
            f"and (({withdrawn} is not null and ({given} is null or {withdrawn} >= {given})) "
            f"or {unread_name(withdrawn)}) group by 1 order by 1"
        ).fetchall()
        register.add(Entry(key, "customer", token, purpose, WITHDRAWN, since) for token, since in rows)
    withdrawn_for: dict[str, list[Entry]] = {}
    for entry in register:
        if entry.kind == "customer" and entry.cause == WITHDRAWN and entry.key_id == key:
            withdrawn_for.setdefault(entry.token, []).append(entry)
    register.add(
        Entry(key, "customer", token, EVERY_PURPOSE, WITHDRAWN, max(entry.since for entry in entries))
        for token, entries in withdrawn_for.items()
        if {entry.purpose for entry in entries} >= set(purposes)
    )
    _lift(connection, contract, relation, columns, register, key, list(withdrawn_for))


def _lift(
    connection: duckdb.DuckDBPyConnection,
    contract: dict[str, Table],
    relation: str,
    columns: set[str],
    register: Register,
    key: str,
    tokens: list[str],
) -> None:
    if not tokens:
        return
    connection.register("withdrawn_customer", pa.table({"customer_key": pa.array(tokens, pa.string())}))
    for purpose in sorted(consent_purposes(contract)):
        given, withdrawn = consent_columns(contract[CUSTOMERS], purpose)
        if given not in columns:
            continue
        for token, given_at in connection.execute(
            f"select customer_key, strftime(max({given}), '%Y-%m-%dT%H:%M:%S') from {relation} "
            f"semi join withdrawn_customer using (customer_key) where fault is null and {given} is not null "
            f"and ({withdrawn} is null or {given} > {withdrawn}) group by 1"
        ).fetchall():
            register.lift(key, token, purpose, given_at)
    connection.unregister("withdrawn_customer")
