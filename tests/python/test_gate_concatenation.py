"""Values that several columns of a file make up: keys of two parts, dates spread over columns."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from csat.errors import InputError
from csat.gate import GateResult, run_gate
from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]
RECEIVED_ON = date(2026, 6, 30)

COLUMNS = """file_pattern,table,source_column,target_column,constant,date_format,null_values,time_zone
cases*.csv,complaints.complaints,number,complaint_id,,,,
cases*.csv,complaints.complaints,respondent,complaint_id,,,none,
cases*.csv,complaints.complaints,,insurer_id,ins_a,,,
cases*.csv,complaints.complaints,,complaint_channel,regulator,,,
cases*.csv,complaints.complaints,,validity,valid,,,
cases*.csv,complaints.complaints,day,received_at,,%d.%m.%Y %H:%M,,Asia/Tokyo
cases*.csv,complaints.complaints,,received_at,09:00,%d.%m.%Y %H:%M,,Asia/Tokyo
"""


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("CSAT_KEY", "ab" * 32)
    return Paths(project=PROJECT, data=tmp_path / "data", framework_source=PROJECT / "seeds" / "framework")


def gate(paths: Paths, rows: str, columns: str = COLUMNS) -> GateResult:
    folder = paths.data / "mapping"
    folder.mkdir(parents=True)
    (folder / "columns.csv").write_text(columns, encoding="utf-8")
    cases = paths.data / "cases.csv"
    cases.write_text("number,respondent,day\n" + rows, encoding="utf-8")
    return run_gate(paths, [cases], mapping=folder, received_on=RECEIVED_ON)


def test_columns_and_constants_of_one_target_are_joined_in_the_order_of_their_rows(paths: Paths) -> None:
    gate(paths, "7,b,01.02.2026\n7,a,02.02.2026\n")
    assert duckdb.sql(
        "select complaint_id, received_at "
        f"from '{paths.raw}/complaints/complaints/part-*.parquet' order by source_row_number"
    ).fetchall() == [("7 b", datetime(2026, 2, 1)), ("7 a", datetime(2026, 2, 2))]


def test_a_value_that_lacks_a_part_is_missing(paths: Paths) -> None:
    table = gate(paths, "7,,01.02.2026\n8,none,01.02.2026\n,a,01.02.2026\n9,a,\n9,b,1.2.2026\n").tables[0]
    assert table.reasons == {("complaint_id", "required_missing"): 3, ("received_at", "required_missing"): 1}
    assert table.accepted == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cases*.csv,complaints.complaints,respondent", "*.csv,complaints.complaints,respondent"),
        ("received_at,09:00,%d.%m.%Y %H:%M,,Asia/Tokyo", "received_at,09:00,%H:%M,,Asia/Tokyo"),
        ("received_at,09:00,%d.%m.%Y %H:%M,,Asia/Tokyo", "received_at,09:00,%d.%m.%Y %H:%M,,"),
    ],
)
def test_rows_that_do_not_say_the_same_of_a_value_are_refused(paths: Paths, old: str, new: str) -> None:
    with pytest.raises(InputError, match=r"columns\.csv, line \d: target_column '\w+' .* is fed twice"):
        gate(paths, "7,a,01.02.2026\n", COLUMNS.replace(old, new))
