{#- What moved the index of every insurer, and of the industry line, from the wave before to the latest one? A row per
    indicator that is shown on both sides, those that moved it most first; beside each the change of the whole index and
    the parts it is made of. Published figures only. -#}

with

decompositions as (
    select * from {{ ref('fct_score_decompositions') }}
    where comparison = 'previous' and disclosure_status = 'published'
),

changes as (
    select * from {{ ref('fct_score_changes') }}
    where comparison = 'previous' and segment_type = 'all'
),

contributions as (
    select * from {{ ref('fct_score_contributions') }}
    where segment_type = 'all' and disclosure_status = 'published'
),

waves as (
    select * from {{ ref('dim_waves') }}
),

recency as (
    select
        decompositions.*,
        dense_rank() over (order by waves.starts_at_utc desc, decompositions.framework_version desc) as recency_rank
    from decompositions
    inner join waves
        on decompositions.wave_id = waves.wave_id
),

latest as (
    select * from recency
    where recency_rank = 1
),

sides as (
    select
        latest.insurer_id,
        contributions.dimension_code,
        contributions.indicator_code,
        contributions.contribution_points as points,
        cast(null as double) as before_points
    from latest
    inner join contributions
        on latest.wave_id = contributions.wave_id
        and latest.framework_version = contributions.framework_version
        and latest.insurer_id = contributions.insurer_id
    union all
    select
        latest.insurer_id,
        contributions.dimension_code,
        contributions.indicator_code,
        cast(null as double) as points,
        contributions.contribution_points as before_points
    from latest
    inner join contributions
        on latest.before_wave_id = contributions.wave_id
        and latest.framework_version = contributions.framework_version
        and latest.insurer_id = contributions.insurer_id
),

-- An indicator that is shown in one wave only may be hidden in the other: its change is not known here.
movers as (
    select
        insurer_id,
        dimension_code,
        indicator_code,
        max(points) as contribution_points,
        max(before_points) as before_contribution_points,
        max(points) - max(before_points) as contribution_change
    from sides
    group by insurer_id, dimension_code, indicator_code
    having count(*) = 2
),

final as (
    select
        latest.wave_id,
        latest.before_wave_id,
        latest.framework_version,
        latest.insurer_id,
        latest.score_change as index_change,
        index_changes.verdict_code as index_verdict_code,
        latest.level_points,
        latest.mix_points,
        latest.weight_points,
        latest.missing_points,
        latest.framework_points,
        latest.adjustment_points,
        latest.clip_points,
        movers.dimension_code,
        movers.indicator_code,
        movers.before_contribution_points,
        movers.contribution_points,
        movers.contribution_change,
        indicator_changes.value_change,
        indicator_changes.score_change,
        indicator_changes.verdict_code,
        cast(row_number() over (
            partition by latest.insurer_id
            order by round(abs(movers.contribution_change), 6) desc nulls last, movers.indicator_code asc
        ) as bigint) as mover_position
    from latest
    inner join movers
        on latest.insurer_id = movers.insurer_id
    left join changes as index_changes
        on latest.wave_id = index_changes.wave_id
        and latest.framework_version = index_changes.framework_version
        and latest.insurer_id = index_changes.insurer_id
        and index_changes.score_level = 'index'
    left join changes as indicator_changes
        on latest.wave_id = indicator_changes.wave_id
        and latest.framework_version = indicator_changes.framework_version
        and latest.insurer_id = indicator_changes.insurer_id
        and movers.indicator_code = indicator_changes.score_code
        and indicator_changes.score_level = 'indicator'
)

select * from final
order by insurer_id, mover_position
