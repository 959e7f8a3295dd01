"""XLSX workbooks, read through calamine after their zip has been held to size limits."""

from __future__ import annotations

import posixpath
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import python_calamine

from csat.errors import InputError
from csat.gate.encodings import digest_of
from csat.gate.layouts import header_rows_of, join_header, recognise, titles_of
from csat.gate.rows import FileSettings, RowsFile, check_header, damaged, shown

MAX_EXPANDED_BYTES = 512 << 20
MAX_RATIO = 200
MAX_CELLS = 20_000_000
MAX_ENTRIES = 10_000
# Excel keeps 15 digits of a number: of longer customer or card numbers the last ones are lost in the file
# itself.
_MAX_EXACT = 10**15
_RATIO_FROM_BYTES = 16 << 20
_READ_BYTES = 1 << 20
# A formula has at most 8,192 characters; attributes are shorter.
_LONGEST = 9_000
# Up to the next tag: within the quotes of an attribute a > may stand.
_INSIDE = rb"[^<]{0,%d}?" % _LONGEST
_PLACE = rb"\br\s*=\s*[\"']([A-Z]{1,3}[0-9]{1,7})[\"']"
_CELL = re.compile(rb"<(?:\w+:)?c\b" + _INSIDE + rb"\br\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
# What calamine gives as an empty cell: the error of a formula (#N/A), and a formula saved without its result.
_NO_RESULT = re.compile(
    rb"<(?:\w+:)?c\b(?=" + _INSIDE + rb"\bt\s*=\s*[\"']e[\"'])(?:" + _INSIDE + _PLACE + rb")?|"
    rb"<(?:\w+:)?c\b(?:(?=" + _INSIDE + _PLACE + rb"))?" + _INSIDE + rb">"
    rb"\s*<(?:\w+:)?f\b[^<]{0,%d}?(?:/>|</(?:\w+:)?f\s*>)"
    % (2 * _LONGEST)
    + rb"\s*(?:<(?:\w+:)?v\s*(?:/>|>\s*</(?:\w+:)?v\s*>)\s*)?</(?:\w+:)?c\s*>"
)
_OVERLAP = 4 * _LONGEST
_WORKBOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
# Parts that say which sheet lies where are small.
_INDEX_BYTES = 4 << 20
# A workbook of a few kilobytes can ask for any amount of memory, and the library then ends the process: it is
# tried in one of its own first.
_TRIAL_BYTES = 3 << 28
_TRIAL_SECONDS = 15
# A busy machine gives a process little of its time.
_TRIAL_WAIT = 60
_TRIAL = """
import sys
import python_calamine
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[4]),) * 2)
except ImportError:
    pass
try:
    workbook = python_calamine.load_workbook(sys.argv[2])
    visible = python_calamine.SheetVisibleEnum.Visible
    names = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == visible]
    for _ in workbook.get_sheet_by_name(sys.argv[3] or names[0]).iter_rows():
        pass
except MemoryError:
    sys.exit(1)
except Exception:
    pass
"""


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _unpacked(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield an entry as it really unpacks; the size that its directory states may be a lie."""
    with path.open("rb") as file:
        file.seek(entry.header_offset)
        local = file.read(30)
        if len(local) < 30 or not local.startswith(b"PK\x03\x04"):
            raise zipfile.BadZipFile("an entry has no header")
        file.seek(sum(struct.unpack("<HH", local[26:30])), 1)
        left = entry.compress_size
        unpack = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
        while left > 0 and (block := file.read(min(left, _READ_BYTES))):
            left -= len(block)
            if unpack is None:
                yield block
                continue
            while block:
                yield unpack.decompress(block, _READ_BYTES)
                block = unpack.unconsumed_tail
        if unpack is not None and not unpack.eof:
            raise zipfile.BadZipFile(f"{entry.filename} is cut off")


@dataclass
class _Part:
    """What was seen in a part of a workbook: how far its cells reach, and one that would be read as empty."""

    rows: int = 0
    columns: int = 0
    empty_cell: str | None = None

    def look(self, text: bytes) -> None:
        for letters, row in set(_CELL.findall(text)):
            self.rows, self.columns = max(self.rows, int(row)), max(self.columns, _column_number(letters))
        if self.empty_cell is None and (found := _NO_RESULT.search(text)):
            self.empty_cell = (found[1] or found[2] or b"").decode()


def _scan(path: Path) -> tuple[dict[str, _Part], dict[str, bytes]]:
    """Return what is in each part of a workbook, and the text of those that say where its sheets lie.

    Raises InputError when the workbook is damaged, encrypted or a bomb.
    """
    total = 0
    size = path.stat().st_size
    found: dict[str, _Part] = {}
    index = {_WORKBOOK: b"", _LINKS: b""}
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise InputError(
                    f"{path.name}: the workbook holds {len(entries):,} parts; save its table alone."
                )
            for entry in entries:
                if entry.flag_bits & 1:
                    raise InputError(f"{path.name}: the workbook has a password; save it without one.")
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise zipfile.BadZipFile("unknown compression")
                # Where the sheets lie is up to the workbook.
                part = found.setdefault(entry.filename, _Part()) if entry.filename.endswith(".xml") else None
                expanded, before = 0, b""
                for block in _unpacked(path, archive, entry):
                    expanded += len(block)
                    total += len(block)
                    is_bomb = total > _RATIO_FROM_BYTES and total > MAX_RATIO * size
                    if is_bomb or total > MAX_EXPANDED_BYTES:
                        raise InputError(
                            f"{path.name}: the workbook unpacks to more than {MAX_RATIO} times its size or "
                            f"{MAX_EXPANDED_BYTES >> 20} MB; save the table as CSV."
                        )
                    if part:
                        part.look(before + block)
                        before = block[-_OVERLAP:]
                    if entry.filename in index and expanded <= _INDEX_BYTES:
                        index[entry.filename] += block
                if expanded != entry.file_size:
                    raise zipfile.BadZipFile(f"{entry.filename} has another size than its directory says")
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, struct.error, NotImplementedError) as error:
        raise damaged(path, error) from None
    return found, index


def _place_of(index: dict[str, bytes], wanted: str | None) -> str | None:
    """Return the part that holds a sheet, by default the first visible one; none where that is not told."""
    try:
        book = ElementTree.fromstring(index[_WORKBOOK])
        links = list(ElementTree.fromstring(index[_LINKS]))
    except ElementTree.ParseError:
        return None
    for sheet in (one for one in book.iter() if one.tag.endswith("}sheet")):
        is_wanted = sheet.get("name") == wanted if wanted else sheet.get("state", "visible") == "visible"
        if is_wanted:
            link = next((text for name, text in sheet.items() if name.endswith("}id")), None)
            target = next((one.get("Target", "") for one in links if one.get("Id") == link), "")
            return target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    return None


def _check(path: Path, wanted: str | None) -> None:
    """Raise InputError when a workbook cannot be read safely, or its sheet without losing cells."""
    found, index = _scan(path)
    place = _place_of(index, wanted)
    # A sheet that is not found may be any of the parts.
    parts = [found[place]] if place in found else list(found.values())
    cell = next((part.empty_cell for part in parts if part.empty_cell is not None), None)
    if cell is not None:
        raise InputError(
            f"{path.name}: {f'cell {cell}' if cell else 'a cell'} holds a formula without a result (an error "
            "such as #N/A, or never calculated), which would be read as empty; paste the values, or save as "
            "CSV."
        )
    # calamine keeps the rectangle from the first to the last cell, empty ones too.
    for part in parts:
        if part.rows * part.columns > MAX_CELLS:
            raise InputError(
                f"{path.name}: a sheet reaches to row {part.rows:,} and column {part.columns:,}, "
                f"{part.rows * part.columns:,} cells, and at most {MAX_CELLS:,} are read; delete the empty "
                "rows and columns around the table, or save it as CSV."
            )


def _text(value: Any) -> str | None:
    """Return a cell as a CSV export would write it; an empty cell is None."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _MAX_EXACT else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "milliseconds" if value.microsecond else "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return None if value is None else str(value)


class WorkbookFile(RowsFile):
    """One sheet of an XLSX workbook, the first or the one the mapping names; its cells are read as text."""

    def __init__(self, path: Path, settings: FileSettings) -> None:
        """Check the size and read the header. Raises InputError when workbook or sheet are unusable."""
        super().__init__()
        self.path = path
        self.digest = digest_of(path)
        _check(path, settings.sheet)
        self._sheet = self._load(settings.sheet)
        rows = []
        for _, cells in zip(range(10), self._cells(), strict=False):
            rows.append([text or "" for text in cells])
        if not rows:
            check_header(path, [])
        self.layout = recognise(rows[0])
        self.header_rows = settings.header_rows or header_rows_of(self.layout, rows)
        names = join_header(self.layout, rows[: self.header_rows])
        self.titles = titles_of(self.layout, rows[: self.header_rows])
        while names and not names[-1]:
            names.pop()
        self.header = check_header(path, names)

    def _load(self, name: str | None) -> python_calamine.CalamineSheet:
        self._try(name)
        try:
            workbook = python_calamine.load_workbook(str(self.path))
            names = [
                sheet.name
                for sheet in workbook.sheets_metadata
                if sheet.visible == python_calamine.SheetVisibleEnum.Visible or sheet.name == name
            ]
            if name is not None and name not in names:
                raise InputError(
                    f"{self.path.name}: there is no sheet '{shown(name)}'; its sheets are "
                    f"{', '.join(shown(sheet) for sheet in names[:10])}."
                )
            if not names:
                raise InputError(f"{self.path.name}: the workbook has no sheet; save it again.")
            self.sheet = name or names[0]
            return workbook.get_sheet_by_name(self.sheet)
        except InputError:
            raise
        except python_calamine.PasswordError:
            raise InputError(f"{self.path.name}: the workbook has a password; save it without one.") from None
        except BaseException as error:
            # A panic of the Rust library is no Exception.
            if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
                raise
            # Its messages quote cells.
            raise damaged(self.path, type(error).__name__) from None

    def _try(self, name: str | None) -> None:
        """Raise InputError when reading the sheet takes more memory or time than there is for it."""
        command = [sys.executable, "-c", _TRIAL, str(_TRIAL_BYTES), str(self.path), name or ""]
        command.append(str(_TRIAL_SECONDS))
        try:
            ended = subprocess.run(command, capture_output=True, check=False, timeout=_TRIAL_WAIT).returncode
        except subprocess.TimeoutExpired:
            ended = -1
        # An exception of the library gives its sentence when the sheet is read here.
        if ended:
            raise InputError(
                f"{self.path.name}: the sheet takes more than {_TRIAL_BYTES >> 20:,} MB "
                f"or {_TRIAL_SECONDS} s to read; delete the empty rows and columns around the table, or save "
                "it as CSV."
            )

    def _cells(self) -> Iterator[list[str | None]]:
        """Yield the texts of every row that is not blank."""
        for row in self._sheet.iter_rows():
            texts = [_text(value) for value in row]
            if any(text and text.strip() for text in texts):
                yield texts

    def _rows(self) -> Iterator[tuple[int, list[str | None] | str, Any]]:
        width = len(self.header)
        number = -self.header_rows
        for row in self._sheet.iter_rows():
            texts = [_text(value) for value in row]
            if not any(text and text.strip() for text in texts):
                continue
            number += 1
            if number < 1:
                continue
            if any(texts[width:]):
                yield number, f"{len(texts)} fields instead of {width}", texts
                continue
            long = next(
                (
                    name
                    for name, value in zip(self.header, row, strict=False)
                    if isinstance(value, float | int)
                    and not isinstance(value, bool)
                    and abs(value) >= _MAX_EXACT
                ),
                None,
            )
            if long is not None:
                yield (
                    number,
                    f"a number of more than 15 digits in '{shown(long)}': Excel has lost its end",
                    texts,
                )
                continue
            yield number, texts[:width] + [None] * (width - len(texts)), texts
