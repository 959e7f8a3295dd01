with

indicators as (
    select * from {{ ref('indicators') }}
    where estimator = 'derived' and derived_function = 'change_rate'
),

operands as (
    select * from {{ ref('indicator_operands') }}
),

operand_values as (
    select * from {{ ref('int_indicator_intervals_estimated') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

dated as (
    select
        operand_values.*,
        waves.start_month_index
    from operand_values
    inner join waves
        on operand_values.wave_id = waves.wave_id
),

paired as (
    select
        now.wave_id,
        now.framework_version,
        now.insurer_id,
        now.segment_type,
        now.segment_code,
        indicators.indicator_code,
        operands.operand_code,
        past.wave_id as past_wave_id,
        indicators.multiplier,
        -- The past value follows from the change and the present one: the smaller base decides what may be shown.
        least(now.base_count, past.base_count) as base_count,
        least(now.effective_base, past.effective_base) as effective_base,
        now.indicator_value as value_now,
        past.indicator_value as value_past,
        now.value_standard_error as error_now,
        past.value_standard_error as error_past
    from dated as now
    inner join operands
        on now.framework_version = operands.framework_version
        and now.indicator_code = operands.operand_code
    inner join indicators
        on operands.framework_version = indicators.framework_version
        and operands.indicator_code = indicators.indicator_code
    inner join dated as past
        on now.framework_version = past.framework_version
        and now.insurer_id = past.insurer_id
        and now.segment_type = past.segment_type
        and now.segment_code = past.segment_code
        and now.indicator_code = past.indicator_code
        and now.start_month_index - indicators.lag_months = past.start_month_index
    where past.indicator_value <> 0
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
        past_wave_id,
        base_count,
        effective_base,
        multiplier * (value_past - value_now) / value_past as indicator_value,
        -- Delta rule: the derivatives of (past - now) / past.
        -multiplier / value_past as slope_now,
        multiplier * value_now / (value_past * value_past) as slope_past,
        abs(multiplier) * sqrt(
            power(error_now / value_past, 2) + power(value_now * error_past / (value_past * value_past), 2)
        ) as value_standard_error
    from paired
)

select * from final
