with

change_rates as (
    select * from {{ ref('indicators') }}
    where estimator = 'derived' and derived_function = 'change_rate'
),

operands as (
    select * from {{ ref('indicator_operands') }}
),

definitions as (
    select * from {{ ref('indicators') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

-- The value of a year ago under the same version, else under the official one of that wave if it defines the operand
-- in the same way: goalposts and weights do not enter a value.
candidates as (
    select
        now.wave_id,
        now.framework_version,
        change_rates.indicator_code,
        change_rates.multiplier,
        operands.operand_code,
        past.wave_id as past_wave_id,
        past.framework_version as past_framework_version,
        row_number() over (
            partition by now.wave_id, now.framework_version, change_rates.indicator_code
            order by case when past.framework_version = now.framework_version then 0 else 1 end
        ) as choice_rank
    from wave_versions as now
    inner join waves
        on now.wave_id = waves.wave_id
    inner join change_rates
        on now.framework_version = change_rates.framework_version
    inner join operands
        on change_rates.framework_version = operands.framework_version
        and change_rates.indicator_code = operands.indicator_code
    inner join definitions
        on operands.framework_version = definitions.framework_version
        and operands.operand_code = definitions.indicator_code
    inner join waves as past_waves
        on waves.start_month_index = past_waves.start_month_index + change_rates.lag_months
    inner join wave_versions as past
        on past_waves.wave_id = past.wave_id
        and (now.framework_version = past.framework_version or past.is_official)
    inner join definitions as past_definitions
        on past.framework_version = past_definitions.framework_version
        and operands.operand_code = past_definitions.indicator_code
        and definitions.estimator = past_definitions.estimator
        and definitions.multiplier = past_definitions.multiplier
        and definitions.time_basis = past_definitions.time_basis
        and coalesce(definitions.numerator_measure, '') = coalesce(past_definitions.numerator_measure, '')
        and coalesce(definitions.denominator_measure, '') = coalesce(past_definitions.denominator_measure, '')
),

final as (
    select
        wave_id,
        framework_version,
        indicator_code,
        multiplier,
        operand_code,
        past_wave_id,
        past_framework_version
    from candidates
    where choice_rank = 1
)

select * from final
