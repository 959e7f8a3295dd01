with

respondents as (
    select * from {{ ref('int_respondents_profiled') }}
),

targets as (
    select * from {{ ref('int_raking_margins') }}
),

{% set margins = ['insurer_line', 'age_band', 'gender', 'region', 'sales_channel', 'tenure'] -%}

raked_margins as (
    select
        wave_id,
        {% for margin in margins -%}
        max(case when margin = '{{ margin }}' then 1 else 0 end) as has_{{ margin }}{{ ',' if not loop.last }}
        {% endfor %}
    from targets
    group by wave_id
),

-- A margin that is not raked to is one level that everybody has.
final as (
    select
        respondents.response_id,
        respondents.wave_id,
        respondents.insurer_id,
        respondents.design_weight,
        case when raked_margins.has_insurer_line = 1
            then respondents.insurer_id || ' · ' || respondents.product_line else 'any' end as insurer_line,
        {% for margin in margins[1:] -%}
        case when raked_margins.has_{{ margin }} = 1 then respondents.{{ margin }} else 'any' end
        as {{ margin }}{{ ',' if not loop.last }}
        {% endfor %}
    from respondents
    left join raked_margins
        on respondents.wave_id = raked_margins.wave_id
)

select * from final
