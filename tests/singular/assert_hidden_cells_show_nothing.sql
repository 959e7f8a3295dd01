-- Whatever a score is made of, compared with or ranked by is empty where the cell is not published.
with

{% set segment = "segment_type || ' ' || segment_code" -%}
{#- False says nothing of a cell. -#}
{% set judgements = ['nullif(is_caution, false)', 'nullif(is_rankable, false)', 'nullif(is_reportable, false)'] -%}
{% set composite = [
    'score', 'standard_error', 'score_lower', 'score_upper', 'linked_score', 'is_link_clipped', 'base_count',
    'effective_base', 'design_effect', 'rank', 'rank_lower', 'rank_upper', 'tie_group',
] + judgements -%}
{% set test = ['standard_error', 'p_value', 'adjusted_p_value', 'is_significant', 'verdict_code'] -%}
{% set statistics = {
    'fct_indicator_scores': [segment ~ " || ', ' || indicator_code", [
        'value', 'median_value', 'standard_deviation', 'value_standard_error', 'value_lower', 'value_upper', 'score',
        'standard_error', 'score_lower', 'score_upper', 'base_count', 'effective_base', 'design_effect',
        'weighting_design_effect', 'rank', 'rank_lower', 'rank_upper', 'tie_group',
    ] + judgements],
    'fct_dimension_scores': [segment ~ " || ', ' || dimension_code", composite],
    'fct_index_scores': [segment, composite + ['grade_code', 'adjustment_points', 'clip_remainder']],
    'fct_score_contributions': [segment ~ " || ', ' || indicator_code", ['weight_share', 'contribution_points']],
    'fct_regulator_scores': ["view_code || ' ' || element_code", [
        'score', 'standard_error', 'score_lower', 'score_upper', 'base_count', 'nullif(is_caution, false)',
        'nullif(is_reportable, false)',
    ]],
    'fct_score_changes': [segment ~ " || ', ' || score_level || ' ' || score_code || ' against ' || before_wave_id", [
        'value', 'before_value', 'value_change', 'score', 'before_score', 'score_change', 'change_lower', 'change_upper',
    ] + test],
    'fct_score_decompositions': ["'index against ' || before_wave_id", [
        'score', 'before_score', 'score_change', 'level_points', 'mix_points', 'weight_points', 'missing_points',
        'framework_points', 'adjustment_points', 'clip_points',
    ]],
    'fct_industry_differences': ["score_level || ' ' || score_code", [
        'score', 'industry_score', 'difference', 'difference_lower', 'difference_upper',
    ] + test],
    'fct_answer_distribution': ["question_code || ' ' || cast(option_value as string)", [
        'person_count', 'answer_share', 'question_person_count',
    ]],
    'rpt_collection_channels': ['collection_channel', [
        'invitation_count', 'delivered_count', 'valid_count', 'response_rate', 'completion_rate', 'overall_value',
        'overall_standard_error', 'mode_effect', 'mode_effect_lower', 'mode_effect_upper', 'is_mode_different',
    ]],
    'rpt_respondent_profile': [segment, [
        'respondent_count', 'customer_count', 'respondent_share', 'weighted_share', 'customer_share',
        'respondent_difference', 'weighted_difference',
    ]],
    'rpt_screening_effects': ['indicator_code', ['careless_person_count', 'value_all', 'value_screened', 'value_difference']],
} -%}
{#- What says whether there is a figure at all may be said where there is none. -#}
{% set signs = {
    'fct_indicator_scores': [segment ~ " || ', ' || indicator_code", 'is_scored'],
    'fct_dimension_scores': [segment ~ " || ', ' || dimension_code", 'coverage_share'],
    'fct_index_scores': [segment, 'coverage_share'],
    'fct_regulator_scores': ["view_code || ' ' || element_code", 'coverage_share'],
} -%}
{% set counts = {
    'fct_answer_distribution': ["', insurer ' || insurer_id || ', ' || question_code", 'distributions', [
        'person_count', 'question_person_count',
    ]],
    'rpt_collection_channels': ["', insurer ' || insurer_id || ', ' || collection_channel", 'distributions', [
        'invitation_count', 'valid_count',
    ]],
    'rpt_respondent_profile': ["', insurer ' || insurer_id || ', ' || " ~ segment, 'distributions', [
        'respondent_count', 'customer_count',
    ]],
    'rpt_sample_quality': ["', insurer ' || insurer_id", 'distributions', [
        'submitted_count', 'valid_count', 'submitted_count - valid_count', 'closed_claim_count',
    ]],
    'rpt_screening_effects': ["', insurer ' || insurer_id || ', ' || indicator_code", 'scores', [
        'valid_person_count', 'careless_person_count',
    ]],
    'rpt_reliability': ["', ' || statistic || ' ' || subject_code", 'scores', [
        "case when unit in ('persons', 'responses') then unit_count end",
    ]],
} -%}

shown as (
    {% for mart, (cell, columns) in statistics.items() -%}
    select
        '{{ mart }}' as mart,
        wave_id,
        insurer_id,
        {{ cell }} as cell_name,
        disclosure_status
    from {{ ref(mart) }}
    where
        disclosure_status <> 'published'
        and (
            {% for column in columns -%}
            {{ column }} is not null{{ ' or' if not loop.last }}
            {% endfor %}
        )
    union all
    {% endfor -%}
    {% for mart, (cell, column) in signs.items() -%}
    select
        '{{ mart }}' as mart,
        wave_id,
        insurer_id,
        {{ cell }} as cell_name,
        disclosure_status
    from {{ ref(mart) }}
    where disclosure_status in ('small_n', 'complementary', 'dominance') and {{ column }} is not null
    union all
    {% endfor -%}
    -- The careful answers are those of the indicator itself, and as many persons.
    select
        'rpt_screening_effects' as mart,
        effects.wave_id,
        effects.insurer_id,
        effects.indicator_code as cell_name,
        scores.disclosure_status
    from {{ ref('rpt_screening_effects') }} as effects
    inner join {{ ref('fct_indicator_scores') }} as scores
        on effects.wave_id = scores.wave_id
        and effects.framework_version = scores.framework_version
        and effects.insurer_id = scores.insurer_id
        and effects.indicator_code = scores.indicator_code
    where
        scores.segment_type = 'all' and scores.disclosure_status <> 'published'
        and coalesce(effects.valid_person_count, effects.value_screened) is not null
),

-- A number of persons is none, or enough of them.
counted as (
    {% for mart, (cell, rule, columns) in counts.items() -%}
    {% for column in columns -%}
    select
        '{{ mart }}: wave ' || wave_id || {{ cell }} as place,
        '{{ rule }}' as applies_to,
        {{ column }} as person_count
    from {{ ref(mart) }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

-- Only who is ranked is compared with others and ranked by other methods.
ranked as (
    select
        wave_id,
        framework_version,
        insurer_id,
        'index' as score_level,
        'index' as score_code
    from {{ ref('fct_index_scores') }}
    where rank is not null
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        'dimension' as score_level,
        dimension_code as score_code
    from {{ ref('fct_dimension_scores') }}
    where rank is not null
),

used as (
    {% for side in ['insurer_id', 'other_insurer_id'] -%}
    select
        'fct_insurer_differences' as mart,
        wave_id,
        framework_version,
        {{ side }} as insurer_id,
        score_level,
        score_code
    from {{ ref('fct_insurer_differences') }}
    union all
    {% endfor -%}
    select
        'rpt_rank_robustness' as mart,
        wave_id,
        framework_version,
        insurer_id,
        'index' as score_level,
        'index' as score_code
    from {{ ref('rpt_rank_robustness') }}
)

select
    mart || ': wave ' || wave_id || ', insurer ' || insurer_id || ', ' || cell_name
    || ': a number is shown although the cell is ' || disclosure_status as problem
from shown
union all
select distinct
    used.mart || ': wave ' || used.wave_id || ', insurer ' || used.insurer_id || ', ' || used.score_level || ' '
    || used.score_code || ': a number is shown although the cell is not ranked' as problem
from used
left join ranked
    on used.wave_id = ranked.wave_id
    and used.framework_version = ranked.framework_version
    and used.insurer_id = ranked.insurer_id
    and used.score_level = ranked.score_level
    and used.score_code = ranked.score_code
where ranked.insurer_id is null
union all
select distinct counted.place || ': ' || cast(counted.person_count as string) || ' persons are told' as problem
from counted
inner join {{ ref('disclosure_rules') }} as rules
    on counted.applies_to = rules.applies_to
    and rules.rule_code = 'persons_min'
where not {{ is_sayable('counted.person_count', 'rules.rule_value') }}
