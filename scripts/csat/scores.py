"""The scores of one insurer in one wave, read from the published file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from csat.errors import PublishError
from csat.paths import Paths
from csat.publish import published_file

INDUSTRY = "industry"
_SHOWN = "published"
_EMPTY = ("not_available", "not_asked", "not_applicable")


@dataclass(frozen=True)
class Score:
    """One score on 0-100 with its 95 % interval; values and units are those of indicators only."""

    score_level: str
    dimension_code: str | None
    code: str | None
    name_zh: str
    name_en: str
    value: float | None
    unit: str | None
    score: float | None
    score_lower: float | None
    score_upper: float | None
    base_count: int | None
    coverage_share: float | None
    disclosure_status: str

    def line(self) -> str:
        name = " ".join(filter(None, (self.code, self.name_zh, self.name_en)))
        if self.disclosure_status != _SHOWN:
            return f"{name}: {self.disclosure_status}"
        parts = []
        if self.value is not None:
            parts.append(f"{self.value:.4g} {self.unit}")
        if self.score is not None:
            interval = (
                "no interval"
                if self.score_lower is None or self.score_upper is None
                else f"{self.score_lower:.1f}-{self.score_upper:.1f}"
            )
            parts.append(f"score {self.score:.1f} ({interval})")
        elif self.value is not None:
            parts.append("not scored")
        if self.base_count is not None:
            parts.append(f"n = {self.base_count}")
        return f"{name}: {', '.join(parts)}"


@dataclass(frozen=True)
class Scores:
    """What is published of an insurer in a wave: index, dimensions, indicators, in the framework's order."""

    wave_id: str
    insurer_id: str
    framework_version: str
    scores: list[Score]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def lines(self) -> list[str]:
        """Return the index, then each dimension with its indicators; what has no data is only counted."""
        lines = [f"{self.insurer_id}, wave {self.wave_id}, framework {self.framework_version}"]
        indicators = [score for score in self.scores if score.score_level == "indicator"]
        for score in self.scores:
            if score.score_level == "indicator":
                continue
            own = [
                one
                for one in indicators
                if one.dimension_code == score.code and one.disclosure_status not in _EMPTY
            ]
            if score.score_level == "dimension" and not own:
                continue
            coverage = (
                f" ({score.coverage_share:.0%} of its weight has data)"
                if score.disclosure_status == "below_coverage" and score.coverage_share is not None
                else ""
            )
            indent = "" if score.score_level == "index" else "  "
            lines.append(indent + score.line() + coverage)
            lines += [f"    {one.line()}" for one in own]
        empty = sum(one.disclosure_status in _EMPTY for one in indicators)
        return [*lines, f"{empty} of {len(indicators)} indicators have no data."]


def read_scores(paths: Paths, insurer: str | None = None, wave: str | None = None) -> Scores:
    """Return the published scores of an insurer, by default of the only one and its last wave with a value.

    Raises PublishError when nothing is published, or nothing of that insurer or wave.
    """
    import duckdb

    file = published_file(paths)
    if not file.is_file():
        raise PublishError(f"{file}: nothing is published; run csat build and csat publish first.")
    with duckdb.connect(str(file), read_only=True) as connection:
        try:
            found = connection.execute(_WAVES).fetchall()
            known = sorted({row[0] for row in found} - {INDUSTRY})
            if insurer is None and len(known) == 1:
                insurer = known[0]
            if insurer is None or insurer not in {row[0] for row in found}:
                wrong = f"'{insurer}' is not published" if insurer else f"{len(known)} insurers are published"
                raise PublishError(
                    f"{file}: {wrong}; name one with --insurer: {', '.join([*known[:30], INDUSTRY])}."
                )
            waves = [
                (wave_id, has_value) for insurer_id, wave_id, has_value in found if insurer_id == insurer
            ]
            if wave is None:
                wave = next((wave_id for wave_id, has_value in waves if has_value), waves[0][0])
            if wave not in dict(waves):
                raise PublishError(
                    f"{file}: wave '{wave}' is not published for {insurer}; its waves are "
                    f"{', '.join(wave_id for wave_id, _ in waves)}."
                )
            rows = connection.execute(_SCORES, {"insurer": insurer, "wave": wave}).fetchall()
        except duckdb.Error as error:
            reason = " ".join(str(error).split())
            raise PublishError(f"{file}: the scores cannot be read ({reason}); publish again.") from error
    return Scores(wave, insurer, rows[0][0], [Score(*row[1:]) for row in rows])


_WAVES = """
select
    scores.insurer_id,
    scores.wave_id,
    bool_or(scores.value is not null) as has_value
from fct_indicator_scores as scores
inner join dim_waves as waves
    on scores.wave_id = waves.wave_id
where scores.segment_type = 'all' and scores.is_official_version
group by scores.insurer_id, scores.wave_id, waves.starts_at_utc
order by waves.starts_at_utc desc
"""

_SCORES = """
with

unioned as (
    select
        *,
        'index' as score_level,
        0 as place,
        0 as position
    from fct_index_scores
    union all by name
    select
        scores.*,
        'dimension' as score_level,
        scores.dimension_code as code,
        dimensions.dimension_name_zh as name_zh,
        dimensions.dimension_name_en as name_en,
        1 as place,
        dimensions.position
    from fct_dimension_scores as scores
    inner join dim_dimensions as dimensions
        on scores.framework_version = dimensions.framework_version
        and scores.dimension_code = dimensions.dimension_code
    union all by name
    select
        scores.*,
        'indicator' as score_level,
        scores.indicator_code as code,
        indicators.indicator_name_zh as name_zh,
        indicators.indicator_name_en as name_en,
        indicators.indicator_unit,
        2 as place,
        0 as position
    from fct_indicator_scores as scores
    inner join dim_indicators as indicators
        on scores.framework_version = indicators.framework_version
        and scores.indicator_code = indicators.indicator_code
    -- Components are part of an indicator, not one beside it.
    where indicators.indicator_role <> 'component'
)

select
    framework_version,
    score_level,
    dimension_code,
    code,
    coalesce(name_zh, '综合指数') as name_zh,
    coalesce(name_en, 'Index') as name_en,
    value,
    indicator_unit,
    score,
    score_lower,
    score_upper,
    base_count,
    coverage_share,
    disclosure_status
from unioned
where wave_id = $wave and insurer_id = $insurer and segment_type = 'all' and is_official_version
order by place, position, code
"""
