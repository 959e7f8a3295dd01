"""Every encoding, separator and kind of file gives the same rows, and its refused rows byte for byte."""

from __future__ import annotations

import gzip
import json
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from workbook_files import parts, workbook, zipped

from csat.errors import InputError
from csat.gate import GateResult, run_gate
from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]
RECEIVED_ON = date(2026, 6, 30)
HEADER = "claim_id,insurer_id,reported_at,paid_amount,team_code\n"
ROWS = (
    "A1,x,2026-01-01 08:00:00,10.50,理赔服务中心\n"
    'A2,x,2026-01-02 08:00:00,7,"客户服务，热线 ""一"""\n'
    "A3,x,2026-02-30,7,车险理赔部门\n"
    "A4,x,2026-01-03 08:00:00,8,健康保险理赔\n"
)
ACCEPTED = [
    ("A1", datetime(2026, 1, 1), "10.50", "理赔服务中心"),
    ("A2", datetime(2026, 1, 2), "7.00", '客户服务，热线 "一"'),
    ("A4", datetime(2026, 1, 3), "8.00", "健康保险理赔"),
]


def gate(paths: Paths, name: str, content: bytes, files: str | None = None) -> GateResult:
    path = paths.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    mapping = None
    if files is not None:
        mapping = paths.data / "mapping"
        mapping.mkdir()
        (mapping / "columns.csv").write_text("file_pattern,table\n*,claims.claims\n", encoding="utf-8")
        (mapping / "files.csv").write_text(files, encoding="utf-8")
    return run_gate(paths, [path], "claims.claims", mapping, RECEIVED_ON)


def loaded(paths: Paths) -> list[tuple]:
    columns = "claim_id, reported_at, cast(paid_amount as varchar), team_code"
    return duckdb.sql(
        f"select {columns} from '{paths.raw}/claims/claims/part-*.parquet' order by all"
    ).fetchall()


def originals(paths: Paths) -> list[bytes]:
    folder = paths.quarantine / "claims" / "claims"
    return [row for part in folder.glob("*.parquet") for row in pq.read_table(part)["original"].to_pylist()]


TEXTS = {
    "utf-8": (HEADER + ROWS).encode(),
    "utf-8 with mark": (HEADER + ROWS).encode("utf-8-sig"),
    "utf-16 little": b"\xff\xfe" + (HEADER + ROWS).encode("utf-16-le"),
    "utf-16 big": b"\xfe\xff" + (HEADER + ROWS).encode("utf-16-be"),
    "gb18030": (HEADER + ROWS).encode("gb18030"),
    "semicolons": (HEADER + ROWS).replace(",", ";").encode(),
    "tabs": (HEADER + ROWS).replace(",", "\t").encode(),
    "utf-16 tabs": b"\xff\xfe" + (HEADER + ROWS).replace(",", "\t").encode("utf-16-le"),
    "carriage returns": (HEADER + ROWS).replace("\n", "\r\n").encode("gb18030"),
}


@pytest.mark.parametrize("is_compressed", [False, True])
@pytest.mark.parametrize("kind", TEXTS)
def test_text_in_every_guise_gives_the_same_rows_and_bytes(
    paths: Paths, kind: str, is_compressed: bool
) -> None:
    content = TEXTS[kind]
    name = "claims.csv.gz" if is_compressed else "claims.csv"
    table = gate(paths, name, gzip.compress(content) if is_compressed else content).tables[0]
    assert (table.read, table.accepted, table.quarantined) == (4, 3, 1)
    assert loaded(paths) == ACCEPTED
    bad = originals(paths)
    assert len(bad) == 1 and bad[0] in content
    encoding = "gb18030" if "gb" in kind or "carriage" in kind else "utf-8"
    encoding = "utf-16-be" if "big" in kind else "utf-16-le" if "16" in kind else encoding
    assert bad[0].decode(encoding).startswith("A3") and bad[0].decode(encoding).endswith("\n")


FOREIGN = {
    "korean": (
        "euc-kr",
        "고객 만족도 조사 결과입니다. 매우 만족, 보통, 불만족. 서비스에 대해 어떻게 생각하십니까",
    ),
    "japanese": (
        "euc-jp",
        "お客様満足度調査の結果についてご回答ください。非常に満足、普通、不満、保険金請求",
    ),
    "traditional": ("big5", "請問您對本公司的理賠服務感到滿意嗎非常滿意普通不滿意客戶服務中心"),
    "western": ("latin-1", "Réponse très satisfaisante, délai écoulé, remboursé après réclamation à l'été"),
    "shift-jis": ("shift-jis", "お客様満足度調査の結果についてご回答ください。非常に満足、普通、不満"),
    "too little": ("gb18030", "理赔服务"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_not_proven_to_be_gb18030_is_refused(paths: Paths, kind: str) -> None:
    encoding, text = FOREIGN[kind]
    content = HEADER.encode() + b"A1,x,2026-01-01,1," + text.replace(",", " ").encode(encoding) + b"\n"
    with pytest.raises(
        InputError, match=r"claims\.csv: row 1 is not UTF-8 .* declare its encoding in files.csv"
    ):
        gate(paths, "claims.csv", content)


def test_a_byte_that_is_no_gb18030_anywhere_in_the_file_is_no_proof(paths: Paths) -> None:
    content = (HEADER + ROWS * 50).encode("gb18030") + b"A9,x,2026-01-01,1,\xff\n"
    with pytest.raises(InputError, match="not proven to be GB18030"):
        gate(paths, "claims.csv", content)


def test_a_declared_encoding_needs_no_proof_but_must_hold(paths: Paths) -> None:
    short = (HEADER + "A1,x,2026-01-01,1,理赔\n").encode("gb18030")
    declared = "file_pattern,encoding\nclaims*,GBK\n"
    assert gate(paths, "claims.csv", short, declared).tables[0].accepted == 1
    with pytest.raises(InputError, match="is not GB18030 from beginning to end"):
        run_gate(paths, [_write(paths, "claims2.csv", short + b"\xff\n")], None, paths.data / "mapping")


def _write(paths: Paths, name: str, content: bytes) -> Path:
    (paths.landing / name).write_bytes(content)
    return paths.landing / name


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ("file_pattern,encoding\n*,ebcdic\n", "line 2: encoding 'ebcdic' is not read; write one of utf-8"),
        ("file_pattern,separator\n*,:\n", "line 2: separator ':' is not read; write one of comma"),
        ("file_pattern,header_rows\n*,0\n", "line 2: header_rows '0' is not a number from 1 to 10"),
        ("file_pattern,encoding\n,utf-8\n", "line 2: file_pattern is empty"),
        ("file_pattern,sheets\n*,a\n", "column 'sheets' is unknown; the nearest known name is 'sheet'"),
    ],
)
def test_a_mistake_in_files_csv_is_named(paths: Paths, files: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        gate(paths, "claims.csv", (HEADER + ROWS).encode(), files)


def test_a_separator_is_declared_where_it_cannot_be_proven(paths: Paths) -> None:
    # One row lacks a field, so the semicolon is not proven.
    text = (HEADER + ROWS + "A5,x\n").replace(",", ";").encode()
    with pytest.raises(InputError, match="unknown"):
        gate(paths, "claims.csv", text)
    table = gate(paths, "claims.csv", text, "file_pattern,separator\n*,semicolon\n").tables[0]
    assert (table.accepted, table.reasons["", "ragged_row"]) == (3, 1)


def test_a_comma_stays_the_separator_when_both_would_do(paths: Paths) -> None:
    rows = "A1,x,2026-01-01,1,a;b\nA2,x,2026-01-01,1,c;d\n"
    assert gate(paths, "claims.csv", (HEADER + rows).encode()).tables[0].accepted == 2


# Workbooks


CELLS = [
    ["claim_id", "insurer_id", "reported_at", "paid_amount", "team_code"],
    ["A1", "x", datetime(2026, 1, 1, 8), 10.5, "理赔服务中心"],
    ["A2", "x", "2026-01-02 08:00:00", 7, '客户服务，热线 "一"'],
    [None, None, None, None, None],
    ["A3", "x", "2026-02-30", 7, "车险"],
    ["A4", "x", datetime(2026, 1, 3, 8, 0, 0), 8, "健康保险理赔"],
]


def test_a_workbook_gives_the_rows_of_the_csv(paths: Paths) -> None:
    table = gate(paths, "claims.xlsx", workbook(CELLS)).tables[0]
    assert (table.read, table.accepted, table.quarantined) == (4, 3, 1)
    assert loaded(paths) == ACCEPTED
    assert json.loads(originals(paths)[0]) == ["A3", "x", "2026-02-30", "7", "车险"]
    numbers = f"select source_row_number from '{paths.raw}/claims/claims/part-*.parquet' order by 1"
    assert [number for (number,) in duckdb.sql(numbers).fetchall()] == [1, 2, 4]


def test_numbers_dates_and_truths_of_cells_read_as_csv_would_hold_them(paths: Paths) -> None:
    header = ["claim_id", "insurer_id", "reported_at", "paid_amount", "reopened", "team_code"]
    cells = [
        header,
        [1001, "x", date(2026, 1, 5), 0.1, True, 3.0],
        [1002.0, "x", datetime(2026, 1, 5, 12, 30, 15), 1234567.25, False, 2.5],
    ]
    gate(paths, "claims.xlsx", workbook(cells))
    found = duckdb.sql(
        "select claim_id, reported_at, cast(paid_amount as varchar), reopened, team_code "
        f"from '{paths.raw}/claims/claims/part-*.parquet' order by all"
    ).fetchall()
    assert found == [
        ("1001", datetime(2026, 1, 4, 16), "0.10", True, "3"),
        ("1002", datetime(2026, 1, 5, 4, 30, 15), "1234567.25", False, "2.5"),
    ]


def test_a_number_that_excel_has_rounded_is_refused(paths: Paths) -> None:
    cells = [CELLS[0], [110105194912310021, "x", "2026-01-01", 1, None], ["A1", "x", "2026-01-01", 1, None]]
    table = gate(paths, "claims.xlsx", workbook(cells)).tables[0]
    assert (table.accepted, table.reasons) == (1, {("", "ragged_row"): 1})
    part = next((paths.quarantine / "claims" / "claims").glob("*.parquet"))
    assert "more than 15 digits in 'claim_id'" in pq.read_table(part)["offending_value"].to_pylist()[0]


def test_the_sheet_is_the_first_or_the_declared_one(paths: Paths) -> None:
    book = workbook([["note"], ["nothing here"]], 数据=CELLS)
    with pytest.raises(InputError, match="'note' is unknown"):
        gate(paths, "claims.xlsx", book)
    assert gate(paths, "claims.xlsx", book, "file_pattern,sheet\n*,数据\n").tables[0].accepted == 3
    (paths.data / "mapping" / "files.csv").write_text("file_pattern,sheet\n*,Sheet9\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"there is no sheet 'Sheet9'; its sheets are Sheet1, 数据"):
        run_gate(paths, [paths.landing / "claims.xlsx"], None, paths.data / "mapping")


# JSON


def test_json_lines_and_arrays_give_the_rows_of_the_csv(paths: Paths) -> None:
    names = HEADER.strip().split(",")
    texts = [
        ["A1", "x", "2026-01-01 08:00:00", 10.50, "理赔服务中心"],
        ["A2", "x", "2026-01-02 08:00:00", 7, '客户服务，热线 "一"'],
        ["A3", "x", "2026-02-30", 7, None],
        ["A4", "x", "2026-01-03 08:00:00", 8, "健康保险理赔"],
    ]
    objects = [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in texts]
    lines = ("\n".join(objects) + "\n").encode()
    assert gate(paths, "claims.jsonl", lines).tables[0].accepted == 3
    assert loaded(paths) == ACCEPTED
    assert originals(paths) == [(objects[2] + "\n").encode()]
    array = ("[\n" + ",\n".join(objects) + "\n]\n").encode("utf-8-sig")
    for name, content in {"claims.json": array, "claims.json.gz": gzip.compress(array)}.items():
        table = gate(paths, name, content).tables[0]
        assert (table.read, table.duplicates, table.quarantined) == (4, 3, 1)


def test_numbers_of_json_keep_their_digits_and_bad_objects_are_rows(paths: Paths) -> None:
    lines = [
        '{"claim_id": 12345678901234567890, "insurer_id": "x", "reported_at": "2026-01-01"}',
        '{"claim_id": "B", "insurer_id": "x", "reported_at": "2026-01-01", "reopened": true}',
        '{"claim_id": "C", "insurer_id": "x", "reported_at": {"day": 1}}',
        '{"claim_id": "D", "claim_id": "E", "insurer_id": "x", "reported_at": "2026-01-01"}',
        '{"claim_id": "F", ',
        "[1]",
        '{"claim_id": "G", "insurer_id": "x", "reported_at": "2026-01-01", "paid_amount": NaN}',
    ]
    table = gate(paths, "claims.jsonl", "\n".join(lines).encode()).tables[0]
    assert (table.read, table.accepted) == (7, 2)
    assert table.reasons == {("", "ragged_row"): 4, ("paid_amount", "number_not_finite"): 1}
    ids = duckdb.sql(f"select claim_id from '{paths.raw}/claims/claims/part-*.parquet' order by 1").fetchall()
    assert ids == [("12345678901234567890",), ("B",)]
    assert [row.rstrip(b"\n").decode() for row in originals(paths)] == lines[2:]


def test_small_reads_give_the_same_array(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csat.gate.jsonfiles._READ_CHARACTERS", 7)
    objects = [
        {"claim_id": f"A{n}", "insurer_id": "x", "reported_at": "2026-01-01", "team_code": "理赔]},{"}
        for n in range(20)
    ]
    table = gate(paths, "claims.json", json.dumps(objects, ensure_ascii=False).encode()).tables[0]
    assert (table.read, table.accepted) == (20, 20)


# Multiple choice and fill-in


def test_choices_become_answers_and_typed_words_become_masked_text(paths: Paths) -> None:
    mapping = paths.data / "mapping"
    mapping.mkdir(parents=True)
    (mapping / "columns.csv").write_text(
        "file_pattern,table,source_column,target_column\nw*,survey.answers,id,response_id\n", encoding="utf-8"
    )
    (mapping / "questions.csv").write_text(
        "header,question_code,target,choices,null_values\n渠道,channels,raw_value,┋,(跳过)\n整体,overall,,,(跳过)\n",
        encoding="utf-8",
    )
    long = "┋".join(["x"] * 1000)
    file = paths.data / "w.csv"
    file.write_text(
        "id,渠道,整体\n1,微信┋ 电话 ┋┋其他〖打13800138000〗,9\n2,(跳过),(跳过)\n3,微信,\n4,┋,8\n5,"
        + long
        + ",7\n",
        encoding="utf-8",
    )
    table = run_gate(paths, [file], mapping=mapping, received_on=RECEIVED_ON).tables[0]
    assert (table.read, table.accepted) == (9, 9)
    answers = duckdb.sql(
        "select response_id, question_code, choice_number, raw_value, answer_text "
        f"from '{paths.raw}/survey/answers/part-*.parquet' order by all"
    ).fetchall()
    assert answers == [
        ("1", "channels", 1, "微信", None),
        ("1", "channels", 2, "电话", None),
        ("1", "channels", 3, "其他", "打[手机号]"),
        ("1", "overall", None, "9", None),
        ("3", "channels", 1, "微信", None),
        ("4", "channels", None, "┋", None),
        ("4", "overall", None, "8", None),
        ("5", "channels", None, long, None),
        ("5", "overall", None, "7", None),
    ]


# Translations


def test_names_and_labels_become_codes_where_the_mapping_says_so(paths: Paths) -> None:
    mapping = paths.data / "mapping"
    mapping.mkdir(parents=True)
    (mapping / "columns.csv").write_text(
        "file_pattern,table,source_column,target_column\nc*,claims.claims,公司,insurer_id\n"
        "c*,claims.claims,{file},claim_id\nc*,claims.claims,{row},claim_id\n",
        encoding="utf-8",
    )
    (mapping / "insurers.csv").write_text("insurer_found,insurer_id\n甲保险,ins_a\n", encoding="utf-8")
    (mapping / "categories.csv").write_text(
        "table,target_column,found,value\nclaims.claims,outcome,赔付,paid\n", encoding="utf-8-sig"
    )
    file = paths.data / "c1.csv"
    file.write_text("公司,reported_at,outcome\n甲保险,2026-01-01,赔付\n乙,2026-01-01,拒\n", encoding="utf-8")
    table = run_gate(paths, [file], mapping=mapping, received_on=RECEIVED_ON).tables[0]
    assert table.reasons == {("outcome", "value_not_allowed"): 1}
    found = duckdb.sql(
        f"select claim_id, insurer_id, outcome from '{paths.raw}/claims/claims/part-*.parquet'"
    )
    assert found.fetchall() == [("c1 1", "ins_a", "paid")]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("insurers.csv", "insurer_found,insurer_id\n甲,a\n甲,b\n", "line 3: '甲' stands for two values"),
        ("insurers.csv", "insurer_found,insurer_id\n甲,\n", "line 2: .* must both be filled"),
        ("categories.csv", "table,target_column,found,value\nclaims.claim,outcome,a,b\n", "'claims.claims'"),
        ("categories.csv", "table,target_column,found,value\nclaims.claims,outcom,a,b\n", "'outcome'"),
        ("categories.csv", "table,target_column,found,value\nclaims.claims,customer_key,a,b\n", "no column"),
    ],
)
def test_a_mistake_in_a_translation_is_named(paths: Paths, name: str, text: str, sentence: str) -> None:
    mapping = paths.data / "mapping"
    mapping.mkdir(parents=True)
    (mapping / "columns.csv").write_text("file_pattern,table\n*,claims.claims\n", encoding="utf-8")
    (mapping / name).write_text(text, encoding="utf-8")
    file = paths.data / "claims.csv"
    file.write_text(HEADER + ROWS, encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        run_gate(paths, [file], mapping=mapping)


def test_a_workbook_under_another_name_is_said_to_be_one(paths: Paths) -> None:
    with pytest.raises(
        InputError, match=r"this is an XLSX workbook under the name of a text file; rename it to claims\.xlsx"
    ):
        gate(paths, "claims.csv", workbook(CELLS))
    assert gate(paths, "claims", zipped(parts({"S": CELLS}))).tables[0].accepted == 3
