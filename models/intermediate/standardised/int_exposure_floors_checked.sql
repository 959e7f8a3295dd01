with

indicator_values as (
    select * from {{ ref('int_indicator_values_aggregated') }}
    where estimator = 'exposure_rate'
),

indicators as (
    select * from {{ ref('indicators') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

expected as (
    select
        indicator_values.wave_id,
        indicator_values.framework_version,
        indicator_values.insurer_id,
        indicator_values.segment_type,
        indicator_values.segment_code,
        indicator_values.indicator_code,
        -- Events at the upper goalpost: for complaints the number at which the score is zero.
        indicators.goalpost_upper / indicator_values.multiplier * indicator_values.denominator_sum as expected_event_count
    from indicator_values
    inner join indicators
        on indicator_values.framework_version = indicators.framework_version
        and indicator_values.indicator_code = indicators.indicator_code
),

final as (
    select
        expected.*,
        coalesce(round(expected.expected_event_count, 6) < rules.expected_events_min, false) as is_below_floor
    from expected
    cross join rules
)

select * from final
