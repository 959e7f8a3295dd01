with

exposures as (
    select * from {{ ref('stg_policy__exposures') }}
),

insurers as (
    select * from {{ ref('stg_policy__insurers') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

final as (
    select
        waves.wave_id,
        exposures.insurer_id,
        exposures.product_line,
        exposures.region,
        exposures.period_starts_on,
        exposures.period_ends_on,
        exposures.policies_in_force_end,
        exposures.policies_in_force_mean,
        exposures.policies_surrendered,
        exposures.insured_person_times as insured_persons,
        exposures.premium_income,
        exposures.claims_closed,
        case
            when insurers.insurer_id is null then 'insurer_unknown'
            when waves.wave_id is null then 'period_not_one_wave'
        end as exclusion_reason
    from exposures
    left join insurers
        on exposures.insurer_id = insurers.insurer_id
    left join waves
        on exposures.period_starts_on = waves.starts_on
        and exposures.period_ends_on = waves.ends_on
)

select * from final
