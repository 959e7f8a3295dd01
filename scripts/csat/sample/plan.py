"""What one run of the generator makes: waves, quarters, insurers, volumes and random streams."""

from __future__ import annotations

import csv
import zlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np

from csat.errors import FrameworkError
from csat.sample.roster import Insurer, all_insurers

DAY = 86_400.0
YEAR = 365.25 * DAY
# Quarters before the first wave: one year and a bit, so that renewals fall due in the first wave.
QUARTERS_BEFORE = 5
BURN_IN_QUARTERS = 2
DAYS_AFTER = 31
_EPOCH = datetime(1970, 1, 1)


def seconds(moment: date | datetime) -> float:
    """Seconds since 1970-01-01 00:00 of the local clock (Asia/Shanghai), without an offset."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    return (moment - _EPOCH).total_seconds()


def _quarter_before(start: date) -> date:
    return date(start.year - 1, 10, 1) if start.month == 1 else date(start.year, start.month - 3, 1)


class Seeds:
    """The framework seeds the generator reads, as lists of dictionaries."""

    def __init__(self, folder: Path):
        self.folder = folder

    def rows(self, name: str) -> list[dict[str, str]]:
        path = self.folder / f"{name}.csv"
        if not path.is_file():
            raise FrameworkError(f"{path}: the sample needs this seed; restore it from the repository.")
        with path.open(encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle))


@dataclass(frozen=True)
class Wave:
    """One kept wave; times are local seconds, half-open. `quarter` is its place among the plan's quarters."""

    wave_id: str
    starts: float
    ends: float
    starts_on: date
    ends_on: date
    quarter: int


@dataclass(frozen=True)
class Plan:
    """Everything that is fixed before the first random number.

    edges: (quarters + 1,) local seconds; five quarters before the first wave, waves, days after the last.
    volume: rows per insurer relative to the full sample.
    """

    seed: int
    scale: float
    seeds: Seeds
    waves: tuple[Wave, ...]
    insurers: tuple[Insurer, ...]
    edges: np.ndarray
    volume: float
    is_whole: bool

    @property
    def as_of(self) -> float:
        return float(self.edges[-1])

    @property
    def quarters(self) -> int:
        return len(self.edges) - 1

    @property
    def burn_in_starts(self) -> float:
        return float(self.edges[QUARTERS_BEFORE - BURN_IN_QUARTERS])

    def rng(self, table: str, number: int = 0) -> np.random.Generator:
        """An independent stream for one table and insurer: a change to one leaves the others as they were."""
        key = (zlib.crc32(table.encode()), number)
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=key)))

    def quarter_of(self, times: np.ndarray) -> np.ndarray:
        """Quarter of every time; times outside take the nearest quarter."""
        return np.clip(np.searchsorted(self.edges, times, side="right") - 1, 0, self.quarters - 1)

    @cached_property
    def margins(self) -> dict[str, dict[str, float]]:
        """Population shares by margin and level, the same in every wave."""
        shares: dict[str, dict[str, float]] = {}
        for row in self.seeds.rows("population_margins"):
            if row["wave_id"] == self.waves[-1].wave_id and not row["insurer_id"]:
                shares.setdefault(row["margin"], {})[row["level"]] = float(row["share"])
        return shares


def make_plan(framework_source: Path, seed: int, scale: float) -> Plan:
    """Choose waves, insurers and volume for `scale` (1 = everything).

    Waves and insurers shrink first, the last waves and both sizes of insurer stay; below one tenth the rows
    per insurer shrink too, to a third at least.
    """
    seeds = Seeds(framework_source)
    rows = sorted(seeds.rows("waves"), key=lambda row: row["starts_on"])
    scale = min(max(scale, 0.0), 1.0)
    wave_count = max(min(2, len(rows)), round(len(rows) * scale**0.4))
    roster = all_insurers()
    large = [insurer for insurer in roster if not insurer.is_small]
    small = [insurer for insurer in roster if insurer.is_small]
    insurer_count = max(4, round(len(roster) * scale**0.6))
    small_count = max(1, round(len(small) * insurer_count / len(roster)))
    insurers = (*large[: insurer_count - small_count], *small[:small_count])
    volume = 1.0 if scale >= 0.1 else max(scale / 0.1, 0.35)

    kept = rows[-wave_count:]
    starts = [date.fromisoformat(row["starts_on"]) for row in kept]
    ends = [date.fromisoformat(row["ends_on"]) for row in kept]
    first_edges = [starts[0]]
    for _ in range(QUARTERS_BEFORE):
        first_edges.insert(0, _quarter_before(first_edges[0]))
    after = ends[-1] + timedelta(days=1)
    edges = np.array(
        [seconds(day) for day in [*first_edges, *starts[1:], after, after + timedelta(days=DAYS_AFTER)]]
    )
    waves = tuple(
        Wave(
            row["wave_id"],
            seconds(begin),
            seconds(end + timedelta(days=1)),
            begin,
            end,
            QUARTERS_BEFORE + place,
        )
        for place, (row, begin, end) in enumerate(zip(kept, starts, ends, strict=True))
    )
    return Plan(seed, scale, seeds, waves, insurers, edges, volume, wave_count == len(rows))


def as_of_time(framework_source: Path) -> datetime:
    """The moment, local to the waves, after which the sample of this framework has no events."""
    return datetime(1970, 1, 1) + timedelta(seconds=make_plan(framework_source, 0, 1.0).as_of)
