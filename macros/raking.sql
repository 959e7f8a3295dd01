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
{% set sweeps = 12 -%}
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

{#- Share of every margin level that raked cells hold, beside its target. -#}
{% macro raking_errors(relation) -%}
{% set margins = raking_margins() -%}
with

cells as (
    select * from {{ relation }}
),

targets as (
    select * from {{ ref('int_raking_margins') }}
),

achieved as (
    {% for margin in margins -%}
    select
        wave_id,
        raking_group,
        '{{ margin }}' as margin,
        {{ margin }} as level,
        sum(cast(cell_weight as decimal(28, 12))) as level_weight
    from cells
    group by wave_id, raking_group, {{ margin }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

shares as (
    select
        wave_id,
        raking_group,
        margin,
        level,
        cast(level_weight as double)
        / cast(sum(level_weight) over (partition by wave_id, raking_group, margin) as double) as achieved_share
    from achieved
),

final as (
    select
        targets.wave_id,
        targets.raking_group,
        targets.margin,
        targets.level,
        targets.respondent_count,
        targets.sample_share,
        targets.target_share,
        shares.achieved_share,
        abs(shares.achieved_share - targets.target_share) as margin_error
    from targets
    left join shares
        on targets.wave_id = shares.wave_id
        and targets.raking_group = shares.raking_group
        and targets.margin = shares.margin
        and targets.level = shares.level
)

select * from final
{%- endmacro %}
