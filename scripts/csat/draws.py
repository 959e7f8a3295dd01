"""Draws of weights around the published ones, stored as a seed so that every engine uses the same numbers.

A draw is Dirichlet with parameters concentration * weight / points: its mean is the published weights, and
a weight of share p varies with the standard deviation sqrt(p * (1 - p) / (concentration + 1)).
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path

from csat.framework import read_framework
from csat.framework.seeds import Seed
from csat.paths import Paths

# The seed that holds the draws.
DRAWS = "weight_draws"
# Decimals of a drawn weight in points.
DECIMALS = 4


@dataclass(frozen=True)
class DrawSummary:
    """The file written, the draws per version and the versions drawn for."""

    file: Path
    draws: int
    versions: list[str]

    def lines(self) -> list[str]:
        return [f"Wrote {self.draws} draws of weights for {', '.join(self.versions)} to {self.file}."]


def write_draws(paths: Paths) -> DrawSummary:
    """Draw weights for every version and replace weight_draws.csv of the framework by them.

    The same weights, points, concentration and version code give the same draws.
    Raises FrameworkError when the framework is broken.
    """
    seeds = read_framework(paths.framework_source, paths.project, ignored=DRAWS)
    rules = {row["rule_code"]: row["rule_value"] for row in seeds["scoring_rules"]}
    count, concentration = int(rules["weight_draw_count"]), rules["weight_draw_concentration"]
    versions = [row["framework_version"] for row in seeds["framework_versions"]]
    file, header = seeds[DRAWS].file, list(seeds[DRAWS].declaration.types)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        for version in versions:
            weights = published_weights(seeds["indicators"], version)
            rows = [weights, *drawn_weights(version, weights, concentration, count)]
            for number, row in enumerate(rows):
                writer.writerow([version, number, f"{concentration:g}", as_text(row)])
    return DrawSummary(file, count, versions)


def published_weights(indicators: Seed, version: str) -> list[float]:
    """Return the weights of a version's indicators, those with weight, in the order of their codes."""
    members = [
        row for row in indicators if row["framework_version"] == version and row["indicator_weight"] > 0
    ]
    return [row["indicator_weight"] for row in sorted(members, key=lambda row: row["indicator_code"])]


def drawn_weights(version: str, weights: list[float], concentration: float, count: int) -> list[list[float]]:
    """Return draws with the sum of the weights; the version's code starts the random numbers."""
    numbers, points = random.Random(version), sum(weights)
    drawn = []
    for _ in range(count):
        gammas = [numbers.gammavariate(concentration * weight / points, 1) for weight in weights]
        drawn.append([points * gamma / sum(gammas) for gamma in gammas])
    return drawn


def as_text(weights: list[float]) -> str:
    """Return weights as one text, separated by blanks."""
    return " ".join(f"{weight:.{DECIMALS}f}" for weight in weights)
