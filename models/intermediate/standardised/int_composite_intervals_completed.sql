with

insurers as (
    select * from {{ ref('int_composite_intervals_estimated') }}
),

industry as (
    select * from {{ ref('int_industry_intervals_estimated') }}
    where score_level in ('dimension', 'index')
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        score_level,
        score_code,
        standard_error,
        score_lower,
        score_upper
    from insurers
    union all
    select
        wave_id,
        framework_version,
        'industry' as insurer_id,
        segment_type,
        segment_code,
        score_level,
        score_code,
        standard_error,
        estimate_lower as score_lower,
        estimate_upper as score_upper
    from industry
)

select * from final
