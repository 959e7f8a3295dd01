"""A proposal of goalposts that would give the index the shape scoring_rules aims at; nothing is applied.

Every pair of goalposts is moved by the same two numbers: a score s between the present ones, read as a
straight line beyond them too, becomes shift + stretch * s. The index of an insurer then moves by about the
same rule, so the two numbers follow from two quantiles of the index: the score that as many insurer-waves
reach as are to be in the best band goes to that band's lower bound, the score that the two best bands
together are to reach goes to the second bound. Clipping at 0 and 100 and the natural limits of a measure
bend the line, so the step is repeated and the repetition that comes nearest is kept.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from csat.errors import CsatError
from csat.paths import Paths

if TYPE_CHECKING:
    import duckdb
    import numpy as np

STEPS = 40
SIGNIFICANT_DIGITS = 4
# The index is recomputed here; a larger difference means that the models score otherwise than known here.
AGREEMENT = 1e-6


@dataclass(frozen=True)
class BandShare:
    """A band, its smallest score, the share of insurer-waves aimed at, and the shares now and as proposed."""

    band: str
    score_from: float
    target: str
    present_share: float
    proposed_share: float


@dataclass(frozen=True)
class ProposedGoalposts:
    """The present and the proposed goalposts of an indicator, in the unit of its value."""

    indicator_code: str
    present_lower: float
    present_upper: float
    proposed_lower: float
    proposed_upper: float


@dataclass(frozen=True)
class Calibration:
    """A proposal for one framework version and the shape it gives."""

    framework_version: str
    insurer_waves: int
    shift: float
    stretch: float
    bands: list[BandShare]
    goalposts: list[ProposedGoalposts]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def lines(self) -> list[str]:
        lines = [
            f"Version {self.framework_version}, {self.insurer_waves} insurer-waves of eligible insurers; "
            f"score -> {self.shift:.2f} + {self.stretch:.4f} * score. A proposal: nothing was changed.",
            "",
            "band,score_from,target_share,present_share,proposed_share",
        ]
        lines += [
            f"{band.band},{band.score_from:g},{band.target},{band.present_share:.3f},{band.proposed_share:.3f}"
            for band in self.bands
        ]
        lines += ["", "indicator_code,goalpost_lower,goalpost_upper,proposed_lower,proposed_upper"]
        lines += [
            f"{posts.indicator_code},{posts.present_lower:g},{posts.present_upper:g},"
            f"{posts.proposed_lower:g},{posts.proposed_upper:g}"
            for posts in self.goalposts
        ]
        return lines


def calibrate(paths: Paths) -> Calibration:
    """Propose goalposts for the newest framework version with scored waves, from the warehouse alone.

    Raises CsatError without a warehouse, with too few insurer-waves, or if the index cannot be recomputed.
    """
    import duckdb

    if not paths.warehouse.is_file():
        raise CsatError(f"{paths.warehouse}: there is no warehouse to calibrate on; run csat build first.")
    with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
        try:
            inputs = _Inputs(connection)
        except duckdb.Error as error:
            reason = " ".join(str(error).split())
            raise CsatError(
                f"{paths.warehouse}: the scores cannot be read ({reason}); build again."
            ) from error
    if len(inputs.published) < inputs.rules["validity_insurers_min"]:
        raise CsatError(
            f"{paths.warehouse}: {len(inputs.published)} insurer-waves of eligible insurers have an index, "
            "fewer than validity_insurers_min of scoring_rules.csv; load more waves first."
        )
    if len(inputs.bands) < 2:
        raise CsatError("score_bands.csv: calibration needs two bands at least; add the second.")
    inputs.check()
    return inputs.proposal()


class _Inputs:
    """What the proposal rests on, in arrays with one entry per score of an insurer-wave."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        import numpy as np

        rules = connection.execute("select rule_code, rule_value from framework.scoring_rules").fetchall()
        self.rules = dict(rules)
        self.bands = connection.execute(_BANDS).fetchall()
        cells = connection.execute(_CELLS).fetchall()
        self.version = cells[0][0] if cells else ""
        self.published = np.array([row[1] for row in cells], dtype=float)
        self.adjustments = np.array([row[2] for row in cells], dtype=float)
        numbers = {row[3:]: number for number, row in enumerate(cells)}
        scores = connection.execute(_SCORES, [self.version]).fetchall()
        scores = [row for row in scores if row[:2] in numbers]
        posts = connection.execute(_POSTS, [self.version]).fetchall()
        self.codes = [row[0] for row in posts]
        self.lower_is_better = np.array([row[1] == "lower" for row in posts], dtype=bool)
        self.posts = np.array([row[2:4] for row in posts], dtype=float).reshape(-1, 2)
        self.limits = np.array(
            [(-np.inf if row[4] is None else row[4], np.inf if row[5] is None else row[5]) for row in posts],
            dtype=float,
        ).reshape(-1, 2)
        places = {code: place for place, code in enumerate(self.codes)}
        self.cell = np.array([numbers[row[:2]] for row in scores], dtype=int)
        self.place = np.array([places[row[2]] for row in scores], dtype=int)
        self.value = np.array([row[3] for row in scores], dtype=float)
        # An indicator's part of the index does not depend on goalposts: its weight among what is present.
        self.part = np.array([row[4] for row in scores], dtype=float)

    def index(self, posts: np.ndarray) -> np.ndarray:
        """Return the index of every insurer-wave under these goalposts, rounded as grades are."""
        import numpy as np

        low, high = posts[self.place].T
        above = np.where(self.lower_is_better[self.place], high - self.value, self.value - low)
        scores = 100 * np.clip(above / (high - low), 0, 1)
        sums = np.bincount(self.cell, weights=self.part * scores, minlength=len(self.published))
        return np.round(np.clip(sums + self.adjustments, 0, 100), 6)

    def check(self) -> None:
        """Raise CsatError unless the present goalposts give the index of the warehouse."""
        import numpy as np

        difference = float(np.max(np.abs(self.index(self.posts) - self.published)))
        if difference > AGREEMENT:
            raise CsatError(
                f"the index under the present goalposts differs from the warehouse by {difference:.3g} "
                "points: calibration knows goalposts and arithmetic means only; "
                "calibrate a version that uses them."
            )

    def moved(self, shift: float, stretch: float) -> np.ndarray:
        """Return goalposts between which a score s of today is shift + stretch * s, within natural limits."""
        import numpy as np

        low, high = self.posts.T
        at_zero, at_full = -shift / stretch / 100, (100 - shift) / stretch / 100
        worse = np.where(self.lower_is_better, high - at_zero * (high - low), low + at_zero * (high - low))
        better = np.where(self.lower_is_better, high - at_full * (high - low), low + at_full * (high - low))
        moved = np.column_stack((np.minimum(worse, better), np.maximum(worse, better)))
        moved = np.clip(moved, self.limits[:, :1], self.limits[:, 1:])
        rounded = np.array([[float(f"{post:.{SIGNIFICANT_DIGITS}g}") for post in pair] for pair in moved])
        # Posts that a limit or the rounding has pushed together would score nothing: those stay as they are.
        return np.where((rounded[:, 1] > rounded[:, 0])[:, None], rounded, self.posts)

    def proposal(self) -> Calibration:
        """Search the two numbers; the same warehouse gives the same proposal."""
        import numpy as np

        best_target = self.rules["band_a_share_target"]
        second_range = (self.rules["band_b_share_min"], self.rules["band_b_share_max"])
        (_, best_from), (_, second_from) = self.bands[:2]
        levels = 1 - best_target, max(1 - best_target - sum(second_range) / 2, 0)
        shift, stretch, found = 0.0, 1.0, None
        for _ in range(STEPS):
            posts = self.moved(shift, stretch)
            index = self.index(posts)
            best, second = self._shares(index)[:2]
            miss = abs(best - best_target) + max(second_range[0] - second, second - second_range[1], 0)
            if found is None or miss < found[0] - 1e-12:
                found = (miss, shift, stretch, posts)
            upper, lower = np.quantile(index, levels)
            if upper - lower < 1e-6:
                break
            factor = (best_from - second_from) / (upper - lower)
            shift, stretch = best_from + factor * (shift - upper), factor * stretch
        _, shift, stretch, posts = found
        targets = [f"{best_target:g}", f"{second_range[0]:g}-{second_range[1]:g}"]
        present, proposed = self._shares(self.index(self.posts)), self._shares(self.index(posts))
        return Calibration(
            framework_version=self.version,
            insurer_waves=len(self.published),
            shift=float(shift),
            stretch=float(stretch),
            bands=[
                BandShare(
                    band, score_from, targets[place] if place < 2 else "", present[place], proposed[place]
                )
                for place, (band, score_from) in enumerate(self.bands)
            ],
            goalposts=[
                ProposedGoalposts(code, *map(float, now), *map(float, then))
                for code, now, then in zip(self.codes, self.posts, posts, strict=True)
            ],
        )

    def _shares(self, index: np.ndarray) -> list[float]:
        """Return the share of insurer-waves in every band, from the best to the worst."""
        import numpy as np

        reached = [float(np.mean(index >= score_from)) for _, score_from in self.bands]
        return [share - above for share, above in zip(reached, [0.0, *reached], strict=False)]


_BANDS = """
select
    band,
    min(score_from) as score_from
from framework.score_bands
group by band
order by score_from desc
"""

_CELLS = """
select
    scores.framework_version,
    scores.score,
    scores.adjustment_points,
    scores.wave_id,
    scores.insurer_id
from intermediate.int_index_scores_aggregated as scores
inner join intermediate.int_insurers_assessed as assessed
    on scores.wave_id = assessed.wave_id
    and scores.insurer_id = assessed.insurer_id
inner join framework.framework_versions as versions
    on scores.framework_version = versions.framework_version
inner join intermediate.int_wave_versions as wave_versions
    on scores.wave_id = wave_versions.wave_id
    and scores.framework_version = wave_versions.framework_version
where scores.segment_type = 'all' and scores.score is not null
    and assessed.is_eligible and wave_versions.is_official
qualify dense_rank() over (order by versions.valid_from desc) = 1
order by scores.wave_id, scores.insurer_id
"""

_SCORES = """
with

scores as (
    select * from intermediate.int_indicator_scores_normalised
    where
        segment_type = 'all' and is_applicable and indicator_weight > 0 and score is not null
        and framework_version = ?
),

placed as (
    select
        scores.*,
        dimensions.dimension_weight,
        sum(scores.indicator_weight) over (
            partition by scores.wave_id, scores.insurer_id, scores.dimension_code
        ) as present_weight,
        row_number() over (
            partition by scores.wave_id, scores.insurer_id, scores.dimension_code
            order by scores.indicator_code
        ) as place
    from scores
    inner join intermediate.int_dimension_scores_aggregated as dimension_scores
        using (wave_id, framework_version, insurer_id, segment_type, segment_code, dimension_code)
    inner join framework.dimensions as dimensions
        using (framework_version, dimension_code)
    where dimension_scores.score is not null
)

select
    wave_id,
    insurer_id,
    indicator_code,
    indicator_value,
    indicator_weight / present_weight * dimension_weight
    / sum(case when place = 1 then dimension_weight end) over (partition by wave_id, insurer_id) as part
from placed
order by wave_id, insurer_id, indicator_code
"""

# A value cannot leave the limits of its measure; a rate has no upper limit, a derived indicator none at all.
_POSTS = """
select
    indicators.indicator_code,
    indicators.direction,
    indicators.goalpost_lower,
    indicators.goalpost_upper,
    measures.value_min * indicators.multiplier as limit_lower,
    case when indicators.estimator in ('mean', 'share') then measures.value_max * indicators.multiplier end
    as limit_upper
from framework.indicators as indicators
left join framework.measures as measures
    on indicators.numerator_measure = measures.measure_code
where indicators.framework_version = ? and indicators.indicator_weight > 0
order by indicators.indicator_code
"""
