with

projections as (
    select * from {{ ref('int_level_projections_resolved') }}
),

covariances as (
    select * from {{ ref('int_level_covariances_summed') }}
),

half_projected as (
    select
        projections.wave_id,
        projections.insurer_id,
        projections.slot,
        covariances.other_slot,
        cast(sum(cast(projections.coefficient * covariances.weight_covariance as decimal(38, 20))) as double) as product
    from projections
    inner join covariances
        on projections.wave_id = covariances.wave_id
        and projections.insurer_id = covariances.insurer_id
        and projections.other_slot = covariances.slot
    group by projections.wave_id, projections.insurer_id, projections.slot, covariances.other_slot
),

-- Variance of the insurer's own rows that two levels' influences add when they are taken out of them.
final as (
    select
        half_projected.wave_id,
        half_projected.insurer_id,
        half_projected.slot,
        projections.other_slot,
        cast(sum(cast(half_projected.product * projections.coefficient as decimal(38, 20))) as double) as own_value
    from half_projected
    inner join projections
        on half_projected.wave_id = projections.wave_id
        and half_projected.insurer_id = projections.insurer_id
        and half_projected.other_slot = projections.slot
    group by half_projected.wave_id, half_projected.insurer_id, half_projected.slot, projections.other_slot
)

select * from final
