with

measurements as (
    select * from {{ ref('int_measurements_unioned') }}
),

lines as (
    select * from {{ ref('int_indicator_lines_resolved') }}
),

-- A measurement feeds the numerator of an indicator, its denominator, or both, mostly both.
matched as (
    select
        measurements.wave_id,
        lines.framework_version,
        measurements.insurer_id,
        lines.indicator_code,
        measurements.person_key,
        measurements.product_line,
        measurements.sales_channel,
        measurements.region,
        measurements.age_band,
        measurements.gender,
        measurements.tenure,
        cast(measurements.weight as double) as weight,
        case when lines.is_numerator then cast(measurements.numerator as double) else 0.0 end as numerator,
        case when lines.is_denominator then cast(measurements.denominator as double) else 0.0 end as denominator
    from measurements
    inner join lines
        on measurements.wave_id = lines.wave_id
        and measurements.measure_code = lines.measure_code
        and (lines.product_line is null or measurements.product_line = lines.product_line)
),

-- Rounded once, before the sums.
weighted as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        person_key,
        product_line,
        sales_channel,
        region,
        age_band,
        gender,
        tenure,
        cast(weight * numerator as decimal(28, 9)) as weighted_numerator,
        cast(weight * denominator as decimal(28, 9)) as weighted_denominator,
        cast(weight * numerator * numerator / nullif(denominator, 0) as decimal(28, 9)) as weighted_square
    from matched
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        person_key,
        product_line,
        sales_channel,
        region,
        age_band,
        gender,
        tenure,
        cast(sum(weighted_numerator) as decimal(28, 9)) as weighted_numerator,
        cast(sum(weighted_denominator) as decimal(28, 9)) as weighted_denominator,
        cast(coalesce(sum(weighted_square), 0) as decimal(28, 9)) as weighted_square
    from weighted
    group by
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        person_key,
        product_line,
        sales_channel,
        region,
        age_band,
        gender,
        tenure
)

select * from final
