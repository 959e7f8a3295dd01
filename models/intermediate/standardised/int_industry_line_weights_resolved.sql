with

value_shares as (
    select * from {{ ref('int_industry_value_shares_resolved') }}
),

shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
),

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where score is not null
),

parts as (
    select * from {{ ref('int_composite_parts_weighted') }}
),

-- How far each estimate of the line moves with the value of an insurer's indicator.
final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        'value' as score_level,
        indicator_code as score_code,
        indicator_code,
        value_share as line_weight
    from value_shares
    union all
    select
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        scores.segment_type,
        scores.segment_code,
        'indicator' as score_level,
        scores.indicator_code as score_code,
        scores.indicator_code,
        shares.industry_share * scores.score_slope as line_weight
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
        parts.wave_id,
        parts.framework_version,
        parts.insurer_id,
        parts.segment_type,
        parts.segment_code,
        parts.score_level,
        parts.score_code,
        parts.indicator_code,
        shares.industry_share * parts.score_share * parts.score_slope as line_weight
    from parts
    inner join shares
        on parts.wave_id = shares.wave_id
        and parts.framework_version = shares.framework_version
        and parts.insurer_id = shares.insurer_id
        and parts.segment_type = shares.segment_type
        and parts.segment_code = shares.segment_code
        and parts.score_level = shares.score_level
        and parts.score_code = shares.score_code
)

select * from final
