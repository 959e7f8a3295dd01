with

direct as (
    select * from {{ ref('int_indicator_intervals_estimated') }}
),

change_rates as (
    select * from {{ ref('int_change_rates_derived') }}
),

component_means as (
    select * from {{ ref('int_component_means_derived') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

derived as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        indicator_code,
        base_count,
        effective_base,
        indicator_value,
        value_standard_error
    from change_rates
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        indicator_code,
        base_count,
        effective_base,
        indicator_value,
        value_standard_error
    from component_means
),

derived_intervals as (
    select
        derived.*,
        {{ student_quantile('rules.confidence_level_z', '(derived.effective_base - 1)') }} as student_quantile
    from derived
    cross join rules
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
        indicator_value,
        standard_deviation,
        design_effect,
        value_standard_error,
        value_lower,
        value_upper
    from direct
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        indicator_code,
        cast(null as double) as numerator_sum,
        cast(null as double) as denominator_sum,
        base_count,
        effective_base,
        indicator_value,
        cast(null as double) as standard_deviation,
        cast(null as double) as design_effect,
        value_standard_error,
        indicator_value - student_quantile * value_standard_error as value_lower,
        indicator_value + student_quantile * value_standard_error as value_upper
    from derived_intervals
)

select * from final
