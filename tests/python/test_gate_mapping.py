"""Mapping folders: foreign headers, wide questionnaires, and the sentences about mistakes in them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from csat.contract import Table
from csat.errors import InputError
from csat.gate import GateResult, gate_landing, run_gate
from csat.gate.mapping import read_mapping, resolve
from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]
RECEIVED_ON = date(2026, 6, 30)

COLUMNS = """file_pattern,table,source_column,target_column,constant,date_format,null_values,time_zone
wjx_*.csv,survey.responses,序号,response_id,,,,
wjx_*.csv,survey.responses,,insurer_id,ins_a,,,
wjx_*.csv,survey.responses,提交时间,submitted_at,,%Y年%m月%d日 %H:%M,,
wjx_*.csv,survey.responses,手机,phone,,,(空)|无,
wjx_*.csv,,来源IP,,,,,
"""
QUESTIONS = """header,question_code,target
1、满意吗,overall,
2、推荐吗,nps,raw_value
2、为什么,nps,answer_text
3、建议,advice,answer_text
"""
HEADER = "序号,提交时间,来源IP,手机,1、满意吗,2、推荐吗,2、为什么,3、建议,device\n"


def mapping(tmp_path: Path, columns: str = COLUMNS, questions: str | None = QUESTIONS) -> Path:
    folder = tmp_path / "mapping"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "columns.csv").write_text(columns, encoding="utf-8-sig")
    if questions is not None:
        (folder / "questions.csv").write_text(questions, encoding="utf-8")
    return folder


def gate(paths: Paths, folder: Path, content: str, name: str = "wjx_1.csv") -> GateResult:
    file = folder.parent / name
    file.write_text(content, encoding="utf-8")
    return run_gate(paths, [file], mapping=folder, received_on=RECEIVED_ON)


def rows(paths: Paths, address: str, columns: str) -> list[tuple]:
    folder = paths.raw / address.replace(".", "/")
    return duckdb.sql(f"select {columns} from '{folder}/part-*.parquet' order by all").fetchall()


def test_a_wide_questionnaire_becomes_responses_and_answers(paths: Paths, tmp_path: Path) -> None:
    content = (
        HEADER
        + "1,2026年1月2日 08:00,1.1.1.1,(空),非常满意,9,快,打13800138000,手机\n"
        + "2,2026年1月3日 08:00,1.1.1.1,13800138000,一般,,太慢,,电脑\n"
        + "3,2026年1月3日 08:00,1.1.1.1,,, ,,,\n"
        + "4,缺\n"
        + "5,2026-01-03,1.1.1.1,,一般,,,,\n"
    )
    result = gate(paths, mapping(tmp_path), content)
    assert [(t.table, t.read, t.accepted, t.quarantined) for t in result.tables] == [
        ("survey.responses", 5, 3, 2),
        ("survey.answers", 7, 6, 1),
    ]
    assert result.tables[0].reasons == {("", "ragged_row"): 1, ("submitted_at", "type_mismatch"): 1}
    assert rows(
        paths, "survey.responses", "response_id, insurer_id, submitted_at, phone_token is null, device"
    ) == [
        ("1", "ins_a", datetime(2026, 1, 2), True, "手机"),
        ("2", "ins_a", datetime(2026, 1, 3), False, "电脑"),
        ("3", "ins_a", datetime(2026, 1, 3), True, None),
    ]
    assert rows(
        paths, "survey.answers", "response_id, question_code, raw_value, answer_text, source_row_number"
    ) == [
        ("1", "advice", None, "打[手机号]", 1),
        ("1", "nps", "9", "快", 1),
        ("1", "overall", "非常满意", None, 1),
        ("2", "nps", None, "太慢", 2),
        ("2", "overall", "一般", None, 2),
        ("5", "overall", "一般", None, 5),
    ]


def test_a_changed_mapping_makes_a_new_batch(paths: Paths, tmp_path: Path) -> None:
    content = HEADER + "1,2026年1月2日 08:00,,,一般,,,,\n"
    first = gate(paths, mapping(tmp_path), content)
    assert all(table.is_skipped for table in gate(paths, mapping(tmp_path), content).tables)
    elsewhere = mapping(tmp_path, COLUMNS + "other_*.csv,claims.claims,a,claim_id,,,,\n")
    assert all(table.is_skipped for table in gate(paths, elsewhere, content).tables)
    again = gate(paths, mapping(tmp_path, COLUMNS.replace("(空)|无", "(空)")), content)
    assert again.tables[0].batch_id != first.tables[0].batch_id
    assert [table.duplicates for table in again.tables] == [1, 1]


@pytest.mark.parametrize(
    ("time_zone", "date_format", "text", "utc"),
    [
        ("", "", "2026-01-02 08:00", datetime(2026, 1, 2)),
        ("UTC", "", "2026-01-02 08:00", datetime(2026, 1, 2, 8)),
        ("America/New_York", "%d.%m.%Y %H:%M", "02.07.2026 08:00", None),  # after the day of receipt
        ("America/New_York", "%d.%m.%Y %H:%M", "02.06.2026 08:00", datetime(2026, 6, 2, 12)),
        ("UTC", "%d/%m/%Y %H:%M %z", "02/01/2026 08:00 +0800", datetime(2026, 1, 2)),
        ("UTC", "%d/%m/%Y %H:%M %z", "02/01/2026 08:00", None),
    ],
)
def test_time_zone_and_format_of_a_column(
    paths: Paths, tmp_path: Path, time_zone: str, date_format: str, text: str, utc: datetime | None
) -> None:
    columns = (
        COLUMNS.splitlines()[0] + f"\nc*.csv,claims.claims,when,reported_at,,{date_format},,{time_zone}\n"
    )
    content = f"claim_id,insurer_id,when\nA,x,{text}\n"
    gate(paths, mapping(tmp_path, columns, None), content, "c.csv")
    assert rows(paths, "claims.claims", "reported_at") == ([(utc,)] if utc else [])


def test_a_mapping_in_the_landing_folder_applies_to_its_files(paths: Paths) -> None:
    mapping(paths.landing / "survey")
    (paths.landing / "survey" / "wjx_1.csv").write_text(
        HEADER + "1,2026年1月2日 08:00,,,一般,,,,\n", encoding="utf-8"
    )
    (paths.landing / "survey" / "answers.csv").write_text(
        "response_id,question_code\nr,q\n", encoding="utf-8"
    )
    result = gate_landing(paths, RECEIVED_ON)
    assert [table.table for table in result.tables] == [
        "survey.answers",
        "survey.responses",
        "survey.answers",
    ]


@pytest.mark.parametrize(
    ("columns", "questions", "header", "expected"),
    [
        (COLUMNS, QUESTIONS, "4、其它," + HEADER, ["wjx_1.csv", "'4、其它' is unknown", "ignore it"]),
        (
            COLUMNS,
            QUESTIONS,
            "1、满意嘛," + HEADER,
            ["'1、满意嘛' is unknown", "nearest known name is '1、满意吗'"],
        ),
        (
            COLUMNS,
            QUESTIONS,
            HEADER.replace("序号", "编号"),
            ["wjx_1.csv", "'序号'", "line 2", "not in the header"],
        ),
        (
            COLUMNS,
            QUESTIONS,
            "raw_value," + HEADER,
            ["raw_value of survey.answers", "questions.csv", "ignore"],
        ),
        (
            COLUMNS.replace(",序号,response_id", ",序号,responce_id"),
            QUESTIONS,
            HEADER,
            ["line 2", "'response_id'"],
        ),
        (
            COLUMNS.replace("提交时间,submitted_at", "提交时间,"),
            QUESTIONS,
            HEADER,
            ["'submitted_at' required by"],
        ),
        (COLUMNS + "wjx*,survey.responses,device,phone,,,,\n", QUESTIONS, HEADER, ["line 7", "fed twice"]),
        (
            COLUMNS.replace("survey.responses", "survey.respones"),
            None,
            HEADER,
            ["line 2", "'survey.responses'"],
        ),
        (COLUMNS.replace("%H", "%Q"), None, HEADER, ["line 4", "date_format", "%Q"]),
        (
            COLUMNS + "a,claims.claims,b,claim_id,,,,Mars/North\n",
            None,
            HEADER,
            ["line 7", "Mars/North", "Asia/Shanghai"],
        ),
        (COLUMNS + "a,claims.claims,b,claim_id,c,,,\n", None, HEADER, ["line 7", "leave one of them empty"]),
        (
            COLUMNS + "a,claims.claims,,claim_id,,,,\n",
            None,
            HEADER,
            ["line 7", "needs a source_column or a constant"],
        ),
        (COLUMNS + "a,claims.claims,,,c,,,\n", None, HEADER, ["line 7", "a constant needs a target_column"]),
        (COLUMNS + ",claims.claims,b,claim_id,,,,\n", None, HEADER, ["line 7", "file_pattern is empty"]),
        (
            COLUMNS + "a,claims.claims,b,claim_id,,,,,\n",
            None,
            HEADER,
            ["line 7", "more fields than the header"],
        ),
        (COLUMNS.replace("null_values", "nulls"), None, HEADER, ["'nulls' is unknown", "'null_values'"]),
        (COLUMNS.replace("file_pattern", "table", 1), None, HEADER, ["'file_pattern' is missing"]),
        (
            COLUMNS,
            QUESTIONS + "5,x,score\n",
            HEADER,
            ["questions.csv, line 6", "'score'", "raw_value or answer_text"],
        ),
        (COLUMNS, QUESTIONS + "1、满意吗,x,\n", HEADER, ["questions.csv, line 6", "repeats line 2"]),
        (COLUMNS, QUESTIONS + "5,overall,\n", "5," + HEADER, ["questions.csv, line 6", "repeats line 2"]),
        (COLUMNS, QUESTIONS + "5,,\n", HEADER, ["questions.csv, line 6", "must both be filled"]),
    ],
)
def test_a_mistake_in_a_mapping_is_named(
    contract: dict[str, Table],
    tmp_path: Path,
    columns: str,
    questions: str | None,
    header: str,
    expected: list[str],
) -> None:
    names = header.strip().split(",")
    with pytest.raises(InputError) as caught:
        found = read_mapping(mapping(tmp_path, columns, questions), contract)
        resolve(tmp_path / "wjx_1.csv", names, contract, found, tmp_path, None)
    assert [part for part in expected if part not in str(caught.value)] == []
    assert "\n" not in str(caught.value)


def test_a_mapping_folder_needs_its_columns_in_utf8(contract: dict[str, Table], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"columns\.csv: no such file"):
        read_mapping(tmp_path, contract)
    (tmp_path / "columns.csv").write_bytes("文件".encode("gb18030"))
    with pytest.raises(InputError, match=r"columns\.csv: this file is not UTF-8"):
        read_mapping(tmp_path, contract)
