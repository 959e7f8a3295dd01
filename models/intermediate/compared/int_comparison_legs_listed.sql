with

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

waves_compared as (
    select * from {{ ref('int_waves_compared') }}
),

-- The first published wave of a version follows one that was published under the version before, and scored under both.
compared as (
    select
        now.wave_id,
        now.framework_version,
        waves_compared.comparison,
        waves_compared.before_wave_id,
        coalesce(published.framework_version, past.framework_version) as before_framework_version
    from wave_versions as now
    inner join waves_compared
        on now.wave_id = waves_compared.wave_id
    inner join wave_versions as past
        on waves_compared.before_wave_id = past.wave_id
        and now.framework_version = past.framework_version
    left join wave_versions as published
        on past.wave_id = published.wave_id
        and now.is_official
        and not past.is_official
        and published.is_official
),

-- In time under one version; then, in the wave before, from the version it was published under to this one.
final as (
    select
        wave_id,
        framework_version,
        comparison,
        before_wave_id,
        before_framework_version,
        'time' as leg,
        wave_id as later_wave_id,
        framework_version as later_version,
        before_wave_id as earlier_wave_id,
        framework_version as earlier_version
    from compared
    union all
    select
        wave_id,
        framework_version,
        comparison,
        before_wave_id,
        before_framework_version,
        'framework' as leg,
        before_wave_id as later_wave_id,
        framework_version as later_version,
        before_wave_id as earlier_wave_id,
        before_framework_version as earlier_version
    from compared
    where framework_version <> before_framework_version
)

select * from final
