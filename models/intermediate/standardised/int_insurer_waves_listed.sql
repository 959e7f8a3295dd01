with

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

final as (
    select * from measured
    union
    select * from exposed
    union
    select * from figures
)

select * from final
