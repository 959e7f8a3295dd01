{#- Passes are unrolled: neither engine repeats a query until nothing changes, and Spark plans no more than a few at once. -#}
{% set sweeps = 4 -%}

with

members as (
    select * from {{ ref('int_companions_hidden_first') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

{{ companion_passes('members', passes=sweeps) }},

final as (
    select * from passed
)

select * from final
