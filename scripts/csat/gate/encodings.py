"""Which encoding a text file is in: declared, or proven by decoding every byte of it; never guessed.

A byte order mark decides. Without one the file is UTF-8 if all of it decodes as UTF-8. What does not is
GB18030 if the mapping says so, or if three things hold: all of it decodes as GB18030 and encodes back to the
same bytes; at least nine in ten of its characters beyond ASCII are those of GB 2312; and at least a quarter
of the Chinese characters stand in words of two or more that the dictionary of rjieba knows. Korean, Japanese,
traditional Chinese and Western texts decode as GB18030 too, but to characters that make no words. The last
two are judged on the first million characters; with fewer than twenty Chinese ones nothing is proven.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from csat.errors import InputError
from csat.gate.rows import damaged

ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16",
    "utf16": "utf-16",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
}
MAX_EXPANDED_BYTES = 16 << 30
MAX_RATIO = 200
RATIO_FROM_BYTES = 64 << 20
_READ_BYTES = 1 << 20
_JUDGED_CHARACTERS = 1_000_000
_CHINESE_MIN = 20
_GB2312_SHARE = 0.9
_WORD_SHARE = 0.25
_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_CHINESE_WORD = re.compile("[\u4e00-\u9fff]{2,}")


@dataclass(frozen=True)
class TextFacts:
    """What a pass over the whole file has shown: its encoding (a codec without BOM) and its SHA-256."""

    encoding: str
    digest: hashlib._Hash


class _Hashed(io.RawIOBase):
    """A file that keeps the digest and the number of the bytes read from it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        count = self._file.readinto(buffer)
        self.digest.update(buffer[:count])
        self.bytes_read += count
        return count


def digest_of(path: Path) -> hashlib._Hash:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256")


def open_bytes(path: Path, is_compressed: bool) -> BinaryIO:
    """Open a file, unpacked when gzip is around it."""
    return gzip.open(path) if is_compressed else path.open("rb")


def _blocks(path: Path, is_compressed: bool, digest: list[hashlib._Hash]) -> Iterator[bytes]:
    """Yield the content of a file, unpacked and held to the size limits; `digest` gets its SHA-256."""
    try:
        with path.open("rb") as raw:
            hashed = _Hashed(raw)
            source = gzip.GzipFile(fileobj=hashed) if is_compressed else hashed
            expanded = 0
            while block := source.read(_READ_BYTES):
                expanded += len(block)
                is_bomb = expanded > RATIO_FROM_BYTES and expanded > MAX_RATIO * hashed.bytes_read
                if is_compressed and (is_bomb or expanded > MAX_EXPANDED_BYTES):
                    raise InputError(
                        f"{path.name}: the gzip file unpacks to more than {MAX_RATIO} times its size or "
                        f"{MAX_EXPANDED_BYTES >> 30} GB; unpack it yourself, and split it if it is real."
                    )
                yield block
            digest.append(hashed.digest)
    except (OSError, EOFError, zlib.error) as error:
        raise damaged(path, error) from None


def _unfinished(block: bytes) -> int:
    """Return how many bytes at the end of a block of UTF-8 begin a character that goes on."""
    for count in range(1, min(4, len(block) + 1)):
        byte = block[-count]
        if byte >= 0xC0:
            return count if count < (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4) else 0
        if byte < 0x80:
            return 0
    return 0


def _is_utf8(path: Path, is_compressed: bool, digest: list[hashlib._Hash]) -> bool:
    is_valid, rest = True, b""
    for block in _blocks(path, is_compressed, digest):
        if not is_valid:
            continue
        block = rest + block
        cut = len(block) - _unfinished(block)
        rest = block[cut:]
        try:
            # Arrow checks several times as fast as a decoder that makes text of it.
            pa.array([block[:cut]], pa.binary()).cast(pa.string())
        except pa.ArrowInvalid:
            is_valid = False
    return is_valid and not rest


def _decodes(path: Path, is_compressed: bool, encoding: str, digest: list[hashlib._Hash]) -> bool:
    if encoding == "utf-8":
        return _is_utf8(path, is_compressed, digest)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in _blocks(path, is_compressed, digest):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_chinese(text: str) -> bool:
    import rjieba

    beyond = "".join(_BEYOND_ASCII.findall(text))
    chinese = len(_CHINESE.findall(beyond))
    if chinese < _CHINESE_MIN:
        return False
    if len(beyond.encode("gb2312", "ignore")) < 2 * _GB2312_SHARE * len(beyond):
        return False
    words = (word for word in rjieba.cut(text, False) if _CHINESE_WORD.fullmatch(word))
    return sum(map(len, words)) >= _WORD_SHARE * chinese


def _is_gb18030(path: Path, is_compressed: bool) -> bool:
    decoder = codecs.getincrementaldecoder("gb18030")()
    judged: list[str] = []
    length = 0
    try:
        for block in _blocks_then_end(path, is_compressed):
            before = decoder.getstate()[0]
            text = decoder.decode(block, final=not block)
            pending = decoder.getstate()[0]
            if text.encode("gb18030") + pending != before + block:
                return False
            if length < _JUDGED_CHARACTERS:
                judged.append(text[: _JUDGED_CHARACTERS - length])
                length += len(judged[-1])
    except UnicodeError:
        return False
    return _is_chinese("".join(judged))


def _blocks_then_end(path: Path, is_compressed: bool) -> Iterator[bytes]:
    yield from _blocks(path, is_compressed, [])
    yield b""


def examine(path: Path, is_compressed: bool, declared: str | None) -> TextFacts | None:
    """Read the whole file once and return its encoding and digest; None when no encoding is proven.

    `declared` is a key of ENCODINGS. Raises InputError when the file is damaged, a bomb, or not what its mark
    or the mapping says.
    """
    with open_bytes(path, is_compressed) as file:
        head = file.read(4)
    encoding = ENCODINGS[declared] if declared else None
    if head.startswith(codecs.BOM_UTF8):
        encoding = "utf-8"
    elif head.startswith(codecs.BOM_UTF16_LE):
        encoding = "utf-16-le"
    elif head.startswith(codecs.BOM_UTF16_BE):
        encoding = "utf-16-be"
    elif encoding == "utf-16":
        raise InputError(
            f"{path.name}: the file is declared as UTF-16 and has no byte order mark; export it again as "
            "'Unicode text' or 'CSV UTF-8'."
        )
    digest: list[hashlib._Hash] = []
    if encoding:
        if _decodes(path, is_compressed, encoding, digest):
            return TextFacts(encoding, digest[0])
        if encoding == "utf-8":
            return None
        raise InputError(
            f"{path.name}: the file is not {encoding.upper()} from beginning to end; copy or export it "
            "again, or save it "
            "as 'CSV UTF-8'."
        )
    if _decodes(path, is_compressed, "utf-8", digest):
        return TextFacts("utf-8", digest[0])
    if _is_gb18030(path, is_compressed):
        return TextFacts("gb18030", digest[0])
    return None


class Utf8Stream(io.RawIOBase):
    """The content of a text file of any encoding as UTF-8, without byte order mark."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready = b""
        self._is_start = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        while not self._ready:
            block = self._file.read(_READ_BYTES)
            text = self._decoder.decode(block, final=not block)
            if self._is_start:
                self._is_start = not text
                text = text.removeprefix("\ufeff")
            self._ready = text.encode()
            if not block:
                break
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()
