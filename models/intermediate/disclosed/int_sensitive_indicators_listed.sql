with

indicators as (
    select * from {{ ref('indicators') }}
),

operands as (
    select * from {{ ref('indicator_operands') }}
),

sensitive as (
    select * from {{ ref('sensitive_measures') }}
),

measured as (
    select
        indicators.framework_version,
        indicators.indicator_code
    from indicators
    inner join sensitive
        on indicators.numerator_measure = sensitive.measure_code
),

-- A derived indicator shows the persons of an operand.
final as (
    select * from measured
    union
    select
        operands.framework_version,
        operands.indicator_code
    from operands
    inner join measured
        on operands.framework_version = measured.framework_version
        and operands.operand_code = measured.indicator_code
)

select * from final
