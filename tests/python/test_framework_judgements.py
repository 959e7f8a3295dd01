"""Broken judgements of experts: the sentence must name expert or row, what is wrong and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_framework import Editor, framework, problems_of

__all__ = ["framework"]

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("seed", "column", "value", "found", "remedy"),
    [
        ("expert_judgements", "framework_version", "2027.1", "'2027.1' is not in", "use one of 2026.1"),
        ("expert_judgements", "expert_code", "all", "stands for all experts", "another code"),
        ("expert_judgements", "group_code", "indx", "did you mean index?", "use one of O, S1"),
        ("expert_judgements", "row_code", "S11", "'S11' carries no weight in group index", "use one of"),
        ("expert_judgements", "column_code", "S1A2a", "carries no weight in group index", "use one of"),
        ("expert_judgements", "column_code", "S1", "below or on the diagonal", "delete the row"),
        ("expert_judgements", "judgement", "9.5", "9.5 is not on Saaty's scale", "to 9"),
        ("expert_judgements", "judgement", "0.11", "0.11 is not on Saaty's scale", "1/9"),
        ("expert_judgements", "judgement", "", "the cell is empty", "fill in a number"),
    ],
)
def test_one_wrong_judgement_is_named(
    framework: Path, seed: str, column: str, value: str, found: str, remedy: str
) -> None:
    editor = Editor(framework, seed)
    editor.set(2, column, value)
    hits = [p for p in problems_of(framework) if f"{seed}.csv row 2, column {column}" in p or "row_code" in p]
    assert any(found in hit and remedy in hit for hit in hits), problems_of(framework)


def test_a_pair_below_the_diagonal_is_named(framework: Path) -> None:
    editor = Editor(framework, "expert_judgements")
    number = editor.row(group_code="S1")
    first, second = editor.cell(number, "row_code"), editor.cell(number, "column_code")
    editor.set(number, "row_code", second)
    editor.set(number, "column_code", first)
    (problem,) = problems_of(framework)
    assert f"expert_judgements.csv row {number}, column row_code: '{second}' is compared with" in problem
    assert "swap the two codes and write 1 divided by the judgement" in problem


def test_an_incomplete_expert_is_refused_by_name(framework: Path) -> None:
    Editor(framework, "expert_judgements").keep(
        lambda row: (row["expert_code"], row["row_code"], row["column_code"]) != ("expert_2", "S1C1", "S1C3")
    )
    (problem,) = problems_of(framework)
    assert "expert_2 is incomplete in version 2026.1: 9 of 10 pairs of group S1 are judged" in problem
    assert "missing S1C1 with S1C3; add them, or delete all rows of expert_2" in problem


def test_an_expert_must_judge_every_group(framework: Path) -> None:
    Editor(framework, "expert_judgements").keep(
        lambda row: (row["expert_code"], row["group_code"]) != ("expert_3", "index")
    )
    (problem,) = problems_of(framework)
    assert "expert_3 is incomplete in version 2026.1: 0 of 21 pairs of group index" in problem
    assert "(21 in all)" in problem


def test_more_than_ten_things_are_not_compared(framework: Path) -> None:
    indicators = Editor(framework, "indicators")
    number = indicators.row(indicator_code="S4C1")
    indicators.set(number, "indicator_weight", "4")
    line = indicators.lines[number - 1]
    for code in ("S4C6", "S4C7"):
        cells = [code if cell == "S4C1" else cell for cell in line]
        cells[indicators.lines[0].index("indicator_weight")] = "1"
        indicators.append(*cells)
    problems = problems_of(framework)
    assert any("group S4 of version 2026.1 has 11 members; compare at most 10" in p for p in problems)


def test_a_group_needs_a_random_index_of_its_size(framework: Path) -> None:
    Editor(framework, "random_index").keep(lambda row: row["matrix_size"] != "9")
    (problem,) = problems_of(framework)
    assert "random_index.csv, column matrix_size: no row has matrix_size 9, the size of group S4" in problem


def test_a_waiver_names_an_expert_and_a_group(framework: Path) -> None:
    editor = Editor(framework, "weight_waivers")
    editor.append("2026.1", "expert_9", "S1", "known")
    editor.append("2026.1", "all", "S9", "known")
    editor.append("2026.1", "expert_1", "S1", "known")
    expert, group = problems_of(framework)
    assert "weight_waivers.csv row 2, column expert_code: 'expert_9' has no judgements" in expert
    assert "weight_waivers.csv row 3, column group_code: 'S9' is neither index nor a dimension" in group


def test_a_waiver_needs_a_reason(framework: Path) -> None:
    Editor(framework, "weight_waivers").append("2026.1", "expert_1", "S1", "")
    (problem,) = problems_of(framework)
    assert "weight_waivers.csv row 2, column reason: the cell is empty" in problem


def test_a_framework_may_go_without_judgements(framework: Path) -> None:
    from csat.framework import check_framework

    for seed in ("expert_judgements", "random_index", "weight_waivers"):
        Editor(framework, seed).keep(lambda row: False)
    check_framework(framework, PROJECT)
