with

indicator_values as (
    select * from {{ ref('int_indicator_values_completed') }}
    where indicator_value is not null
),

indicators as (
    select * from {{ ref('indicators') }}
),

compared as (
    select * from {{ ref('int_indicator_values_compared') }}
),

-- Segments are placed among the totals of the compared insurers, so that all read on one scale.
unioned as (
    select
        indicator_values.wave_id,
        indicator_values.framework_version,
        indicator_values.insurer_id,
        indicator_values.segment_type,
        indicator_values.segment_code,
        indicator_values.indicator_code,
        cast(indicator_values.indicator_value as decimal(28, 12)) as indicator_value,
        case when compared.insurer_id is not null then 1 else 0 end as is_counted
    from indicator_values
    inner join indicators
        on indicator_values.framework_version = indicators.framework_version
        and indicator_values.indicator_code = indicators.indicator_code
    left join compared
        on indicator_values.segment_type = 'all'
        and indicator_values.wave_id = compared.wave_id
        and indicator_values.framework_version = compared.framework_version
        and indicator_values.insurer_id = compared.insurer_id
        and indicator_values.indicator_code = compared.indicator_code
    where indicator_values.segment_type = 'all' or indicators.normalisation = 'percentile_rank'
),

counted as (
    select
        unioned.*,
        sum(is_counted) over (partition by wave_id, framework_version, indicator_code) as insurer_count,
        -- The default frame ends with the last equal value.
        sum(is_counted) over (
            partition by wave_id, framework_version, indicator_code order by indicator_value asc nulls last
        ) as not_above_count,
        sum(is_counted) over (partition by wave_id, framework_version, indicator_code, indicator_value) as equal_count
    from unioned
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        indicator_code,
        cast(not_above_count - equal_count / cast(2 as double) as double) / nullif(insurer_count, 0) as percentile_share
    from counted
)

select * from final
