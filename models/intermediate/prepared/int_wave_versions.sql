with

waves as (
    select * from {{ ref('int_waves_begun') }}
),

versions as (
    select * from {{ ref('framework_versions') }}
),

final as (
    select
        waves.wave_id,
        versions.framework_version
    from waves
    inner join versions
        on waves.starts_on >= versions.valid_from
        and (versions.valid_to is null or waves.starts_on <= versions.valid_to)
)

select * from final
