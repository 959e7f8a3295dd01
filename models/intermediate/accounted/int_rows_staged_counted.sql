{% set tables = [
    ('survey', 'invitations'), ('survey', 'responses'), ('survey', 'answers'), ('policy', 'insurers'),
    ('policy', 'products'), ('policy', 'customers'), ('policy', 'applications'), ('policy', 'exposures'),
    ('policy', 'endorsements'), ('claims', 'claims'), ('service', 'contacts'), ('complaints', 'complaints'),
    ('reviews', 'posts'), ('qualitative', 'excerpts'), ('published', 'figures'), ('improvement', 'actions'),
    ('training', 'records'),
] -%}

with

final as (
    {% for source, table in tables -%}
    select
        '{{ source }}.{{ table }}' as table_address,
        count(*) as row_count
    from {{ ref('stg_' ~ source ~ '__' ~ table) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
