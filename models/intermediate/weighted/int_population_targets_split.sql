with

raking_groups as (
    select * from {{ ref('int_raking_groups_resolved') }}
),

population_margins as (
    select * from {{ ref('population_margins') }}
),

own_shares as (
    select
        population_margins.wave_id,
        population_margins.insurer_id as raking_group,
        population_margins.margin,
        population_margins.level,
        population_margins.share as target_share,
        raking_groups.insured_share
    from population_margins
    inner join raking_groups
        on population_margins.wave_id = raking_groups.wave_id
        and population_margins.insurer_id = raking_groups.insurer_id
),

own_levels as (
    select
        wave_id,
        margin,
        level,
        cast(sum(cast(insured_share * target_share as decimal(28, 15))) as double) as population_part
    from own_shares
    group by wave_id, margin, level
),

own_margins as (
    select
        wave_id,
        margin,
        cast(sum(cast(insured_share as decimal(28, 15))) as double) as population_part
    from (
        select distinct
            wave_id,
            raking_group,
            margin,
            insured_share
        from own_shares
    ) as distinct_margins
    group by wave_id, margin
),

population_levels as (
    select
        wave_id,
        margin,
        level,
        share
    from population_margins
    where insurer_id is null
),

mixed_waves as (
    select distinct wave_id from raking_groups
    where raking_group = 'all'
),

-- What the insurers with margins of their own leave of the population. Where they have more of a level than there is,
-- the rest is negative: a test names it.
final as (
    select
        population_levels.wave_id,
        'all' as raking_group,
        population_levels.margin,
        population_levels.level,
        (population_levels.share - coalesce(own_levels.population_part, 0))
        / nullif(1 - coalesce(own_margins.population_part, 0), 0) as target_share
    from population_levels
    inner join mixed_waves
        on population_levels.wave_id = mixed_waves.wave_id
    left join own_levels
        on population_levels.wave_id = own_levels.wave_id
        and population_levels.margin = own_levels.margin
        and population_levels.level = own_levels.level
    left join own_margins
        on population_levels.wave_id = own_margins.wave_id
        and population_levels.margin = own_margins.margin
    union all
    select
        wave_id,
        raking_group,
        margin,
        level,
        target_share
    from own_shares
)

select * from final
