with

change_rates as (
    select * from {{ ref('int_change_rates_derived') }}
),

operand_values as (
    select * from {{ ref('int_indicator_intervals_estimated') }}
),

operands as (
    select * from {{ ref('indicator_operands') }}
),

mean_indicators as (
    select * from {{ ref('indicators') }}
    where estimator = 'derived' and derived_function = 'mean_of_present'
),

mean_slopes as (
    select
        operand_values.wave_id,
        operand_values.framework_version,
        operand_values.insurer_id,
        operand_values.segment_type,
        operand_values.segment_code,
        operands.indicator_code,
        operands.operand_code,
        operand_values.wave_id as operand_wave_id,
        operand_values.framework_version as operand_framework_version,
        mean_indicators.multiplier / count(*) over (
            partition by
                operand_values.wave_id, operand_values.framework_version, operand_values.insurer_id,
                operand_values.segment_type, operand_values.segment_code, operands.indicator_code
        ) as value_slope
    from operand_values
    inner join operands
        on operand_values.framework_version = operands.framework_version
        and operand_values.indicator_code = operands.operand_code
    inner join mean_indicators
        on operands.framework_version = mean_indicators.framework_version
        and operands.indicator_code = mean_indicators.indicator_code
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        indicator_code,
        operand_code,
        wave_id as operand_wave_id,
        framework_version as operand_framework_version,
        slope_now as value_slope
    from change_rates
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        indicator_code,
        operand_code,
        past_wave_id as operand_wave_id,
        past_framework_version as operand_framework_version,
        slope_past as value_slope
    from change_rates
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        indicator_code,
        operand_code,
        operand_wave_id,
        operand_framework_version,
        value_slope
    from mean_slopes
)

select * from final
