with

indicator_values as (
    select * from {{ ref('int_indicator_values_completed') }}
    where segment_type = 'all' and indicator_value is not null
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
    where is_eligible
),

exposure_floors as (
    select * from {{ ref('int_exposure_floors_checked') }}
    where segment_type = 'all' and is_below_floor
),

-- A rate over too little exposure is chance: nobody is compared with it.
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
    left join exposure_floors
        on indicator_values.wave_id = exposure_floors.wave_id
        and indicator_values.framework_version = exposure_floors.framework_version
        and indicator_values.insurer_id = exposure_floors.insurer_id
        and indicator_values.indicator_code = exposure_floors.indicator_code
    where exposure_floors.indicator_code is null
)

select * from final
