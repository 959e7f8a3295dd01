with

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where is_applicable and indicator_weight > 0 and score is not null
),

provisional as (
    select * from {{ ref('int_indicators_provisional') }}
),

flagged as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        scores.segment_type,
        scores.segment_code,
        scores.dimension_code,
        case when provisional.is_provisional then 1 else 0 end as provisional
    from scores
    inner join provisional
        on scores.wave_id = provisional.wave_id
        and scores.framework_version = provisional.framework_version
        and scores.indicator_code = provisional.indicator_code
),

-- A composite is provisional when a part that is scored in it is.
insurers as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        coalesce(dimension_code, 'index') as score_code,
        max(provisional) = 1 as is_provisional
    from flagged
    group by grouping sets (
        (wave_id, framework_version, insurer_id, segment_type, segment_code),
        (wave_id, framework_version, insurer_id, segment_type, segment_code, dimension_code)
    )
),

shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where score_level in ('dimension', 'index')
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        score_code,
        is_provisional
    from insurers
    union all
    select
        shares.wave_id,
        shares.framework_version,
        'industry' as insurer_id,
        shares.segment_type,
        shares.segment_code,
        shares.score_code,
        max(case when insurers.is_provisional then 1 else 0 end) = 1 as is_provisional
    from shares
    inner join insurers
        on shares.wave_id = insurers.wave_id
        and shares.framework_version = insurers.framework_version
        and shares.insurer_id = insurers.insurer_id
        and shares.segment_type = insurers.segment_type
        and shares.segment_code = insurers.segment_code
        and shares.score_code = insurers.score_code
    group by
        shares.wave_id, shares.framework_version, shares.segment_type, shares.segment_code, shares.score_code
)

select * from final
