with

levels as (
    select * from {{ ref('int_raking_levels_numbered') }}
    where margin = 'stratum'
),

projections as (
    select * from {{ ref('int_level_projections_resolved') }}
),

listed as (
    select * from {{ ref('int_respondent_levels_listed') }}
),

persons as (
    select * from {{ ref('int_respondent_strata_counted') }}
),

strata as (
    select
        wave_id,
        insurer_id,
        stratum,
        max(centring_factor) as centring_factor
    from persons
    group by wave_id, insurer_id, stratum
),

stratum_slots as (
    select
        levels.wave_id,
        levels.insurer_id,
        levels.slot,
        strata.stratum,
        strata.centring_factor
    from levels
    inner join strata
        on levels.wave_id = strata.wave_id
        and levels.insurer_id = strata.insurer_id
        and levels.level = strata.stratum
),

stratum_weights as (
    select
        stratum_slots.wave_id,
        stratum_slots.insurer_id,
        stratum_slots.slot as stratum_slot,
        stratum_slots.centring_factor,
        listed.slot,
        cast(sum(cast(listed.relative_weight as decimal(28, 9))) as double) as level_weight
    from listed
    inner join persons
        on listed.wave_id = persons.wave_id
        and listed.insurer_id = persons.insurer_id
        and listed.person_key = persons.person_key
    inner join stratum_slots
        on persons.wave_id = stratum_slots.wave_id
        and persons.insurer_id = stratum_slots.insurer_id
        and persons.stratum = stratum_slots.stratum
    group by
        stratum_slots.wave_id,
        stratum_slots.insurer_id,
        stratum_slots.slot,
        stratum_slots.centring_factor,
        listed.slot
),

-- The sum of influences in a stratum is centred: once with itself, twice with what is taken out of its rows.
final as (
    select
        wave_id,
        insurer_id,
        slot,
        slot as other_slot,
        -centring_factor as own_value
    from stratum_slots
    union all
    select
        stratum_weights.wave_id,
        stratum_weights.insurer_id,
        stratum_weights.stratum_slot as slot,
        projections.other_slot,
        cast(sum(cast(
            2 * stratum_weights.centring_factor * stratum_weights.level_weight * projections.coefficient as decimal(38, 20)
        )) as double) as own_value
    from stratum_weights
    inner join projections
        on stratum_weights.wave_id = projections.wave_id
        and stratum_weights.insurer_id = projections.insurer_id
        and stratum_weights.slot = projections.slot
    group by
        stratum_weights.wave_id,
        stratum_weights.insurer_id,
        stratum_weights.stratum_slot,
        projections.other_slot
)

select * from final
