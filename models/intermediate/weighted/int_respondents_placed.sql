{% set margins = raking_margins() -%}

with

respondents as (
    select * from {{ ref('int_base_weights_adjusted') }}
),

raking_groups as (
    select * from {{ ref('int_raking_groups_resolved') }}
),

targets as (
    select * from {{ ref('int_raking_margins') }}
),

raked_margins as (
    select
        wave_id,
        raking_group,
        {% for margin in margins -%}
        max(case when margin = '{{ margin }}' then 1 else 0 end) as has_{{ margin }}{{ ',' if not loop.last }}
        {% endfor %}
    from targets
    group by wave_id, raking_group
),

-- A margin that is not raked to is one level that everybody has.
final as (
    select
        respondents.response_id,
        respondents.wave_id,
        respondents.insurer_id,
        raked_margins.raking_group,
        respondents.design_weight,
        respondents.nonresponse_factor,
        respondents.base_weight,
        case when raked_margins.has_insurer_line = 1
            then respondents.insurer_id || ' · ' || respondents.product_line else 'any' end as insurer_line,
        {% for margin in margins[1:] -%}
        case when raked_margins.has_{{ margin }} = 1 then respondents.{{ margin }} else 'any' end
        as {{ margin }}{{ ',' if not loop.last }}
        {% endfor %}
    from respondents
    left join raking_groups
        on respondents.wave_id = raking_groups.wave_id
        and respondents.insurer_id = raking_groups.insurer_id
    left join raked_margins
        on raking_groups.wave_id = raked_margins.wave_id
        and raking_groups.raking_group = raked_margins.raking_group
)

select * from final
