{#- table -> (prepared model, key, measured models, event that places the row in time) -#}
{% set facts = [
    ('policy.applications', 'int_policies_timed', 'application_id', ['int_policies_measured'], 'started_at'),
    ('policy.endorsements', 'int_endorsements_timed', 'endorsement_id', ['int_endorsements_measured'], 'done_at'),
    ('claims.claims', 'int_claims_timed', 'claim_id', ['int_claims_measured', 'int_open_claims_measured'], 'registered_at'),
    ('service.contacts', 'int_contacts_resolved', 'contact_id', ['int_contacts_measured'], 'contacted_at'),
    ('complaints.complaints', 'int_complaints_classified', 'complaint_id', ['int_complaints_measured'], 'received_at'),
    ('reviews.posts', 'int_posts_matched', 'post_key', ['int_posts_measured'], 'posted_at'),
] -%}

with

waves as (
    select
        min(starts_at_utc) as first_starts_at,
        max(ends_at_utc) as last_ends_at
    from {{ ref('int_waves_begun') }}
),

{% for table, model, key, measured, event in facts -%}
{% set name = table | replace('.', '_') -%}
{{ name }}_rows as (
    {% for each in measured -%}
    select row_id from {{ ref(each) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

{{ name }}_measured as (
    select distinct row_id from {{ name }}_rows
),

{{ name }} as (
    select
        '{{ table }}' as table_address,
        case
            when facts.exclusion_reason is not null then facts.exclusion_reason
            when measured.row_id is not null then null
            when facts.{{ event }} < waves.first_starts_at or facts.{{ event }} >= waves.last_ends_at then 'outside_waves'
            -- Open cases, other channels, rows still waiting: kept for monitoring, counted by no measure yet.
            else 'no_measure_applies'
        end as exclusion_reason
    from {{ ref(model) }} as facts
    left join {{ name }}_measured as measured
        on facts.{{ key }} = measured.row_id
    cross join waves
),

{% endfor -%}

unioned as (
    {% for table, model, key, measured, event in facts -%}
    select * from {{ table | replace('.', '_') }}
    union all
    {% endfor -%}
    select
        'survey.responses' as table_address,
        exclusion_reason
    from {{ ref('int_responses_screened') }}
    union all
    select
        'survey.answers' as table_address,
        exclusion_reason
    from {{ ref('int_answers_mapped') }}
    union all
    select
        'policy.exposures' as table_address,
        exclusion_reason
    from {{ ref('int_exposures_dated') }}
    union all
    select
        'published.figures' as table_address,
        exclusion_reason
    from {{ ref('int_figures_dated') }}
),

final as (
    select
        table_address,
        exclusion_reason,
        count(*) as row_count
    from unioned
    group by table_address, exclusion_reason
)

select * from final
