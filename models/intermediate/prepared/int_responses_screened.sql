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
        responses.invitation_id,
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

persons as (
    select
        described.*,
        coalesce(profiles.person_key, 'response ' || described.response_id) as person_key
    from described
    left join profiles
        on described.customer_key = profiles.customer_key
),

ranked as (
    select
        persons.*,
        row_number() over (
            partition by wave_id, insurer_id, survey_code, person_key, row_fault
            order by submitted_at desc, response_id desc
        ) as recency_rank
    from persons
),

final as (
    select
        response_id,
        invitation_id,
        insurer_id,
        wave_id,
        wave_starts_on,
        product_line,
        customer_key,
        person_key,
        sales_channel,
        own_age_band,
        own_gender,
        own_region,
        survey_code,
        instrument_version,
        collection_channel,
        touchpoint,
        reference_type,
        stratum,
        design_weight,
        submitted_at,
        -- Of several answers by one person in a wave the latest counts.
        case
            when row_fault is not null then row_fault
            when recency_rank > 1 then 'superseded'
        end as exclusion_reason
    from ranked
)

select * from final
