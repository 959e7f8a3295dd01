"""Checks of what cells are hidden by: the disclosure rules."""

from __future__ import annotations

from collections.abc import Iterator

from csat.framework.seeds import Problem, Seed, problem_at

# What a rule counts or measures.
PERSONS = ("persons_min", "sensitive_persons_min")
SHARES = ("person_share_max", "companion_share_max")
RANGES = ("hidden_range_min",)
COSTS = ("total_cost", "industry_cost", "composite_cost", "index_cost")
OPTIONS = ("hidden_options_min",)
RULE_CODES = PERSONS + SHARES + RANGES + COSTS + OPTIONS
MARTS = ("scores", "distributions")
LOOKED_UP = (
    *((code, "scores") for code in RULE_CODES if code not in OPTIONS),
    ("persons_min", "distributions"),
    ("hidden_options_min", "distributions"),
)


def check_disclosure(seeds: dict[str, Seed]) -> Iterator[Problem]:
    """Yield what is wrong with the disclosure rules."""
    yield from _marts(seeds["disclosure_rules"])
    yield from _values(seeds["disclosure_rules"])
    yield from _order(seeds["disclosure_rules"])


def _marts(rules: Seed) -> Iterator[Problem]:
    for row in rules:
        code, mart = row["rule_code"], row["applies_to"]
        if (code, mart) not in LOOKED_UP:
            yield problem_at(
                rules,
                row,
                "applies_to",
                f"no model looks up {code!r} for {mart!r}",
                f"write {next(other for known, other in LOOKED_UP if known == code)}, or delete the row",
            )


def _values(rules: Seed) -> Iterator[Problem]:
    for row in rules:
        code, value = row["rule_code"], row["rule_value"]
        if code in PERSONS and (value < 1 or value != int(value)):
            found, remedy = "is no number of persons", "write a whole number from 1"
        elif code in SHARES and not 0 < value <= 1:
            found, remedy = "is no share", "write a number above 0 and up to 1"
        elif code in RANGES and value <= 0:
            found, remedy = "is no range that could stay unknown", "write a number above 0"
        elif code in OPTIONS and (value < 2 or value != int(value)):
            found, remedy = "is no number of options that hide each other", "write a whole number from 2"
        elif code in COSTS and value < 0:
            found, remedy = "would pay for hiding a figure", "write 0 or more"
        else:
            continue
        yield problem_at(rules, row, "rule_value", f"{value:g} {found}, and the rule is {code}", remedy)


def _order(rules: Seed) -> Iterator[Problem]:
    least = next(row for row in rules if (row["rule_code"], row["applies_to"]) == ("persons_min", "scores"))
    for row in rules:
        if row["rule_code"] == "sensitive_persons_min" and row["rule_value"] < least["rule_value"]:
            yield problem_at(
                rules,
                row,
                "rule_value",
                f"{row['rule_value']:g} is below the persons_min of scores, {least['rule_value']:g}, "
                "which no cell gets below",
                f"write a whole number from {least['rule_value']:g}",
            )
        # Of a cell with too few persons a reader knows that it has 1 to one less than the least.
        known = least["rule_value"] - 2
        if row["rule_code"] in RANGES and known >= 0 and row["rule_value"] > known:
            yield problem_at(
                rules,
                row,
                "rule_value",
                f"{row['rule_value']:g} is wider than what is unknown of 1 to {known + 1:g} persons, below "
                f"the persons_min of scores, {known + 2:g}",
                f"raise persons_min of scores to {row['rule_value'] + 2:g} or write less",
            )
