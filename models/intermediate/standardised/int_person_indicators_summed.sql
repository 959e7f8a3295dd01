with

measurements as (
    select * from {{ ref('int_measurements_unioned') }}
),

lines as (
    select * from {{ ref('int_indicator_lines_resolved') }}
),

respondents as (
    select * from {{ ref('int_respondent_strata_counted') }}
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
        -- Rows of the survey know the stratum of their person, others have none.
        respondents.stratum,
        respondents.person_weight,
        coalesce(respondents.variance_factor, 1.0) as variance_factor,
        cast(measurements.weight as double) as weight,
        case when lines.is_numerator then cast(measurements.numerator as double) else 0.0 end as numerator,
        case when lines.is_denominator then cast(measurements.denominator as double) else 0.0 end as denominator
    from measurements
    inner join lines
        on measurements.wave_id = lines.wave_id
        and measurements.measure_code = lines.measure_code
        and (lines.product_line is null or measurements.product_line = lines.product_line)
    left join respondents
        on measurements.source_model = 'int_survey_measured'
        and measurements.wave_id = respondents.wave_id
        and measurements.insurer_id = respondents.insurer_id
        and measurements.person_key = respondents.person_key
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
        stratum,
        person_weight,
        variance_factor,
        cast(numerator as decimal(28, 9)) as numerator,
        cast(denominator as decimal(28, 9)) as denominator,
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
        max(stratum) as stratum,
        max(person_weight) as person_weight,
        max(variance_factor) as variance_factor,
        cast(sum(numerator) as decimal(28, 9)) as numerator,
        cast(sum(denominator) as decimal(28, 9)) as denominator,
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
