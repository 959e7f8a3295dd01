with

insurer_waves as (
    select * from {{ ref('int_insurer_waves_listed') }}
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

segments as (
    select * from {{ ref('segments') }}
),

pooled as (
    select * from {{ ref('int_pooled_insurers_listed') }}
),

final as (
    select
        insurer_waves.wave_id,
        wave_versions.framework_version,
        insurer_waves.insurer_id,
        segments.segment_type,
        segments.segment_code
    from insurer_waves
    inner join wave_versions
        on insurer_waves.wave_id = wave_versions.wave_id
    cross join segments
    union all
    -- The total of an insurer too small for one wave, pooled over several: it is computed like a segment.
    select
        wave_id,
        framework_version,
        insurer_id,
        'pooled' as segment_type,
        'all' as segment_code
    from pooled
)

select * from final
