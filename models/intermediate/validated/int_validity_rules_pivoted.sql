{% set rules = [
    'validity_insurers_min', 'validity_persons_min', 'redundancy_correlation_max', 'validity_correlation_min', 'alpha_min',
    'item_total_min', 'sampling_adequacy_min', 'item_uniqueness_min', 'split_half_min', 'availability_min',
    'one_end_share_max', 'signal_share_min', 'measurable_share_min', 'review_waves', 'review_cosine_min',
    'planned_score_margin', 'planned_share_margin',
] -%}

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
