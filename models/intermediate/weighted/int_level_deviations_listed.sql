with

levels as (
    select * from {{ ref('int_raking_levels_numbered') }}
    where margin <> 'stratum'
),

level_overlaps as (
    select * from {{ ref('int_level_overlaps_counted') }}
    where is_other_line and not is_line
),

-- A shared level as deviation from its share within the insurer's product lines: one for the level itself, minus its
-- share for each line.
final as (
    select
        wave_id,
        insurer_id,
        raking_group,
        slot as shared_slot,
        slot,
        cast(1 as double) as deviation
    from levels
    where margin <> 'insurer_line'
    union all
    select
        levels.wave_id,
        levels.insurer_id,
        levels.raking_group,
        level_overlaps.slot as shared_slot,
        levels.slot,
        -level_overlaps.overlap_count / levels.respondent_count as deviation
    from levels
    inner join level_overlaps
        on levels.wave_id = level_overlaps.wave_id
        and levels.insurer_id = level_overlaps.insurer_id
        and levels.slot = level_overlaps.other_slot
    where levels.margin = 'insurer_line'
)

select * from final
