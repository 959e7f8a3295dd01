"""How scores are made and combined: combinations that do not go together, and stored draws of weights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from csat.framework.seeds import Problem, Row, Seed, problem_at

# What an empty index_aggregation stands for.
DEFAULT_AGGREGATION = "arithmetic"
REDRAW = "run csat draws, or delete the rows of the version"

Seeds = dict[str, Seed]


def check_schemes(seeds: Seeds) -> Iterator[Problem]:
    """Yield a problem for every indicator whose normalisation does not go with an aggregation above it."""
    reasons = {
        (row["normalisation"], row["aggregation"]): row["reason_en"] for row in seeds["invalid_schemes"]
    }
    of_dimensions = {
        (row["framework_version"], row["dimension_code"]): row["aggregation"] for row in seeds["dimensions"]
    }
    of_indices = {
        row["framework_version"]: row["index_aggregation"] or DEFAULT_AGGREGATION
        for row in seeds["framework_versions"]
    }
    for row in seeds["indicators"]:
        # What carries no weight is aggregated nowhere.
        if row["indicator_weight"] == 0:
            continue
        version, dimension, normalisation = (
            row["framework_version"],
            row["dimension_code"],
            row["normalisation"],
        )
        above = (
            (f"dimension {dimension}", of_dimensions[version, dimension], "aggregation in dimensions.csv"),
            ("the index", of_indices[version], "index_aggregation in framework_versions.csv"),
        )
        for what, aggregation, where in above:
            reason = reasons.get((normalisation, aggregation))
            if reason:
                yield problem_at(
                    seeds["indicators"],
                    row,
                    "normalisation",
                    f"{normalisation!r} does not go with the {aggregation} aggregation of {what} in version "
                    f"{version}: {reason[0].lower()}{reason[1:]}",
                    f"choose another normalisation, or another {where}",
                )


def check_draws(seeds: Seeds) -> Iterator[Problem]:
    """Yield what makes stored draws unreadable; draws around other weights the build finds and skips."""
    draws = seeds["weight_draws"]
    versions: dict[str, list[Row]] = defaultdict(list)
    for row in draws:
        versions[row["framework_version"]].append(row)
    for version, rows in versions.items():
        centre = next((row for row in rows if row["draw_number"] == 0), None)
        if centre is None:
            yield Problem(
                draws.file,
                f"version {version} has draws but no row with draw_number 0, the weights drawn around",
                REDRAW,
                column="draw_number",
            )
            continue
        size = len(centre["drawn_weights"].split(" "))
        for row in rows:
            problem = _problem_of_a_draw(row["drawn_weights"].split(" "), size)
            if problem:
                yield problem_at(
                    draws,
                    row,
                    "drawn_weights",
                    problem,
                    REDRAW,
                )


def _problem_of_a_draw(texts: list[str], size: int) -> str | None:
    if len(texts) != size:
        return f"{len(texts)} weights where draw 0 has {size}"
    for text in texts:
        try:
            weight = float(text)
        except ValueError:
            return f"{text!r} is not a number"
        if not weight >= 0:
            return f"{text} is no weight"
    return None
