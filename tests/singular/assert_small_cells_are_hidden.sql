with

cells as (
    select
        wave_id,
        insurer_id,
        segment_code,
        indicator_code as score_code,
        base_count,
        score,
        value as shown_value
    from {{ ref('fct_indicator_scores') }}
    where disclosure_status = 'small_n' or base_count is not null
    union all
    select
        wave_id,
        insurer_id,
        segment_code,
        dimension_code as score_code,
        base_count,
        score,
        score as shown_value
    from {{ ref('fct_dimension_scores') }}
    where disclosure_status = 'small_n' or base_count is not null
    union all
    select
        wave_id,
        insurer_id,
        segment_code,
        'index' as score_code,
        base_count,
        score,
        score as shown_value
    from {{ ref('fct_index_scores') }}
    where disclosure_status = 'small_n' or base_count is not null
)

select
    'wave ' || cells.wave_id || ', insurer ' || cells.insurer_id || ', segment ' || cells.segment_code || ', '
    || cells.score_code || ': a cell with fewer persons than persons_min of disclosure_rules is shown' as problem
from cells
cross join {{ ref('int_scoring_rules_pivoted') }} as rules
where
    cells.base_count < rules.scores_persons_min
    or (cells.base_count is null and (cells.score is not null or cells.shown_value is not null))
