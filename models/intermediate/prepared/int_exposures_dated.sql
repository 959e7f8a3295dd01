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

dated as (
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
        end as row_fault
    from exposures
    left join insurers
        on exposures.insurer_id = insurers.insurer_id
    left join waves
        on exposures.period_starts_on = waves.starts_on
        and exposures.period_ends_on = waves.ends_on
),

splits as (
    select
        dated.*,
        count(product_line) over (partition by wave_id, insurer_id, row_fault) as rows_with_line,
        count(region) over (partition by wave_id, insurer_id, row_fault) as rows_with_region
    from dated
),

final as (
    select
        wave_id,
        insurer_id,
        product_line,
        region,
        period_starts_on,
        period_ends_on,
        policies_in_force_end,
        policies_in_force_mean,
        policies_surrendered,
        insured_persons,
        premium_income,
        claims_closed,
        -- A total filed beside its parts would count twice; the parts stay.
        case
            when row_fault is not null then row_fault
            when product_line is null and rows_with_line > 0 then 'total_beside_parts'
            when region is null and rows_with_region > 0 then 'total_beside_parts'
        end as exclusion_reason
    from splits
)

select * from final
