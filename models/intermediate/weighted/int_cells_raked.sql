{#- Iterative proportional fitting, unrolled: each step scales the weights of every level of one margin to its target.
    Chained windows, because joining a step back to itself doubles the plan with every margin on Spark. -#}
{% set margins = ['insurer_line', 'age_band', 'gender', 'region', 'sales_channel', 'tenure'] -%}
{% set sweeps = 12 -%}

with

cells as (
    select * from {{ ref('int_raking_cells') }}
),

-- The window over the wave alone comes first: Spark then shuffles once for all that follow.
step_0 as (
    select
        wave_id,
        {% for margin in margins -%}
        {{ margin }},
        {{ margin }}_target,
        {% endfor -%}
        design_weight_sum,
        design_weight_sum * wave_respondents
        / cast(sum(cast(design_weight_sum as decimal(28, 12))) over (partition by wave_id) as double) as cell_weight
    from cells
),

{% set steps = namespace(done=0) -%}
{% for sweep in range(sweeps) -%}
{% for margin in margins -%}
step_{{ steps.done + 1 }} as (
    select
        wave_id,
        {% for each in margins -%}
        {{ each }},
        {{ each }}_target,
        {% endfor -%}
        design_weight_sum,
        cell_weight * {{ margin }}_target
        / cast(sum(cast(cell_weight as decimal(28, 12))) over (partition by wave_id, {{ margin }}) as double) as cell_weight
    from step_{{ steps.done }}
),

{% set steps.done = steps.done + 1 -%}
{% endfor -%}
{% endfor -%}

final as (
    select
        wave_id,
        {{ margins | join(',\n        ') }},
        design_weight_sum,
        cell_weight,
        cell_weight / nullif(design_weight_sum, 0) as raking_factor
    from step_{{ steps.done }}
)

select * from final
