with

responses as (
    select * from {{ ref('int_responses_screened') }}
    where exclusion_reason is null
),

profiles as (
    select * from {{ ref('int_customers_profiled') }}
),

tenures as (
    select * from {{ ref('segments') }}
    where segment_type = 'tenure'
),

-- Segments come from the customer file; a respondent's own answers fill what it does not hold.
described as (
    select
        responses.response_id,
        responses.wave_id,
        responses.insurer_id,
        responses.person_key,
        responses.stratum,
        responses.submitted_at,
        responses.design_weight,
        coalesce(responses.product_line, 'unknown') as product_line,
        coalesce(responses.sales_channel, profiles.sales_channel, 'unknown') as sales_channel,
        coalesce(profiles.region, responses.own_region, 'unknown') as region,
        coalesce(profiles.age_band, responses.own_age_band, 'unknown') as age_band,
        coalesce(profiles.gender, responses.own_gender, 'unknown') as gender,
        {{ tenure_years('profiles.customer_since', 'responses.wave_starts_on') }} as tenure_years
    from responses
    left join profiles
        on responses.customer_key = profiles.customer_key
),

final as (
    select
        described.response_id,
        described.wave_id,
        described.insurer_id,
        described.person_key,
        described.stratum,
        described.submitted_at,
        described.design_weight,
        described.product_line,
        described.sales_channel,
        described.region,
        described.age_band,
        described.gender,
        coalesce(tenures.segment_code, 'unknown') as tenure
    from described
    left join tenures
        on {{ is_in_tenure('described.tenure_years', 'tenures') }}
)

select * from final
