with

slopes as (
    select * from {{ ref('int_score_slopes_resolved') }}
),

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

parts as (
    select
        slopes.*,
        abs(slopes.score_slope) * scores.value_standard_error as standard_error,
        scores.score_lower,
        scores.score_upper,
        rules.confidence_level_z
    from slopes
    inner join scores
        on slopes.wave_id = scores.wave_id
        and slopes.framework_version = scores.framework_version
        and slopes.insurer_id = scores.insurer_id
        and slopes.segment_type = scores.segment_type
        and slopes.segment_code = scores.segment_code
        and slopes.indicator_code = scores.indicator_code
    cross join rules
),

distanced as (
    select
        parts.*,
        -- How far the score may lie off; an error without an interval counts linearly, a figure without error not at all.
        coalesce(score - score_lower, confidence_level_z * standard_error, 0) as distance_lower,
        coalesce(score_upper - score, confidence_level_z * standard_error, 0) as distance_upper
    from parts
),

-- A part far above the others lowers a composite that penalises spread: its ends change sides.
final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        'dimension' as score_level,
        dimension_code as score_code,
        indicator_code,
        dimension_share as score_share,
        score_slope,
        standard_error,
        case when dimension_share < 0 then distance_upper else distance_lower end as distance_lower,
        case when dimension_share < 0 then distance_lower else distance_upper end as distance_upper
    from distanced
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        'index' as score_level,
        'index' as score_code,
        indicator_code,
        index_share as score_share,
        score_slope,
        standard_error,
        case when index_share < 0 then distance_upper else distance_lower end as distance_lower,
        case when index_share < 0 then distance_lower else distance_upper end as distance_upper
    from distanced
    where index_share is not null
)

select * from final
