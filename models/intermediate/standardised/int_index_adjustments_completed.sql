with

index_scores as (
    select * from {{ ref('int_index_scores_aggregated') }}
    where score is not null
),

shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where score_level = 'index'
),

insurers as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        adjustment_points,
        -- What clipping to 0 and 100 took away or gave back.
        score - (unadjusted_score + adjustment_points) as clip_remainder
    from index_scores
),

industry as (
    select
        insurers.wave_id,
        insurers.framework_version,
        'industry' as insurer_id,
        insurers.segment_type,
        insurers.segment_code,
        cast(sum(cast(shares.industry_share * insurers.adjustment_points as decimal(28, 15))) as double) as adjustment_points,
        cast(sum(cast(shares.industry_share * insurers.clip_remainder as decimal(28, 15))) as double) as clip_remainder
    from insurers
    inner join shares
        on insurers.wave_id = shares.wave_id
        and insurers.framework_version = shares.framework_version
        and insurers.insurer_id = shares.insurer_id
        and insurers.segment_type = shares.segment_type
        and insurers.segment_code = shares.segment_code
    group by insurers.wave_id, insurers.framework_version, insurers.segment_type, insurers.segment_code
),

final as (
    select * from insurers
    union all
    select * from industry
)

select * from final
