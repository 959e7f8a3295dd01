"""The raw folder: typed Parquet parts, written whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from csat.contract import LINEAGE_COLUMNS, Column, Table, read_contract
from csat.errors import InputError
from csat.paths import Paths
from csat.sql_text import literal

SQL_TYPES = {"string": "varchar"}
REGISTER = "forgotten.csv"
_READY = "ready"
BATCH_PART = re.compile(r"(?:part-)?([0-9a-f]{16})\.parquet")


def scalar(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    """Return the one value of a query."""
    return connection.execute(query).fetchall()[0][0]


def sql_type(column: Column) -> str:
    """Return the DuckDB type of a contract column."""
    return SQL_TYPES.get(column.data_type, column.data_type)


def folder(paths: Paths, table: Table) -> Path:
    """Return the folder that holds the Parquet parts of a table."""
    return paths.raw / table.source / table.name


def batch_part(paths: Paths, table: Table, batch_id: str) -> Path:
    """Return the file that holds the rows of one batch in a table."""
    return folder(paths, table) / f"part-{batch_id}.parquet"


def sync(path: Path) -> None:
    """Flush a file or a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def publish_file(temporary: Path, target: Path) -> None:
    """Give a finished temporary file its name; a crash before this leaves only the temporary file."""
    sync(temporary)
    os.replace(temporary, target)
    sync(target.parent)


def write_part(
    connection: duckdb.DuckDBPyConnection, query: str, target: Path, note: str | None = None
) -> None:
    """Write the result of a query as Parquet under `target`, atomically.

    `note` is kept as the file's metadata entry 'csat'.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.tmp")
    metadata = f", kv_metadata {{csat: {literal(note)}}}" if note is not None else ""
    # From statistics DuckDB would declare columns without nulls required, and parts would differ in schema.
    connection.execute("set disabled_optimizers = 'statistics_propagation'")
    connection.execute(f"copy ({query}) to {literal(temporary)} (format parquet{metadata})")
    connection.execute("reset disabled_optimizers")
    publish_file(temporary, target)


def ensure_raw(paths: Paths) -> None:
    """Give every contract table at least one Parquet file, typed and empty, so that both engines can read it.

    Raises CsatError when the project holds no contract.
    """
    write_empty_parts(paths, read_contract(paths.project))


def write_empty_parts(paths: Paths, contract: dict[str, Table]) -> None:
    """Write the typed, empty part of every table that lacks it."""
    with duckdb.connect() as connection:
        for table in contract.values():
            target = folder(paths, table) / "part-empty.parquet"
            if target.exists():
                continue
            columns = {column.name: sql_type(column) for column in table.columns}
            if not table.is_written_by_gate:
                columns |= dict.fromkeys(table.word_columns.values(), "varchar")
                columns |= {name: SQL_TYPES.get(kind, kind) for name, kind in LINEAGE_COLUMNS.items()}
            nulls = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
            write_part(connection, f"select {nulls} limit 0", target)


@dataclass(frozen=True)
class LoadedBatch:
    """One batch and table of gate.files; None where an older gate did not write it."""

    batch_id: str
    source_file: str
    file_sha256: str
    address: str
    rows_read: int
    rows_quarantined: int
    received_on: date | None
    load_number: int
    key_id: str | None


def loaded_batches(paths: Paths) -> list[LoadedBatch]:
    """Return every committed batch and table in the order of loading."""
    parts = sorted((paths.raw / "gate" / "files").glob("part-*.parquet"))
    if not parts:
        return []
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select batch_id, source_file, file_sha256, source_name || '.' || table_name, rows_read, "
            "rows_quarantined, received_on, coalesce(load_number, 0), key_id "
            f"from read_parquet([{', '.join(literal(part) for part in parts)}], union_by_name = true) "
            "order by load_number, batch_id, source_name, table_name"
        ).fetchall()
    return [LoadedBatch(*row) for row in rows]


def committed_batches(paths: Paths) -> set[str]:
    """Return the batches loaded to the end: those with a part in gate.files, which is written last."""
    parts = (paths.raw / "gate" / "files").glob("part-*.parquet")
    return {match[1] for part in parts if (match := BATCH_PART.fullmatch(part.name))}


def remove_batches(paths: Paths, batch_ids: Collection[str]) -> None:
    """Take batches out of the raw folder and the quarantine, first out of the manifest.

    After a crash in between they count as never loaded, and the rest of them goes with the leftovers.
    The crosswalk goes too: it is made anew from the batches that are left. So does the note of what persons'
    rights were enforced on, before all else: a batch that comes back under its name holds every row again.
    """
    manifest = paths.raw / "gate" / "files"
    places = [paths.raw / "gate" / "removals" / "part-current.parquet"] if batch_ids else []
    places += [manifest / f"part-{batch_id}.parquet" for batch_id in batch_ids]
    for batch_id in batch_ids:
        places += sorted(paths.raw.glob(f"*/*/part-{batch_id}.parquet"))
        places += sorted(paths.quarantine.glob(f"*/*/{batch_id}.parquet"))
    if batch_ids:
        places += [paths.raw / "gate" / "person_crosswalk" / "part-current.parquet"]
    for place in places:
        place.unlink(missing_ok=True)


def rotation_paths(paths: Paths) -> Paths:
    """Return the paths under which a rotation makes its tables."""
    return replace(paths, data=paths.data / ".rotation")


def mark_ready(paths: Paths) -> None:
    """Say that a rotation has made everything: from then on it is finished, not thrown away."""
    staged = rotation_paths(paths)
    for folder_made in (staged.raw, staged.quarantine):
        folder_made.mkdir(exist_ok=True, mode=0o700)
    (staged.data / _READY).touch()
    sync(staged.data)


def finish_rotation(paths: Paths) -> None:
    """Put what a rotation has made ready in place of the old; throw away what a rotation left half made.

    Every step can be done again, so a rotation cut short anywhere is finished by the next run. Raises
    InputError when a folder cannot be moved.
    """
    staged = rotation_paths(paths)
    try:
        if (staged.data / _READY).exists():
            # The warehouses hold the former tokens, and perhaps persons whom the register knows again.
            paths.warehouse_proposal.unlink(missing_ok=True)
            if paths.warehouse.is_file():
                paths.warehouse_outdated.touch()
            register = staged.rights / REGISTER
            if register.exists():
                paths.rights.mkdir(exist_ok=True, mode=0o700)
                os.replace(register, paths.rights / REGISTER)
            for new, old in ((staged.quarantine, paths.quarantine), (staged.raw, paths.raw)):
                if not new.exists():
                    continue
                if old.exists():
                    former = staged.data / f"former_{old.name}"
                    shutil.rmtree(former, ignore_errors=True)
                    os.replace(old, former)
                os.replace(new, old)
            sync(paths.data)
        if staged.data.exists():
            shutil.rmtree(staged.data)
    except OSError as error:
        raise InputError(
            f"{staged.data}: what csat rotate made cannot take its place or be removed ({error.strerror}); "
            "mend that and run csat rotate again, which finishes it."
        ) from None


def remove_leftovers(paths: Paths) -> None:
    """Remove what a killed run left: temporary files, working folders, parts of uncommitted batches.

    Comes before anything is written: a rotation that was ready is finished first.
    """
    finish_rotation(paths)
    committed = committed_batches(paths)
    for working in paths.data.glob(".gate-*"):
        shutil.rmtree(working, ignore_errors=True)
    for root in (paths.raw, paths.quarantine):
        for temporary in root.glob("*/*/.*.tmp"):
            temporary.unlink()
        for part in root.glob("*/*/*.parquet"):
            match = BATCH_PART.fullmatch(part.name)
            if match and match[1] not in committed:
                part.unlink()
