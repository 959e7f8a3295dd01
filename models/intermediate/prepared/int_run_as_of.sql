{% set moment = "cast('" ~ var('as_of') ~ "' as timestamp)" if var('as_of') else 'latest_event_at' -%}

with

files as (
    select * from {{ ref('stg_gate__files') }}
),

final as (
    select
        max({{ moment }}) as as_of_at
    from files
)

select * from final
