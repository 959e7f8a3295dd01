with

insurers as (
    select * from {{ ref('stg_policy__insurers') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

insurer_waves as (
    select * from {{ ref('int_insurer_waves_listed') }}
),

respondents as (
    select
        wave_id,
        insurer_id,
        count(*) as response_count,
        count(distinct person_key) as respondent_count
    from {{ ref('int_respondents_profiled') }}
    group by wave_id, insurer_id
),

claims as (
    select
        waves.wave_id,
        claims.insurer_id,
        count(*) as closed_claim_count
    from {{ ref('int_claims_timed') }} as claims
    inner join waves
        on claims.closed_at >= waves.starts_at_utc
        and claims.closed_at < waves.ends_at_utc
    where claims.exclusion_reason is null
    group by waves.wave_id, claims.insurer_id
),

exposures as (
    select
        wave_id,
        insurer_id,
        cast(sum(total) as double) as insured_persons
    from {{ ref('int_exposures_measured') }}
    where measure_code = 'insured_persons'
    group by wave_id, insurer_id
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

counted as (
    select
        insurer_waves.wave_id,
        insurer_waves.insurer_id,
        coalesce(respondents.response_count, 0) as response_count,
        coalesce(respondents.respondent_count, 0) as respondent_count,
        coalesce(claims.closed_claim_count, 0) as closed_claim_count,
        coalesce(exposures.insured_persons, 0.0) as insured_persons,
        -- Calendar years that were open from their first day and had ended when the wave began.
        greatest(
            extract(year from waves.starts_on) - extract(year from insurers.opened_on)
            - case when extract(month from insurers.opened_on) = 1 and extract(day from insurers.opened_on) = 1
                then 0 else 1 end,
            0
        ) as full_fiscal_years
    from insurer_waves
    inner join waves
        on insurer_waves.wave_id = waves.wave_id
    inner join insurers
        on insurer_waves.insurer_id = insurers.insurer_id
    left join respondents
        on insurer_waves.wave_id = respondents.wave_id
        and insurer_waves.insurer_id = respondents.insurer_id
    left join claims
        on insurer_waves.wave_id = claims.wave_id
        and insurer_waves.insurer_id = claims.insurer_id
    left join exposures
        on insurer_waves.wave_id = exposures.wave_id
        and insurer_waves.insurer_id = exposures.insurer_id
),

final as (
    select
        counted.wave_id,
        counted.insurer_id,
        counted.response_count,
        counted.respondent_count,
        counted.closed_claim_count,
        counted.insured_persons,
        counted.full_fiscal_years,
        counted.response_count >= rules.reportable_responses
        and counted.closed_claim_count >= rules.reportable_claims_closed
        and coalesce(counted.full_fiscal_years, 0) >= rules.reportable_fiscal_years as is_eligible
    from counted
    cross join rules
)

select * from final
