with

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

measured as (
    select distinct
        wave_id,
        insurer_id
    from {{ ref('int_person_indicators_summed') }}
),

exposed as (
    select distinct
        wave_id,
        insurer_id
    from {{ ref('int_exposures_measured') }}
),

figures as (
    select distinct
        wave_id,
        insurer_id
    from {{ ref('int_published_figures_summed') }}
),

present as (
    select * from measured
    union
    select * from exposed
    union
    select * from figures
),

segments as (
    select * from {{ ref('segments') }}
),

final as (
    select
        present.wave_id,
        wave_versions.framework_version,
        present.insurer_id,
        segments.segment_type,
        segments.segment_code
    from present
    inner join wave_versions
        on present.wave_id = wave_versions.wave_id
    cross join segments
)

select * from final
