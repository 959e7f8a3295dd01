with

responses as (
    select * from {{ ref('stg_survey__responses') }}
),

invitations as (
    select * from {{ ref('stg_survey__invitations') }}
),

insurers as (
    select * from {{ ref('stg_policy__insurers') }}
),

profiles as (
    select * from {{ ref('int_customers_profiled') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

described as (
    select
        responses.response_id,
        responses.insurer_id,
        waves.wave_id,
        waves.starts_on as wave_starts_on,
        coalesce(responses.product_line, invitations.product_line) as product_line,
        coalesce(responses.customer_key, invitations.customer_key) as customer_key,
        responses.sales_channel,
        responses.age_band as own_age_band,
        responses.gender as own_gender,
        responses.region as own_region,
        coalesce(invitations.survey_code, responses.survey_code) as survey_code,
        invitations.instrument_version,
        coalesce(invitations.collection_channel, 'open_link') as collection_channel,
        invitations.touchpoint,
        coalesce(invitations.reference_type, 'none') as reference_type,
        coalesce(invitations.stratum, 'all') as stratum,
        coalesce(invitations.design_weight, 1.0) as design_weight,
        invitations.invitation_id,
        invitations.sent_at,
        responses.started_at,
        responses.submitted_at,
        case
            when insurers.insurer_id is null then 'insurer_unknown'
            when responses.started_at > responses.submitted_at then 'submitted_before_started'
            when waves.wave_id is null then 'outside_waves'
        end as row_fault
    from responses
    left join invitations
        on responses.invitation_id = invitations.invitation_id
    left join insurers
        on responses.insurer_id = insurers.insurer_id
    left join waves
        on responses.submitted_at >= waves.starts_at_utc
        and responses.submitted_at < waves.ends_at_utc
),

final as (
    select
        described.*,
        coalesce(profiles.person_key, 'response ' || described.response_id) as person_key,
        -- Responses to one questionnaire of a wave are compared with each other.
        coalesce(described.survey_code, '') || ' ' || coalesce(described.instrument_version, '') as questionnaire
    from described
    left join profiles
        on described.customer_key = profiles.customer_key
)

select * from final
