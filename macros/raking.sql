{#- Margins that respondents are raked to, in the order of a sweep. The first is insurer × product line, the others are
    columns of the respondent. -#}
{% macro raking_margins() -%}
    {{ return(['insurer_line', 'age_band', 'gender', 'region', 'sales_channel', 'tenure']) }}
{%- endmacro %}

{#- Iterative proportional fitting, unrolled, from `cell_weight` of a relation at the grain of int_raking_cells: each step
    scales the weights of every level of one margin to its target, and each sweep ends by trimming the weights above
    the cap. Chained windows, because joining a step back to itself doubles the plan with every margin on Spark; the
    last of them is called `raked`. -#}
{% macro raking_loop(relation) -%}
{% set margins = raking_margins() -%}
{% set sweeps = 10 -%}
{% set cell_columns -%}
wave_id,
        raking_group,
        insurer_id,
        {% for margin in margins -%}
        {{ margin }},
        {{ margin }}_target,
        {% endfor -%}
        base_weight,
        respondent_count,
        insurer_respondents,
        base_weight_sum,
        weight_cap,
{%- endset -%}
{% set steps = namespace(previous=relation) -%}
{% for sweep in range(sweeps) -%}
{% for margin in margins -%}
step_{{ sweep }}_{{ margin }} as (
    select
        {{ cell_columns }}
        cell_weight * {{ margin }}_target
        / cast(sum(cast(cell_weight as decimal(28, 12))) over (partition by wave_id, raking_group, {{ margin }}) as double)
        as cell_weight
    from {{ steps.previous }}
),

{% set steps.previous = 'step_' ~ sweep ~ '_' ~ margin -%}
{% endfor -%}
{% set trimmed = 'raked' if loop.last else 'trimmed_' ~ sweep -%}
{{ trimmed }} as (
    select
        {{ cell_columns }}
        least(
            cell_weight,
            weight_cap * respondent_count / insurer_respondents * cast(
                sum(cast(cell_weight as decimal(28, 12))) over (partition by wave_id, raking_group, insurer_id) as double
            )
        ) as cell_weight
    from {{ steps.previous }}
),

{% set steps.previous = trimmed -%}
{% endfor -%}
{%- endmacro %}

{#- Sweep operator (Gauss-Jordan for symmetric matrices) over the slots `first` to `last` of a relation at the grain of
    int_level_grams_summed; ends with the CTE swept_<last>. A level that those swept before determine is left out: the last
    level of every margin but one, for instance. What remains is a generalised inverse. Chained windows, one step a slot:
    Spark resolves at most 100 of them in one statement, which is why two models share the slots. -#}
{% macro swept_grams(relation, first, last) -%}
{% for sweep in range(first, last + 1) -%}
{% set pivot_cell -%}
max(case when slot = {{ sweep }} and other_slot = {{ sweep }} then cell end) over (partition by wave_id, raking_group)
{%- endset -%}
{% set pivot_column -%}
max(case when other_slot = {{ sweep }} then cell end) over (partition by wave_id, raking_group, slot)
{%- endset -%}
{% set pivot_row -%}
max(case when slot = {{ sweep }} then cell end) over (partition by wave_id, raking_group, other_slot)
{%- endset -%}
swept_{{ sweep }} as (
    select
        wave_id,
        raking_group,
        slot,
        other_slot,
        level_size,
        margin_independence_min,
        is_redundant or (
            {{ sweep }} in (slot, other_slot) and {{ pivot_cell }} <= margin_independence_min
        ) as is_redundant,
        case
            when coalesce({{ pivot_cell }}, 0) <= margin_independence_min then cell
            when slot = {{ sweep }} and other_slot = {{ sweep }} then -1 / cell
            when slot = {{ sweep }} or other_slot = {{ sweep }} then cell / {{ pivot_cell }}
            else cell - {{ pivot_column }} * {{ pivot_row }} / {{ pivot_cell }}
        end as cell
    from {{ relation if loop.first else 'swept_' ~ (sweep - 1) }}
),

{% endfor -%}
{%- endmacro %}
