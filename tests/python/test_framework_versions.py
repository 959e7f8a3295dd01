"""Versions of the framework: approval, the wave that links two of them, weights that move too far, tags."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from test_framework import Editor, problems_of

from csat.errors import FrameworkError
from csat.framework import check_framework
from csat.proposal import find_proposal

PROJECT = Path(__file__).resolve().parents[2]
OLD, NEW, NEXT = "2024.1", "2026.1", "2027.1"


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """The framework of the project, two versions of it, and a proposal that equals the newer one."""
    folder = tmp_path / "framework"
    shutil.copytree(PROJECT / "seeds" / "framework", folder)
    propose(folder, NEXT, "2027-01-01")
    return folder


def propose(folder: Path, code: str, valid_from: str) -> None:
    """Add a proposal that copies the newest version."""
    Editor(folder, "framework_versions").append(code, "proposed", valid_from, "", "", "", "", "", "Proposal.")
    for seed in ("dimensions", "indicators", "indicator_operands"):
        editor = Editor(folder, seed)
        rows = [line for line in editor.lines[1:] if line[0] == NEW]
        editor.lines += [[code, *line[1:]] for line in rows]
        editor.save()


def change(folder: Path, seed: str, column: str, value: str, **where: str) -> int:
    editor = Editor(folder, seed)
    number = editor.row(**where)
    editor.set(number, column, value)
    return number


def test_a_proposal_beside_two_versions_is_sound(versions: Path) -> None:
    check_framework(versions, PROJECT)


@pytest.mark.parametrize(
    ("version", "column", "value", "found", "remedy"),
    [
        (NEW, "approver", "", f"the cell is empty, and version {NEW} is released", "its status proposed"),
        (NEW, "approved_on", "", f"the cell is empty, and version {NEW} is released", "its status proposed"),
        (NEW, "status", "draft", "'draft' is not allowed", "released, proposed"),
        (NEXT, "approved_on", "2026-12-01", "only proposed but was approved on", "make its status released"),
        (NEXT, "valid_from", "2026-01-01", "2026-01-01 is not after 2026-01-01", "is to score waves"),
        (NEW, "bridge_wave_id", "2025Q3", "'2025Q3' is not the last wave before 2026-01-01", "write 2025Q4"),
        (NEW, "bridge_wave_id", "2026Q1", "'2026Q1' is not the last wave before", "write 2025Q4"),
        (NEW, "bridge_wave_id", "1999Q1", "'1999Q1' is not in waves.csv", "use one of"),
        (OLD, "bridge_wave_id", "2024Q4", "link version 2024.1 to a version before it", "empty the cell"),
    ],
)
def test_a_wrong_cell_of_a_version_is_named(
    versions: Path, version: str, column: str, value: str, found: str, remedy: str
) -> None:
    number = change(versions, "framework_versions", column, value, framework_version=version)
    problems = problems_of(versions)
    place = f"framework_versions.csv row {number}, column {column}"
    assert any(place in p and found in p and remedy in p for p in problems), problems


def test_without_a_released_version_nothing_is_scored(versions: Path) -> None:
    for version in (OLD, NEW):
        change(versions, "framework_versions", "status", "proposed", framework_version=version)
    assert any("no version is released, so no wave is scored" in p for p in problems_of(versions))


def move_points(folder: Path, version: str, points: int) -> int:
    """Move points from one indicator of a dimension to another; the sums stay."""
    change(
        folder,
        "indicators",
        "indicator_weight",
        str(3 - points),
        framework_version=version,
        indicator_code="S1C2",
    )
    return change(
        folder,
        "indicators",
        "indicator_weight",
        str(3 + points),
        framework_version=version,
        indicator_code="S1C1",
    )


def test_a_weight_may_move_by_a_fifth_from_one_version_to_the_next(versions: Path) -> None:
    number = move_points(versions, NEXT, 1)
    raised, lowered = problems_of(versions)
    assert f"indicators.csv row {number}, column indicator_weight: S1C1 weighs 4 in version {NEXT}" in raised
    assert f"after 3 in {NEW}, a change of 33%; stay within 20%, the weight_change_max" in raised
    assert "S1C2 weighs 2" in lowered and "weight_change_waivers.csv" in lowered
    for code in ("S1C1", "S1C2"):
        Editor(versions, "weight_change_waivers").append(NEXT, code, "Asked for by the committee.")
    check_framework(versions, PROJECT)


def test_the_limit_of_a_weight_comes_from_the_rules(versions: Path) -> None:
    move_points(versions, NEXT, 1)
    change(versions, "scoring_rules", "rule_value", "0.4", rule_code="weight_change_max")
    check_framework(versions, PROJECT)


def test_new_and_retired_indicators_have_no_relative_change(versions: Path) -> None:
    # A fifth of S3C2's points and all of the new S3A2's moved when the newer version came.
    weights = {
        (row[0], row[1]): row[Editor(versions, "indicators").lines[0].index("indicator_weight")]
        for row in Editor(versions, "indicators").lines
    }
    assert (OLD, "S3A2") not in weights
    assert (weights[OLD, "S3C2"], weights[NEW, "S3C2"], weights[NEW, "S3A2"]) == ("5", "4", "1")


def test_a_waiver_that_nothing_needs_is_named(versions: Path) -> None:
    number = Editor(versions, "weight_change_waivers").append(NEXT, "S1C1", "Left over.")
    (problem,) = problems_of(versions)
    assert f"weight_change_waivers.csv row {number}, column indicator_code: the weight of S1C1" in problem
    assert "needs no waiver; delete the row" in problem


@pytest.mark.parametrize(
    ("seed", "column", "view"),
    [
        ("indicators", "regulator_element", "regulator_2025"),
        ("indicators", "sqi_dimension", "sqi"),
        ("regulation_changes", "regulator_element", "regulator_2025"),
    ],
)
def test_a_tag_must_be_an_element_of_its_view(versions: Path, seed: str, column: str, view: str) -> None:
    change(versions, seed, column, "conveniance")
    (problem,) = problems_of(versions)
    assert f"{seed}.csv row 2, column {column}: 'conveniance' is no element of view {view}" in problem
    assert "add it to regulator_elements.csv" in problem


def test_next_is_the_only_proposal(versions: Path) -> None:
    assert find_proposal(versions, "next") == find_proposal(versions, NEXT) == NEXT
    with pytest.raises(FrameworkError, match=f"'{NEW}' is not the one proposed version; name one of {NEXT}"):
        find_proposal(versions, NEW)
    propose(versions, "2027.2", "2027-04-01")
    check_framework(versions, PROJECT)
    with pytest.raises(FrameworkError, match=r"'next' is not the one proposed version; .* 2027\.1, 2027\.2"):
        find_proposal(versions, "next")
    with pytest.raises(FrameworkError, match="no version has the status proposed, so there is nothing"):
        find_proposal(PROJECT / "seeds" / "framework", "next")
