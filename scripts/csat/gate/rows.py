"""What every kind of landing file hands to the gate: batches of strings, and rows as they stood."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from csat.errors import InputError
from csat.gate.identities import CERTAIN, find_identities
from csat.gate.name_words import is_name_alone

MAX_COLUMNS = 5_000
# A row may have 8 MB, and one field may be nearly all of it.
csv.field_size_limit(8 << 20)
BLOCK_BYTES = 8 << 20
BATCH_ROWS = 50_000
_BATCH_CELLS = 2_000_000
# A date, an amount or a long number: what no column is called.
_VALUE = re.compile(
    r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}(?:[^0-9].*)?|[+-]?[0-9,]*[0-9][.][0-9]+|[+-]?[0-9]{5,}"
)


@dataclass
class Batch:
    """A run of rows: string columns by header and row numbers, 1 = the first row after the header."""

    columns: dict[str, pa.Array]
    row_numbers: np.ndarray


@dataclass
class RaggedRow:
    """A row that does not fit the header, and in what way."""

    row_number: int
    note: str


@dataclass(frozen=True)
class FileSettings:
    """What a mapping declares of a file; None = proven from the file itself."""

    encoding: str | None = None
    separator: str | None = None
    header_rows: int | None = None
    sheet: str | None = None


class LandingFile(Protocol):
    """A landing file that has been opened: its header is known, its rows are read in batches.

    `ragged` lists after `batches` the rows that no batch holds. `originals` gives a function that returns a
    row as it stood in the file; it is to be asked for each row at most once, in ascending order, and gives
    None past the end. `digest` is the SHA-256 of the file.
    """

    path: Path
    header: list[str]
    ragged: list[RaggedRow]
    digest: hashlib._Hash

    def batches(self) -> Iterator[Batch]: ...

    def originals(self) -> Callable[[int], bytes | None]: ...


def plain(text: str) -> str:
    """Return text fit for one line of output: gaps become blanks, control and direction characters go."""
    shown = (" " if character.isspace() else character for character in text)
    return " ".join("".join(c for c in shown if unicodedata.category(c) not in ("Cc", "Cf", "Cs")).split())


def shown(name: str) -> str:
    """Return the name of a column as messages show it: on one line, at most 60 characters."""
    name = plain(name)
    return name if len(name) <= 60 else name[:59] + "…"


def damaged(path: Path, reason: object) -> InputError:
    """Return the error of a file that cannot be read to its end."""
    text = plain(str(reason).splitlines()[0] if str(reason) else type(reason).__name__)
    return InputError(f"{path.name}: the file is damaged ({text[:200]}); copy or export it again.")


def holds_certain(name: str) -> bool:
    """Tell whether the name of a column holds a phone, card or identity number or an e-mail address."""
    return any(identity.kind in CERTAIN for identity in find_identities(name))


def _is_row(header: list[str]) -> bool:
    """Tell whether the first row of a file is one of its rows: mostly values, or a person beside a value."""
    filled = [name for name in header if name.strip()]
    persons = sum(is_name_alone(name.strip()) for name in filled)
    values = sum(bool(_VALUE.fullmatch(name.strip())) for name in filled)
    return bool(persons and values) or 2 * (persons + values) > len(filled)


def check_header(path: Path, header: list[str]) -> list[str]:
    """Return the header; raise InputError when it is empty, a row of values, or beyond all measure."""
    if not header:
        raise InputError(f"{path.name}: the file has no header row; export it again with one.")
    check_width(path, len(header))
    if any(holds_certain(name[:200]) for name in header):
        raise InputError(
            f"{path.name}: the first row holds a phone, card or identity number and so is no header; add a "
            "row of column names above it."
        )
    if _is_row(header):
        raise InputError(
            f"{path.name}: the first row holds values (names of persons, dates, numbers) and so is no "
            "header; add a row of column names above it."
        )
    return header


def check_width(path: Path, columns: int) -> None:
    """Raise InputError when a file has more columns than are read."""
    if columns > MAX_COLUMNS:
        raise InputError(
            f"{path.name}: the header has {columns:,} columns, and at most {MAX_COLUMNS:,} are read; "
            "remove the columns that are not needed, or check the separator."
        )


class RowsFile:
    """Base of the files that are read row by row in Python: workbooks, JSON, database tables."""

    path: Path
    header: list[str]
    digest: hashlib._Hash

    def __init__(self) -> None:
        self.ragged: list[RaggedRow] = []

    def _rows(self) -> Iterator[tuple[int, list[str | None] | str, Any]]:
        """Yield row number, the texts by header (or what is wrong with the row) and the row as found."""
        raise NotImplementedError

    def _original(self, found: Any) -> bytes:
        return (json.dumps(found, ensure_ascii=False, default=str) + "\n").encode()

    def batches(self) -> Iterator[Batch]:
        """Yield the rows in order, null for null. Raises InputError when the file is damaged."""
        self.ragged = []
        numbers: list[int] = []
        rows: list[list[str | None]] = []
        wanted = max(1, min(BATCH_ROWS, _BATCH_CELLS // len(self.header)))
        for number, texts, _ in self._rows():
            if isinstance(texts, str):
                self.ragged.append(RaggedRow(number, texts))
                continue
            numbers.append(number)
            rows.append(texts)
            if len(rows) == wanted:
                yield self._batch(numbers, rows)
                numbers, rows = [], []
        if rows:
            yield self._batch(numbers, rows)

    def _batch(self, numbers: list[int], rows: list[list[str | None]]) -> Batch:
        columns = zip(self.header, zip(*rows, strict=True), strict=True)
        return Batch({name: pa.array(texts, pa.string()) for name, texts in columns}, np.array(numbers))

    def originals(self) -> Callable[[int], bytes | None]:
        """Return a function that gives a row as it stood in the file."""
        rows = self._rows()
        return lambda wanted: next(
            (self._original(found) for number, _, found in rows if number == wanted), None
        )
