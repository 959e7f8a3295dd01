"""Published intervals against the known truth, as rows of one table."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import duckdb

from csat.paths import Paths

# Score of a true value through the goalposts of its indicator, as SQL.
TRUE_SCORE = (
    "100 * greatest(0, least(1, case when direction = 'lower' then goalpost_upper - true_value "
    "else true_value - goalpost_lower end / (goalpost_upper - goalpost_lower)))"
)

MISSING, INSIDE, TOO_LITTLE, TOO_MUCH, REPORTED = "missing", "inside", "too little", "too much", "reported"


@dataclass(frozen=True)
class Band:
    """Shares of intervals that may cover; neither end: the share is reported only."""

    lowest: float | None = None
    highest: float | None = None

    def __str__(self) -> str:
        if self.lowest is None:
            return "–"
        return f"{self.lowest:.2f}–{self.highest:.2f}"


@dataclass(frozen=True)
class Result:
    """One row of a table: the estimates of one kind, how many there are, and how many intervals cover."""

    case: str
    samples: int
    covered: float | None
    below: float | None
    above: float | None
    width: float | None
    band: Band
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.covered is None:
            return MISSING
        if self.band.lowest is None:
            return REPORTED
        if round(self.covered, 4) < self.band.lowest:
            return TOO_LITTLE
        return TOO_MUCH if round(self.covered, 4) > self.band.highest else INSIDE


def missing(case: str, band: Band, what: str) -> Result:
    """A row for what the warehouse does not have."""
    return Result(case, 0, None, None, None, None, band, what)


def has_columns(connection: duckdb.DuckDBPyConnection, mart: str, columns: Sequence[str]) -> bool:
    """Whether a mart is there with all of these columns."""
    found = connection.execute(
        "select column_name from information_schema.columns where table_schema = 'marts' and table_name = ?",
        [mart],
    ).fetchall()
    return {name for (name,) in found} >= set(columns)


def covering(
    connection: duckdb.DuckDBPyConnection, case: str, band: Band, query: str, note: str = ""
) -> Result:
    """Count how often a query's intervals (lower, upper) hold its truth; a missing limit is a missing answer.

    below, above: shares of intervals that lie wholly below or above the truth.
    """
    samples, unknown, covered, below, above, width = connection.execute(
        f"""
        select
            count(*),
            count(*) filter (where lower is null or upper is null),
            avg((truth between lower and upper)::int),
            avg((upper < truth)::int),
            avg((lower > truth)::int),
            avg(upper - lower)
        from ({query})
        """
    ).fetchone()
    if unknown or not samples:
        return missing(case, band, f"{unknown} of {samples} estimates have no interval")
    return Result(case, samples, covered, below, above, width, band, note)


def table(results: Sequence[Result]) -> str:
    """The results as text."""

    def share(value: float | None, digits: int = 3) -> str:
        return "–" if value is None else f"{value:.{digits}f}"

    width = max(len(result.case) for result in results)
    lines = [
        f"{'case':<{width}} {'samples':>8} {'covered':>8} {'below':>7} {'above':>7} {'width':>8} "
        f"{'band':>10}  verdict"
    ]
    lines += [
        f"{result.case:<{width}} {result.samples:>8,} {share(result.covered):>8} {share(result.below):>7} "
        f"{share(result.above):>7} {share(result.width, 2):>8} {result.band!s:>10}  {result.verdict}"
        + (f" ({result.note})" if result.note else "")
        for result in results
    ]
    return "\n".join(lines)


def write(target: Path, results: Sequence[Result]) -> None:
    """Write the results as CSV."""
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*(field.name for field in fields(Result)), "verdict"])
        writer.writerows(
            [*astuple(result)[:6], str(result.band), result.note, result.verdict] for result in results
        )


def connect(paths: Paths) -> duckdb.DuckDBPyConnection:
    """Open the warehouse of an installation for reading."""
    return duckdb.connect(str(paths.warehouse), read_only=True)
