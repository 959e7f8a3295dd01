with

exposures as (
    select distinct
        wave_id,
        insurer_id,
        product_line
    from {{ ref('int_exposures_measured') }}
),

measured as (
    select distinct
        wave_id,
        insurer_id,
        product_line
    from {{ ref('int_person_indicators_summed') }}
),

final as (
    select * from exposures
    union
    select * from measured
)

select * from final
