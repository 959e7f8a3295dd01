{% set rules = ['planned_score_margin', 'planned_share_margin'] -%}

with

rules as (
    select * from {{ ref('scoring_rules') }}
),

final as (
    select
        {% for rule in rules -%}
        max(case when rule_code = '{{ rule }}' then rule_value end) as {{ rule }}{{ ',' if not loop.last }}
        {% endfor %}
    from rules
)

select * from final
