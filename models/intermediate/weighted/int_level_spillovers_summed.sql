with

covariances as (
    select * from {{ ref('int_level_covariances_summed') }}
),

insurers as (
    select distinct
        wave_id,
        insurer_id,
        raking_group
    from {{ ref('int_raking_levels_numbered') }}
    where raking_group is not null
),

deviations as (
    select * from {{ ref('int_level_deviations_listed') }}
),

shared as (
    select * from {{ ref('int_level_coefficients_shared') }}
),

-- Covariance of the insurer's weights in the deviations of the shared levels.
half_deviated as (
    select
        deviations.wave_id,
        deviations.insurer_id,
        deviations.shared_slot as slot,
        covariances.other_slot,
        cast(sum(cast(deviations.deviation * covariances.weight_covariance as decimal(38, 15))) as double) as product
    from deviations
    inner join covariances
        on deviations.wave_id = covariances.wave_id
        and deviations.insurer_id = covariances.insurer_id
        and deviations.slot = covariances.slot
    group by deviations.wave_id, deviations.insurer_id, deviations.shared_slot, covariances.other_slot
),

deviated as (
    select
        half_deviated.wave_id,
        half_deviated.insurer_id,
        half_deviated.slot,
        deviations.shared_slot as other_slot,
        cast(sum(cast(half_deviated.product * deviations.deviation as decimal(38, 15))) as double) as weight_covariance
    from half_deviated
    inner join deviations
        on half_deviated.wave_id = deviations.wave_id
        and half_deviated.insurer_id = deviations.insurer_id
        and half_deviated.other_slot = deviations.slot
    group by half_deviated.wave_id, half_deviated.insurer_id, half_deviated.slot, deviations.shared_slot
),

group_sums as (
    select
        insurers.wave_id,
        insurers.raking_group,
        deviated.slot,
        deviated.other_slot,
        cast(sum(cast(deviated.weight_covariance as decimal(38, 15))) as double) as weight_covariance
    from deviated
    inner join insurers
        on deviated.wave_id = insurers.wave_id
        and deviated.insurer_id = insurers.insurer_id
    group by insurers.wave_id, insurers.raking_group, deviated.slot, deviated.other_slot
),

others as (
    select
        insurers.wave_id,
        insurers.insurer_id,
        group_sums.slot,
        group_sums.other_slot,
        group_sums.weight_covariance - coalesce(deviated.weight_covariance, 0) as weight_covariance
    from insurers
    inner join group_sums
        on insurers.wave_id = group_sums.wave_id
        and insurers.raking_group = group_sums.raking_group
    left join deviated
        on insurers.wave_id = deviated.wave_id
        and insurers.insurer_id = deviated.insurer_id
        and group_sums.slot = deviated.slot
        and group_sums.other_slot = deviated.other_slot
),

half_spilled as (
    select
        others.wave_id,
        others.insurer_id,
        others.slot,
        shared.slot as other_slot,
        cast(sum(cast(others.weight_covariance * shared.coefficient as decimal(38, 20))) as double) as product
    from others
    inner join shared
        on others.wave_id = shared.wave_id
        and others.insurer_id = shared.insurer_id
        and others.other_slot = shared.shared_slot
    group by others.wave_id, others.insurer_id, others.slot, shared.slot
),

final as (
    select
        shared.wave_id,
        shared.insurer_id,
        shared.slot,
        half_spilled.other_slot,
        cast(sum(cast(shared.coefficient * half_spilled.product as decimal(38, 20))) as double) as spillover_value
    from shared
    inner join half_spilled
        on shared.wave_id = half_spilled.wave_id
        and shared.insurer_id = half_spilled.insurer_id
        and shared.shared_slot = half_spilled.slot
    group by shared.wave_id, shared.insurer_id, shared.slot, half_spilled.other_slot
)

select * from final
