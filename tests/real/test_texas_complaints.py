"""Complaints about one group of insurers as the Texas regulator files them, dated by the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from statistics import mean, median

import pytest
from real_case import (
    framework_bytes,
    installation,
    mapping_folder,
    public_file,
    query,
    read_public,
    write_insurers,
)

from csat.build import build
from csat.gate import GateResult, run_gate
from csat.lock import run_lock
from csat.paths import Paths

pytestmark = pytest.mark.real

FILE = "complaints_texas_dev.csv.gz"
LINES = ("Automobile", "Homeowners")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return read_public(public_file(FILE))


@pytest.fixture(scope="module")
def texas(
    rows: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Paths, GateResult]]:
    """Days are read in UTC: in Texan time a case open at a change of the clock gains or loses an hour."""
    with installation("texas", tmp_path_factory.mktemp("texas")) as paths:
        before = framework_bytes(paths)
        names = sorted({row["Complaint filed against"] for row in rows})
        with run_lock(paths):
            run_gate(paths, [write_insurers(paths, dict(zip(names, names, strict=True)))], "policy.insurers")
            result = run_gate(
                paths,
                [public_file(FILE)],
                mapping=mapping_folder("texas"),
                received_on=date(2025, 12, 31),
            )
        build(paths)
        assert framework_bytes(paths) == before
        yield paths, result


def day(text: str) -> date:
    return datetime.strptime(text, "%m/%d/%Y").date()


def handling_days(row: dict[str, str]) -> int:
    return (day(row["Closed date"]) - day(row["Received date"])).days


def test_a_complaint_against_two_respondents_is_two_cases(
    rows: list[dict[str, str]], texas: tuple[Paths, GateResult]
) -> None:
    [table] = texas[1].tables
    assert len({row["Complaint number"] for row in rows}) == 5565
    assert (table.read, table.accepted, table.quarantined, table.duplicates) == (5569, 5569, 0, 0)


def test_days_of_single_cases_have_the_known_median_and_mean(
    rows: list[dict[str, str]], texas: tuple[Paths, GateResult]
) -> None:
    found = dict(
        query(texas[0], "select complaint_id, handling_days from intermediate.int_complaints_classified")
    )
    assert found == {f"{row['Complaint number']} {row['Respondent ID']}": handling_days(row) for row in rows}
    assert median(found.values()) == 72
    assert round(mean(found.values()), 1) == 78.4


def test_the_indicator_is_the_mean_of_the_cases_closed_in_a_year(
    rows: list[dict[str, str]], texas: tuple[Paths, GateResult]
) -> None:
    expected: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for row in rows:
        year, insurer = str(day(row["Closed date"]).year), row["Complaint filed against"]
        expected[year, insurer, "all", "all"].append(handling_days(row))
        if row["Coverage type"] in LINES:
            expected[year, insurer, "product_line", row["Coverage type"]].append(handling_days(row))
    measured = query(
        texas[0],
        "select wave_id, insurer_id, segment_type, segment_code, value, base_count "
        "from marts.fct_indicator_scores where indicator_code = 'handling_days' and value is not null",
    )
    assert {tuple(row[:4]) for row in measured} == set(expected)
    for *key, value, base_count in measured:
        days = expected[tuple(key)]
        assert value == pytest.approx(mean(days), rel=0, abs=1e-9), key
        assert base_count == len(days), key
    totals = [row for row in measured if row[2] == "all"]
    overall = sum(value * base_count for *_, value, base_count in totals) / len(rows)
    assert overall == pytest.approx(mean(handling_days(row) for row in rows), rel=0, abs=1e-9)
    assert round(overall, 1) == 78.4
