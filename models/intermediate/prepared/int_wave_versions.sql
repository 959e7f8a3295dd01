with

waves as (
    select * from {{ ref('int_waves_begun') }}
),

versions as (
    select * from {{ ref('framework_versions') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

ranked_waves as (
    select
        wave_id,
        row_number() over (order by starts_at_utc desc) as recency_rank
    from waves
),

final as (
    -- The version valid on its first day scores a wave officially.
    select
        waves.wave_id,
        versions.framework_version,
        true as is_official
    from waves
    inner join versions
        on waves.starts_on >= versions.valid_from
        and (versions.valid_to is null or waves.starts_on <= versions.valid_to)
    where versions.status = 'released'
    union all
    -- The last wave before a version is scored with it too, so that the two can be linked.
    select
        waves.wave_id,
        versions.framework_version,
        false as is_official
    from waves
    inner join versions
        on waves.wave_id = versions.bridge_wave_id
    where versions.status = 'released'
    union all
    -- A proposal is scored beside the live version when a run asks for it.
    select
        ranked_waves.wave_id,
        versions.framework_version,
        false as is_official
    from ranked_waves
    cross join rules
    inner join versions
        on ranked_waves.recency_rank <= rules.shadow_waves
    where
        versions.status = 'proposed'
        and versions.framework_version = '{{ var("proposed_version") }}'
)

select * from final
