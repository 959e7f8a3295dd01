{% set margins = raking_margins() -%}

with

placed as (
    select * from {{ ref('int_respondents_placed') }}
    where raking_group is not null
),

respondents as (
    select * from {{ ref('int_respondents_profiled') }}
),

weights as (
    select * from {{ ref('int_respondent_weights_calibrated') }}
),

levels as (
    select * from {{ ref('int_raking_levels_numbered') }}
),

unpivoted as (
    {% for margin in margins -%}
    select
        response_id,
        wave_id,
        insurer_id,
        '{{ margin }}' as margin,
        {{ margin }} as level
    from placed
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        unpivoted.response_id,
        unpivoted.wave_id,
        unpivoted.insurer_id,
        respondents.person_key,
        unpivoted.margin,
        levels.slot,
        cast(weights.relative_weight as double) as relative_weight
    from unpivoted
    inner join levels
        on unpivoted.wave_id = levels.wave_id
        and unpivoted.insurer_id = levels.insurer_id
        and unpivoted.margin = levels.margin
        and unpivoted.level = levels.level
    inner join respondents
        on unpivoted.response_id = respondents.response_id
    inner join weights
        on unpivoted.response_id = weights.response_id
)

select * from final
