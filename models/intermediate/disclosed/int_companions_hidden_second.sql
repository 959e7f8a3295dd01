{#- Passes are unrolled: neither engine repeats a query until nothing changes. -#}
{% set sweeps = 8 -%}
{% set at_once = 1 -%}

with

members as (
    select * from {{ ref('int_companions_hidden_first') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

{{ companion_passes('members', passes=sweeps, at_once=at_once) }},

final as (
    select * from passed
)

select * from final
