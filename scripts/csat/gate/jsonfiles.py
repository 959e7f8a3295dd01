"""JSON landing files: one flat object per line, or one array of flat objects."""

from __future__ import annotations

import codecs
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from csat.errors import InputError
from csat.gate.encodings import examine, open_bytes
from csat.gate.rows import BLOCK_BYTES, RowsFile, check_header, check_width, damaged, shown

_READ_CHARACTERS = 1 << 20
_MARKS = re.compile(b"^(?:%b)+" % codecs.BOM_UTF8)
_BETWEEN = re.compile(r"\s*,?\s*")
_NOT_AN_OBJECT = "not a flat JSON object"


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name.strip() for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError("a name stands twice in an object")
    return dict(zip(names, (value for _, value in pairs), strict=True))


# Numbers stay as they are written: 1.50 is not 1.5 in an amount, and 20 digits do not fit a double.
_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_int=str, parse_float=str, parse_constant=str)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return "true" if value else "false"


class JsonFile(RowsFile):
    """A file of flat JSON objects; the columns are the names of all its objects, in the order they appear."""

    def __init__(self, path: Path, is_compressed: bool) -> None:
        """Read the whole file for its columns.

        Raises InputError when it is not UTF-8, no object is in it or an array is cut off.
        """
        super().__init__()
        self.path = path
        self._is_compressed = is_compressed
        facts = examine(path, is_compressed, None)
        if facts is None or facts.encoding != "utf-8":
            raise InputError(
                f"{path.name}: JSON must be UTF-8 from beginning to end; export it again as UTF-8."
            )
        self.digest = facts.digest
        with open_bytes(path, is_compressed) as file:
            head = _MARKS.sub(b"", file.read(4096)).lstrip()
        self._is_array = head.startswith(b"[")
        names: dict[str, None] = {}
        self.header = []
        for row_number, found, _ in self._objects():
            if isinstance(found, dict):
                names.update(dict.fromkeys(found))
                check_width(path, len(names))
            elif row_number == 1:
                raise InputError(
                    f"{path.name}: line 1 is {_NOT_AN_OBJECT}; write one object per line, or one array of "
                    "objects, "
                    "with texts, numbers, true, false and null only."
                )
        self.header = check_header(path, list(names))

    def _objects(self) -> Iterator[tuple[int, Any, str]]:
        return self._elements() if self._is_array else self._lines()

    def _lines(self) -> Iterator[tuple[int, Any, str]]:
        """Yield number, object (or what is wrong with the line) and text of each line that is not blank."""
        number = 0
        try:
            with open_bytes(self.path, self._is_compressed) as file:
                while file.peek(3)[:3] == codecs.BOM_UTF8:
                    file.read(3)
                while line := file.readline(BLOCK_BYTES + 1):
                    if len(line) > BLOCK_BYTES:
                        raise InputError(
                            f"{self.path.name}: line {number + 1:,} is longer than {BLOCK_BYTES >> 20} MB; "
                            "write one "
                            "object per line."
                        )
                    if line.strip():
                        number += 1
                        yield number, self._parse(line.decode()), line.decode()
        except (OSError, EOFError, zlib.error) as error:
            raise damaged(self.path, error) from None

    @staticmethod
    def _parse(line: str) -> Any:
        try:
            return _DECODER.decode(line)
        except ValueError:
            return _NOT_AN_OBJECT
        except RecursionError:
            return f"{_NOT_AN_OBJECT}: nested too deep"

    def _elements(self) -> Iterator[tuple[int, Any, str]]:
        """Yield number, value and text of each element of the array."""
        number, pending, position = 0, "", 0
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        try:
            with open_bytes(self.path, self._is_compressed) as file:
                is_open, is_end = False, False
                while True:
                    if not is_open and (start := pending.find("[")) >= 0:
                        position, is_open = start + 1, True
                    while is_open:
                        position = _BETWEEN.match(pending, position).end()
                        if pending[position : position + 1] in ("", "]"):
                            break
                        try:
                            value, end = _DECODER.raw_decode(pending, position)
                        except ValueError as error:
                            if is_end or len(pending) - position > 2 * BLOCK_BYTES:
                                raise InputError(
                                    f"{self.path.name}: element {number + 1:,} of the JSON array cannot be "
                                    "read "
                                    f"({error}); export it again."
                                ) from None
                            break
                        # A number at the end of what is there may go on.
                        if end == len(pending) and not is_end:
                            break
                        number += 1
                        yield number, value, pending[position:end]
                        position = end
                    if is_open and pending[position : position + 1] == "]":
                        if pending[position + 1 :].strip() or decoder.decode(file.read(1)).strip():
                            raise InputError(
                                f"{self.path.name}: text follows the end of the JSON array; land one array "
                                "per file."
                            )
                        return
                    if is_end:
                        raise InputError(
                            f"{self.path.name}: the JSON array is cut off after element {number:,}; export "
                            "it again."
                        )
                    block = file.read(_READ_CHARACTERS)
                    is_end = not block
                    pending, position = pending[position:] + decoder.decode(block, final=is_end), 0
        except RecursionError:
            raise InputError(
                f"{self.path.name}: element {number + 1:,} of the JSON array is nested too deep; export flat "
                "objects."
            ) from None
        except (OSError, EOFError, zlib.error) as error:
            raise damaged(self.path, error) from None

    def _rows(self) -> Iterator[tuple[int, list[str | None] | str, Any]]:
        for number, found, text in self._objects():
            if not isinstance(found, dict):
                yield number, found if isinstance(found, str) else _NOT_AN_OBJECT, text
                continue
            nested = next((name for name, value in found.items() if isinstance(value, dict | list)), None)
            if nested is not None:
                yield number, f"the value of '{shown(nested)}' is nested", text
            else:
                yield number, [_text(found.get(name)) for name in self.header], text

    def _original(self, found: Any) -> bytes:
        return found.encode()
