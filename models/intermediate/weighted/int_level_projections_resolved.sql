with

levels as (
    select * from {{ ref('int_raking_levels_numbered') }}
    where margin = 'insurer_line'
),

deviations as (
    select * from {{ ref('int_level_deviations_listed') }}
),

shared_coefficients as (
    select * from {{ ref('int_level_coefficients_shared') }}
),

-- Coefficient of a level for rows of the insurer itself; a product line also takes up its own mean.
own_parts as (
    select
        deviations.wave_id,
        deviations.insurer_id,
        deviations.slot,
        shared_coefficients.slot as other_slot,
        deviations.deviation * shared_coefficients.coefficient as coefficient
    from deviations
    inner join shared_coefficients
        on deviations.wave_id = shared_coefficients.wave_id
        and deviations.insurer_id = shared_coefficients.insurer_id
        and deviations.shared_slot = shared_coefficients.shared_slot
    union all
    select
        wave_id,
        insurer_id,
        slot,
        slot as other_slot,
        1 / respondent_count as coefficient
    from levels
),

final as (
    select
        wave_id,
        insurer_id,
        slot,
        other_slot,
        cast(sum(cast(coefficient as decimal(38, 20))) as double) as coefficient
    from own_parts
    group by wave_id, insurer_id, slot, other_slot
)

select * from final
