"""The ranking of the last wave, read from the published file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from csat.errors import PublishError
from csat.paths import Paths
from csat.publish import published_file


@dataclass(frozen=True)
class RankedInsurer:
    """One insurer's index: scores on 0-100, base_count in survey persons.

    The unranked have no rank; rank_lower and rank_upper are the best and worst one that cannot be excluded.
    """

    rank: int | None
    rank_lower: int | None
    rank_upper: int | None
    insurer_id: str
    insurer_name_zh: str
    insurer_name_en: str | None
    score: float | None
    score_lower: float | None
    score_upper: float | None
    grade_code: str | None
    base_count: int | None
    disclosure_status: str


@dataclass(frozen=True)
class Ranking:
    """The last wave with a published index and its insurers, ranked ones first."""

    wave_id: str
    insurers: list[RankedInsurer]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def lines(self) -> list[str]:
        lines = [
            f"Wave {self.wave_id}: rank, ranks not excluded, insurer, index score (0-100), 95 % interval, "
            "grade, respondents"
        ]
        for insurer in self.insurers:
            names = " ".join(filter(None, (insurer.insurer_name_zh, insurer.insurer_name_en)))
            place = (
                f"  - {'':5}"
                if insurer.rank is None
                else f"{insurer.rank:3d} {f'{insurer.rank_lower}-{insurer.rank_upper}':5}"
            )
            if insurer.score is None:
                lines.append(f"{place}  {names}: {insurer.disclosure_status}")
                continue
            interval = (
                "no interval"
                if insurer.score_lower is None or insurer.score_upper is None
                else f"{insurer.score_lower:.1f}-{insurer.score_upper:.1f}"
            )
            lines.append(
                f"{place}  {names}: {insurer.score:.1f} ({interval}), {insurer.grade_code or 'no grade'}, "
                f"n = {insurer.base_count}"
            )
        return [
            *lines,
            "A dash: the industry line, or an insurer below a floor of rpt_sample_quality; csat scores shows "
            "what there is of one.",
        ]


def read_ranking(paths: Paths) -> Ranking:
    """Return the index of every insurer in the last published wave, under its official version.

    Raises PublishError when nothing is published or the file holds no index.
    """
    import duckdb

    file = published_file(paths)
    if not file.is_file():
        raise PublishError(f"{file}: nothing is published; run csat build and csat publish first.")
    with duckdb.connect(str(file), read_only=True) as connection:
        try:
            rows = connection.execute(_QUERY).fetchall()
        except duckdb.Error as error:
            reason = " ".join(str(error).split())
            raise PublishError(f"{file}: the ranking cannot be read ({reason}); publish again.") from error
    if not rows:
        raise PublishError(
            f"{file}: the published file holds no index; load data, then build and publish again."
        )
    return Ranking(wave_id=rows[0][0], insurers=[RankedInsurer(*row[1:]) for row in rows])


_QUERY = """
with

scored as (
    select
        scores.*,
        waves.starts_at_utc
    from fct_index_scores as scores
    inner join dim_waves as waves
        on scores.wave_id = waves.wave_id
    where scores.segment_type = 'all' and scores.is_official_version
),

newest as (
    select * from scored
    qualify dense_rank() over (order by starts_at_utc desc) = 1
)

select
    newest.wave_id,
    newest.rank,
    newest.rank_lower,
    newest.rank_upper,
    newest.insurer_id,
    insurers.insurer_name_zh,
    insurers.insurer_name_en,
    newest.score,
    newest.score_lower,
    newest.score_upper,
    newest.grade_code,
    newest.base_count,
    newest.disclosure_status
from newest
inner join dim_insurers as insurers
    on newest.insurer_id = insurers.insurer_id
order by
    newest.rank nulls last,
    newest.insurer_id = 'industry',
    newest.score desc nulls last,
    newest.insurer_id
"""
