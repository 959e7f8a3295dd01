"""What a landing file is, seen from its first bytes; the name only serves to say that it lies."""

from __future__ import annotations

import gzip
import re
import stat
import zipfile
import zlib
from pathlib import Path

from csat.errors import InputError
from csat.gate.rows import damaged

_HEAD_BYTES = 4096
_TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson")
_JSON = re.compile(rb'(?:\xef\xbb\xbf)*\s*(?:\{\s*(?:"|\})|\[\s*(?:[\{\]]|\Z))')
_HTML = re.compile(rb"(?:\xef\xbb\xbf)*\s*<(?:!doctype|html|head|meta|body|table|\?xml|!--)", re.IGNORECASE)
_FOREIGN = (
    (b"%PDF", "a PDF document", "export the table itself as CSV or XLSX"),
    (b"\x89PNG", "a picture", "export the table itself as CSV or XLSX"),
    (b"\xff\xd8\xff", "a picture", "export the table itself as CSV or XLSX"),
    (b"GIF8", "a picture", "export the table itself as CSV or XLSX"),
    (b"\x7fELF", "a program", "check what was copied here"),
    (b"Rar!", "an archive", "unpack it first"),
    (b"7z\xbc\xaf", "an archive", "unpack it first"),
    (b"BZh", "a compressed file", "unpack it first; gzip is the one compression that is read"),
    (b"\xfd7zXZ", "a compressed file", "unpack it first; gzip is the one compression that is read"),
    (b"\x28\xb5\x2f\xfd", "a compressed file", "unpack it first; gzip is the one compression that is read"),
    (b"SQLite format 3", "an SQLite database", "export its tables as CSV"),
    (b"ORC", "an ORC file", "export it as Parquet"),
    (b"Obj\x01", "an Avro file", "export it as Parquet"),
    (b"\x00\x00\xfe\xff", "text in UTF-32", "save it as 'CSV UTF-8'"),
    (b"\xff\xfe\x00\x00", "text in UTF-32", "save it as 'CSV UTF-8'"),
)


def _head(path: Path) -> bytes:
    try:
        # A pipe or a device would make the run wait for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{path.name}: this is not a file; put a plain file here.")
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path, or put the file there.") from None
    except OSError as error:
        raise InputError(
            f"{path}: the file cannot be read ({error.strerror}); check its permissions."
        ) from None
    except ValueError:
        raise InputError(f"{path.name!r}: this is not the name of a file; check the path.") from None


def _unpacked_head(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(_HEAD_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise damaged(path, error) from None


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise damaged(path, error) from None
    if "xl/workbook.xml" not in names:
        raise InputError(
            f"{path.name}: this is a zip archive, not a table; unpack it and land the files that are in it."
        )
    if path.suffix.lower() in _TEXT_SUFFIXES:
        raise InputError(
            f"{path.name}: this is an XLSX workbook under the name of a text file; rename it to "
            f"{path.stem}.xlsx, or save it as 'CSV UTF-8'."
        )
    return "xlsx"


def kind_of(path: Path) -> tuple[str, bool]:
    """Return 'csv', 'json', 'parquet' or 'xlsx', and whether gzip is around it.

    Raises InputError when the file is missing, unreadable, empty or something that is not read, with advice.
    """
    head = _head(path)
    if not head:
        raise InputError(
            f"{path.name}: the file is empty (0 bytes); export it again with at least a header row."
        )
    is_compressed = head.startswith(b"\x1f\x8b")
    if is_compressed:
        head = _unpacked_head(path)
        if not head:
            raise InputError(
                f"{path.name}: there is nothing inside the gzip file; export it again with at least a header "
                "row."
            )
        if head.startswith((b"PK\x03\x04", b"PAR1", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")):
            raise InputError(
                f"{path.name}: the gzip file holds a file that is compressed itself; unpack it and land that "
                "one."
            )
    if head.startswith(b"PAR1"):
        return "parquet", False
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(path), False
    if head.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        raise InputError(f"{path.name}: this is an empty or split zip archive; land the table itself.")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(
            f"{path.name}: this is a workbook of the old Excel format, or one with a password; save it as "
            "XLSX "
            "without password."
        )
    for magic, what, advice in _FOREIGN:
        if head.startswith(magic):
            raise InputError(f"{path.name}: this is {what}, not a table; {advice}.")
    if head[8:12] == b"DUCK":
        raise InputError(
            f"{path.name}: this is a DuckDB database; read it with csat gate --from duckdb:{path.name}."
        )
    if _HTML.match(head):
        raise InputError(
            f"{path.name}: this is a web page (HTML or XML), not a table, whatever its name says; open it in "
            "Excel or WPS and save it as XLSX or 'CSV UTF-8'."
        )
    if not head.startswith((b"\xff\xfe", b"\xfe\xff")) and head.count(b"\0") * 10 > len(head):
        raise InputError(
            f"{path.name}: the file holds NUL bytes, so it is binary, or UTF-16 without its mark; save it as "
            "'CSV UTF-8'."
        )
    return ("json" if _JSON.match(head) else "csv"), is_compressed
