with

value_shares as (
    select * from {{ ref('int_industry_value_shares_resolved') }}
),

final as (
    select
        wave_id,
        framework_version,
        segment_type,
        segment_code,
        indicator_code,
        cast(sum(base_count) as bigint) as base_count,
        cast(sum(pooled_denominator) as double) as denominator_sum,
        cast(sum(cast(value_share * indicator_value as decimal(28, 12))) as double) as indicator_value
    from value_shares
    group by wave_id, framework_version, segment_type, segment_code, indicator_code
)

select * from final
