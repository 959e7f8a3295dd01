{% set units = ['count', 'score'] -%}

with

lines as (
    select * from {{ ref('int_disclosure_lines_listed') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

numbered as (
    select
        lines.*,
        dense_rank() over (order by line_kind asc, line_code asc) as line_number
    from lines
),

bounded as (
    select
        numbered.*,
        max(case when is_whole then 1 else 0 end) over (partition by line_number) as has_whole,
        max(case when is_whole then 0 else 1 end) over (partition by line_number) as has_part,
        cast(base_count as double) as count_value,
        score as score_value,
        0 as score_lower,
        100 as score_upper
    from numbered
),

-- Only a line with its whole says anything about the parts.
telling as (
    select
        bounded.*,
        rules.hidden_range_min,
        rules.scores_persons_min
    from bounded
    cross join rules
    where bounded.has_whole = 1 and bounded.has_part = 1
),

-- How far a member can lie above and below its true value, in what it gives to the line.
final as (
    select
        line_number,
        cell_number as member_number,
        group_number as cell_number,
        line_kind,
        is_whole,
        segment_type = 'all' as is_total,
        coalesce(base_count, 0) as cell_size,
        is_hidden,
        identity_count,
        -- A companion is hidden for others and needs a range only for their sake.
        case when primary_status = 'small_n' and base_count < scores_persons_min then hidden_range_min else 0 end as count_needed,
        case when primary_status in ('small_n', 'dominance') then hidden_range_min else 0 end as score_needed,
        {% for unit in units -%}
        case when {{ unit }}_value is not null then nullif(abs({{ unit }}_factor), 0) end as {{ unit }}_factor,
        cast(coalesce(abs({{ unit }}_factor) * case when {{ unit }}_factor > 0
            then {{ unit }}_upper - {{ unit }}_value else {{ unit }}_value - {{ unit }}_lower end, 0) as decimal(28, 9))
        as {{ unit }}_above,
        cast(coalesce(abs({{ unit }}_factor) * case when {{ unit }}_factor > 0
            then {{ unit }}_value - {{ unit }}_lower else {{ unit }}_upper - {{ unit }}_value end, 0) as decimal(28, 9))
        as {{ unit }}_below{{ ',' if not loop.last }}
        {% endfor -%}
    from telling
)

select * from final
