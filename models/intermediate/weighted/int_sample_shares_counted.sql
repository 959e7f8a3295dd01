{% set margins = raking_margins() -%}

with

respondents as (
    select * from {{ ref('int_base_weights_adjusted') }}
),

raking_groups as (
    select * from {{ ref('int_raking_groups_resolved') }}
),

grouped as (
    select
        respondents.*,
        raking_groups.raking_group,
        respondents.insurer_id || ' · ' || respondents.product_line as insurer_line
    from respondents
    inner join raking_groups
        on respondents.wave_id = raking_groups.wave_id
        and respondents.insurer_id = raking_groups.insurer_id
),

sampled as (
    {% for margin in margins -%}
    select
        wave_id,
        raking_group,
        '{{ margin }}' as margin,
        {{ margin }} as level,
        count(*) as respondent_count,
        sum(cast(base_weight as decimal(28, 9))) as base_weight_sum
    from grouped
    group by wave_id, raking_group, {{ margin }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        wave_id,
        raking_group,
        margin,
        level,
        -- What is not known of a respondent targets its own share of the sample.
        (margin = 'insurer_line' and level like '% · unknown')
        or (margin <> 'insurer_line' and level = 'unknown') as is_unknown,
        respondent_count,
        cast(base_weight_sum as double)
        / cast(sum(base_weight_sum) over (partition by wave_id, raking_group, margin) as double) as sample_share
    from sampled
)

select * from final
