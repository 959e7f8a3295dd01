"""Rows written as the gate writes them: typed Parquet parts, a manifest, the crosswalk of persons.

Only reading and tokenising of files is passed over; folders, columns, types and the manifest come from the
gate's own functions and the contract.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from csat.contract import LINEAGE_COLUMNS, Table, read_contract
from csat.gate.crosswalk import rebuild_crosswalk
from csat.gate.store import batch_part, ensure_raw, quote, scalar, sql_type, write_part
from csat.paths import Paths

MEMORY = "3GB"


class RawFolder:
    """The raw folder of one installation, open for writing."""

    def __init__(self, paths: Paths, connection: duckdb.DuckDBPyConnection) -> None:
        self.paths, self.connection = paths, connection
        self.contract = read_contract(paths.project)

    def write(self, batch: str, tables: dict[str, str]) -> None:
        """Write one batch: by table address a query that yields columns of the contract; others are null."""
        batch_id = batch.encode().hex().ljust(16, "0")[:16]
        for address, query in tables.items():
            table = self.contract[address]
            write_part(
                self.connection, self._typed(table, query, batch, batch_id), self._part(table, batch_id)
            )
        manifest = " union all ".join(
            self._manifest(self.contract[address], batch, batch_id) for address in tables
        )
        write_part(self.connection, manifest, self._part(self.contract["gate.files"], batch_id))

    def finish(self) -> None:
        """Link persons and give tables without rows their empty part."""
        ensure_raw(self.paths)
        rebuild_crosswalk(self.paths, self.contract, self.connection)

    def _part(self, table: Table, batch_id: str) -> Path:
        return batch_part(self.paths, table, batch_id)

    def _typed(self, table: Table, query: str, batch: str, batch_id: str) -> str:
        given = {column[0] for column in self.connection.execute(f"describe {query}").fetchall()}
        unknown = given - {column.name for column in table.columns}
        assert not unknown, f"{table.address} has no columns {unknown}"
        columns = [
            f"cast({column.name if column.name in given else 'null'} as {sql_type(column)}) as {column.name}"
            for column in table.columns
        ]
        columns += [f"cast(null as varchar) as {name}" for name in table.word_columns.values()]
        lineage = dict(
            zip(LINEAGE_COLUMNS, (quote(batch_id), quote(batch), "row_number() over ()"), strict=True)
        )
        columns += [f"{value} as {name}" for name, value in lineage.items()]
        return f"select {', '.join(columns)} from ({query})"

    def _manifest(self, table: Table, batch: str, batch_id: str) -> str:
        part = f"read_parquet({quote(str(self._part(table, batch_id)))})"
        count = scalar(self.connection, f"select count(*) from {part}")
        events = [f"max({column.name})" for column in table.columns if column.is_event]
        latest = f"(select greatest({', '.join(events)}) from {part})" if events else "null"
        return (
            f"select {quote(batch_id)} as batch_id, {quote(table.source)} as source_name, "
            f"{quote(table.name)} as table_name, {quote(batch)} as source_file, '' as file_sha256, "
            f"{count}::bigint as rows_read, {count}::bigint as rows_accepted, 0::bigint as rows_quarantined, "
            f"0::bigint as rows_duplicate, cast({latest} as timestamp) as latest_event_at, "
            "cast(null as date) as received_on, 1::bigint as load_number, null::varchar as key_id, "
            "null::varchar as segmenter"
        )


@contextmanager
def raw_folder(paths: Paths) -> Iterator[RawFolder]:
    """Open the raw folder of an installation; when the block ends it can be built on."""
    spill = paths.data / "spill"
    with duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(spill)}) as connection:
        folder = RawFolder(paths, connection)
        yield folder
        folder.finish()
