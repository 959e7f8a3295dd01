with

exposures as (
    select * from {{ ref('int_exposures_measured') }}
),

lines as (
    select * from {{ ref('int_indicator_lines_resolved') }}
),

windows as (
    select * from {{ ref('int_pooling_windows_listed') }}
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

by_segment as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        {{ segment_of_grouping(['product_line', 'region']) }},
        {{ exposure_sums() }}
    from matched
    group by grouping sets (
        (wave_id, framework_version, insurer_id, indicator_code),
        (wave_id, framework_version, insurer_id, indicator_code, product_line),
        (wave_id, framework_version, insurer_id, indicator_code, region)
    )
),

-- Flows and stocks of the waves of a window are added alike: the rate is per wave, as before.
by_window as (
    select
        windows.wave_id,
        windows.framework_version,
        windows.insurer_id,
        matched.indicator_code,
        'pooled' as segment_type,
        'all' as segment_code,
        {{ exposure_sums() }}
    from windows
    inner join matched
        on windows.pooled_wave_id = matched.wave_id
        and windows.framework_version = matched.framework_version
        and windows.insurer_id = matched.insurer_id
    group by windows.wave_id, windows.framework_version, windows.insurer_id, matched.indicator_code
),

final as (
    select * from by_segment
    union all
    select * from by_window
)

select * from final
