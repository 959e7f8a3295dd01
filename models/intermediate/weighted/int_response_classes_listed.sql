{% set attributes = ['age_band', 'gender', 'region', 'sales_channel'] -%}

with

responses as (
    select * from {{ ref('int_responses_screened') }}
),

invitations as (
    select * from {{ ref('stg_survey__invitations') }}
),

profiles as (
    select * from {{ ref('int_customers_profiled') }}
),

insurers as (
    select * from {{ ref('stg_policy__insurers') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

class_attributes as (
    select * from {{ ref('response_class_attributes') }}
),

chosen as (
    select
        {% for attribute in attributes -%}
        max(case when attribute = '{{ attribute }}' then 1 else 0 end) as has_{{ attribute }}{{ ',' if not loop.last }}
        {% endfor %}
    from class_attributes
),

-- An earlier answer of a person whose later one counts is no refusal: its invitation is neither answered nor open. A
-- careless one is: whoever answers without care has not answered.
spent as (
    select distinct invitation_id from responses
    where invitation_id is not null and (exclusion_reason is null or exclusion_reason = 'superseded')
),

-- Who answered counts in the wave of the answer, who did not in the wave of the invitation.
invited as (
    select
        responses.response_id,
        invitations.invitation_id,
        responses.wave_id,
        responses.insurer_id,
        responses.stratum,
        responses.customer_key,
        responses.design_weight
    from responses
    inner join invitations
        on responses.invitation_id = invitations.invitation_id
    where responses.exclusion_reason is null
    union all
    select
        cast(null as string) as response_id,
        invitations.invitation_id,
        waves.wave_id,
        invitations.insurer_id,
        coalesce(invitations.stratum, 'all') as stratum,
        invitations.customer_key,
        coalesce(invitations.design_weight, 1.0) as design_weight
    from invitations
    inner join insurers
        on invitations.insurer_id = insurers.insurer_id
    inner join waves
        on invitations.sent_at >= waves.starts_at_utc
        and invitations.sent_at < waves.ends_at_utc
    left join spent
        on invitations.invitation_id = spent.invitation_id
    where invitations.is_delivered and spent.invitation_id is null
),

-- Both sides of a class come from the customer file, which knows who did not answer too.
final as (
    select
        invited.invitation_id,
        invited.response_id,
        invited.wave_id,
        invited.insurer_id,
        invited.stratum,
        {% for attribute in attributes -%}
        case when chosen.has_{{ attribute }} = 1 then coalesce(profiles.{{ attribute }}, 'unknown') else 'any' end
        {{ "|| ' · ' ||" if not loop.last else 'as class_code,' }}
        {% endfor -%}
        invited.design_weight
    from invited
    cross join chosen
    left join profiles
        on invited.customer_key = profiles.customer_key
)

select * from final
