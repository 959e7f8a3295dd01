with

cells as (
    select * from {{ ref('int_indicator_cells_listed') }}
    where segment_type = 'all' and is_applicable
),

indicators as (
    select * from {{ ref('indicators') }}
    where indicator_role <> 'component'
),

indicator_values as (
    select * from {{ ref('int_indicator_values_completed') }}
    where segment_type = 'all'
),

exposure_floors as (
    select * from {{ ref('int_exposure_floors_checked') }}
    where segment_type = 'all' and is_below_floor
),

rules as (
    select * from {{ ref('int_validity_rules_pivoted') }}
),

counted as (
    select
        cells.wave_id,
        cells.framework_version,
        cells.indicator_code,
        indicators.indicator_role,
        count(*) as applicable_count,
        count(case when exposure_floors.indicator_code is null then indicator_values.indicator_value end) as available_count
    from cells
    inner join indicators
        on cells.framework_version = indicators.framework_version
        and cells.indicator_code = indicators.indicator_code
    left join indicator_values
        on cells.wave_id = indicator_values.wave_id
        and cells.framework_version = indicator_values.framework_version
        and cells.insurer_id = indicator_values.insurer_id
        and cells.indicator_code = indicator_values.indicator_code
    left join exposure_floors
        on cells.wave_id = exposure_floors.wave_id
        and cells.framework_version = exposure_floors.framework_version
        and cells.insurer_id = exposure_floors.insurer_id
        and cells.indicator_code = exposure_floors.indicator_code
    group by cells.wave_id, cells.framework_version, cells.indicator_code, indicators.indicator_role
),

-- Scored for a minority, an auxiliary indicator would move those who have it by what others are not asked about.
final as (
    select
        counted.wave_id,
        counted.framework_version,
        counted.indicator_code,
        counted.applicable_count,
        cast(counted.available_count as double) / counted.applicable_count as availability_share,
        counted.indicator_role = 'auxiliary'
        and round(cast(counted.available_count as double) / counted.applicable_count, 6) < rules.availability_min
        as is_shown_only
    from counted
    cross join rules
)

select * from final
