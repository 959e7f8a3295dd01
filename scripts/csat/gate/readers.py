"""Landing files as batches of strings, and their rows byte for byte."""

from __future__ import annotations

import codecs
import csv
import functools
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from csat.errors import InputError
from csat.gate.encodings import (
    MAX_EXPANDED_BYTES,
    MAX_RATIO,
    RATIO_FROM_BYTES,
    Utf8Stream,
    digest_of,
    examine,
    open_bytes,
)
from csat.gate.jsonfiles import JsonFile
from csat.gate.layouts import header_rows_of, join_header, recognise, titles_of
from csat.gate.rows import (
    BLOCK_BYTES,
    Batch,
    FileSettings,
    LandingFile,
    RaggedRow,
    check_header,
    damaged,
    shown,
)
from csat.gate.sniff import kind_of
from csat.gate.workbooks import WorkbookFile

PARQUET_BATCH_ROWS = 100_000
_UNPACKED_BYTES = 64 << 20
_TEXTS = (pa.string(), pa.binary(), pa.large_string(), pa.large_binary())
SEPARATORS = (",", ";", "\t")
_PROVING_ROWS = 200
_MAX_HEADER_ROWS = 10


@functools.cache
def _record_pattern(separator: str) -> re.Pattern[bytes]:
    # One record of RFC 4180 as pyarrow reads it: a quote opens a field only at its start, and what follows
    # the closing quote is text. A field that is never closed matches nothing.
    mark = re.escape(separator.encode())
    field = rb'(?:"(?:[^"]++|"")*+"[^%b\r\n]*+|(?!")[^%b\r\n]*+)' % (mark, mark)
    return re.compile(field + rb"(?:%b" % mark + field + rb")*+(?:\r\n|\n|\r|\Z)")


def _cells(records: list[str], separator: str) -> list[list[str]]:
    return [
        row for record in records for row in csv.reader(io.StringIO(record, newline=""), delimiter=separator)
    ]


class CsvFile:
    """A text file of fields, plain or gzip, quoted as in RFC 4180; encoding and separator are proven."""

    def __init__(self, path: Path, is_compressed: bool, settings: FileSettings) -> None:
        """Read the whole file once to prove its encoding, then the header.

        Raises InputError when no encoding is proven, the file is damaged or has no header.
        """
        self.path = path
        self.is_compressed = is_compressed
        self.ragged: list[RaggedRow] = []
        self._rows_seen = 0
        self.header_rows = 1
        self.separator = settings.separator or ","
        facts = examine(path, is_compressed, settings.encoding)
        self.encoding = facts.encoding if facts else "utf-8"
        if facts is None:
            raise self._not_utf8()
        self.digest = facts.digest
        try:
            self._read_header(settings)
        except (OSError, EOFError, zlib.error, csv.Error) as error:
            raise damaged(path, error) from None

    def _open(self) -> BinaryIO:
        """Open the content as UTF-8, behind the mark at its start, or the marks: some tools add their own."""
        file = open_bytes(self.path, self.is_compressed)
        if self.encoding != "utf-8":
            file = io.BufferedReader(Utf8Stream(file, self.encoding))
        while file.peek(3)[:3] == codecs.BOM_UTF8:
            file.read(3)
        return file

    def _first_records(self, count: int) -> list[str]:
        return [record.decode() for _, record in islice(self._numbered_records(), count)]

    def _read_header(self, settings: FileSettings) -> None:
        if settings.separator is None:
            self.separator = self._proven_separator()
        rows = _cells(self._first_records(_MAX_HEADER_ROWS), self.separator)
        if not rows:
            check_header(self.path, [])
        self.layout = recognise(rows[0])
        self.header_rows = settings.header_rows or header_rows_of(self.layout, rows)
        self.header = check_header(self.path, join_header(self.layout, rows[: self.header_rows]))
        self.titles = titles_of(self.layout, rows[: self.header_rows])
        self._first_row_fields = len(rows[0])

    def _proven_separator(self) -> str:
        """Return the comma, unless the first rows all have one number of fields only under another separator.

        The header must have at least two fields and every one of the first 200 rows as many.
        """
        first = self._first_records(1)
        if not first or not any(mark in first[0] for mark in SEPARATORS[1:]):
            return SEPARATORS[0]
        proven = []
        for separator in SEPARATORS:
            self.separator = separator
            try:
                rows = _cells(self._first_records(_PROVING_ROWS), separator)
            except (InputError, csv.Error):
                continue
            if len(rows[0]) > 1 and {len(row) for row in rows} == {len(rows[0])}:
                proven.append(separator)
        return proven[0] if len(proven) == 1 else SEPARATORS[0]

    def _not_utf8(self) -> InputError:
        for row_number, record in self._numbered_records():
            try:
                record.decode("utf-8")
            except UnicodeDecodeError as error:
                place = f"row {row_number}" if row_number else "the header"
                return InputError(
                    f"{self.path.name}: {place} is not UTF-8 (byte 0x{record[error.start]:02x}), and the "
                    "file is not "
                    "proven to be GB18030; save it as 'CSV UTF-8', convert it (iconv -f GB18030 -t UTF-8), "
                    "or declare "
                    "its encoding in files.csv of the mapping."
                )
        return InputError(f"{self.path.name}: the file is not UTF-8; save it as 'CSV UTF-8'.")

    def _has_two_marks(self) -> bool:
        with open_bytes(self.path, self.is_compressed) as file:
            return file.read(6) == 2 * codecs.BOM_UTF8

    def _input(self) -> object:
        if self.encoding == "utf-8" and not self._has_two_marks():
            return pa.input_stream(str(self.path), compression="gzip" if self.is_compressed else None)
        return pa.PythonFile(self._open(), mode="r")

    def batches(self) -> Iterator[Batch]:
        """Yield the rows in order; afterwards `ragged` lists the rows of the wrong length.

        Raises InputError when a quote is never closed or the file is damaged.
        """
        self.ragged, self._rows_seen = [], 0
        names = [f"c{position}" for position in range(self._first_row_fields)]
        skipped = self.header_rows - 1

        def keep_ragged(row: pyarrow.csv.InvalidRow) -> str:
            note = f"{row.actual_columns} fields instead of {len(names)}"
            self.ragged.append(RaggedRow(row.number - 1 - skipped, note))
            return "skip"

        last: pa.RecordBatch | None = None
        try:
            reader = pyarrow.csv.open_csv(
                self._input(),
                # One thread: only then does pyarrow number the ragged rows. The header is read as a row and
                # dropped, because names taken from a file may repeat.
                read_options=pyarrow.csv.ReadOptions(
                    column_names=names, block_size=BLOCK_BYTES, use_threads=False
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=self.separator, newlines_in_values=True, invalid_row_handler=keep_ragged
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    # examine() has decoded every byte already.
                    check_utf8=False,
                    column_types=dict.fromkeys(names, pa.string()),
                    strings_can_be_null=False,
                ),
            )
            position = 0
            for block in reader:
                if not block.num_rows:
                    continue
                last = block
                valid = np.arange(position, position + block.num_rows) - skipped
                position += block.num_rows
                # The k-th good row stands k rows after the header, plus the ragged rows before it.
                ragged = np.array([row.row_number for row in self.ragged], dtype=np.int64)
                numbers = valid + np.searchsorted(ragged - np.arange(len(ragged)), valid, side="right")
                self._rows_seen = int(numbers[-1])
                is_row = slice(int(np.searchsorted(numbers, 1)), None)
                columns = zip(self.header, block.columns, strict=True)
                yield Batch({name: column[is_row] for name, column in columns}, numbers[is_row])
        except pa.ArrowInvalid as error:
            raise self._unreadable(error) from None
        except (OSError, EOFError) as error:
            raise damaged(self.path, error) from None
        self.ragged = [row for row in self.ragged if row.row_number > 0]
        self._check_last_quote(last)

    def _unreadable(self, error: pa.ArrowInvalid) -> InputError:
        if "straddling" in str(error):
            return self._too_long(self._rows_seen)
        return damaged(self.path, error)

    def _too_long(self, row_number: int) -> InputError:
        return InputError(
            f"{self.path.name}: after row {max(row_number, 0):,} a quote is never closed, or a row is "
            f"longer than {BLOCK_BYTES >> 20} MB; close the quote or shorten the row."
        )

    def _check_last_quote(self, last: pa.RecordBatch | None) -> None:
        # pyarrow takes a quote that is open at the end of the file as closed there and swallows every row
        # after it; such a row is always the last one and holds a line break.
        values = [column[-1].as_py() for column in last.columns] if last is not None else []
        if self.ragged or any("\n" in value or "\r" in value for value in values):
            for _ in self._numbered_records():
                pass

    def _numbered_records(self) -> Iterator[tuple[int, bytes]]:
        """Yield (0, last row of the header), (1, first row) and so on, with line endings.

        Blank lines are skipped. Rows of the header before its last have numbers below 0.
        """
        pattern = _record_pattern(self.separator)
        row_number = 1 - self.header_rows
        pending = bytearray()
        # A record that did not end is tried again when twice as much is there: trying at every line would
        # take the square of its length.
        wanted = 0
        is_end = False
        with self._open() as file:
            while not is_end:
                line = file.readline(BLOCK_BYTES)
                is_end = not line
                body = line.rstrip(b"\r\n")
                is_whole = body != line or len(line) < BLOCK_BYTES
                if not pending and is_whole and b'"' not in body and b"\r" not in body:
                    if body:
                        yield row_number, line
                        row_number += 1
                    continue
                pending += line
                if not is_end and len(pending) < wanted:
                    continue
                position = 0
                while position < len(pending) and (match := pattern.match(pending, position)):
                    if not is_end and match.end() == len(pending) and not pending.endswith(b"\n"):
                        break
                    record, position = bytes(pending[position : match.end()]), match.end()
                    if record.strip(b"\r\n"):
                        yield row_number, record
                        row_number += 1
                del pending[:position]
                wanted = 2 * len(pending)
                if len(pending) > 2 * BLOCK_BYTES:
                    raise self._too_long(row_number - 1)
        if pending:
            raise InputError(
                f"{self.path.name}: the quote opened in row {row_number:,} is never closed; close it, or "
                "double it if it belongs to the text."
            )

    def originals(self) -> Callable[[int], bytes | None]:
        """Return a function that gives the bytes of a row as in the file, with their line ending."""
        records = self._numbered_records()

        def find(wanted: int) -> bytes | None:
            record = next((record for number, record in records if number == wanted), None)
            if record is None or self.encoding == "utf-8":
                return record
            return record.decode().encode(self.encoding)

        return find


def _bytes_of_rows(block: pa.RecordBatch) -> np.ndarray:
    """Return how many bytes each row takes in the columns whose values are pointed to."""
    sizes = np.zeros(block.num_rows, np.int64)
    for column in block.columns:
        if isinstance(column, pa.DictionaryArray) and column.dictionary.type in _TEXTS:
            lengths = pc.binary_length(column.dictionary).take(column.indices)
            sizes += np.asarray(pc.fill_null(lengths, 0))
    return sizes


def _plain(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column


class ParquetFile:
    """A Parquet file; its columns are read as the text a CSV export of it would hold."""

    def __init__(self, path: Path) -> None:
        """Read the schema. Raises InputError when the file is damaged or a column is nested."""
        self.path = path
        self.ragged: list[RaggedRow] = []
        try:
            metadata = pq.read_metadata(path)
            self._schema = metadata.schema.to_arrow_schema()
        except (pa.ArrowException, OSError) as error:
            raise damaged(path, error) from None
        self._size = path.stat().st_size
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        # A value takes a byte at least, however the file repeats it.
        cells = metadata.num_rows * metadata.num_columns
        self._check_unpacked(max(cells, sum(group.total_byte_size for group in groups)))
        # Columns in which a value stands once and is pointed to: unpacked they may be any size.
        self._repeating = sorted(
            {
                column.path_in_schema
                for group in groups
                for column in map(group.column, range(group.num_columns))
                if column.physical_type == "BYTE_ARRAY"
                and any(encoding.endswith("DICTIONARY") for encoding in column.encodings)
            }
        )
        self.header = check_header(path, [name.strip() for name in self._schema.names])
        self.digest = digest_of(path)
        for column in self._schema:
            if pa.types.is_nested(column.type):
                raise InputError(
                    f"{path.name}: column '{shown(column.name)}' is nested ({column.type}); "
                    "export it as plain columns of text, numbers, dates or times."
                )

    def _check_unpacked(self, size: int) -> None:
        if size > MAX_EXPANDED_BYTES or (size > RATIO_FROM_BYTES and size > MAX_RATIO * self._size):
            raise InputError(
                f"{self.path.name}: the file unpacks to more than {MAX_RATIO} times its size or "
                f"{MAX_EXPANDED_BYTES >> 30} GB; export it as CSV, or split it if it is real."
            )

    def _numbered_blocks(self) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Yield the number of the first row of each block, and the block, small enough to be unpacked."""
        start, unpacked = 1, 0
        try:
            with pq.ParquetFile(self.path, read_dictionary=self._repeating) as file:
                for block in file.iter_batches(batch_size=PARQUET_BATCH_ROWS):
                    ends = np.cumsum(_bytes_of_rows(block))
                    unpacked += int(ends[-1]) if len(ends) else 0
                    self._check_unpacked(unpacked)
                    at = 0
                    while at < block.num_rows:
                        before = ends[at - 1] if at else 0
                        end = int(np.searchsorted(ends, before + _UNPACKED_BYTES, side="right"))
                        end = max(end, at + 1)
                        yield start + at, block.slice(at, end - at)
                        at = end
                    start += block.num_rows
        except (pa.ArrowException, OSError) as error:
            raise damaged(self.path, error) from None

    def batches(self) -> Iterator[Batch]:
        """Yield the rows in order, null for null. Raises InputError when the file is damaged."""
        for start, block in self._numbered_blocks():
            columns = {}
            for name, column in zip(self.header, block.columns, strict=True):
                try:
                    columns[name] = _plain(column).cast(pa.string())
                except pa.ArrowException as error:
                    raise damaged(self.path, f"column '{shown(name)}': {error}") from None
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
            cells = block.slice(wanted - start, 1)
            try:
                row = cells.to_pylist()[0]
            except (ValueError, OverflowError):
                # Moments that Python cannot hold, such as nanoseconds, are kept as their text.
                texts = [column.cast(pa.string()) for column in cells.columns]
                row = pa.table(texts, cells.schema.names).to_pylist()[0]
            return (json.dumps(row, ensure_ascii=False, default=str) + "\n").encode()

        return find


def open_landing(path: Path, settings: FileSettings | None = None) -> LandingFile:
    """Open a landing file of any supported kind. Raises InputError when it cannot be read."""
    settings = settings or FileSettings()
    kind, is_compressed = kind_of(path)
    if kind == "parquet":
        return ParquetFile(path)
    if kind == "xlsx":
        return WorkbookFile(path, settings)
    if kind == "json":
        return JsonFile(path, is_compressed)
    return CsvFile(path, is_compressed, settings)
