with

listed as (
    select * from {{ ref('int_respondent_levels_listed') }}
),

persons as (
    select * from {{ ref('int_respondent_strata_counted') }}
),

person_levels as (
    select
        listed.wave_id,
        listed.insurer_id,
        listed.person_key,
        persons.stratum,
        persons.variance_factor,
        persons.centring_factor,
        listed.slot,
        cast(sum(cast(listed.relative_weight as decimal(28, 9))) as double) as level_weight
    from listed
    inner join persons
        on listed.wave_id = persons.wave_id
        and listed.insurer_id = persons.insurer_id
        and listed.person_key = persons.person_key
    group by
        listed.wave_id,
        listed.insurer_id,
        listed.person_key,
        persons.stratum,
        persons.variance_factor,
        persons.centring_factor,
        listed.slot
),

stratum_levels as (
    select
        wave_id,
        insurer_id,
        stratum,
        slot,
        max(centring_factor) as centring_factor,
        cast(sum(cast(level_weight as decimal(28, 9))) as double) as level_weight
    from person_levels
    group by wave_id, insurer_id, stratum, slot
),

products as (
    select
        first_levels.wave_id,
        first_levels.insurer_id,
        first_levels.slot,
        second_levels.slot as other_slot,
        first_levels.variance_factor * first_levels.level_weight * second_levels.level_weight as product
    from person_levels as first_levels
    inner join person_levels as second_levels
        on first_levels.wave_id = second_levels.wave_id
        and first_levels.insurer_id = second_levels.insurer_id
        and first_levels.person_key = second_levels.person_key
    union all
    select
        first_levels.wave_id,
        first_levels.insurer_id,
        first_levels.slot,
        second_levels.slot as other_slot,
        -first_levels.centring_factor * first_levels.level_weight * second_levels.level_weight as product
    from stratum_levels as first_levels
    inner join stratum_levels as second_levels
        on first_levels.wave_id = second_levels.wave_id
        and first_levels.insurer_id = second_levels.insurer_id
        and first_levels.stratum = second_levels.stratum
),

final as (
    select
        wave_id,
        insurer_id,
        slot,
        other_slot,
        cast(sum(cast(product as decimal(38, 15))) as double) as weight_covariance
    from products
    group by wave_id, insurer_id, slot, other_slot
)

select * from final
