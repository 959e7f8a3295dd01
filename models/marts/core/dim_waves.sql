with

waves as (
    select * from {{ ref('waves') }}
),

begun as (
    select * from {{ ref('int_waves_begun') }}
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
    where is_official
),

final as (
    select
        waves.wave_id,
        waves.wave_name_zh,
        waves.wave_name_en,
        waves.starts_on,
        waves.ends_on,
        waves.time_zone,
        waves.length_months,
        waves.starts_at_utc,
        waves.ends_at_utc,
        begun.as_of_at,
        wave_versions.framework_version,
        row_number() over (order by waves.starts_at_utc desc) = 1 as is_latest
    from waves
    inner join begun
        on waves.wave_id = begun.wave_id
    left join wave_versions
        on waves.wave_id = wave_versions.wave_id
)

select * from final
