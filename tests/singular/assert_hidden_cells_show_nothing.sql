-- Whatever a score is made of is empty where the cell is not published.
with

{% set statistics = {
    'fct_indicator_scores': [
        'value', 'median_value', 'standard_deviation', 'value_standard_error', 'value_lower', 'value_upper', 'score',
        'standard_error', 'score_lower', 'score_upper', 'base_count', 'effective_base', 'design_effect', 'rank',
    ],
    'fct_dimension_scores': [
        'score', 'standard_error', 'score_lower', 'score_upper', 'base_count', 'effective_base', 'design_effect', 'rank',
    ],
    'fct_index_scores': [
        'score', 'standard_error', 'score_lower', 'score_upper', 'base_count', 'effective_base', 'design_effect', 'rank',
        'adjustment_points', 'clip_remainder',
    ],
} -%}

shown as (
    {% for mart, columns in statistics.items() -%}
    select
        '{{ mart }}' as mart,
        wave_id,
        insurer_id,
        segment_type,
        segment_code,
        disclosure_status
    from {{ ref(mart) }}
    where
        disclosure_status <> 'published'
        and (
            {% for column in columns -%}
            {{ column }} is not null{{ ' or' if not loop.last }}
            {% endfor %}
        )
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    mart || ': wave ' || wave_id || ', insurer ' || insurer_id || ', ' || segment_type || ' ' || segment_code
    || ': a number is shown although the cell is ' || disclosure_status as problem
from shown
