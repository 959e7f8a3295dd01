with

change_operands as (
    select * from {{ ref('int_change_operands_resolved') }}
),

operand_values as (
    select * from {{ ref('int_indicator_intervals_estimated') }}
),

paired as (
    select
        now.wave_id,
        now.framework_version,
        now.insurer_id,
        now.segment_type,
        now.segment_code,
        change_operands.indicator_code,
        change_operands.operand_code,
        past.wave_id as past_wave_id,
        past.framework_version as past_framework_version,
        change_operands.multiplier,
        -- The past value follows from the change and the present one: the smaller base decides what may be shown.
        least(now.base_count, past.base_count) as base_count,
        least(now.effective_base, past.effective_base) as effective_base,
        now.indicator_value as value_now,
        past.indicator_value as value_past,
        now.value_standard_error as error_now,
        past.value_standard_error as error_past
    from change_operands
    inner join operand_values as now
        on change_operands.wave_id = now.wave_id
        and change_operands.framework_version = now.framework_version
        and change_operands.operand_code = now.indicator_code
    inner join operand_values as past
        on change_operands.past_wave_id = past.wave_id
        and change_operands.past_framework_version = past.framework_version
        and change_operands.operand_code = past.indicator_code
        and now.insurer_id = past.insurer_id
        and now.segment_type = past.segment_type
        and now.segment_code = past.segment_code
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
        past_framework_version,
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
