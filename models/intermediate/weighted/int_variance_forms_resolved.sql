with

projections as (
    select * from {{ ref('int_level_projections_resolved') }}
),

spillovers as (
    select * from {{ ref('int_level_spillovers_summed') }}
),

unioned as (
    select * from {{ ref('int_projection_forms_summed') }}
    union all
    select * from {{ ref('int_stratum_forms_summed') }}
),

final as (
    select
        unioned.wave_id,
        unioned.insurer_id,
        unioned.slot,
        unioned.other_slot,
        unioned.own_value + coalesce(spillovers.spillover_value, 0) as square_value,
        coalesce(projections.coefficient, 0) as projection_value
    from unioned
    left join projections
        on unioned.wave_id = projections.wave_id
        and unioned.insurer_id = projections.insurer_id
        and unioned.slot = projections.slot
        and unioned.other_slot = projections.other_slot
    left join spillovers
        on unioned.wave_id = spillovers.wave_id
        and unioned.insurer_id = spillovers.insurer_id
        and unioned.slot = spillovers.slot
        and unioned.other_slot = spillovers.other_slot
)

select * from final
