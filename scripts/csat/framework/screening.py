"""Checks of what responses are screened by: rules, grids, pairs of questions, attention items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from csat.framework.seeds import Problem, Row, Seed, problem_at

# Rules whose limit is a share; the others count.
SHARE_UNITS = "share"


def check_screening(seeds: dict[str, Seed]) -> Iterator[Problem]:
    """Yield what is wrong with the seeds that responses are screened by."""
    yield from _limits(seeds)
    yield from _grids(seeds)
    yield from _pairs(seeds)
    yield from _attention_items(seeds)


def _limits(seeds: dict[str, Seed]) -> Iterator[Problem]:
    rules = seeds["screening_rules"]
    for row in rules:
        value, is_share = row["rule_value"], row["rule_unit"].startswith(SHARE_UNITS)
        if is_share and value > 1:
            yield problem_at(
                rules,
                row,
                "rule_value",
                f"{value:g} is no share",
                "write a value from 0 to 1, or make the rule inactive",
            )
        if not is_share and (value < 1 or value != int(value)):
            yield problem_at(
                rules,
                row,
                "rule_value",
                f"{value:g} is no number of {row['rule_unit']}",
                "write a whole number from 1, or make the rule inactive",
            )


def _grids(seeds: dict[str, Seed]) -> Iterator[Problem]:
    questions = seeds["questions"]
    scales = {row["question_code"]: row["scale_code"] for row in seeds["survey_items"]}
    rule = next(row for row in seeds["screening_rules"] if row["rule_code"] == "straight_liner")
    grids: dict[str, list[Row]] = defaultdict(list)
    for row in questions:
        if row["grid_code"] is not None:
            grids[row["grid_code"]].append(row)
    for code, rows in grids.items():
        first = scales.get(rows[0]["question_code"])
        for row in rows:
            scale = scales.get(row["question_code"])
            if scale is None:
                found = f"{row['question_code']!r} is in grid {code!r} but feeds no measure"
                remedy = "empty the cell, or list the question in survey_items.csv"
            elif first is not None and scale != first:
                found = f"grid {code!r} has scale {first}, but {row['question_code']!r} has scale {scale}"
                remedy = "give the question a grid of its own, equal values compare on one scale only"
            else:
                continue
            yield problem_at(
                questions,
                row,
                "grid_code",
                found,
                remedy,
            )
        if rule["is_active"] and len(rows) < rule["rule_value"]:
            yield problem_at(
                questions,
                rows[0],
                "grid_code",
                f"grid {code!r} has {len(rows)} questions, too few to be ever called a straight line",
                f"a grid needs {rule['rule_value']:g}, the straight_liner of screening_rules.csv",
            )


def _pairs(seeds: dict[str, Seed]) -> Iterator[Problem]:
    pairs = seeds["contradiction_pairs"]
    for row in pairs:
        if row["first_question"] == row["second_question"]:
            yield problem_at(
                pairs,
                row,
                "second_question",
                f"{row['second_question']!r} is compared with itself",
                "name another question",
            )
        if row["difference_max"] >= 100:
            yield problem_at(
                pairs,
                row,
                "difference_max",
                f"no two answers differ by more than {row['difference_max']:g}",
                "write a value below 100, the length of every scale",
            )


def _attention_items(seeds: dict[str, Seed]) -> Iterator[Problem]:
    items = seeds["attention_items"]
    scored = {row["question_code"] for row in seeds["survey_items"]}
    is_open = {row["question_code"]: row["is_open"] for row in seeds["questions"]}
    for row in items:
        code = row["question_code"]
        if code in scored or is_open[code]:
            what = "feeds a measure" if code in scored else "is an open question"
            yield problem_at(
                items,
                row,
                "question_code",
                f"{code!r} {what}, so no answer to it is wrong",
                "use a question that is asked for attention alone",
            )
