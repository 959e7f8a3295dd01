"""Files that are broken, mislabelled or meant to harm: one sentence each, in bounds, nothing lost."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import stat
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from workbook_files import parts, workbook, zipped

import csat.gate.run
import csat.gate.store
from csat.contract import Table
from csat.errors import InputError, sentence_of_library
from csat.gate import FilesRefused, GateResult, gate_landing, read_requests, run_gate
from csat.gate.readers import open_landing
from csat.gate.rows import FileSettings
from csat.inspection import inspect
from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]
RECEIVED_ON = date(2026, 6, 30)
HEADER = b"claim_id,insurer_id,reported_at,outcome\n"
GOOD = b"A1,x,2026-01-01,paid\n"
GOOD2 = b"A2,x,2026-01-01,paid\n"
ROWS = HEADER + GOOD + GOOD2
SECONDS = 30
CELLS = [["claim_id", "insurer_id", "reported_at"], ["A1", "x", "2026-01-01"], ["A2", "x", "2026-01-01"]]
# Bytes of 5,000 mutated files are conserved, half of them in small blocks; the whole gate, which takes
# twenty times longer, reads fewer unless CSAT_TEST_MUTATIONS says how many.
MUTATIONS = 5000
GATED = int(os.environ.get("CSAT_TEST_MUTATIONS") or 400)


@pytest.fixture
def paths(tmp_path: Path, contract: dict[str, Table], monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("CSAT_KEY", "ab" * 32)
    monkeypatch.setattr(csat.gate.store, "sync", lambda path: None)
    # Every run writes every empty table; two of the contract, which refer to no other, are enough here.
    few = {
        name: replace(
            contract[name],
            columns=type(contract[name].columns)(
                replace(column, references=None) for column in contract[name].columns
            ),
        )
        for name in ("claims.claims", "policy.customers")
    }
    few |= {name: table for name, table in contract.items() if table.is_written_by_gate}
    monkeypatch.setattr(csat.gate.run, "read_contract", lambda project: few)
    monkeypatch.setattr(csat.gate.run, "unmatched_references", lambda *_: [])
    return Paths(project=PROJECT, data=tmp_path / "data", framework_source=PROJECT / "seeds" / "framework")


def parquet(columns: dict[str, object]) -> bytes:
    output = io.BytesIO()
    pq.write_table(pa.table(columns), output)
    return output.getvalue()


PARQUET = parquet({"claim_id": ["A1"] * 50, "insurer_id": ["x"] * 50, "reported_at": ["2026-01-01"] * 50})
BOOK = workbook(CELLS)
JSON_ROW = b'{"claim_id": "A1", "insurer_id": "x", "reported_at": "2026-01-01"}'
WIDE = ",".join(f"c{n}" for n in range(10_000)).encode()


def bomb(size: int) -> bytes:
    return gzip.compress(HEADER + b"\n" * size)


def lying_zip() -> bytes:
    """A workbook whose directory states a smaller size than its sheet unpacks to."""
    found = parts({"S": CELLS})
    content = bytearray(zipped(found))
    sheet = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = sheet.compress(b" " * (64 << 20)) + sheet.flush()
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as archive:
        for name, text in found.items():
            archive.writestr(name, packed if name.startswith("xl/worksheets") else text)
    content = bytearray(output.getvalue())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
        start = entry.header_offset
    # Deflated, it says in the header and in the directory; the sizes stay those of the packed bytes.
    content[start + 8 : start + 10] = b"\x08\x00"
    place = content.rindex(b"xl/worksheets/sheet1.xml") - 46
    content[place + 10 : place + 12] = b"\x08\x00"
    return bytes(content)


def flagged(flag: int) -> bytes:
    content = bytearray(BOOK)
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= flag
    return bytes(content)


FAR = '<c r="XFD1048576"><v>1</v></c>'
FAR_ROWS = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="9">{FAR}</row>'
FAR_SHEET = f"<worksheet><sheetData>{FAR_ROWS}</sheetData></worksheet>"


def sheet_of(*rows: str, renamed: bool = False) -> bytes:
    """A workbook of rows given as XML; renamed puts its sheet where no sheet is looked for."""
    body = "".join(f'<row r="{n}">{row}</row>' for n, row in enumerate(rows, start=1))
    found = parts({"S": f'<?xml version="1.0"?><worksheet {MAIN}><sheetData>{body}</sheetData></worksheet>'})
    if renamed:
        found["xl/sheets/one.xml"] = found.pop("xl/worksheets/sheet1.xml")
        links = "xl/_rels/workbook.xml.rels"
        found[links] = found[links].replace("worksheets/sheet1.xml", "sheets/one.xml")
    return zipped(found)


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
NAMES = "".join(
    f'<c r="{place}1" t="inlineStr"><is><t>{name}</t></is></c>'
    for place, name in zip("ABC", CELLS[0], strict=True)
)
OTHERS = {
    "S": CELLS,
    "errors": f'<worksheet {MAIN}><sheetData><row><c r="A1" t="e"/></row></sheetData></worksheet>',
    "far": FAR_SHEET,
}
SHARED = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 100_001))


def text_bomb() -> bytes:
    """A workbook of one long text that every cell shares."""
    found = parts(
        {"S": f'<?xml version="1.0"?><worksheet {MAIN}><sheetData>{SHARED}</sheetData></worksheet>'}
    )
    found["xl/sharedStrings.xml"] = (
        f'<sst {MAIN} count="1" uniqueCount="1"><si><t>{"甲" * 33_000}</t></si></sst>'
    )
    found["[Content_Types].xml"] = found["[Content_Types].xml"].replace(
        "</Types>",
        '<Override PartName="/xl/sharedStrings.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    )
    links = "xl/_rels/workbook.xml.rels"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    found[links] = found[links].replace(
        "</Relationships>",
        f'<Relationship Id="t1" Type="{kind}" Target="sharedStrings.xml"/></Relationships>',
    )
    return zipped(found)


# Name of the file, its content, and what the sentence must say.
REFUSED: dict[str, tuple[str, bytes | Callable[[], bytes], tuple[str, ...]]] = {
    "far cell in single quotes": (
        "claims.xlsx",
        sheet_of(NAMES, FAR.replace('"', "'")),
        ["1,048,576", "save it as CSV"],
    ),
    "far cell with blanks": ("claims.xlsx", sheet_of(NAMES, FAR.replace("=", " = ")), ["1,048,576"]),
    "far cell in a sheet elsewhere": ("claims.xlsx", sheet_of(NAMES, FAR, renamed=True), ["1,048,576"]),
    "far row without places": (
        "claims.xlsx",
        zipped(
            parts(
                {
                    "S": f'<worksheet {MAIN}><sheetData><row r="1">{NAMES}</row><row r="1048576">'
                    f"{'<c><v>1</v></c>' * 16_000}</row></sheetData></worksheet>"
                }
            )
        ),
        ["takes more than", "save it as CSV"],
    ),
    "one long text in all cells": ("claims.xlsx", text_bomb, ["takes more than 768 MB"]),
    "error of a formula": (
        "claims.xlsx",
        sheet_of(NAMES, '<c r="A2" t="e"><v>#N/A</v></c>'),
        ["cell A2 holds a formula without a result", "paste the values"],
    ),
    "formula never calculated": (
        "claims.xlsx",
        sheet_of(NAMES, '<c r="B2"><f>1+1</f></c>'),
        ["cell B2 holds"],
    ),
    "error of a cell with long attributes": (
        "claims.xlsx",
        sheet_of(NAMES, f'<c foo="{"z" * 5000}>" r="A2" bar="{"z" * 3000}" t="e"><v>#N/A</v></c>'),
        ["cell A2 holds"],
    ),
    "error of a cell without a place": (
        "claims.xlsx",
        sheet_of(NAMES, '<c t="e"><v>#N/A</v></c>'),
        ["a cell holds a formula without a result"],
    ),
    "formula with an empty result": (
        "claims.xlsx",
        sheet_of(NAMES, f'<c r="B2" s="1" ><f t="shared" si="0" >{"1+" * 4000}1</f ><v></v></c >'),
        ["cell B2 holds"],
    ),
    "far cell with long attributes": (
        "claims.xlsx",
        sheet_of(NAMES, FAR.replace("r=", f'foo="{"z" * 5000}" r=')),
        ["1,048,576"],
    ),
    "half a character in JSON": ("claims.json", JSON_ROW.replace(b'"A1"', b'"A\\ud800"'), ["cannot be read"]),
    "rows without a header": (
        "claims.csv",
        "王小明,13800138000,2026-01-01\n".encode(),
        ["no header", "add a row of column names"],
    ),
    "nothing": ("a.csv", b"", ("empty (0 bytes)", "export it again")),
    "only blank lines": ("a.csv", b"\n\r\n\n", ("no header row",)),
    "only a mark": ("a.csv", b"\xef\xbb\xbf", ("no header row",)),
    "only a utf-16 mark": ("a.csv", b"\xff\xfe", ("no header row",)),
    "web page as csv": ("a.csv", b"<!DOCTYPE html><table><tr><td>1</td></tr></table>", ("web page", "XLSX")),
    "web page as xls": ("a.xls", b"  <html><body><table></table></body></html>", ("web page", "XLSX")),
    "bare table as xls": ("a.xls", b"\xef\xbb\xbf<table border=1><tr><td>x</td></tr></table>", ("web page",)),
    "xml as csv": ("a.csv", b"<?xml version='1.0'?><rows/>", ("web page (HTML or XML)",)),
    "workbook as csv": ("a.csv", BOOK, ("XLSX workbook under the name of a text file", "a.xlsx")),
    "workbook as txt": ("a.txt", BOOK, ("XLSX workbook under the name", "a.xlsx")),
    "zip as csv": ("a.csv", zipped({"a.txt": "x"}), ("zip archive", "unpack it")),
    "word document": ("a.docx", zipped({"word/document.xml": "x"}), ("zip archive",)),
    "empty zip": ("a.xlsx", zipped({}), ("empty or split zip",)),
    "old excel": ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ("old Excel", "XLSX")),
    "pdf": ("a.csv", b"%PDF-1.7\n" + ROWS, ("PDF", "export the table")),
    "png": ("a.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 99, ("picture",)),
    "jpeg": ("a.csv", b"\xff\xd8\xff\xe0" + b"\0" * 99, ("picture",)),
    "program": ("a.csv", b"\x7fELF" + b"\0" * 99, ("program",)),
    "rar": ("a.csv", b"Rar!\x1a\x07\x00", ("archive", "unpack")),
    "bzip2": ("a.csv.bz2", b"BZh91AY&SY", ("compressed", "gzip")),
    "xz": ("a.csv.xz", b"\xfd7zXZ\x00", ("compressed", "gzip")),
    "zstd": ("a.csv.zst", b"\x28\xb5\x2f\xfd\x00", ("compressed", "gzip")),
    "sqlite": ("a.csv", b"SQLite format 3\x00" + b"\0" * 99, ("SQLite", "CSV")),
    "duckdb": ("a.csv", b"\0" * 8 + b"DUCK" + b"\0" * 99, ("DuckDB", "--from duckdb:")),
    "orc": ("a.orc", b"ORC\x00", ("ORC", "Parquet")),
    "avro": ("a.avro", b"Obj\x01", ("Avro", "Parquet")),
    "utf-32": ("a.csv", b"\xff\xfe\x00\x00" + "claim_id\n".encode("utf-32-le"), ("UTF-32",)),
    "utf-16 without mark": ("a.csv", ROWS.decode().encode("utf-16-le"), ("NUL bytes", "UTF-16")),
    "random bytes": ("a.csv", random.Random(1).randbytes(5000), ("not UTF-8",)),
    "zeros": ("a.csv", b"\0" * 5000, ("NUL bytes", "binary")),
    "utf-16 cut in a character": ("a.csv", b"\xff\xfe" + ROWS.decode().encode("utf-16-le")[:-1], ("UTF-16",)),
    "utf-16 lone surrogate": (
        "a.csv",
        b"\xff\xfe" + b"a\x00\n\x00\x00\xd8\n\x00",
        ("UTF-16-LE from beginning",),
    ),
    "mark and then latin": (
        "a.csv",
        b"\xef\xbb\xbf" + HEADER + b"\xe9,x,2026-01-01,paid\n",
        ("row 1", "0xe9"),
    ),
    "utf-8 cut in a character": ("a.csv", ROWS + "A3,x,2026-01-01,中".encode()[:-1], ("row 3", "UTF-8")),
    "surrogate in utf-8": ("a.csv", ROWS + b"\xed\xa0\x80,x,2026-01-01,paid\n", ("row 3", "0xed")),
    "overlong utf-8": ("a.csv", ROWS + b"\xc0\xaf,x,2026-01-01,paid\n", ("row 3", "0xc0")),
    "mixed utf-8 and gb18030": (
        "a.csv",
        HEADER + "客户服务中心".encode() + "理赔服务中心".encode("gb18030"),
        ("GB18030",),
    ),
    "quote never closed": ("a.csv", HEADER + GOOD + b'A2,x,"2026\n' + GOOD * 9, ("row 2", "never closed")),
    "quote never closed at the end": ("a.csv", ROWS + b'A3,x,2026-01-01,"pa', ("never closed",)),
    "quote in the header never closed": ("a.csv", b'claim_id,"insurer_id\n' + GOOD * 3, ("never closed",)),
    "many lines in an open quote": ("a.csv", HEADER + b'"' + GOOD * 200_000, ("never closed",)),
    "header missing": ("a.csv", GOOD + GOOD2, ("'A1' is unknown to claims.claims",)),
    "header twice": ("a.csv", HEADER.replace(b"outcome", b"claim_id") + GOOD, ("'claim_id' stands twice",)),
    "header misspelt": (
        "a.csv",
        HEADER.replace(b"outcome", b"outcom") + GOOD,
        ("nearest known name is 'outcome'",),
    ),
    "column missing": ("a.csv", b"claim_id,insurer_id\nA1,x\n", ("'reported_at' required by claims.claims",)),
    "column extra": (
        "a.csv",
        b"claim_id,insurer_id,reported_at,zzz\nA1,x,2026-01-01,1\n",
        ("'zzz' is unknown",),
    ),
    "header empty cell": ("a.csv", b"claim_id,insurer_id,reported_at,\nA1,x,2026-01-01,\n", ("column ''",)),
    "header with a line break": ("a.csv", b'claim_id,insurer_id,reported_at,"a\nb"\n', ("'a b' is unknown",)),
    "header that turns the text": (
        "a.csv",
        "claim_id,insurer_id,reported_at,\u202egnp.x\n".encode(),
        ("'gnp.x'",),
    ),
    "header of a formula": ("a.csv", b"claim_id,insurer_id,reported_at,=cmd()\n", ("'=cmd()' is unknown",)),
    "header of sql": ("a.csv", b"claim_id,insurer_id,reported_at,x'); drop table y --\n", ("is unknown",)),
    "10,000 columns": ("a.csv", WIDE + b"\n" + WIDE + b"\n", ("10,000 columns", "at most 5,000")),
    "10,000 columns in json": (
        "a.json",
        json.dumps([{f"c{n}": 1 for n in range(10_000)}]).encode(),
        ("at most 5,000",),
    ),
    "10,000 columns in parquet": (
        "a.parquet",
        lambda: parquet({f"c{n}": [1] for n in range(10_000)}),
        ("at most 5,000",),
    ),
    "one line of 100 MB": ("a.csv", lambda: HEADER + b"A" * (100 << 20), ("longer than 8 MB",)),
    "a header of 100 MB": ("a.csv", lambda: b"A" * (100 << 20), ("longer than 8 MB",)),
    "one json line of 100 MB": (
        "a.json",
        lambda: b'{"a": "' + b"A" * (100 << 20) + b'"}',
        ("longer than 8 MB",),
    ),
    "gzip cut off": ("a.csv.gz", gzip.compress(ROWS * 500)[:-9], ("damaged", "again")),
    "gzip with a wrong checksum": ("a.csv.gz", gzip.compress(ROWS)[:-8] + b"\0" * 8, ("damaged",)),
    "gzip broken inside": ("a.csv.gz", gzip.compress(ROWS * 9)[:20] + b"\xff" * 40, ("damaged",)),
    "gzip of nothing": ("a.csv.gz", gzip.compress(b""), ("nothing inside",)),
    "gzip and junk": ("a.csv.gz", gzip.compress(ROWS) + b"junk", ("damaged",)),
    "gzip head alone": ("a.csv.gz", b"\x1f\x8b", ("damaged",)),
    "gzip in gzip": ("a.csv.gz", gzip.compress(gzip.compress(ROWS)), ("compressed itself",)),
    "workbook in gzip": ("a.xlsx.gz", gzip.compress(BOOK), ("compressed itself",)),
    "gzip bomb": ("a.csv.gz", lambda: bomb(300 << 20), ("more than 200 times",)),
    "parquet cut off": ("a.parquet", PARQUET[:-12], ("damaged", "again")),
    "parquet head alone": ("a.parquet", b"PAR1", ("damaged",)),
    "parquet broken inside": ("a.parquet", PARQUET[:40] + b"\xff" * 30 + PARQUET[70:], ("damaged",)),
    "parquet with nested column": (
        "a.parquet",
        lambda: parquet({"claim_id": [["a"]]}),
        ("'claim_id' is nested",),
    ),
    "parquet of one long value": (
        "a.parquet",
        lambda: parquet(dict.fromkeys(("claim_id", "insurer_id", "reported_at"), ["x" * 20_000] * 60_000)),
        ("more than 200 times",),
    ),
    "parquet of rows without end": (
        "a.parquet",
        lambda: parquet({"claim_id": pa.repeat(1, 80_000_000)}),
        ("more than 200 times",),
    ),
    "workbook cut off": ("a.xlsx", BOOK[:-60], ("damaged",)),
    "workbook head alone": ("a.xlsx", b"PK\x03\x04", ("damaged",)),
    "workbook broken inside": ("a.xlsx", BOOK[:60] + b"\xff" * 40 + BOOK[100:], ("damaged",)),
    "workbook with a password": ("a.xlsx", flagged(1), ("password",)),
    "workbook without sheet": ("a.xlsx", zipped(parts({})), ("no sheet",)),
    "workbook of broken xml": (
        "a.xlsx",
        zipped(parts({"S": "<worksheet><sheetData><row><c r='A1'"})),
        ("a.xlsx",),
    ),
    "workbook empty": ("a.xlsx", workbook([]), ("no header row",)),
    "workbook of 17 thousand million cells": (
        "a.xlsx",
        zipped(parts({"S": FAR_SHEET})),
        ("at most 20,000,000",),
    ),
    "workbook bomb": ("a.xlsx", lambda: zipped(parts({"S": " " * (300 << 20)})), ("more than 200 times",)),
    "workbook that lies of its size": ("a.xlsx", lying_zip, ("a.xlsx",)),
    "workbook with a missing part": (
        "a.xlsx",
        zipped({name: text for name, text in parts({"S": CELLS}).items() if "sheet1" not in name}),
        ("damaged",),
    ),
    "json array cut off": ("a.json", b"[" + JSON_ROW + b",", ("cut off after element 1",)),
    "json array cut in an object": ("a.json", b"[" + JSON_ROW + b"," + JSON_ROW[:20], ("element 2",)),
    "json array with more after it": ("a.json", b"[" + JSON_ROW + b"]" + JSON_ROW, ("follows the end",)),
    "json array of nothing": ("a.json", b"[]", ("no header row",)),
    "json object over many lines": (
        "a.json",
        json.dumps({"a": {"b": 1}}, indent=1).encode(),
        ("line 1 is not",),
    ),
    "json nested without end": ("a.json", b"[{" + b'"a":[' * 100_000, ("a.json",)),
    "json nested in a line": ("a.jsonl", b'{"a":' * 100_000, ("line 1 is not",)),
    "json in gb18030": (
        "a.json",
        '[{"claim_id": "理赔服务中心"}]'.encode("gb18030"),
        ("JSON must be UTF-8",),
    ),
    "json in gzip cut off": ("a.json.gz", gzip.compress(JSON_ROW * 99)[:-9], ("damaged",)),
}

# Files that are read: what becomes of their rows.
READ: dict[str, tuple[str, bytes, int, dict[tuple[str, str], int]]] = {
    "headers in another order": (
        "a.csv",
        b"outcome,reported_at,insurer_id,claim_id\npaid,2026-01-01,x,A1\n",
        1,
        {},
    ),
    "blanks around headers": ("a.csv", b" claim_id ,insurer_id, reported_at\nA1,x,2026-01-01\n", 1, {}),
    "parquet under a csv name": ("a.csv", PARQUET, 1, {}),
    "two gzip members": ("a.csv.gz", gzip.compress(HEADER + GOOD) + gzip.compress(GOOD2), 2, {}),
    "two marks": ("a.csv", b"\xef\xbb\xbf" * 2 + ROWS, 2, {}),
    "two marks before quotes": (
        "a.csv",
        b"\xef\xbb\xbf" * 2 + b'"claim_id","insurer_id","reported_at","outcome"\n' + GOOD + b"A9,x,2026\n",
        1,
        {("", "ragged_row"): 1},
    ),
    "two marks in gzip": ("a.csv.gz", gzip.compress(b"\xef\xbb\xbf" * 2 + ROWS), 2, {}),
    "two marks in json": ("a.jsonl", b"\xef\xbb\xbf" * 2 + JSON_ROW + b"\n", 1, {}),
    "two marks in a json array": ("a.json", b"\xef\xbb\xbf" * 2 + b"[" + JSON_ROW + b"]", 1, {}),
    "no line end at the end": ("a.csv", ROWS[:-1], 2, {}),
    "old line ends": ("a.csv", ROWS.replace(b"\n", b"\r"), 2, {}),
    "ragged rows": ("a.csv", ROWS + b"A3,x\nA4,x,2026-01-01,paid,1\n", 2, {("", "ragged_row"): 2}),
    "a NUL in a row": (
        "a.csv",
        HEADER + GOOD + b"A\0,x,2026-13-01,paid\n",
        1,
        {("claim_id", "nul_character"): 1},
    ),
    "a quote inside a field": (
        "a.csv",
        ROWS + b'A"3,x,2026-01-01,pa"id\n',
        2,
        {("outcome", "value_not_allowed"): 1},
    ),
    "errors and far cells on other sheets": ("a.xlsx", zipped(parts(OTHERS)), 2, {}),
    "workbook under no name": ("a", BOOK, 2, {}),
    "json lines with a broken line": ("a.jsonl", JSON_ROW + b"\n{broken\n", 1, {("", "ragged_row"): 1}),
    "semicolons": ("a.csv", ROWS.replace(b",", b";"), 2, {}),
    "a header and no row": ("a.csv", HEADER, 0, {}),
}


def gate(paths: Paths, name: str, content: bytes) -> tuple[GateResult, str]:
    path = paths.landing / "claims" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    try:
        return run_gate(paths, [path], "claims.claims", received_on=RECEIVED_ON), ""
    except FilesRefused as refused:
        return refused.result, str(refused)


def test_there_are_enough_broken_files() -> None:
    assert len(REFUSED) + len(READ) >= 60


@pytest.mark.parametrize("kind", REFUSED)
def test_a_broken_file_is_refused_with_one_sentence_in_time(paths: Paths, kind: str) -> None:
    name, content, expected = REFUSED[kind]
    content = content() if callable(content) else content
    started = time.monotonic()
    result, sentence = gate(paths, name, content)
    assert time.monotonic() - started < SECONDS
    assert sentence.startswith(name) and "\n" not in sentence and len(sentence) < 1000
    assert [part for part in expected if part not in sentence] == []
    assert result.tables == [] and not list(
        (paths.raw / "claims" / "claims").glob("part-[0-9a-f]*[0-9a-f].parquet")
    )


@pytest.mark.parametrize("kind", READ)
def test_an_odd_file_is_read_with_its_bad_rows_refused(paths: Paths, kind: str) -> None:
    name, content, accepted, reasons = READ[kind]
    result, sentence = gate(paths, name, content)
    assert sentence == ""
    table = result.tables[0]
    assert (table.accepted, table.reasons) == (accepted, reasons)
    assert table.read == table.accepted + table.quarantined + table.duplicates


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="the peak is read from /proc")
def test_memory_stays_bounded(tmp_path: Path) -> None:
    # Not ru_maxrss: a child begins with the peak of the process that started it.
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from csat.errors import InputError\n"
        "from csat.gate.readers import open_landing\n"
        "for path in map(Path, sys.argv[1:]):\n"
        "    try:\n"
        "        for _ in open_landing(path).batches(): pass\n"
        "    except (InputError, UnicodeError): continue\n"
        "status = Path('/proc/self/status').read_text()\n"
        "print(next(line.split()[1] for line in status.splitlines() if line.startswith('VmHWM')))\n"
    )
    paths = []
    for position, (name, content, *_) in enumerate([*REFUSED.values(), *READ.values()]):
        paths.append(tmp_path / str(position) / name)
        paths[-1].parent.mkdir()
        paths[-1].write_bytes(content() if callable(content) else content)
    ran = subprocess.run(
        [sys.executable, "-c", script, *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert 0 < int(ran.stdout) * 1024 < 1 << 30


def test_the_sheet_that_is_named_is_the_one_that_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(zipped(parts(OTHERS)))
    with pytest.raises(InputError, match="cell A1 holds a formula without a result"):
        open_landing(path, FileSettings(sheet="errors"))
    # Where the parts do not tell which sheet lies where, every part counts.
    found = parts(OTHERS)
    found["xl/_rels/workbook.xml.rels"] = found["xl/_rels/workbook.xml.rels"].replace("worksheets/", "w/")
    path.write_bytes(zipped(found))
    with pytest.raises(InputError, match="cell A1 holds"):
        open_landing(path)


def test_wide_json_is_read_in_blocks_of_few_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    wide = json.dumps({f"k{n}": 1 for n in range(4_000)})
    path.write_text("\n".join([wide, *['{"k1": 2}'] * 2_000]), encoding="utf-8")
    blocks = [len(batch.row_numbers) for batch in open_landing(path).batches()]
    assert sum(blocks) == 2_001 and max(blocks) * 4_000 <= 2_000_000


# The landing folder


def test_links_and_tricks_in_the_landing_folder_are_refused_and_others_go_on(
    paths: Paths, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(ROWS)
    folder = paths.landing / "claims"
    folder.mkdir(parents=True)
    (folder / "claims_link.csv").symlink_to(secret)
    (folder / "claims_broken.csv").symlink_to(tmp_path / "absent.csv")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "claims_1.csv").write_bytes(ROWS)
    (folder / "deep").symlink_to(tmp_path / "elsewhere")
    (folder / "claims_\u202evsc.csv").write_bytes(ROWS)
    (folder / "claims_\nb.csv").write_bytes(ROWS)
    os.mkfifo(folder / "claims_pipe.csv")
    (folder / "~$claims.xlsx").write_bytes(b"lock")
    (folder / "claims_good.csv").write_bytes(ROWS)
    (folder / "claims_no.csv").write_bytes(ROWS + b"A9,x,2026-01-01,paid\n")
    (folder / "claims_no.csv").chmod(0)
    with pytest.raises(FilesRefused) as caught:
        gate_landing(paths, RECEIVED_ON)
    sentences = sorted(caught.value.result.refused)
    expected = [
        "claims_ b.csv: the name",
        "claims_broken.csv: this is a link",
        "claims_link.csv: this is a link",
    ]
    expected += ["claims_pipe.csv: this is not a file", "claims_vsc.csv: the name", "deep: this is a link"]
    if os.getuid():
        expected.append(f"{folder}/claims_no.csv: the file cannot be read")
    assert [any(sentence.startswith(start) for sentence in sentences) for start in expected] == [True] * len(
        expected
    )
    assert {table.source_file for table in caught.value.result.tables} >= {"claims_good.csv"}
    assert not any(stat.S_ISLNK(path.lstat().st_mode) for path in paths.raw.rglob("*"))


def test_a_file_that_cannot_be_read_does_not_stop_the_others(paths: Paths) -> None:
    put = paths.landing / "claims"
    put.mkdir(parents=True)
    (put / "claims_0.json").write_bytes(JSON_ROW.replace(b'"A1"', b'"A\\ud800"'))
    (put / "claims_1.csv").write_bytes(HEADER + b"A1,x,2026-01-01,paid\n")
    with pytest.raises(FilesRefused) as caught:
        gate_landing(paths, RECEIVED_ON)
    assert [(one.source_file, one.accepted) for one in caught.value.result.tables] == [("claims_1.csv", 1)]
    assert len(caught.value.result.refused) == 1 and isinstance(caught.value.__cause__, UnicodeError)


def test_a_file_that_grows_while_it_is_read_is_refused_whole(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = paths.landing / "claims"
    put.mkdir(parents=True)
    (put / "claims.csv").write_bytes(HEADER + b"A1,x,2026-01-01,paid\n")
    flush = csat.gate.run._Stage.flush

    def growing(stage: csat.gate.run._Stage) -> None:
        with (put / "claims.csv").open("ab") as file:
            file.write(b"A2,x,2026-01-01,paid\n")
        flush(stage)

    monkeypatch.setattr(csat.gate.run._Stage, "flush", growing)
    with pytest.raises(FilesRefused, match="changed while it was read"):
        gate_landing(paths, RECEIVED_ON)
    monkeypatch.undo()
    monkeypatch.setenv("CSAT_KEY", "ab" * 32)


@pytest.mark.parametrize(
    ("name", "is_refused"),
    [
        ("投诉 13800138000.csv", True),
        ("11010519491231002X.csv", True),
        ("a@b.com.csv", True),
        ("claims_20260930.csv", False),
        ("export_1790000000000.csv", False),
        ("332211009_按文本_客户满意度_300_300.csv", False),
    ],
)
def test_a_file_may_not_be_called_by_the_number_of_a_person(
    paths: Paths, name: str, is_refused: bool
) -> None:
    _, sentence = gate(paths, name, HEADER + b"A1,x,2026-01-01,paid\n")
    assert ("the name of the file says who a person is" in sentence) == is_refused
    assert not is_refused or name not in sentence
    assert is_refused or sentence == ""


@pytest.mark.parametrize(
    "moment", [pa.scalar(1_767_225_600_000_000_001, pa.timestamp("ns")), pa.scalar(2**30, pa.date32())]
)
def test_a_moment_python_cannot_hold_is_kept_with_a_refused_row(paths: Paths, moment: pa.Scalar) -> None:
    columns = {
        "claim_id": ["A1"],
        "insurer_id": ["x"],
        "reported_at": pa.array([moment]),
        "outcome": ["bogus"],
    }
    result, sentence = gate(paths, "claims.parquet", parquet(columns))
    assert sentence == "" and result.tables[0].quarantined == 1
    (file,) = (paths.quarantine / "claims" / "claims").glob("*.parquet")
    assert b'"claim_id": "A1"' in pq.read_table(file)["original"].to_pylist()[0]


def test_a_long_field_is_a_row_to_refuse_and_no_damage(paths: Paths) -> None:
    result, sentence = gate(paths, "claims.csv", HEADER + b"A1,x,2026-01-01," + b"z" * 140_000 + b"\n")
    assert sentence == "" and result.tables[0].reasons == {("outcome", "text_too_long"): 1}


def test_a_linked_file_of_a_mapping_is_not_followed(paths: Paths, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("cd" * 32, encoding="utf-8")
    mapping = paths.landing / "claims" / "mapping"
    mapping.mkdir(parents=True)
    (mapping / "columns.csv").symlink_to(key)
    (mapping.parent / "claims.csv").write_bytes(HEADER + b"A1,x,2026-01-01,paid\n")
    with pytest.raises(FilesRefused, match="links are not followed") as caught:
        gate_landing(paths, RECEIVED_ON)
    assert "cdcd" not in str(caught.value)


def test_of_hidden_sheets_none_is_read(paths: Paths) -> None:
    found = parts({"secret": [["a"], ["b"]], "S": CELLS})
    book = "xl/workbook.xml"
    found[book] = found[book].replace('name="secret"', 'name="secret" state="veryHidden"')
    result, sentence = gate(paths, "claims.xlsx", zipped(found))
    assert sentence == "" and result.tables[0].accepted == 2


def test_a_linked_mapping_folder_is_not_followed(paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "mapping").mkdir()
    (tmp_path / "mapping" / "columns.csv").write_text(
        "file_pattern,table\n*,claims.claims\n", encoding="utf-8"
    )
    (paths.landing / "claims").mkdir(parents=True)
    (paths.landing / "claims" / "mapping").symlink_to(tmp_path / "mapping")
    with pytest.raises(FilesRefused, match="mapping: this is a link"):
        gate_landing(paths, RECEIVED_ON)


# Conservation


BLANK_ENDS = {
    "utf-16": (b"\n\0", b"\r\0"),
    **dict.fromkeys(("utf-8", "utf-8-sig", "gb18030"), (b"\n", b"\r")),
}


def mutated(rng: random.Random) -> tuple[bytes, str]:
    """A CSV file with some bytes changed, added, removed or moved."""
    rows = [
        b"A%d,x,2026-0%d-01,%s\n" % (n, n % 9 + 1, rng.choice([b"paid", b'"pa\nid"', b"open"]))
        for n in range(20)
    ]
    content = bytearray(HEADER + b"".join(rows))
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(content))
        kind = rng.randrange(6)
        if kind == 0:
            content[place] = rng.randrange(128)
        elif kind == 1:
            content[place:place] = rng.choice(
                [b'"', b'""', b",", b"\n", b"\r", b"\r\n", b"\0", "理赔".encode(), b"\n\n"]
            )
        elif kind == 2:
            del content[place : place + rng.randint(1, 30)]
        elif kind == 3:
            end = place + rng.randint(1, 60)
            content[place:place] = content[place:end]
        elif kind == 4:
            content[place:] = content[place:] + content[:place]
        else:
            content[place] = rng.choice(b'",\n\r')
    text = content.decode("utf-8", "ignore")
    encoding = rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "gb18030"])
    return text.encode(encoding), encoding


def check_conservation(path: Path, content: bytes, encoding: str) -> None:
    """Assert that header, rows and the blank lines between them are the file, byte for byte."""
    file = open_landing(path)
    numbers = [number for batch in file.batches() for number in batch.row_numbers.tolist()]
    every = sorted(numbers + [row.row_number for row in file.ragged])
    assert every == list(range(1, len(every) + 1))
    find = file.originals()
    rows = [find(number) for number in every]
    assert None not in rows and find(len(every) + 1) is None
    rest = content
    for row in reversed(rows):
        while not rest.endswith(row):
            # Between rows stand blank lines and nothing else.
            rest = rest[: -len(next(end for end in BLANK_ENDS[encoding] if rest.endswith(end)))]
        rest = rest[: -len(row)]
    left = csv.reader(io.StringIO(rest.decode(encoding), newline=""), delimiter=file.separator)
    assert [[name.strip() for name in row] for row in left if row] == [file.header]


@pytest.mark.parametrize("block", [4096, 200])
def test_accepted_and_refused_rows_are_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr("csat.gate.readers.BLOCK_BYTES", block)
    rng = random.Random(block)
    read = 0
    for number in range(MUTATIONS // 2):
        content, encoding = mutated(rng)
        path = tmp_path / f"{number}.csv"
        path.write_bytes(content)
        try:
            check_conservation(path, content, encoding)
        except InputError as error:
            assert "\n" not in str(error)
            continue
        read += 1
    assert read > MUTATIONS / 8


def test_counts_add_up_for_mutated_files(paths: Paths) -> None:
    rng = random.Random(7)
    folder = paths.landing / "claims"
    folder.mkdir(parents=True)
    for number in range(GATED):
        (folder / f"claims_{number}.csv").write_bytes(mutated(rng)[0])
    try:
        result = gate_landing(paths, RECEIVED_ON)
    except FilesRefused as refused:
        result = refused.result
    assert len(result.tables) > GATED / 2
    assert len(result.tables) + len(result.refused) == GATED
    for table in result.tables:
        landed = open_landing(folder / table.source_file)
        found = sum(len(batch.row_numbers) for batch in landed.batches()) + len(landed.ragged)
        assert found == table.read == table.accepted + table.quarantined + table.duplicates
        kept = paths.raw / "claims" / "claims" / f"part-{table.batch_id}.parquet"
        refused_rows = paths.quarantine / "claims" / "claims" / f"{table.batch_id}.parquet"
        for rows, part in ((table.accepted, kept), (table.quarantined, refused_rows)):
            assert rows == (pq.read_metadata(part).num_rows if part.exists() else 0)


# The machine


def test_a_damaged_part_is_named_with_what_brings_it_back(paths: Paths) -> None:
    gate(paths, "claims.csv", ROWS)
    (part,) = (paths.raw / "claims" / "claims").glob("part-[0-9a-f]*[0-9a-f].parquet")
    part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(duckdb.Error) as caught:
        gate(paths, "claims_2.csv", HEADER + GOOD)
    sentence = sentence_of_library(caught.value)
    assert sentence.startswith(f"{part}: this file is damaged; delete raw/gate/files/{part.name} ")
    (paths.raw / "gate" / "files" / part.name).unlink()
    result, _ = gate(paths, "claims.csv", ROWS)
    assert [(one.accepted, one.is_skipped) for one in result.tables] == [(2, False)]


def test_a_full_disk_is_one_sentence_and_other_errors_of_libraries_are_none() -> None:
    full = duckdb.IOException(
        'IO Error: Async write failed: {"exception_message":"Could not write file \\"/d/raw/x/y/.part-'
        '0123456789abcdef.parquet.tmp\\": No space left on device","errno":"28"}'
    )
    assert sentence_of_library(full).startswith("There is no space left on the disk")
    assert sentence_of_library(duckdb.IOException("IO Error: something else")) is None
    assert sentence_of_library(OSError("No space left on device")) is None


def test_a_list_that_is_not_utf_8_is_refused_without_quoting_it() -> None:
    with pytest.raises(InputError, match="cannot be read as a UTF-8 file") as refusal:
        read_requests(None, lambda: "客户号,张伟".encode("gb18030"))
    assert "张伟" not in str(refusal.value)
    assert read_requests(None, lambda: b"\xef\xbb\xbftoken\n") == ("token\n", "standard input")


def test_inspect_refuses_a_name_that_is_not_utf_8_and_follows_no_link(paths: Paths, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"claims_\xff.csv")
    odd.write_bytes(ROWS)
    with pytest.raises(InputError, match="the path of the file is not UTF-8"):
        inspect(paths, odd)
    secret = tmp_path / "secret.csv"
    secret.write_bytes("insurer_id,insurer_name_zh\nsecret,霁岚\n".encode())
    (paths.landing / "policy").mkdir(parents=True)
    (paths.landing / "policy" / "insurers_1.csv").symlink_to(secret)
    (paths.landing / "policy" / "insurers_2.csv").write_bytes("insurer_id\n客".encode("gb18030"))
    path = paths.landing / "claims" / "claims.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(ROWS)
    assert "secret" not in str(inspect(paths, path))
