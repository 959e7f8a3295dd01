"""Refused rows, byte for byte, beside the reason why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from csat.contract import Table
from csat.errors import InputError
from csat.gate.mask import mask_text
from csat.gate.rows import LandingFile
from csat.gate.store import publish_file
from csat.paths import Paths

SCHEMA = pa.schema(
    [
        ("source_file", pa.string()),
        ("row_number", pa.int64()),
        ("reason_code", pa.string()),
        ("column_name", pa.string()),
        ("offending_value", pa.string()),
        ("original", pa.binary()),
    ]
)
_ROWS_AT_ONCE = 10_000


def private_folder(paths: Paths, table: Table) -> Path:
    """Create the quarantine folder of a table, readable by its owner only."""
    folder = paths.quarantine / table.source / table.name
    for level in (paths.quarantine, paths.quarantine / table.source, folder):
        level.mkdir(parents=True, exist_ok=True, mode=0o700)
        level.chmod(0o700)
    return folder


def _with_originals(rejects: duckdb.DuckDBPyConnection, file: LandingFile) -> Iterator[tuple]:
    find = file.originals()
    at, original = 0, None
    while row := rejects.fetchone():
        if row[0] != at:
            at, original = row[0], find(row[0])
        if original is None:
            raise InputError(
                f"{file.path.name}: row {at:,} was read but cannot be found again; the file changed while it "
                "was read, or its quotes are irregular; export it again."
            )
        yield (*row, original)


def write_quarantine(
    paths: Paths, table: Table, batch_id: str, file: LandingFile, rejects: duckdb.DuckDBPyConnection
) -> None:
    """Write the refused rows of one batch.

    `rejects` yields (row number, reason code, column name, offending value) by row number. The original of
    a row of CSV is its bytes with the line ending, of JSON its text, of Parquet and workbooks one JSON line.
    Offending values are masked like free text; those of identity columns never get here as anything but
    tokens.
    """
    target = private_folder(paths, table) / f"{batch_id}.parquet"
    temporary = target.with_name(f".{target.name}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as output, pq.ParquetWriter(output, SCHEMA) as writer:
        rows: list[dict] = []
        for row_number, reason_code, column_name, value, original in _with_originals(rejects, file):
            rows.append(
                {
                    "source_file": file.path.name,
                    "row_number": row_number,
                    "reason_code": reason_code,
                    "column_name": column_name,
                    "offending_value": None if value is None else mask_text(value),
                    "original": original,
                }
            )
            if len(rows) == _ROWS_AT_ONCE:
                writer.write_table(pa.Table.from_pylist(rows, SCHEMA))
                rows.clear()
        writer.write_table(pa.Table.from_pylist(rows, SCHEMA))
    publish_file(temporary, target)
