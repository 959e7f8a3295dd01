"""Identities where the export has no column for them: in codes, in names of files, under questions."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from csat.contract import Table
from csat.errors import InputError
from csat.gate import GateResult, run_gate
from csat.gate.asked import asked_kind
from csat.gate.readers import open_landing
from csat.inspection import Inspection, inspect
from csat.paths import Paths

RECEIVED_ON = date(2026, 6, 30)
HEADER = (
    "complaint_id,insurer_id,complaint_channel,validity,received_at,cause,region,team_code,complaint_text\n"
)


def gate(
    paths: Paths, content: str, name: str = "complaints_1.csv", source: str = "complaints"
) -> GateResult:
    path = paths.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return run_gate(paths, [path], source, None, RECEIVED_ON)


def rows(paths: Paths, address: str, columns: str) -> list[tuple]:
    parts = paths.raw / address.replace(".", "/") / "part-*.parquet"
    return duckdb.sql(f"select {columns} from '{parts}' order by all").fetchall()


def complaint(number: str, cause: str = "时效", region: str = "华东", team: str = "t1") -> str:
    return f"{number},x,hotline,valid,2026-01-01,{cause},{region},{team},慢\n"


def test_identities_in_labels_are_masked_and_codes_stay(paths: Paths) -> None:
    typed = complaint("B1", "客户王女士13800138000要求退保", "浙江省杭州市西湖区文三路88号", "13800138000")
    usual = complaint("B2", "理赔时效", "华东", "T0213800138")
    paper = complaint("B3", "保单PAAA2026010112345678", "赔案 13900139000", "CLM-2026-000123")
    result = gate(paths, HEADER + typed + usual + paper)
    assert [(one.accepted, one.quarantined) for one in result.tables] == [(3, 0)]
    assert rows(paths, "complaints.complaints", "complaint_id, cause, region, team_code") == [
        ("B1", "客户[姓名]女士[手机号]要求退保", "[地址]", "[手机号]"),
        ("B2", "理赔时效", "华东", "T0213800138"),
        ("B3", "保单PAAA2026010112345678", "赔案 [手机号]", "CLM-2026-000123"),
    ]


@pytest.mark.parametrize(
    ("number", "is_refused"),
    [
        ("张伟13800138000", True),
        ("B1 客户王女士", True),
        ("11010519491231002X", True),
        ("wang@163.com", True),
        # Eleven digits are the number of a complaint on 黑猫投诉, 19 those of many systems.
        ("17361234567", False),
        ("6222020200112230", False),
        ("PAAA2026010112345678", False),
        ("投诉-2026-000123", False),
    ],
)
def test_a_row_whose_number_names_a_person_is_refused(paths: Paths, number: str, is_refused: bool) -> None:
    gate(paths, HEADER + complaint(number) + complaint("B2"))
    kept = [one for (one,) in rows(paths, "complaints.complaints", "complaint_id")]
    assert kept == (["B2"] if is_refused else sorted([number, "B2"]))
    reasons = rows(paths, "gate.reasons", "column_name, reason_code") if is_refused else []
    assert reasons == ([("complaint_id", "identity_in_code")] if is_refused else [])


def test_parts_of_a_number_are_judged_one_by_one(paths: Paths) -> None:
    folder = paths.landing / "complaints" / "mapping"
    folder.mkdir(parents=True)
    (folder / "columns.csv").write_text(
        "file_pattern,table,source_column,target_column,constant\n"
        "h*,complaints.complaints,{file},complaint_id,\n"
        "h*,complaints.complaints,no,complaint_id,\n",
        encoding="utf-8",
    )
    path = paths.landing / "complaints" / "h 满意度.csv"
    path.write_text(HEADER.replace("complaint_id", "no") + complaint("17361234567"), encoding="utf-8")
    result = run_gate(paths, [path], None, folder, RECEIVED_ON)
    assert [(one.accepted, one.quarantined) for one in result.tables] == [(1, 0)]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("complaints_张伟.csv", "complaints_[姓名].csv"),
        ("complaints_客户王女士.csv", "complaints_客户[姓名]女士.csv"),
        ("complaints赔案13800138000.csv", "complaints赔案[手机号].csv"),
    ],
)
def test_the_name_of_a_file_names_nobody(paths: Paths, name: str, shown: str) -> None:
    with pytest.raises(InputError, match="rename it") as refusal:
        gate(paths, HEADER + complaint("B1"), name)
    assert str(refusal.value).startswith(f"{shown}: ")


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ("姓名", "name"),
        ("Q3、您的称呼（选填）", "name"),
        ("12. 请输入您的姓名：", "name"),
        ("请问您贵姓？", "name"),
        ("q_name", "name"),
        ("Contact name", "name"),
        ("联系方式", "mobile"),
        ("Q7_contact", "mobile"),
        ("您的微信号是什么？", "wechat"),
        ("WeChat ID", "wechat"),
        ("E-mail address", "email"),
        ("家庭住址", "address"),
        ("您对理赔员的称呼是否满意", None),
        ("联系客服的方式", None),
        ("q_price", None),
        ("品牌名称", None),
        ("product name", None),
        ("", None),
    ],
)
def test_questions_that_ask_who_somebody_is(asked: str, kind: str | None) -> None:
    assert asked_kind(asked) == kind


def test_no_column_of_the_contract_asks_who_somebody_is(contract: dict[str, Table]) -> None:
    asking = {
        column.landing_name
        for table in contract.values()
        for column in table.columns
        if column.identity is None and asked_kind(column.landing_name)
    }
    assert asking == set()


def test_answers_to_such_questions_are_masked_whatever_they_are(paths: Paths) -> None:
    answers = "response_id,question_code,raw_value,answer_text\n"
    answers += "R1,q_name,张伟,\nR1,wechat,,caifu_vip\nR1,q1,满意,张伟很好\nR2,q_name,,\n"
    gate(paths, answers, "answers.csv", "survey.answers")
    assert rows(paths, "survey.answers", "question_code, raw_value, answer_text") == [
        ("q1", "满意", "张伟很好"),
        ("q_name", "[姓名]", None),
        ("wechat", None, "[微信号]"),
    ]


def test_wide_questions_are_known_by_their_header_or_their_code(paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "columns.csv").write_text(
        "file_pattern,table,source_column,target_column\nw*,survey.answers,no,response_id\n", encoding="utf-8"
    )
    (tmp_path / "questions.csv").write_text(
        "header,question_code\n您的称呼,q1\n第二题,contact_name\n第三题,q3\n", encoding="utf-8"
    )
    path = tmp_path / "w.csv"
    path.write_text("no,您的称呼,第二题,第三题\n1,张伟,李娜,王强\n", encoding="utf-8")
    run_gate(paths, [path], None, tmp_path, RECEIVED_ON)
    assert rows(paths, "survey.answers", "question_code, raw_value") == [
        ("contact_name", "[姓名]"),
        ("q1", "[姓名]"),
        ("q3", "王强"),
    ]


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("outcome", "张伟", "[姓名]"),
        ("outcome", "欧阳娜娜", "[姓名]"),
        ("outcome", "赔付", "赔付"),
        ("outcome", "很不满意，" * 20, "很…"),
        ("reported_at", "张伟", "[姓名]"),
        ("reported_at", "小伟 hangzhou", "小…"),
        ("reported_at", "昨天", "昨…"),
        ("reported_at", "13800138000", "[手机号]"),
        ("reported_at", "2026年13月1日 上午9点", "2026-13-1 上午9点"),
        ("paid_amount", "约3万元", "约…"),
        ("paid_amount", "3万元", "3万元"),
        ("paid_amount", "n.a.", "n.a."),
    ],
)
def test_values_shown_of_refused_rows_name_nobody(paths: Paths, column: str, value: str, shown: str) -> None:
    row = {"claim_id": "C1", "insurer_id": "x", "reported_at": "2026-01-01", "outcome": "paid"}
    row |= {"paid_amount": "1", column: value}
    result = gate(paths, f"{','.join(row)}\n{','.join(row.values())}\n", "claims.csv", "claims.claims")
    assert [one.quarantined for one in result.tables] == [1]
    (part,) = paths.quarantine.glob("claims/claims/*.parquet")
    assert pq.read_table(part)["offending_value"].to_pylist() == [shown]


def look(paths: Paths, content: str, name: str, source: str | None = None) -> tuple[Inspection, str]:
    """Inspect a file; return what was found and all that was printed and written."""
    path = paths.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    found = inspect(paths, path, source)
    files = sorted(path.parent.joinpath("mapping").glob("*.csv"))
    written = [file.read_text(encoding="utf-8-sig") for file in files]
    return found, "\n".join([*found.lines(), str(found.columns), *written])


PERSONS = ("张伟", "李娜", "王小明", "赵六", "13800138000")


def test_inspect_neither_writes_nor_prints_persons(paths: Paths) -> None:
    header = "complaint_id,insurer_id,complaint_channel,validity,received_at,product_line,客户\n"
    content = header + (
        "B1,张伟13800138000,hotline,valid,2026-01-01,车险,张伟\n"
        "B2,李娜,王小明,有效,2026-01-01,赵六13800138000,李娜\n"
        "B3,霁岚财险,电话,有效,2026-01-01,车险,王小明\n"
    )
    found, text = look(paths, content, "complaints/complaints_1.csv")
    assert [person for person in PERSONS if person in text] == []
    assert "insurer_id: 2 texts look like persons and are not listed." in found.notes
    roles = {column.header: (column.role, column.samples) for column in found.columns}
    assert roles["客户"] == ("personal, never loaded", [])
    assert found.mapping["insurers.csv"] == [{"insurer_found": "霁岚财险", "insurer_id": "jilan_property"}]


def test_inspect_lists_no_persons_as_merchants_or_labels_of_a_scale(paths: Paths) -> None:
    posts = "post_id,platform,merchant_name,posted_at,post_text\n"
    posts += "O1,p,王小明,2026-01-01,好\nO2,p,某店,2026-01-01,好\n"
    found, text = look(paths, posts, "reviews/posts_1.csv")
    assert "王小明" not in text
    assert found.mapping["aliases.csv"] == [{"alias": "某店", "insurer_id": ""}]
    answers = "response_id,submitted_at,总体而言您满意吗\n"
    answers += "r1,2026-06-01,不满意我叫赵六\nr2,2026-06-01,李娜\nr3,2026-06-01,9\n"
    found, text = look(paths, answers, "survey/own.csv", "survey.responses")
    assert "赵六" not in text and "李娜" not in text
    assert [row["raw_value"] for row in found.mapping["options.csv"]] == ["不满意我叫[姓名]"]


@pytest.mark.parametrize(
    ("first", "is_refused"),
    [
        ("王小明,张伟", True),
        ("C1,x,2026-01-01 09:00,张伟", True),
        ("10001,2026-01-01,25.50,赔付", True),
        ("2026-01-01,2026-01-02", True),
        ("claim_id,insurer_id,reported_at,outcome", False),
        ("赔案号,保险公司,报案时间,金额", False),
        ("0,1,2,3", False),
        ("姓名,2026-01-01,金额", False),
    ],
)
def test_a_first_row_of_values_is_no_header(tmp_path: Path, first: str, is_refused: bool) -> None:
    path = tmp_path / "claims.csv"
    path.write_text(f"{first}\n{first}\n", encoding="utf-8")
    if not is_refused:
        assert open_landing(path).header == first.split(",")
        return
    with pytest.raises(InputError, match="is no header; add a row of column names above it") as refusal:
        open_landing(path)
    assert not any(cell in str(refusal.value) for cell in first.split(",") if len(cell) > 1)
