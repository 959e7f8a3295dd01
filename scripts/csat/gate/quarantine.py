"""Refused rows, byte for byte, beside the reason why."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from csat.contract import Column, Table
from csat.errors import InputError
from csat.gate.codes import mask_alone
from csat.gate.identities import LABELS
from csat.gate.identity import Tokeniser
from csat.gate.mask import mask_text
from csat.gate.rows import LandingFile
from csat.gate.store import BATCH_PART, publish_file
from csat.paths import Paths
from csat.spreadsheet import write_csv

SCHEMA = pa.schema(
    [
        ("source_file", pa.string()),
        ("row_number", pa.int64()),
        ("reason_code", pa.string()),
        ("column_name", pa.string()),
        ("offending_value", pa.string()),
        ("original", pa.binary()),
        ("received_on", pa.date32()),
        ("key_id", pa.string()),
        ("tokens", pa.list_(pa.string())),
    ]
)
# Under this name a file of rows says how many of them were removed for which cause.
_NOTE = b"csat"
_ROWS_AT_ONCE = 10_000
_LABEL_LENGTH = 60
# One piece of ASCII, or a number or date with the marks and units people write.
_LIKE_A_VALUE = re.compile(
    r"[!-~]{1,60}|"
    r"(?=.*[0-9０-９])[!-~０-９年月日号时分秒点上下午元万亿千百天岁件个次周星期￥，．－／：％ ]{1,60}"
)


def quarantine_folder(paths: Paths, table: Table) -> Path:
    """Return the folder of a table's refused rows, which may not be there yet."""
    return paths.quarantine / table.source / table.name


def private_folder(paths: Paths, table: Table) -> Path:
    """Create the quarantine folder of a table, readable by its owner only."""
    folder = quarantine_folder(paths, table)
    for level in (paths.quarantine, folder.parent, folder):
        level.mkdir(parents=True, exist_ok=True, mode=0o700)
        level.chmod(0o700)
    return folder


def refused_parts(paths: Paths) -> list[Path]:
    """Return the files of refused rows, one per batch and table."""
    return [
        part for part in sorted(paths.quarantine.glob("*/*/*.parquet")) if BATCH_PART.fullmatch(part.name)
    ]


def write_refused(paths: Paths, output: Path) -> int:
    """Write all refused rows as CSV for a spreadsheet, without the rows' own bytes; return their number.

    Raises InputError when the file cannot be written.
    """
    columns = ["source_file", "row_number", "reason_code", "column_name", "offending_value"]

    def rows() -> Iterator[list[object]]:
        for part in refused_parts(paths):
            address = ".".join(part.parts[-3:-1])
            with pq.ParquetFile(part) as file:
                for block in file.iter_batches(columns=columns):
                    for row in block.to_pylist():
                        yield [address, *row.values()]

    try:
        return write_csv(output, ["table_address", *columns], rows())
    except OSError as error:
        raise InputError(f"{output}: the file cannot be written ({error.strerror}).") from None


def digest_of_row(original: bytes) -> bytes:
    """Return what tells a row from others: a digest of its bytes."""
    return hashlib.sha256(original).digest()


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


def _to_show(value: str, column: Column | None) -> str:
    """Return a value at fault without identities.

    In a row whose cells are shifted any column may hold a name or an address. What is no number, date or code
    where one is expected is shortened; labels stay, so that they can be mapped.
    """
    if column is None:
        return mask_text(value)
    text = mask_alone(value)
    if column.data_type == "string":
        is_whole = not column.allowed or len(text) <= _LABEL_LENGTH
    else:
        is_whole = bool(_LIKE_A_VALUE.fullmatch(text)) or text in LABELS.values()
    return text if is_whole else f"{text[:1]}…"


def write_quarantine(
    paths: Paths,
    table: Table,
    batch_id: str,
    file: LandingFile,
    rejects: duckdb.DuckDBPyConnection,
    tokeniser: Tokeniser,
    received_on: date,
    receipts: Mapping[bytes, date],
) -> set[bytes]:
    """Write the refused rows of one batch and return digests of them.

    `rejects` yields (row number, reason code, column name, offending value, tokens, records) by row number.
    The original of a row of CSV is its bytes with the line ending, of JSON its text, of Parquet and workbooks
    one JSON line. Offending values are masked like free text, and shortened where they are no value of their
    column at all; those of identity columns never get here as anything but tokens. `tokens` are those of the
    persons in the row, `records` the numbers that lead to a person in another table, as 'kind\x1fnumber'; the
    file keeps both as tokens, so that the row is found when its person is forgotten. `receipts` has the days
    of rows that were received before, by their digests.
    """
    key = tokeniser.key_id
    columns = {column.name: column for column in table.columns}
    target = private_folder(paths, table) / f"{batch_id}.parquet"
    temporary = target.with_name(f".{target.name}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as output, pq.ParquetWriter(output, SCHEMA) as writer:
        rows: list[dict] = []
        digests: set[bytes] = set()
        for row_number, reason_code, column_name, value, tokens, records, original in _with_originals(
            rejects, file
        ):
            digest = digest_of_row(original)
            digests.add(digest)
            rows.append(
                {
                    "source_file": file.path.name,
                    "row_number": row_number,
                    "reason_code": reason_code,
                    "column_name": column_name,
                    "offending_value": None if value is None else _to_show(value, columns.get(column_name)),
                    "original": original,
                    "received_on": min(received_on, receipts.get(digest, received_on)),
                    "key_id": key,
                    "tokens": (tokens or []) + tokeniser.digests([text.encode() for text in records or []]),
                }
            )
            if len(rows) == _ROWS_AT_ONCE:
                writer.write_table(pa.Table.from_pylist(rows, SCHEMA))
                rows.clear()
        writer.write_table(pa.Table.from_pylist(rows, SCHEMA))
    publish_file(temporary, target)
    return digests


def read_note(part: Path) -> str | None:
    """Return what a file says of rows that were removed, none if it says nothing or is not there."""
    if not part.exists():
        return None
    note = (pq.read_metadata(part).metadata or {}).get(_NOTE)
    return note.decode() if note else None


def drop_rows(part: Path, positions: np.ndarray, note: str | None = None) -> None:
    """Rewrite a quarantine file without the rows at these positions, readable by its owner only.

    `note` is what is kept with it of rows removed, by default what it has.
    """
    note = note or read_note(part)
    temporary = part.with_name(f".{part.name}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    start = 0
    with os.fdopen(descriptor, "wb") as output, pq.ParquetFile(part) as source:
        schema = source.schema_arrow
        with pq.ParquetWriter(output, schema) as writer:
            if note:
                writer.add_key_value_metadata({_NOTE.decode(): note})
            for block in source.iter_batches():
                numbers = np.arange(start, start + block.num_rows)
                start += block.num_rows
                kept = pa.Table.from_batches([block]).filter(pa.array(~np.isin(numbers, positions)))
                if len(kept):
                    writer.write_table(kept)
    publish_file(temporary, part)
