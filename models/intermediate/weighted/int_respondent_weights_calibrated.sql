{% set margins = raking_margins() -%}

with

respondents as (
    select * from {{ ref('int_respondents_placed') }}
),

cells as (
    select * from {{ ref('int_cells_trimmed') }}
),

calibrated as (
    select
        respondents.response_id,
        respondents.wave_id,
        respondents.insurer_id,
        respondents.raking_group,
        respondents.design_weight,
        respondents.nonresponse_factor,
        respondents.base_weight,
        -- A wave without margins keeps its base weights.
        respondents.base_weight * coalesce(cells.raking_factor, 1.0) as respondent_weight,
        coalesce(cells.is_capped, false) as is_capped
    from respondents
    left join cells
        on respondents.wave_id = cells.wave_id
        and respondents.insurer_id = cells.insurer_id
        and respondents.base_weight = cells.base_weight
        {%- for margin in margins %}
        and respondents.{{ margin }} = cells.{{ margin }}
        {%- endfor %}
),

averaged as (
    select
        calibrated.*,
        cast(sum(cast(respondent_weight as decimal(38, 15))) over (partition by wave_id, insurer_id) as double)
        / count(*) over (partition by wave_id, insurer_id) as insurer_mean_weight
    from calibrated
),

final as (
    select
        response_id,
        wave_id,
        insurer_id,
        raking_group,
        design_weight,
        nonresponse_factor,
        base_weight,
        respondent_weight,
        is_capped,
        insurer_mean_weight,
        -- Insurers differ a hundredfold in size: within an insurer weights count relative to their mean.
        cast(respondent_weight / insurer_mean_weight as decimal(18, 9)) as relative_weight
    from averaged
)

select * from final
