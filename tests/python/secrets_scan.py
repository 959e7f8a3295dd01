"""Search of everything a run leaves for words that must not be there."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from csat.sql_text import identifier

_HALF = 16
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def forms_of_key(key: bytes) -> dict[str, bytes]:
    """Return what a key looks like, by the name of the form; halves, so that a cut one is found too."""
    forms: dict[str, bytes] = {}
    for part, half in (("first", key[:_HALF]), ("last", key[-_HALF:])):
        text = half.hex()
        forms[f"{part} half, raw"] = half
        for name, case in (("hexadecimal", text), ("upper-case hexadecimal", text.upper())):
            forms[f"{part} half, {name}"] = case.encode()
            forms[f"{part} half, {name} in UTF-16"] = case.encode("utf-16-le")
        forms[f"{part} half, escaped"] = "".join(f"\\x{byte:02x}" for byte in half).encode()
        forms[f"{part} half, list of numbers"] = ", ".join(str(byte) for byte in half).encode()
        for name, content in (("base64", half), ("base64 of the text", text.encode())):
            for shift in range(3):
                # Base64 depends on where in the text the bytes begin; the edges mix with their neighbours.
                encoded = base64.b64encode(b"\0" * shift + content).rstrip(b"=")[(shift * 8 + 5) // 6 : -1]
                forms[f"{part} half, {name} at {shift}"] = encoded
                forms[f"{part} half, URL-safe {name} at {shift}"] = encoded.translate(_URL_SAFE)
    return forms


def forms_of_words(words: Iterable[str]) -> dict[str, bytes]:
    """Return words in the encodings in which files may hold them."""
    forms = {}
    for word in words:
        forms[word] = word.encode()
        forms[f"{word} in JSON"] = json.dumps(word)[1:-1].encode()
        forms[f"{word} in UTF-16"] = word.encode("utf-16-le")
    return forms


def _found(content: bytes, forms: dict[str, bytes]) -> Iterator[str]:
    for name, form in forms.items():
        if form in content:
            yield name


def _texts(column: pa.ChunkedArray) -> bytes:
    # A separator of its own keeps two values from making a word together.
    values = pc.unique(column.cast(pa.string()))
    return "\x00".join(value for value in values.to_pylist() if value is not None).encode()


def in_files(folder: Path, forms: dict[str, bytes]) -> list[str]:
    """Return 'file: form' for every form in a file below a folder; gzip and Parquet are opened."""
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content += gzip.decompress(content)
        if content[:4] == b"PAR1":
            table = pq.read_table(path, partitioning=None)
            binary = [column for column in table.columns if pa.types.is_binary(column.type)]
            content += b"\0".join(value for column in binary for value in column.to_pylist() if value)
            rest = [
                c for c in table.columns if not pa.types.is_binary(c.type) and not pa.types.is_nested(c.type)
            ]
            content += b"\0".join(_texts(column) for column in rest)
        found += [f"{path}: {form}" for form in _found(content, forms)]
    return found


def in_database(file: Path, forms: dict[str, bytes]) -> list[str]:
    """Return 'table.column: form' for every form in a text column of a DuckDB file, views included."""
    found = []
    with duckdb.connect(str(file), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() where not internal "
            "and (data_type like 'VARCHAR%' or data_type like 'BLOB%' or data_type like '%[]') order by all"
        ).fetchall()
        for schema, table, column in columns:
            values = connection.sql(
                f"select distinct cast({identifier(column)} as varchar) as value "
                f"from {identifier(schema)}.{identifier(table)} where {identifier(column)} is not null"
            ).to_arrow_table()
            content = "\0".join(values["value"].to_pylist()).encode()
            found += [f"{schema}.{table}.{column}: {form}" for form in _found(content, forms)]
        statements = connection.execute("select sql from duckdb_views() where not internal").fetchall()
        content = "\0".join(sql for (sql,) in statements if sql).encode()
        found += [f"views: {form}" for form in _found(content, forms)]
    return found
