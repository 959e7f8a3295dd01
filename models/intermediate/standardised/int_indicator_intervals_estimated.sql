with

indicator_values as (
    select * from {{ ref('int_indicator_values_aggregated') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

measures as (
    select * from {{ ref('int_measures_timed') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

interval_methods as (
    select * from {{ ref('interval_methods') }}
),

strata as (
    select
        wave_id,
        insurer_id,
        count(distinct stratum) as stratum_count
    from {{ ref('int_respondent_strata_counted') }}
    group by wave_id, insurer_id
),

sized as (
    select
        indicator_values.*,
        measures.value_min,
        measures.value_max,
        rules.confidence_level_z as z,
        -- A share's base is the one its own error implies, at most all rows; the rows of a survey weigh differently (Kish).
        case when indicator_values.estimator = 'share' then least(
            case when measures.source_model = 'int_responses_screened' then indicator_values.effective_base
                else indicator_values.denominator_sum end,
            coalesce(
                nullif(indicator_values.ratio * (1 - indicator_values.ratio), 0)
                / nullif(indicator_values.ratio_standard_error * indicator_values.ratio_standard_error, 0),
                indicator_values.effective_base
            )
        ) end as share_base,
        {{ student_quantile('rules.confidence_level_z', '(indicator_values.effective_base - 1)') }} as student_quantile,
        interval_methods.interval_method,
        -- Transformed intervals of shares have the degrees of freedom of the sample: persons less strata.
        {{ student_quantile(
            'rules.confidence_level_z', '(indicator_values.base_count - coalesce(strata.stratum_count, 1))'
        ) }} as sample_quantile
    from indicator_values
    inner join indicators
        on indicator_values.framework_version = indicators.framework_version
        and indicator_values.indicator_code = indicators.indicator_code
    left join measures
        on indicators.numerator_measure = measures.measure_code
    left join interval_methods
        on indicator_values.indicator_code = interval_methods.indicator_code
    left join strata
        on measures.source_model = 'int_responses_screened'
        and indicator_values.wave_id = strata.wave_id
        and indicator_values.insurer_id = strata.insurer_id
    cross join rules
),

limits as (
    select
        sized.*,
        case estimator
            when 'mean' then ratio - student_quantile * ratio_standard_error
            when 'share' then {{ share_limit('interval_method', -1) }}
            when 'exposure_rate' then {{ byar_lower('numerator_sum', 'z') }} / denominator_sum
        end as ratio_lower,
        case estimator
            when 'mean' then ratio + student_quantile * ratio_standard_error
            when 'share' then {{ share_limit('interval_method', 1) }}
            when 'exposure_rate' then {{ byar_upper('numerator_sum', 'z') }} / denominator_sum
        end as ratio_upper
    from sized
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        indicator_code,
        numerator_sum,
        denominator_sum,
        base_count,
        effective_base,
        multiplier * ratio as indicator_value,
        multiplier * ratio_standard_deviation as standard_deviation,
        design_effect,
        multiplier * ratio_standard_error as value_standard_error,
        -- The interval is clipped to the possible values, the point never.
        case when ratio_lower is not null then multiplier * greatest(ratio_lower, value_min) end as value_lower,
        case when ratio_upper is not null then multiplier * least(ratio_upper, value_max) end as value_upper
    from limits
)

select * from final
