-- A rank without its interval, or outside of it, says that ranking and comparison disagree on who takes part.
{% for mart in ['fct_index_scores', 'fct_dimension_scores', 'fct_indicator_scores'] -%}
select
    '{{ mart }}, wave ' || wave_id || ', insurer ' || insurer_id || ': rank, interval and tie group do not fit' as problem
from {{ ref(mart) }}
where
    (rank is null) <> (rank_lower is null or rank_upper is null or tie_group is null)
    or not (rank between rank_lower and rank_upper and tie_group <= rank)
{{ 'union all' if not loop.last }}
{% endfor -%}
