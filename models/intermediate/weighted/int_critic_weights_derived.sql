with

dispersions as (
    select * from {{ ref('int_indicator_dispersions_summed') }}
),

positions as (
    select * from {{ ref('int_score_positions_spread') }}
),

conflicts as (
    select * from {{ ref('int_critic_conflicts_averaged') }}
),

deviations as (
    select
        wave_id,
        framework_version,
        indicator_code,
        sqrt(greatest(
            cast(sum(cast(relative_position * relative_position as decimal(28, 20))) as double) / count(*)
            - cast(sum(cast(relative_position as decimal(28, 20))) as double) / count(*)
            * cast(sum(cast(relative_position as decimal(28, 20))) as double) / count(*), 0)) as standard_deviation
    from positions
    group by wave_id, framework_version, indicator_code
),

informed as (
    select
        dispersions.wave_id,
        dispersions.framework_version,
        dispersions.indicator_code,
        dispersions.insurer_count,
        deviations.standard_deviation,
        coalesce(conflicts.correlation_count, 0) as correlation_count,
        conflicts.conflict_mean,
        case
            when dispersions.dispersion_status = 'estimated' then deviations.standard_deviation * conflicts.conflict_mean
            when dispersions.dispersion_status in ('constant', 'all_zero') then cast(0 as double)
        end as information,
        case
            when dispersions.dispersion_status = 'estimated' and conflicts.conflict_mean is null then 'no_pairs'
            else dispersions.dispersion_status
        end as weight_status
    from dispersions
    left join deviations
        on dispersions.wave_id = deviations.wave_id
        and dispersions.framework_version = deviations.framework_version
        and dispersions.indicator_code = deviations.indicator_code
    left join conflicts
        on dispersions.wave_id = conflicts.wave_id
        and dispersions.framework_version = conflicts.framework_version
        and dispersions.indicator_code = conflicts.indicator_code
),

totalled as (
    select
        informed.*,
        cast(sum(cast(information as decimal(28, 20))) over (partition by wave_id, framework_version) as double)
        as information_sum
    from informed
),

final as (
    select
        wave_id,
        framework_version,
        indicator_code,
        insurer_count,
        standard_deviation,
        correlation_count,
        conflict_mean,
        information,
        information / nullif(information_sum, 0) as weight_share,
        case when information is not null and information_sum = 0 then 'no_information' else weight_status end
        as weight_status
    from totalled
)

select * from final
