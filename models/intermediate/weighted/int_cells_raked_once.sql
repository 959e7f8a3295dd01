{% set margins = raking_margins() -%}

with

cells as (
    select * from {{ ref('int_raking_cells') }}
),

-- The window over the group alone comes first: Spark then shuffles once for all that follow.
started as (
    select
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
        base_weight_sum * group_weight
        / cast(sum(cast(base_weight_sum as decimal(28, 12))) over (partition by wave_id, raking_group) as double)
        as cell_weight
    from cells
),

{{ raking_loop('started') }}

final as (
    select * from raked
)

select * from final
