with

shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
),

final as (
    select
        wave_id,
        framework_version,
        segment_type,
        segment_code,
        score_level,
        score_code,
        count(*) as insurer_count,
        -- Rounded shares can add up to a hair more than one.
        least(cast(sum(cast(industry_share * score as decimal(28, 12))) as double), 100) as score
    from shares
    group by wave_id, framework_version, segment_type, segment_code, score_level, score_code
)

select * from final
