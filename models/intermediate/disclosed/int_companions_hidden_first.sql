{#- Passes are unrolled: neither engine repeats a query until nothing changes. -#}
with

members as (
    select * from {{ ref('int_disclosure_reaches_measured') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

{{ companion_passes('members', passes=8, at_once=1) }},

final as (
    select * from passed
)

select * from final
