with

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
),

value_shares as (
    select * from {{ ref('int_industry_value_shares_resolved') }}
),

shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
),

composites as (
    select * from {{ ref('int_composite_intervals_estimated') }}
),

-- One row per insurer and estimate of the line: its share, its error and how far its own interval reaches.
unioned as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        scores.segment_type,
        scores.segment_code,
        'value' as score_level,
        scores.indicator_code as score_code,
        value_shares.value_share as industry_share,
        scores.value_standard_error as standard_error,
        scores.indicator_value - scores.value_lower as distance_lower,
        scores.value_upper - scores.indicator_value as distance_upper
    from scores
    inner join value_shares
        on scores.wave_id = value_shares.wave_id
        and scores.framework_version = value_shares.framework_version
        and scores.insurer_id = value_shares.insurer_id
        and scores.segment_type = value_shares.segment_type
        and scores.segment_code = value_shares.segment_code
        and scores.indicator_code = value_shares.indicator_code
    where value_shares.value_share is not null
    union all
    select
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        scores.segment_type,
        scores.segment_code,
        'indicator' as score_level,
        scores.indicator_code as score_code,
        shares.industry_share,
        abs(scores.score_slope) * scores.value_standard_error as standard_error,
        scores.score - scores.score_lower as distance_lower,
        scores.score_upper - scores.score as distance_upper
    from scores
    inner join shares
        on scores.wave_id = shares.wave_id
        and scores.framework_version = shares.framework_version
        and scores.insurer_id = shares.insurer_id
        and scores.segment_type = shares.segment_type
        and scores.segment_code = shares.segment_code
        and scores.indicator_code = shares.score_code
        and shares.score_level = 'indicator'
    union all
    select
        composites.wave_id,
        composites.framework_version,
        composites.insurer_id,
        composites.segment_type,
        composites.segment_code,
        composites.score_level,
        composites.score_code,
        shares.industry_share,
        composites.standard_error,
        shares.score - composites.score_lower as distance_lower,
        composites.score_upper - shares.score as distance_upper
    from composites
    inner join shares
        on composites.wave_id = shares.wave_id
        and composites.framework_version = shares.framework_version
        and composites.insurer_id = shares.insurer_id
        and composites.segment_type = shares.segment_type
        and composites.segment_code = shares.segment_code
        and composites.score_level = shares.score_level
        and composites.score_code = shares.score_code
),

final as (
    select
        unioned.wave_id,
        unioned.framework_version,
        unioned.insurer_id,
        unioned.segment_type,
        unioned.segment_code,
        unioned.score_level,
        unioned.score_code,
        unioned.industry_share,
        unioned.standard_error,
        coalesce(unioned.distance_lower, rules.confidence_level_z * unioned.standard_error, 0) as distance_lower,
        coalesce(unioned.distance_upper, rules.confidence_level_z * unioned.standard_error, 0) as distance_upper
    from unioned
    cross join {{ ref('int_scoring_rules_pivoted') }} as rules
)

select * from final
