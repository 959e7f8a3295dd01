-- What the last pass would still do: no line may be left with a hidden member that is known too well. Where nothing of a
-- line is shown, nothing is known of it but statuses.
with

members as (
    select
        members.*,
        rules.hidden_range_min,
        min(is_hidden) over (partition by line_number) as is_all_hidden,
        max(case when is_whole then is_hidden else 0 end) over (partition by line_number) as has_hidden_whole,
        sum(case when score_factor is not null then is_hidden else 0 end) over (partition by line_number) as hidden_score_count,
        {% for unit in ['count', 'score'] -%}
        {% for side in ['above', 'below'] -%}
        sum(case when is_hidden = 1 then {{ unit }}_{{ side }} else 0 end) over (partition by line_number)
        as hidden_{{ unit }}_{{ side }}{{ ',' if not (loop.last and unit == 'score') }}
        {% endfor -%}
        {% endfor %}
    from {{ ref('int_companions_hidden_third') }} as members
    cross join {{ ref('int_scoring_rules_pivoted') }} as rules
),

cells as (
    select * from {{ ref('int_disclosure_cells_listed') }}
)

select
    'wave ' || cells.wave_id || ', insurer ' || cells.insurer_id || ', ' || cells.segment_type || ' '
    || cells.segment_code || ', ' || cells.score_level || ' ' || cells.score_code || ': hidden, but known to within '
    || 'hidden_range_min from the other ' || members.line_kind as problem
from members
inner join cells
    on members.member_number = cells.cell_number
where
    members.is_hidden = 1
    and members.is_all_hidden = 0
    and ({{ is_narrow('count') }} or {{ is_narrow('score') }} or {{ has_too_few_hidden() }})
