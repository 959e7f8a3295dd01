"""Landing files: CSV, CSV with byte-order mark, gzipped CSV and Parquet; same columns, same bytes."""

from __future__ import annotations

import csv
import gzip
import io
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from csat.contract import Table

Columns = dict[str, np.ndarray]

ARROW_TYPES = {
    "string": pa.string(),
    "boolean": pa.bool_(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("s"),
    "decimal(18,2)": pa.decimal128(18, 2),
}


def concatenate(parts: list[Columns]) -> Columns:
    """Stack the columns of several insurers."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def as_text(values: np.ndarray) -> list[str]:
    """One column as CSV text; what is missing is empty."""
    if values.dtype.kind == "M":
        texts = np.datetime_as_string(values).tolist()
        return ["" if text == "NaT" else text.replace("T", " ") for text in texts]
    if values.dtype.kind == "b":
        return ["true" if value else "false" for value in values.tolist()]
    if values.dtype.kind in "iuU":
        return list(map(str, values.tolist()))
    return [value if type(value) is str else _text(value) for value in values.tolist()]


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def text_rows(columns: Columns) -> list[list[str]]:
    """Columns as rows of text."""
    return [list(row) for row in zip(*(as_text(values) for values in columns.values()), strict=True)]


def write_csv(path: Path, header: list[str], rows: list[list[str]], has_bom: bool = False) -> None:
    """Write UTF-8 CSV with LF ends; a path ending in .gz is compressed without a time stamp."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    content = buffer.getvalue().encode("utf-8-sig" if has_bom else "utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        with path.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=5, fileobj=raw, mtime=0) as handle:
            handle.write(content)
    else:
        path.write_bytes(content)


def _arrow_value(text: str, data_type: str) -> object:
    if text == "":
        return None
    if data_type in ("timestamp", "date"):
        return np.datetime64(text.replace(" ", "T"), "s" if data_type == "timestamp" else "D").item()
    if data_type.startswith("decimal"):
        return Decimal(text).quantize(Decimal("0.01"))
    if data_type == "boolean":
        return text == "true"
    return {"bigint": int, "double": float}.get(data_type, str)(text)


def _arrow_column(values: np.ndarray, kind: pa.DataType) -> pa.Array:
    if pa.types.is_decimal(kind):
        return pa.array(
            [None if value != value else Decimal(f"{value:.2f}") for value in values.tolist()], kind
        )
    if pa.types.is_floating(kind):
        return pa.array(values.astype(float), kind, from_pandas=True)
    return pa.array(values if values.dtype.kind == "M" else values.tolist(), kind)


def write_parquet(path: Path, table: Table, columns: Columns, extra: list[list[str]]) -> None:
    """Write Parquet with the landing names of the contract and its types; times are local, without a zone.

    extra: further rows as text, in the order of `columns`.
    """
    types = {column.landing_name: column.data_type for column in table.columns}
    types |= {column.landing_name: "string" for column in table.columns if column.identity}
    arrays = {}
    for place, (name, values) in enumerate(columns.items()):
        kind = ARROW_TYPES[types[name]]
        more = pa.array([_arrow_value(row[place], types[name]) for row in extra], kind)
        arrays[name] = pa.concat_arrays([_arrow_column(values, kind), more])
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(arrays), path, compression="zstd")
