with

person_sums as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        person_key,
        max(stratum) as stratum,
        max(variance_factor) as variance_factor,
        cast(sum(weighted_numerator) as double) as numerator,
        cast(sum(weighted_denominator) as double) as denominator
    from {{ ref('int_person_indicators_summed') }}
    group by wave_id, framework_version, insurer_id, indicator_code, person_key
),

indicator_values as (
    select * from {{ ref('int_indicator_values_aggregated') }}
    where segment_type = 'all'
),

fitted as (
    select * from {{ ref('int_fitted_influences_estimated') }}
),

corrected as (
    select * from {{ ref('int_survey_estimates_numbered') }}
    where segment_type = 'all'
),

slopes as (
    select * from {{ ref('int_derived_slopes_resolved') }}
    where segment_type = 'all'
),

-- How far one person moves the value of an indicator.
person_influences as (
    select
        person_sums.wave_id,
        person_sums.framework_version,
        person_sums.insurer_id,
        person_sums.indicator_code,
        person_sums.person_key,
        indicator_values.multiplier / indicator_values.denominator_sum
        * case when indicator_values.estimator = 'exposure_rate' then person_sums.numerator
            else (person_sums.numerator - indicator_values.ratio * person_sums.denominator)
                * sqrt(case
                    when person_sums.stratum is not null then person_sums.variance_factor
                    else indicator_values.cluster_count / nullif(indicator_values.cluster_count - 1, 0)
                end)
        end as value_influence
    from person_sums
    inner join indicator_values
        on person_sums.wave_id = indicator_values.wave_id
        and person_sums.framework_version = indicator_values.framework_version
        and person_sums.insurer_id = indicator_values.insurer_id
        and person_sums.indicator_code = indicator_values.indicator_code
    left join corrected
        on person_sums.wave_id = corrected.wave_id
        and person_sums.framework_version = corrected.framework_version
        and person_sums.insurer_id = corrected.insurer_id
        and person_sums.indicator_code = corrected.indicator_code
    where corrected.estimate_number is null
    union all
    -- Where weights were fitted or strata drawn, the influences come centred and less what the margins explain.
    select
        fitted.wave_id,
        fitted.framework_version,
        fitted.insurer_id,
        fitted.indicator_code,
        fitted.person_key,
        indicator_values.multiplier * fitted.ratio_influence as value_influence
    from fitted
    inner join indicator_values
        on fitted.wave_id = indicator_values.wave_id
        and fitted.framework_version = indicator_values.framework_version
        and fitted.insurer_id = indicator_values.insurer_id
        and fitted.indicator_code = indicator_values.indicator_code
    union all
    -- Events known as totals only: they are independent of one another, so one entry carries their whole error.
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        'total ' || wave_id || ' ' || insurer_id || ' ' || indicator_code as person_key,
        multiplier * ratio_standard_error as value_influence
    from indicator_values
    where is_numerator_total
),

completed as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        person_key,
        value_influence
    from person_influences
    union all
    select
        slopes.wave_id,
        slopes.framework_version,
        slopes.insurer_id,
        slopes.indicator_code,
        person_influences.person_key,
        slopes.value_slope * person_influences.value_influence as value_influence
    from slopes
    inner join person_influences
        on slopes.operand_wave_id = person_influences.wave_id
        and slopes.operand_framework_version = person_influences.framework_version
        and slopes.insurer_id = person_influences.insurer_id
        and slopes.operand_code = person_influences.indicator_code
),

-- A person in both waves of a change rate moves it once, with the sum.
final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        person_key,
        cast(sum(cast(value_influence as decimal(38, 20))) as double) as value_influence
    from completed
    group by wave_id, framework_version, insurer_id, indicator_code, person_key
)

select * from final
