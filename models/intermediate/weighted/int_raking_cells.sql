with

respondents as (
    select * from {{ ref('int_respondents_placed') }}
),

targets as (
    select * from {{ ref('int_raking_margins') }}
),

{% set margins = ['insurer_line', 'age_band', 'gender', 'region', 'sales_channel', 'tenure'] -%}

cells as (
    select
        wave_id,
        {{ margins | join(',\n        ') }},
        count(*) as respondent_count,
        cast(sum(cast(design_weight as decimal(28, 9))) as double) as design_weight_sum
    from respondents
    where respondents.wave_id in (select targets.wave_id from targets)
    group by
        wave_id,
        {{ margins | join(',\n        ') }}
),

sized as (
    select
        cells.*,
        cast(sum(respondent_count) over (partition by wave_id) as double) as wave_respondents
    from cells
),

final as (
    select
        sized.wave_id,
        {% for margin in margins -%}
        sized.{{ margin }},
        coalesce({{ margin }}_targets.target_share, case when sized.{{ margin }} = 'any' then 1.0 end)
        * sized.wave_respondents as {{ margin }}_target,
        {% endfor -%}
        sized.respondent_count,
        sized.wave_respondents,
        sized.design_weight_sum
    from sized
    {%- for margin in margins %}
    left join targets as {{ margin }}_targets
        on {{ margin }}_targets.margin = '{{ margin }}'
        and sized.wave_id = {{ margin }}_targets.wave_id
        and sized.{{ margin }} = {{ margin }}_targets.level
    {%- endfor %}
)

select * from final
