"""The cases of the coverage build: which published intervals are compared with which truth."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import duckdb
from comparison import TRUE_SCORE, Band, Result, connect, covering, has_columns, missing
from simulation import Chain, Design

from csat.paths import Paths

NORMAL_QUANTILE = 1.959963984540054

# 95 % intervals at n = 250; where events are rare or goalposts near an interval may be wide, never narrow.
EXACT, CAUTIOUS, SMALL, REPORT = Band(0.93, 0.97), Band(0.93, 1.0), Band(0.91, 0.98), Band()

INDICATORS = (
    ("mean", "mean", EXACT),
    ("share near 0.95", "share", EXACT),
    ("net promoter score", "nps", EXACT),
    ("ratio: claims paid", "paid", EXACT),
    ("complaint rate, 4–5 expected", "complaints", CAUTIOUS),
    ("complaint rate, < 1 expected", "rare_complaints", CAUTIOUS),
    ("duration in days (lognormal)", "days", REPORT),
)
DIMENSIONS = (
    ("dimension, 4–5 complaints expected", "common"),
    ("dimension, < 1 complaint expected", "rare"),
)
SURVEY_ITEMS = ("mean", "share", "nps")
RANKS = Band(0.95, 1.0)
RANKINGS = (
    ("index", "index", "index", "fct_index_scores", ""),
    ("dimension", "dimension", "common", "fct_dimension_scores", " and dimension_code = 'common'"),
    ("mean", "indicator", "mean", "fct_indicator_scores", " and indicator_code = 'mean'"),
    ("net promoter score", "indicator", "nps", "fct_indicator_scores", " and indicator_code = 'nps'"),
)
CHANGES = (
    "wave_id",
    "comparison",
    "before_wave_id",
    "score_level",
    "score_code",
    "change_lower",
    "change_upper",
)

# True scores: true values through the goalposts and weights of the framework that was built.
TRUTH = f"""
create temp view true_indicators as
select
    truth.*,
    indicators.dimension_code,
    indicators.indicator_weight,
    {TRUE_SCORE} as true_score
from read_parquet('{{truth}}') as truth
inner join framework.indicators using (indicator_code);

create temp view true_scores as
select chain, wave_id, insurer_id, 'indicator' as score_level, indicator_code as score_code, true_score
from true_indicators
union all
select
    chain, wave_id, insurer_id, 'dimension', dimension_code,
    sum(indicator_weight * true_score) / sum(indicator_weight)
from true_indicators where chain <> 'raked'
group by chain, wave_id, insurer_id, dimension_code
union all
select
    chain, wave_id, insurer_id, 'index', 'index',
    sum(indicator_weight * true_score) / sum(indicator_weight)
from true_indicators where chain <> 'raked'
group by chain, wave_id, insurer_id;

create temp view scores as
select
    wave_id, insurer_id, 'dimension' as score_level, dimension_code as score_code, score, standard_error,
    score_lower, score_upper
from marts.fct_dimension_scores where segment_type = 'all'
union all
select wave_id, insurer_id, 'index', 'index', score, standard_error, score_lower, score_upper
from marts.fct_index_scores where segment_type = 'all';
"""

INDICATOR_INTERVALS = """
select true_value as truth, value_lower as lower, value_upper as upper
from true_indicators left join marts.fct_indicator_scores using (wave_id, insurer_id, indicator_code)
where chain = '{chain}' and indicator_code = '{code}' and coalesce(segment_type, 'all') = 'all'
"""

COMPOSITE_INTERVALS = """
select true_score as truth, score_lower as lower, score_upper as upper
from true_scores left join scores using (wave_id, insurer_id, score_level, score_code)
where chain = '{chain}' and score_code = '{code}' and score_level in ('dimension', 'index')
"""

# A change is compared within a chain only; its first wave has none.
CHANGE_INTERVALS = """
select now.true_score - past.true_score as truth, change_lower as lower, change_upper as upper
from true_scores as now
inner join framework.waves as waves on now.wave_id = waves.wave_id
inner join framework.waves as past_waves on past_waves.ends_on = waves.starts_on - 1
inner join true_scores as past
    on past_waves.wave_id = past.wave_id
    and now.chain = past.chain
    and now.insurer_id = past.insurer_id
    and now.score_level = past.score_level
    and now.score_code = past.score_code
left join marts.fct_score_changes as changes
    on now.wave_id = changes.wave_id
    and past.wave_id = changes.before_wave_id
    and now.insurer_id = changes.insurer_id
    and now.score_level = changes.score_level
    and now.score_code = changes.score_code
    and changes.segment_type = 'all'
    and changes.comparison = 'previous'
where now.chain = '{chain}' and now.score_code = '{code}'
"""

# The same index with the variances of its indicators added, as if no customer were behind two of them.
WITHOUT_COVARIANCES = f"""
select
    true_score as truth,
    score - {NORMAL_QUANTILE} * added_error as lower,
    score + {NORMAL_QUANTILE} * added_error as upper
from true_scores
inner join scores using (wave_id, insurer_id, score_level, score_code)
inner join (
    select wave_id, insurer_id, sqrt(sum(power(weight_share * standard_error, 2))) as added_error
    from marts.fct_score_contributions
    inner join marts.fct_indicator_scores
        using (wave_id, insurer_id, segment_type, segment_code, indicator_code)
    where segment_type = 'all'
    group by wave_id, insurer_id
) using (wave_id, insurer_id)
where chain = 'equal' and score_code = 'index'
"""

# The same mean with weights taken as given, as if raking had not fitted them to the sample.
WITH_FIXED_WEIGHTS = f"""
select
    true_value as truth,
    value - {NORMAL_QUANTILE} * fixed_error as lower,
    value + {NORMAL_QUANTILE} * fixed_error as upper
from true_indicators
inner join marts.fct_indicator_scores using (wave_id, insurer_id, indicator_code)
inner join (
    select
        wave_id, insurer_id, indicator_code,
        sqrt(count(*) / (count(*) - 1) * sum(power(numerator - value * denominator, 2))) / sum(denominator)
        as fixed_error
    from (
        select
            wave_id, insurer_id, indicator_code, person_key,
            sum(weighted_numerator)::double as numerator, sum(weighted_denominator)::double as denominator
        from intermediate.int_person_indicators_summed
        where insurer_id = 'raked'
        group by wave_id, insurer_id, indicator_code, person_key
    ) as persons
    inner join marts.fct_indicator_scores using (wave_id, insurer_id, indicator_code)
    where segment_type = 'all'
    group by wave_id, insurer_id, indicator_code
) using (wave_id, insurer_id, indicator_code)
where chain = 'raked' and segment_type = 'all'
"""

ALL_RANKS = """
with true_ranks as (
    select
        chain, wave_id, insurer_id,
        -- Insurers that are truly equal share all their places.
        rank() over (partition by wave_id order by round(true_score, 9) desc) as best_rank,
        count(*) over (partition by wave_id)
        + 1 - rank() over (partition by wave_id order by round(true_score, 9)) as worst_rank
    from true_scores
    where score_level = '{level}' and score_code = '{code}' and chain = '{chain}'
),
waves as (
    select
        wave_id,
        min((rank_lower <= best_rank and rank_upper >= worst_rank)::int) as is_covered,
        count(*) filter (where rank_lower is null) as unknown,
        avg(rank_upper - rank_lower + 1) as width
    from true_ranks
    left join {ranks} as ranks using (wave_id, insurer_id)
    group by wave_id
)
select count(*), sum(unknown), sum(is_covered), avg(width) from waves
"""


def coverage_results(paths: Paths, design: Design) -> list[Result]:
    """Coverage of every case of the note."""
    with connect(paths) as connection:
        connection.execute(TRUTH.format(truth=(paths.data / "truth.parquet").as_posix()))
        return list(_coverage(connection, design))


def _coverage(connection: duckdb.DuckDBPyConnection, design: Design) -> Iterator[Result]:
    for name, code, band in INDICATORS:
        yield covering(connection, name, band, INDICATOR_INTERVALS.format(chain="equal", code=code))
    for name, code, _ in INDICATORS:
        if code in SURVEY_ITEMS:
            query = INDICATOR_INTERVALS.format(chain="small", code=code)
            yield covering(connection, f"{name}, n = 30", SMALL, query)
    for name, code in (*DIMENSIONS, ("index", "index")):
        yield covering(connection, name, CAUTIOUS, COMPOSITE_INTERVALS.format(chain="equal", code=code))
    for name, code in (*DIMENSIONS, ("index", "index")):
        query = COMPOSITE_INTERVALS.format(chain="small", code=code)
        yield covering(connection, f"{name}, n = 30", REPORT, query)
    yield covering(
        connection,
        "mean, raked to half its variance",
        EXACT,
        INDICATOR_INTERVALS.format(chain="raked", code="mean"),
    )
    has_changes = has_columns(connection, "fct_score_changes", CHANGES)
    for chain in design.chains[:3]:
        for name, code, band in (
            ("mean", "mean", EXACT),
            ("nps", "nps", EXACT),
            ("index", "index", CAUTIOUS),
        ):
            case = f"change of {name}, {chain.overlap:.0%} panel"
            if not has_changes:
                yield missing(case, band, f"no mart fct_score_changes with {', '.join(CHANGES)}")
                continue
            yield covering(connection, case, band, CHANGE_INTERVALS.format(chain=chain.name, code=code))


def contrast_results(paths: Paths) -> list[Result]:
    """Coverage of two intervals that leave something out, computed from the same build."""
    with connect(paths) as connection:
        connection.execute(TRUTH.format(truth=(paths.data / "truth.parquet").as_posix()))
        return [
            covering(connection, "index without covariances", EXACT, WITHOUT_COVARIANCES),
            covering(connection, "raked mean with fixed weights", EXACT, WITH_FIXED_WEIGHTS),
        ]


def rank_results(paths: Paths, chains: tuple[Chain, ...]) -> list[Result]:
    """Shares of waves in which rank intervals hold the true rank of every insurer, by layout and together."""
    results = []
    with connect(paths) as connection:
        connection.execute(TRUTH.format(truth=(paths.data / "truth.parquet").as_posix()))
        for name, level, code, mart, condition in RANKINGS:
            if not has_columns(connection, mart, ("rank_lower", "rank_upper")):
                results.append(missing(f"ranks by {name}", RANKS, f"no rank_lower and rank_upper in {mart}"))
                continue
            ranks = f"(select * from marts.{mart} where segment_type = 'all'{condition})"
            layouts = []
            for chain in chains:
                query = ALL_RANKS.format(level=level, code=code, chain=chain.name, ranks=ranks)
                layouts.append((chain.name, *connection.execute(query).fetchone()))
            results += _rank_rows(name, layouts)
    return results


def _rank_rows(name: str, layouts: list[tuple[str, int, int, int, float]]) -> Iterator[Result]:
    """Rows of one ranking: every layout, whose few waves leave room for chance, and all of them together."""
    if unknown := sum(layout[2] for layout in layouts):
        yield missing(f"ranks by {name}", RANKS, f"{unknown} insurer-waves have no rank interval")
        return
    for chain, waves, _, covered, width in layouts:
        chance = 2 * sqrt(RANKS.lowest * (1 - RANKS.lowest) / waves)
        band = Band(max(RANKS.lowest - chance, 0), 1.0)
        yield Result(f"ranks by {name}, {chain}", waves, covered / waves, None, None, width, band)
    waves, covered = (sum(layout[place] for layout in layouts) for place in (1, 3))
    width = sum(layout[1] * layout[4] for layout in layouts) / waves
    yield Result(f"ranks by {name}, all layouts", waves, covered / waves, None, None, width, RANKS)
