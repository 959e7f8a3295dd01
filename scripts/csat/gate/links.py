"""What rows of several tables say about one another; reported, because the missing part may come tomorrow."""

from __future__ import annotations

import duckdb

from csat.contract import Table
from csat.gate.store import folder, scalar
from csat.paths import Paths
from csat.sql_text import literal

# Rows of claims and the policy they are made under: a loss before the cover began.
_BEFORE_INCEPTION = ("claims.claims", "loss_at", "policy.applications", "starts_at", "policy_id")


def _parts(paths: Paths, table: Table) -> str:
    return f"read_parquet({literal(folder(paths, table) / 'part-*.parquet')})"


def unmatched_references(
    contract: dict[str, Table], connection: duckdb.DuckDBPyConnection, paths: Paths
) -> list[str]:
    """Return a sentence per column that names rows which do not exist, such as an answer without response.

    A table that is empty altogether is not expected, so references to it are not counted. One more sentence
    counts claims with a loss before their policy began.
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
                    "land the missing file if there is one."
                )
    return notes + _losses_before_inception(contract, connection, paths)


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
