with

files as (
    select * from {{ ref('stg_gate__files') }}
),

final as (
    select
        {% if var('as_of') -%}
        max(cast('{{ var("as_of") }}' as timestamp)) as as_of_at
        {%- else -%}
        max(latest_event_at) as as_of_at
        {%- endif %}
    from files
)

select * from final
