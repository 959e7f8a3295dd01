with

lines as (
    select distinct
        wave_id,
        framework_version,
        indicator_code,
        measure_code
    from {{ ref('int_indicator_lines_resolved') }}
),

measures as (
    select * from {{ ref('int_measures_timed') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

operands as (
    select * from {{ ref('indicator_operands') }}
),

-- Final once the measure's waiting time has passed since the wave ended.
direct as (
    select
        lines.wave_id,
        lines.framework_version,
        lines.indicator_code,
        max(case when {{ seconds_between('waves.ends_at_utc', 'waves.as_of_at') }} < measures.wait_seconds then 1 else 0 end)
        as provisional
    from lines
    inner join measures
        on lines.measure_code = measures.measure_code
    inner join waves
        on lines.wave_id = waves.wave_id
    group by lines.wave_id, lines.framework_version, lines.indicator_code
),

derived as (
    select
        direct.wave_id,
        direct.framework_version,
        operands.indicator_code,
        max(direct.provisional) as provisional
    from direct
    inner join operands
        on direct.framework_version = operands.framework_version
        and direct.indicator_code = operands.operand_code
    group by direct.wave_id, direct.framework_version, operands.indicator_code
),

final as (
    select
        wave_id,
        framework_version,
        indicator_code,
        provisional = 1 as is_provisional
    from direct
    union all
    select
        wave_id,
        framework_version,
        indicator_code,
        provisional = 1 as is_provisional
    from derived
)

select * from final
