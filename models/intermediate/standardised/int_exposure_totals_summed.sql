with

exposures as (
    select * from {{ ref('int_exposures_measured') }}
),

lines as (
    select * from {{ ref('int_indicator_lines_resolved') }}
),

matched as (
    select
        exposures.wave_id,
        lines.framework_version,
        exposures.insurer_id,
        lines.indicator_code,
        exposures.product_line,
        exposures.region,
        lines.is_numerator,
        lines.is_denominator,
        case when lines.is_numerator then exposures.total end as numerator,
        case when lines.is_denominator then exposures.total end as denominator
    from exposures
    inner join lines
        on exposures.wave_id = lines.wave_id
        and exposures.measure_code = lines.measure_code
        and (lines.product_line is null or exposures.product_line = lines.product_line)
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        {{ segment_of_grouping(['product_line', 'region']) }},
        -- A sum that lacks a part is not known: the missing part is not zero.
        case when count(numerator) = count(case when is_numerator then 1 end)
            then cast(sum(numerator) as double) end as exposure_numerator_sum,
        case when count(denominator) = count(case when is_denominator then 1 end)
            then cast(sum(denominator) as double) end as exposure_denominator_sum,
        max(case when is_numerator then 1 else 0 end) = 1 as is_numerator_total
    from matched
    group by grouping sets (
        (wave_id, framework_version, insurer_id, indicator_code),
        (wave_id, framework_version, insurer_id, indicator_code, product_line),
        (wave_id, framework_version, insurer_id, indicator_code, region)
    )
)

select * from final
