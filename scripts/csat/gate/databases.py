"""Tables of a DuckDB database that bear the names of the contract, read as landing files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from csat.contract import Table
from csat.errors import InputError
from csat.gate.encodings import digest_of
from csat.gate.rows import Batch, FileSettings, RaggedRow, check_header, damaged, shown

_BATCH_ROWS = 100_000
# A view of a foreign database must not read files of this machine, load code or change the database.
_CONFIG = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
    "memory_limit": "1GB",
}


def quoted(name: str) -> str:
    """Return a name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def _connect(database: Path) -> duckdb.DuckDBPyConnection:
    if not database.is_file():
        raise InputError(f"{database}: no such file; check the path after --from duckdb:.")
    try:
        return duckdb.connect(str(database), read_only=True, config=_CONFIG)
    except duckdb.Error as error:
        raise damaged(database, error) from None


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


def tables_in(database: Path, contract: dict[str, Table]) -> list[Path]:
    """Return the tables and views named like a contract table, as paths database/identifier.

    Names and errors as in fitting_tables; raises InputError too when the file is no database.
    """
    with _connect(database) as connection:
        found = set(
            connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
        )
    return [database / table.identifier for table, _, _ in fitting_tables(found, contract, database.name)]


class DatabaseTable:
    """One table of a DuckDB database; its values are read as the text a CSV export of it would hold."""

    def __init__(self, path: Path, settings: FileSettings | None = None) -> None:
        """Read the columns. `path` is database/identifier. Raises InputError when they cannot be read."""
        self.path = path
        self.ragged: list[RaggedRow] = []
        self._database = path.parent
        self.digest: hashlib._Hash = digest_of(self._database)
        self.digest.update(path.name.encode())
        source, _, name = path.name.partition("__")
        with _connect(self._database) as connection:
            schemas = connection.execute(
                "select table_schema, table_name from information_schema.tables "
                "where table_name = ? or (table_schema = ? and table_name = ?) "
                "order by table_name = ? desc, table_schema",
                [path.name, source, name, path.name],
            ).fetchall()
            self._relation = ".".join(quoted(part) for part in schemas[0])
            try:
                described = connection.execute(f"describe {self._relation}").fetchall()
            except duckdb.Error as error:
                raise damaged(path, error) from None
        self._columns = [row[0] for row in described]
        self.header = check_header(path, [name.strip() for name in self._columns])
        for row in described:
            if row[1].startswith(("STRUCT", "MAP", "UNION", "BLOB", "BIT")) or row[1].endswith("]"):
                raise InputError(
                    f"{path.name}: column '{shown(row[0])}' is of type {shown(row[1])}; make a view with "
                    "plain columns "
                    "of text, numbers, dates or times."
                )

    def _blocks(self) -> Iterator[tuple[int, pa.RecordBatch]]:
        columns = ", ".join(
            f"cast({quoted(name)} as varchar) as c{n}" for n, name in enumerate(self._columns)
        )
        start = 1
        with _connect(self._database) as connection:
            try:
                query = connection.sql(f"select {columns} from {self._relation}")
                for block in query.to_arrow_reader(_BATCH_ROWS):
                    yield start, block
                    start += block.num_rows
            except duckdb.Error as error:
                raise damaged(self.path, error) from None

    def batches(self) -> Iterator[Batch]:
        """Yield the rows in the order of the table. Raises InputError when they cannot be read."""
        for start, block in self._blocks():
            columns = dict(zip(self.header, block.columns, strict=True))
            yield Batch(columns, np.arange(start, start + block.num_rows))

    def originals(self) -> Callable[[int], bytes | None]:
        """Return a function that gives a row as one JSON line, to be asked in ascending order."""
        rows = (
            (start + place, row)
            for start, block in self._blocks()
            for place, row in enumerate(zip(*(column.to_pylist() for column in block.columns), strict=True))
        )

        def find(wanted: int) -> bytes | None:
            row = next((row for number, row in rows if number == wanted), None)
            if row is None:
                return None
            return (json.dumps(dict(zip(self.header, row, strict=True)), ensure_ascii=False) + "\n").encode()

        return find
