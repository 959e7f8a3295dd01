with

slopes as (
    select * from {{ ref('int_derived_slopes_resolved') }}
),

ranges as (
    select
        framework_version,
        indicator_code,
        (goalpost_upper - goalpost_lower) * case when direction = 'lower' then -1 else 1 end as goalpost_range
    from {{ ref('indicators') }}
),

-- A point of an operand moves the value by its slope; goalposts make points of it.
final as (
    select
        slopes.wave_id,
        slopes.framework_version,
        slopes.insurer_id,
        slopes.segment_type,
        slopes.segment_code,
        'indicator' as whole_level,
        slopes.indicator_code as whole_code,
        slopes.operand_wave_id as part_wave_id,
        slopes.operand_framework_version as part_framework_version,
        'indicator' as part_level,
        slopes.operand_code as part_code,
        slopes.value_slope * operand_ranges.goalpost_range / ranges.goalpost_range as part_share
    from slopes
    inner join ranges
        on slopes.framework_version = ranges.framework_version
        and slopes.indicator_code = ranges.indicator_code
    inner join ranges as operand_ranges
        on slopes.operand_framework_version = operand_ranges.framework_version
        and slopes.operand_code = operand_ranges.indicator_code
    where slopes.segment_type <> 'pooled'
)

select * from final
