with

levels as (
    select distinct
        wave_id,
        raking_group,
        slot,
        respondent_count
    from {{ ref('int_raking_levels_numbered') }}
    where margin not in ('insurer_line', 'stratum')
),

insurers as (
    select distinct
        wave_id,
        insurer_id,
        raking_group
    from {{ ref('int_raking_levels_numbered') }}
    where raking_group is not null
),

level_overlaps as (
    select
        level_overlaps.*,
        insurers.raking_group
    from {{ ref('int_level_overlaps_counted') }} as level_overlaps
    inner join insurers
        on level_overlaps.wave_id = insurers.wave_id
        and level_overlaps.insurer_id = insurers.insurer_id
),

line_sizes as (
    select * from level_overlaps
    where is_line and slot = other_slot
),

-- Levels are taken as deviations from their share within each product line of each insurer.
products as (
    select
        wave_id,
        raking_group,
        slot,
        other_slot,
        overlap_count as product
    from level_overlaps
    where not is_line and not is_other_line
    union all
    select
        first_overlaps.wave_id,
        first_overlaps.raking_group,
        first_overlaps.slot,
        second_overlaps.slot as other_slot,
        -first_overlaps.overlap_count * second_overlaps.overlap_count / line_sizes.overlap_count as product
    from level_overlaps as first_overlaps
    inner join level_overlaps as second_overlaps
        on first_overlaps.wave_id = second_overlaps.wave_id
        and first_overlaps.insurer_id = second_overlaps.insurer_id
        and first_overlaps.other_slot = second_overlaps.other_slot
    inner join line_sizes
        on first_overlaps.wave_id = line_sizes.wave_id
        and first_overlaps.insurer_id = line_sizes.insurer_id
        and first_overlaps.other_slot = line_sizes.slot
    where
        first_overlaps.is_other_line and not first_overlaps.is_line
        and second_overlaps.is_other_line and not second_overlaps.is_line
),

summed as (
    select
        wave_id,
        raking_group,
        slot,
        other_slot,
        cast(sum(cast(product as decimal(38, 15))) as double) as product_sum
    from products
    group by wave_id, raking_group, slot, other_slot
),

-- Divided by the sizes of the levels, so that a cell on the diagonal is a share of the level's respondents.
final as (
    select
        first_levels.wave_id,
        first_levels.raking_group,
        first_levels.slot,
        second_levels.slot as other_slot,
        sqrt(first_levels.respondent_count * second_levels.respondent_count) as level_size,
        coalesce(summed.product_sum, 0) / sqrt(first_levels.respondent_count * second_levels.respondent_count) as gram_value
    from levels as first_levels
    inner join levels as second_levels
        on first_levels.wave_id = second_levels.wave_id
        and first_levels.raking_group = second_levels.raking_group
    left join summed
        on first_levels.wave_id = summed.wave_id
        and first_levels.raking_group = summed.raking_group
        and first_levels.slot = summed.slot
        and second_levels.slot = summed.other_slot
)

select * from final
