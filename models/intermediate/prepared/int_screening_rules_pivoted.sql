{% set rules = [
    'speeder', 'path_group', 'straight_liner', 'contradictory', 'attention_failed', 'duplicate', 'careless',
] -%}

with

rules as (
    select * from {{ ref('screening_rules') }}
),

-- A rule that is not active has no value, and nothing compares with it.
final as (
    select
        {% for rule in rules -%}
        max(case when rule_code = '{{ rule }}' and is_active then rule_value end) as {{ rule }}_limit,
        {% endfor -%}
        count(*) as rule_count
    from rules
)

select * from final
