"""Content hashes: what a table holds, whatever the order of its rows or the bytes of its file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from csat.sql_text import identifier, literal

if TYPE_CHECKING:
    import duckdb

MARTS_SCHEMA = "marts"


@dataclass(frozen=True)
class TableHash:
    """Rows of a table and the SHA-256 of its columns and rows, in 64 hex digits."""

    row_count: int
    sha256: str


def hash_table(connection: duckdb.DuckDBPyConnection, database: str, schema: str, table: str) -> TableHash:
    """Return the content hash of one table of an open connection.

    Rows are hashed one by one and the row hashes are sorted, so neither row order nor the number of threads
    matters. Each value carries its length and nulls are marked, so no two different rows render alike.
    """
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns() "
        "where database_name = ? and schema_name = ? and table_name = ? order by column_index",
        [database, schema, table],
    ).fetchall()
    rendered = " || ".join(
        f"coalesce(length(cast({name} as varchar)) || ':' || cast({name} as varchar), '-')"
        for name in (identifier(name) for name, _ in columns)
    )
    header = ",".join(f"{name} {data_type}" for name, data_type in columns)
    relation = ".".join(identifier(part) for part in (database, schema, table))
    row_count, digest = connection.execute(
        "select count(*), sha256(? || chr(10) || coalesce(string_agg(row_hash, '' order by row_hash), '')) "
        f"from (select md5({rendered}) as row_hash from {relation})",
        [header],
    ).fetchone()
    return TableHash(row_count=row_count, sha256=digest)


def table_names(connection: duckdb.DuckDBPyConnection, database: str, schema: str) -> list[str]:
    """Return the names of the tables (not views) of a schema, sorted."""
    rows = connection.execute(
        "select table_name from duckdb_tables() "
        "where database_name = ? and schema_name = ? and not internal order by table_name",
        [database, schema],
    ).fetchall()
    return [name for (name,) in rows]


def content_hashes(database: Path, schema: str = MARTS_SCHEMA) -> dict[str, TableHash]:
    """Return the content hash of every table of a schema of a DuckDB file, by table name.

    The file is opened read-only. Raises duckdb.IOException when it cannot be read.
    """
    import duckdb

    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach {literal(database)} as hashed (read_only)")
        return {
            table: hash_table(connection, "hashed", schema, table)
            for table in table_names(connection, "hashed", schema)
        }
