{% set rules = [
    'dimension_coverage_min', 'index_coverage_min', 'caution_below', 'caution_effective_below', 'rankable_from',
    'reportable_responses', 'reportable_claims_closed', 'reportable_fiscal_years', 'confidence_level_z',
    'raking_error_max', 'weight_cap', 'response_class_min', 'margin_independence_min', 'innovation_points_max',
    'negative_points_max', 'expected_events_min', 'pooled_waves_max', 'spread_insurers_min', 'aggregation_floor',
    'false_discovery_rate', 'familywise_error_rate', 'shadow_waves', 'weight_points', 'objective_insurers_min',
    'combined_alpha', 'weight_bound_low', 'weight_bound_high', 'weight_draw_concentration', 'rank_interval_share',
    'weight_change_max',
] -%}

{% set disclosure_rules = {
    'scores_persons_min': ('scores', 'persons_min'),
    'sensitive_persons_min': ('scores', 'sensitive_persons_min'),
    'person_share_max': ('scores', 'person_share_max'),
    'hidden_range_min': ('scores', 'hidden_range_min'),
    'companion_share_max': ('scores', 'companion_share_max'),
    'total_cost': ('scores', 'total_cost'),
    'industry_cost': ('scores', 'industry_cost'),
    'composite_cost': ('scores', 'composite_cost'),
    'index_cost': ('scores', 'index_cost'),
    'distributions_persons_min': ('distributions', 'persons_min'),
    'hidden_options_min': ('distributions', 'hidden_options_min'),
} -%}

with

rules as (
    select * from {{ ref('scoring_rules') }}
),

disclosure as (
    select * from {{ ref('disclosure_rules') }}
),

thresholds as (
    select
        {% for name, (mart, rule) in disclosure_rules.items() -%}
        max(case when applies_to = '{{ mart }}' and rule_code = '{{ rule }}' then rule_value end) as {{ name }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from disclosure
),

pivoted as (
    select
        {% for rule in rules -%}
        max(case when rule_code = '{{ rule }}' then rule_value end) as {{ rule }}{{ ',' if not loop.last }}
        {% endfor %}
    from rules
),

final as (
    select
        {% for rule in rules -%}
        pivoted.{{ rule }},
        {% endfor -%}
        {% for name in disclosure_rules -%}
        thresholds.{{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from pivoted
    cross join thresholds
)

select * from final
