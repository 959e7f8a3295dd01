with

versions as (
    select * from {{ ref('framework_versions') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

latest as (
    select max(starts_on) as starts_on from waves
),

-- A released version follows the one before it; a proposal would follow the newest.
released as (
    select
        versions.*,
        lag(framework_version) over (order by valid_from) as previous_version,
        row_number() over (order by valid_from desc) = 1 as is_newest
    from versions
    where status = 'released'
),

numbered as (
    select
        framework_version,
        status,
        valid_from,
        valid_to,
        approved_on,
        bridge_wave_id,
        previous_version
    from released
    union all
    select
        proposed.framework_version,
        proposed.status,
        proposed.valid_from,
        proposed.valid_to,
        proposed.approved_on,
        proposed.bridge_wave_id,
        released.framework_version as previous_version
    from versions as proposed
    inner join released
        on released.is_newest
    where proposed.status = 'proposed'
),

final as (
    select
        numbered.framework_version,
        numbered.status,
        numbered.valid_from,
        numbered.valid_to,
        numbered.approved_on,
        numbered.bridge_wave_id,
        numbered.previous_version,
        numbered.status = 'released'
        and numbered.valid_from <= latest.starts_on
        and (numbered.valid_to is null or numbered.valid_to >= latest.starts_on) as is_current
    from numbered
    cross join latest
)

select * from final
