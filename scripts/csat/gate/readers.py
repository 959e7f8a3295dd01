"""Landing files as batches of strings, and their rows byte for byte."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from csat.errors import InputError

BLOCK_BYTES = 8 << 20
PARQUET_BATCH_ROWS = 100_000

# One record of RFC 4180 as pyarrow reads it: a quote opens a field only at its start, and what follows the
# closing quote is text. A field that is never closed matches nothing.
_FIELD = rb'(?:"(?:[^"]++|"")*+"[^,\r\n]*+|(?!")[^,\r\n]*+)'
_RECORD = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*+(?:\r\n|\n|\r|\Z)")


@dataclass
class Batch:
    """A run of rows: string columns by header and row numbers, 1 = the first row after the header."""

    columns: dict[str, pa.Array]
    row_numbers: np.ndarray


@dataclass
class RaggedRow:
    """A row with more or fewer fields than the header."""

    row_number: int
    fields: int


def kind_of(path: Path) -> str:
    """Return 'csv', 'csv.gz' or 'parquet' by the file's first bytes.

    Raises InputError when the file is missing, unreadable, empty or of another kind.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path, or put the file there.") from None
    except OSError as error:
        raise InputError(
            f"{path}: the file cannot be read ({error.strerror}); check its permissions."
        ) from None
    if not magic:
        raise InputError(
            f"{path.name}: the file is empty (0 bytes); export it again with at least a header row."
        )
    if magic == b"PAR1":
        return "parquet"
    if magic.startswith(b"PK\x03\x04"):
        raise InputError(
            f"{path.name}: this is a spreadsheet or a zip archive; save it as 'CSV UTF-8' or Parquet."
        )
    return "csv.gz" if magic.startswith(b"\x1f\x8b") else "csv"


def _damaged(path: Path, reason: object) -> InputError:
    return InputError(
        f"{path.name}: the file is damaged ({str(reason).splitlines()[0]}); copy or export it again."
    )


class CsvFile:
    """A CSV file, plain or gzip, UTF-8 with or without BOM, quoted as in RFC 4180."""

    def __init__(self, path: Path, is_compressed: bool) -> None:
        """Read the header. Raises InputError when the file is not UTF-8, is damaged or has no header."""
        self.path = path
        self.is_compressed = is_compressed
        self.ragged: list[RaggedRow] = []
        self._rows_seen = 0
        try:
            with self._open() as file:
                text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
                names = next((names for names in csv.reader(text) if names), None)
        except UnicodeDecodeError:
            raise self._not_utf8() from None
        except (OSError, EOFError, zlib.error, csv.Error) as error:
            raise _damaged(path, error) from None
        if not names:
            raise InputError(f"{path.name}: the file has no header row; export it again with one.")
        self.header = [name.strip() for name in names]

    def _open(self) -> BinaryIO:
        return gzip.open(self.path) if self.is_compressed else self.path.open("rb")

    def _not_utf8(self) -> InputError:
        for row_number, record in self._numbered_records():
            try:
                record.decode("utf-8")
            except UnicodeDecodeError as error:
                place = f"row {row_number}" if row_number else "the header"
                return InputError(
                    f"{self.path.name}: {place} is not UTF-8 (byte 0x{record[error.start]:02x}); save "
                    "the file as 'CSV UTF-8', or convert it: iconv -f GB18030 -t UTF-8."
                )
        return InputError(f"{self.path.name}: the file is not UTF-8; save it as 'CSV UTF-8'.")

    def batches(self) -> Iterator[Batch]:
        """Yield the rows in order; afterwards `ragged` lists the rows of the wrong length.

        Raises InputError when a row cannot be decoded or a quote is never closed.
        """
        self.ragged, self._rows_seen = [], 0
        names = [f"c{position}" for position in range(len(self.header))]

        def keep_ragged(row: pyarrow.csv.InvalidRow) -> str:
            self.ragged.append(RaggedRow(row.number - 1, row.actual_columns))
            return "skip"

        try:
            reader = pyarrow.csv.open_csv(
                pa.input_stream(str(self.path), compression="gzip" if self.is_compressed else None),
                # One thread: only then does pyarrow number the ragged rows. The header is read as a row and
                # dropped, because names taken from a file may repeat.
                read_options=pyarrow.csv.ReadOptions(
                    column_names=names, block_size=BLOCK_BYTES, use_threads=False
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    newlines_in_values=True, invalid_row_handler=keep_ragged
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
                ),
            )
            last: pa.RecordBatch | None = None
            position = 0
            for block in reader:
                if not block.num_rows:
                    continue
                last = block
                valid = np.arange(position, position + block.num_rows)
                position += block.num_rows
                # The k-th good row stands k rows after the header, plus the ragged rows before it.
                ragged = np.array([row.row_number for row in self.ragged], dtype=np.int64)
                numbers = valid + np.searchsorted(ragged - np.arange(len(ragged)), valid, side="right")
                self._rows_seen = int(numbers[-1])
                is_row = slice(1, None) if valid[0] == 0 else slice(None)
                columns = zip(self.header, block.columns, strict=True)
                yield Batch({name: column[is_row] for name, column in columns}, numbers[is_row])
        except pa.ArrowInvalid as error:
            raise self._unreadable(error) from None
        except (OSError, EOFError) as error:
            raise _damaged(self.path, error) from None
        self._check_last_quote(last)

    def _unreadable(self, error: pa.ArrowInvalid) -> InputError:
        if "UTF8" in str(error):
            return self._not_utf8()
        if "straddling" in str(error):
            return InputError(
                f"{self.path.name}: after row {self._rows_seen:,} a quote is never closed, or a row is "
                f"longer than {BLOCK_BYTES >> 20} MB; close the quote or shorten the row."
            )
        return _damaged(self.path, error)

    def _check_last_quote(self, last: pa.RecordBatch | None) -> None:
        # pyarrow takes a quote that is open at the end of the file as closed there and swallows every row
        # after it; such a row is always the last one and holds a line break.
        values = [column[-1].as_py() for column in last.columns] if last is not None else []
        if self.ragged or any("\n" in value or "\r" in value for value in values):
            for _ in self._numbered_records():
                pass

    def _numbered_records(self) -> Iterator[tuple[int, bytes]]:
        """Yield (0, header), (1, first row) and so on with line endings; blank lines are skipped."""
        row_number = 0
        pending = b""
        with self._open() as file:
            if file.read(3) != codecs.BOM_UTF8:
                file.seek(0)
            for line in file:
                body = line.rstrip(b"\r\n")
                if not pending and b'"' not in body and b"\r" not in body:
                    if body:
                        yield row_number, line
                        row_number += 1
                    continue
                pending += line
                while pending and (match := _RECORD.match(pending)):
                    record, pending = pending[: match.end()], pending[match.end() :]
                    if record.strip(b"\r\n"):
                        yield row_number, record
                        row_number += 1
        if pending:
            raise InputError(
                f"{self.path.name}: the quote opened in row {row_number:,} is never closed; close it, or "
                "double it if it belongs to the text."
            )

    def originals(self) -> Callable[[int], bytes | None]:
        """Return a function that gives the bytes of a row as in the file, with their line ending.

        It is to be asked for each row at most once, in ascending order, and gives None past the end.
        """
        records = self._numbered_records()
        return lambda wanted: next((record for number, record in records if number == wanted), None)


class ParquetFile:
    """A Parquet file; its columns are read as the text a CSV export of it would hold."""

    def __init__(self, path: Path) -> None:
        """Read the schema. Raises InputError when the file is damaged or a column is nested."""
        self.path = path
        self.ragged: list[RaggedRow] = []
        try:
            self._schema = pq.read_schema(path)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path, error) from None
        self.header = [name.strip() for name in self._schema.names]
        for column in self._schema:
            if pa.types.is_nested(column.type):
                raise InputError(
                    f"{path.name}: column '{column.name}' is nested ({column.type}); "
                    "export it as plain columns of text, numbers, dates or times."
                )

    def _numbered_blocks(self) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Yield the number of the first row of each block, and the block."""
        start = 1
        try:
            with pq.ParquetFile(self.path) as file:
                for block in file.iter_batches(batch_size=PARQUET_BATCH_ROWS):
                    yield start, block
                    start += block.num_rows
        except (pa.ArrowException, OSError) as error:
            raise _damaged(self.path, error) from None

    def batches(self) -> Iterator[Batch]:
        """Yield the rows in order, null for null. Raises InputError when the file is damaged."""
        for start, block in self._numbered_blocks():
            columns = {}
            for name, column in zip(self.header, block.columns, strict=True):
                try:
                    columns[name] = column.cast(pa.string())
                except pa.ArrowException as error:
                    raise _damaged(self.path, f"column '{name}': {error}") from None
            yield Batch(columns, np.arange(start, start + block.num_rows))

    def originals(self) -> Callable[[int], bytes | None]:
        """Return a function that gives a row as one JSON line, to be used as that of CsvFile."""
        numbered = self._numbered_blocks()
        start, block = next(numbered, (1, None))

        def find(wanted: int) -> bytes | None:
            nonlocal start, block
            while block is not None and wanted >= start + block.num_rows:
                start, block = next(numbered, (start, None))
            if block is None:
                return None
            row = block.slice(wanted - start, 1).to_pylist()[0]
            return (json.dumps(row, ensure_ascii=False, default=str) + "\n").encode()

        return find


LandingFile = CsvFile | ParquetFile


def open_landing(path: Path) -> LandingFile:
    """Open a landing file of any supported kind. Raises InputError when it cannot be read."""
    kind = kind_of(path)
    return ParquetFile(path) if kind == "parquet" else CsvFile(path, is_compressed=kind == "csv.gz")
