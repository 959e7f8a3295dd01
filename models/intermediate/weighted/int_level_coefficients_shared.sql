with

deviations as (
    select * from {{ ref('int_level_deviations_listed') }}
),

inverses as (
    select * from {{ ref('int_level_grams_inverted') }}
),

-- Coefficient of a shared level (for rows of any insurer) per unit of influence summed in a level.
final as (
    select
        deviations.wave_id,
        deviations.insurer_id,
        inverses.slot as shared_slot,
        deviations.slot,
        cast(sum(cast(inverses.inverse_value * deviations.deviation as decimal(38, 20))) as double) as coefficient
    from deviations
    inner join inverses
        on deviations.wave_id = inverses.wave_id
        and deviations.raking_group = inverses.raking_group
        and deviations.shared_slot = inverses.other_slot
    group by deviations.wave_id, deviations.insurer_id, inverses.slot, deviations.slot
)

select * from final
