with

indicator_values as (
    select * from {{ ref('int_indicator_values_completed') }}
    where segment_type = 'all' and indicator_value is not null
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
    where is_eligible
),

final as (
    select
        indicator_values.wave_id,
        indicator_values.framework_version,
        indicator_values.indicator_code,
        indicator_values.insurer_id,
        -- Rounded once, here: equal values are then equal, and a constant column is found exactly.
        cast(indicator_values.indicator_value as decimal(28, 12)) as indicator_value
    from indicator_values
    inner join assessed
        on indicator_values.wave_id = assessed.wave_id
        and indicator_values.insurer_id = assessed.insurer_id
)

select * from final
