{#- How many persons does every index and every mean or share need in the next wave for a stated margin of error? The var
    `margin_of_error` is half the width of the 95 % interval aimed at, in points of score (2 without it). A standard error
    falls with the square root of the base, so the base needed is the present one times the square of (margin now /
    margin wanted). Weights as uneven as now are taken for granted; with equal weights the base could be smaller by the
    design effect of the weights (Kish). -#}
{% set margin_of_error = var('margin_of_error', 2) -%}

with

index_scores as (
    select * from {{ ref('fct_index_scores') }}
    where segment_type = 'all' and insurer_id <> 'industry'
),

indicator_scores as (
    select * from {{ ref('fct_indicator_scores') }}
    where segment_type = 'all' and insurer_id <> 'industry'
),

waves as (
    select * from {{ ref('dim_waves') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

estimates as (
    select
        wave_id,
        framework_version,
        insurer_id,
        'index' as score_level,
        'index' as score_code,
        base_count,
        cast(null as double) as weighting_design_effect,
        standard_error
    from index_scores
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        'indicator' as score_level,
        indicator_code as score_code,
        base_count,
        weighting_design_effect,
        standard_error
    from indicator_scores
    where effective_base is not null
),

-- No error to speak of is no ground to plan on.
recency as (
    select
        estimates.*,
        dense_rank() over (order by waves.starts_at_utc desc, estimates.framework_version desc) as recency_rank
    from estimates
    inner join waves
        on estimates.wave_id = waves.wave_id
    where estimates.standard_error > 0 and estimates.base_count > 0
),

planned as (
    select
        recency.*,
        rules.confidence_level_z * recency.standard_error as current_margin,
        cast({{ margin_of_error }} as double) as wanted_margin
    from recency
    cross join rules
    where recency.recency_rank = 1
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        score_level,
        score_code,
        base_count,
        weighting_design_effect,
        standard_error,
        current_margin,
        wanted_margin,
        cast(ceil(base_count * power(current_margin / wanted_margin, 2)) as bigint) as base_needed,
        cast(ceil(base_count / weighting_design_effect * power(current_margin / wanted_margin, 2)) as bigint)
        as base_needed_with_equal_weights
    from planned
)

select * from final
order by score_level, score_code, insurer_id
