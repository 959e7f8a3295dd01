"""Tables of a database that bear names of the contract, copied into the landing folder.

A database goes on changing, so what is loaded is a copy: every table is written to a file of its own, all as
of one moment. From there on it is a landing file like any other, replayed and brought under a new key alike.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from csat.contract import Table, read_contract
from csat.errors import InputError
from csat.gate.encodings import digest_of
from csat.gate.rows import check_header, damaged, shown
from csat.paths import Paths
from csat.sql_text import identifier

_BATCH_ROWS = 100_000
# A view of a foreign database must not read files of this machine, load code or change the database.
_CONFIG = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
    "memory_limit": "1GB",
}


@dataclass
class Copies:
    """The files that were written, and a sentence for every table that cannot be copied."""

    files: list[Path] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def fitting_tables(
    found: set[tuple[str, str]], contract: dict[str, Table], where: str
) -> list[tuple[Table, str, str]]:
    """Return the contract tables among (schema, name) pairs, each with the schema and name it was found by.

    They come in the order of the contract. A table is called like the identifier (survey__answers) in any
    schema, or like the table in a schema called like the source (survey.answers). `where` names the database
    in the message. Raises InputError when there is none.
    """
    known = [table for table in contract.values() if not table.is_written_by_gate]
    fitting = []
    for table in known:
        named = sorted(schema for schema, name in found if name == table.identifier)
        if named:
            fitting.append((table, named[0], table.identifier))
        elif (table.source, table.name) in found:
            fitting.append((table, table.source, table.name))
    if not fitting:
        raise InputError(
            f"{where}: no table bears a name of the contract, such as {known[0].identifier} or "
            f"{known[0].address}; rename the tables, or make views with these names."
        )
    return fitting


def refuse_column(where: str, column: str, type_name: str) -> InputError:
    """Return the error of a column that no single text can hold."""
    return InputError(
        f"{where}: column '{shown(column)}' is of type {shown(type_name)}; make a view with plain columns of "
        "text, numbers, dates or times."
    )


def write_copy(
    paths: Paths, table: Table, kind: str, header: list[str], batches: Iterable[pa.RecordBatch]
) -> Path:
    """Write rows, all texts, to landing/<source>/<table>_<kind>_<beginning of its SHA-256>.parquet.

    So a table that did not change is the file it was. The file holds identities: only its owner may read it.
    """
    schema = pa.schema([(column, pa.string()) for column in header])
    folder = paths.landing / table.source
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{table.name}_{kind}.parquet"
    try:
        with (
            open(unfinished, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file,
            pq.ParquetWriter(file, schema) as writer,
        ):
            for batch in batches:
                writer.write_batch(batch.cast(schema))
        return unfinished.replace(
            folder / f"{table.name}_{kind}_{digest_of(unfinished).hexdigest()[:12]}.parquet"
        )
    finally:
        unfinished.unlink(missing_ok=True)


def _connect(database: Path) -> duckdb.DuckDBPyConnection:
    if not database.is_file():
        raise InputError(f"{database}: no such file; check the path after --from duckdb:.")
    try:
        return duckdb.connect(str(database), read_only=True, config=_CONFIG)
    except duckdb.Error as error:
        raise damaged(database, error) from None


def land_duckdb(paths: Paths, place: str) -> Copies:
    """Copy the tables and views of a DuckDB database into the landing folder.

    `place` is the path of the database. Names of tables as in fitting_tables. Raises InputError when the file
    is no database or holds no such table.
    """
    database, copies = Path(place), Copies()
    with _connect(database) as connection:
        found = set(
            connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
        )
        for table, schema, name in fitting_tables(found, read_contract(paths.project), database.name):
            try:
                copies.files.append(_land_relation(paths, connection, table, schema, name))
            except InputError as error:
                copies.refused.append(str(error))
    return copies


def _land_relation(
    paths: Paths, connection: duckdb.DuckDBPyConnection, table: Table, schema: str, name: str
) -> Path:
    relation = f"{identifier(schema)}.{identifier(name)}"
    path = Path(name)
    try:
        described = connection.execute(f"describe {relation}").fetchall()
    except duckdb.Error as error:
        raise damaged(path, error) from None
    header = check_header(path, [row[0] for row in described])
    for column, type_name, *_ in described:
        if type_name.startswith(("STRUCT", "MAP", "UNION", "BLOB", "BIT")) or type_name.endswith("]"):
            raise refuse_column(name, column, type_name)
    columns = ", ".join(f"cast({column} as varchar) as {column}" for column in map(identifier, header))
    query = connection.sql(f"select {columns} from {relation}")
    return write_copy(paths, table, "duckdb", header, _batches(path, query))


def _batches(path: Path, query: duckdb.DuckDBPyRelation) -> Iterator[pa.RecordBatch]:
    try:
        yield from query.to_arrow_reader(_BATCH_ROWS)
    except duckdb.Error as error:
        raise damaged(path, error) from None
