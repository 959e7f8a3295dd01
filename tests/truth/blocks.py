"""The published index of the sample blocks against the index of the true values."""

from __future__ import annotations

import duckdb
from blocks_build import LEAP_CYCLE, truth_file
from comparison import TRUE_SCORE, Band, Result, connect, covering

from csat.paths import Paths

BAND = Band(0.93, 0.98)

TRUE_VALUES = """
create or replace temp table true_values as
select
    cast(cast(left(wave_id, 4) as int) + {years} * block as varchar) || substr(wave_id, 5) as wave_id,
    insurer_id, indicator_code, true_value
from ({blocks})
"""

# Weights as the index used them: over the indicators that are scored for the insurer in the wave.
TRUE_INDEX = f"""
create temp table true_index as
select
    slopes.wave_id,
    slopes.insurer_id,
    slopes.framework_version,
    count(*) filter (where true_value is null) as unknown,
    sum(index_share) as share_sum,
    sum(index_share * {TRUE_SCORE}) as true_score
from intermediate.int_score_slopes_resolved as slopes
inner join framework.indicators using (framework_version, indicator_code)
left join true_values using (wave_id, insurer_id, indicator_code)
where slopes.segment_type = 'all' and index_share is not null
group by slopes.wave_id, slopes.insurer_id, slopes.framework_version
"""

# Of an insurer-wave scored under two versions the later counts. Not reportable and pooled ones are left out;
# the estimation status would not do, because it says provisional before pooled.
INDEX_INTERVALS = """
select true_score as truth, score_lower as lower, score_upper as upper
from (
    select * from marts.fct_index_scores
    where segment_type = 'all' and is_reportable
    and insurer_id <> 'industry' and pooled_wave_count = 1
    qualify row_number() over (partition by wave_id, insurer_id order by framework_version desc) = 1
)
inner join true_index using (wave_id, insurer_id, framework_version)
"""


def block_results(paths: Paths, blocks: int) -> list[Result]:
    """Coverage of the index over all insurer-waves of all blocks."""
    with connect(paths) as connection:
        load_truth(connection, paths, blocks)
        unknown, off = connection.execute(
            "select sum(unknown), count(*) filter (where abs(share_sum - 1) > 1e-9) from true_index"
        ).fetchone()
        assert not unknown, f"{unknown} scored indicators of the sample have no true value"
        assert not off, f"the weights of {off} insurer-waves do not add up to one"
        return [covering(connection, "index, blocks of the sample", BAND, INDEX_INTERVALS)]


def load_truth(connection: duckdb.DuckDBPyConnection, paths: Paths, blocks: int) -> None:
    """Make the temporary tables true_values and true_index."""
    parts = " union all ".join(
        f"select *, {block} as block from read_csv('{truth_file(paths, block).as_posix()}')"
        for block in range(blocks)
    )
    connection.execute(TRUE_VALUES.format(years=LEAP_CYCLE, blocks=parts))
    connection.execute(TRUE_INDEX)
