{% set scope = ['wave_id', 'framework_version', 'insurer_id', 'segment_type', 'segment_code', 'score_level', 'score_code'] -%}

with

cells as (
    select * from {{ ref('int_disclosure_cells_unioned') }}
),

held as (
    select * from {{ ref('stg_disclosure__held_cells') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

joined as (
    select
        cells.*,
        held.wave_id is not null as is_held
    from cells
    left join held
        on {% for column in scope -%}
        {{ 'and ' if not loop.first }}
        {%- if column == 'segment_type' -%} {{ shown_segment_type('cells.segment_type') }}
        {%- else -%} cells.{{ column }} {%- endif %} = held.{{ column }}
        {% endfor -%}
),

-- Cells of the same persons say the same of them: they are hidden together, over indicators and versions.
final as (
    select
        row_number() over (
            order by {% for column in scope -%}
            joined.{{ column }} asc{{ ', ' if not loop.last }}
            {%- endfor %}
        ) as cell_number,
        dense_rank() over (
            order by joined.wave_id, joined.insurer_id, joined.segment_type, joined.segment_code, joined.score_level,
                joined.persons_code
        ) as group_number,
        {% for column in scope -%}
        joined.{{ column }},
        {% endfor -%}
        joined.score,
        joined.base_count,
        joined.has_value_identity,
        joined.primary_status,
        max(case when joined.primary_status <> 'published' or joined.is_held then 1 else 0 end) over (
            partition by joined.wave_id, joined.insurer_id, joined.segment_type, joined.segment_code, joined.score_level,
                joined.persons_code
        ) as is_hidden,
        -- What a reader knows of a hidden count from its status alone; above the minimum it has no limit worth a name.
        case when joined.primary_status = 'small_n' then least(1, joined.base_count)
            else least(rules.scores_persons_min, joined.base_count) end as count_lower,
        case when joined.primary_status = 'small_n'
            then greatest(coalesce(joined.persons_min, rules.scores_persons_min) - 1, joined.base_count)
            else 100 * greatest(rules.scores_persons_min, joined.base_count) end as count_upper
    from joined
    cross join rules
)

select * from final
