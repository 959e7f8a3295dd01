"""Identities where the export has no column for them: in codes, in names of files, under questions."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from csat.errors import InputError
from csat.gate import GateResult, run_gate
from csat.paths import Paths

RECEIVED_ON = date(2026, 6, 30)
HEADER = "complaint_id,insurer_id,complaint_channel,validity,received_at,cause,region,team_code,complaint_text\n"


def gate(paths: Paths, content: str, name: str = "complaints_1.csv", source: str = "complaints") -> GateResult:
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
