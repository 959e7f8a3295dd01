{% set slots = range(1, var('raking_levels_max') + 1) -%}

with

estimates as (
    select * from {{ ref('int_survey_estimates_numbered') }}
),

influences as (
    select * from {{ ref('int_level_influences_summed') }}
),

forms as (
    select * from {{ ref('int_variance_forms_resolved') }}
),

-- Side by side: as pairs of levels the estimates of all segments would be a hundred times as many rows.
vectors as (
    select
        estimate_number
        {%- for slot in slots %},
        coalesce(max(case when slot = {{ slot }} then influence_sum end), 0) as influence_{{ slot }},
        coalesce(max(case when slot = {{ slot }} then cross_sum end), 0) as cross_{{ slot }}
        {%- endfor %}
    from influences
    group by estimate_number
),

form_rows as (
    select
        wave_id,
        insurer_id,
        slot
        {%- for slot in slots %},
        coalesce(max(case when other_slot = {{ slot }} then square_value end), 0) as square_{{ slot }},
        2 * coalesce(max(case when other_slot = {{ slot }} then projection_value end), 0) as projection_{{ slot }}
        {%- endfor %}
    from forms
    group by wave_id, insurer_id, slot
),

products as (
    select
        influences.estimate_number,
        cast(influences.influence_sum * (
            {% for slot in slots -%}
            {{ '+ ' if not loop.first }}form_rows.square_{{ slot }} * vectors.influence_{{ slot }}
            - form_rows.projection_{{ slot }} * vectors.cross_{{ slot }}
            {% endfor -%}
        ) as decimal(38, 24)) as variance_part
    from influences
    inner join vectors
        on influences.estimate_number = vectors.estimate_number
    inner join form_rows
        on influences.wave_id = form_rows.wave_id
        and influences.insurer_id = form_rows.insurer_id
        and influences.slot = form_rows.slot
),

summed as (
    select
        estimate_number,
        cast(sum(variance_part) as double) as ratio_variance_change
    from products
    group by estimate_number
),

final as (
    select
        estimates.wave_id,
        estimates.framework_version,
        estimates.insurer_id,
        estimates.segment_type,
        estimates.segment_code,
        estimates.indicator_code,
        summed.ratio_variance_change
    from summed
    inner join estimates
        on summed.estimate_number = estimates.estimate_number
)

select * from final
