{% set margins = raking_margins() -%}

with

respondents as (
    select * from {{ ref('int_respondents_placed') }}
    where raking_group is not null
),

raking_groups as (
    select * from {{ ref('int_raking_groups_resolved') }}
),

targets as (
    select * from {{ ref('int_raking_margins') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- Each group weighs its share of the persons insured, so that weights of all groups are on one scale.
group_weights as (
    select
        wave_id,
        raking_group,
        max(wave_respondents) * cast(sum(cast(insured_share as decimal(28, 15))) as double) as group_weight
    from raking_groups
    group by wave_id, raking_group
),

-- The base weight is part of a cell: respondents of a cell share one weight, which can be compared with the cap.
cells as (
    select
        wave_id,
        raking_group,
        insurer_id,
        {{ margins | join(',\n        ') }},
        base_weight,
        cast(count(*) as double) as respondent_count,
        cast(sum(cast(base_weight as decimal(28, 9))) as double) as base_weight_sum
    from respondents
    group by
        wave_id,
        raking_group,
        insurer_id,
        {{ margins | join(',\n        ') }},
        base_weight
),

sized as (
    select
        cells.*,
        sum(respondent_count) over (partition by wave_id, insurer_id) as insurer_respondents
    from cells
),

final as (
    select
        sized.wave_id,
        sized.raking_group,
        sized.insurer_id,
        {% for margin in margins -%}
        sized.{{ margin }},
        coalesce({{ margin }}_targets.target_share, case when sized.{{ margin }} = 'any' then 1.0 end)
        * group_weights.group_weight as {{ margin }}_target,
        {% endfor -%}
        sized.base_weight,
        sized.respondent_count,
        sized.insurer_respondents,
        group_weights.group_weight,
        sized.base_weight_sum,
        rules.weight_cap
    from sized
    inner join group_weights
        on sized.wave_id = group_weights.wave_id
        and sized.raking_group = group_weights.raking_group
    cross join rules
    {%- for margin in margins %}
    left join targets as {{ margin }}_targets
        on {{ margin }}_targets.margin = '{{ margin }}'
        and sized.wave_id = {{ margin }}_targets.wave_id
        and sized.raking_group = {{ margin }}_targets.raking_group
        and sized.{{ margin }} = {{ margin }}_targets.level
    {%- endfor %}
)

select * from final
