with

indicators as (
    select * from {{ ref('indicators') }}
    where estimator = 'derived' and derived_function = 'mean_of_present'
),

operands as (
    select * from {{ ref('indicator_operands') }}
),

operand_values as (
    select * from {{ ref('int_indicator_intervals_estimated') }}
),

-- Every source counts equally, however many texts it has; a source without texts is left out.
final as (
    select
        operand_values.wave_id,
        operand_values.framework_version,
        operand_values.insurer_id,
        operand_values.segment_type,
        operand_values.segment_code,
        indicators.indicator_code,
        -- With the others known a component follows from the mean: the smallest base decides what may be shown.
        min(operand_values.base_count) as base_count,
        min(operand_values.effective_base) as effective_base,
        max(indicators.multiplier) * cast(sum(cast(operand_values.indicator_value as decimal(28, 12))) as double) / count(*)
        as indicator_value,
        max(indicators.multiplier)
        * sqrt(cast(sum(cast(power(operand_values.value_standard_error, 2) as decimal(28, 12))) as double)) / count(*)
        as value_standard_error
    from operand_values
    inner join operands
        on operand_values.framework_version = operands.framework_version
        and operand_values.indicator_code = operands.operand_code
    inner join indicators
        on operands.framework_version = indicators.framework_version
        and operands.indicator_code = indicators.indicator_code
    group by
        operand_values.wave_id,
        operand_values.framework_version,
        operand_values.insurer_id,
        operand_values.segment_type,
        operand_values.segment_code,
        indicators.indicator_code
)

select * from final
