{% set columns = ['age_band', 'gender', 'region', 'tenure', 'sales_channel'] -%}

with

respondents as (
    select * from {{ ref('int_respondents_profiled') }}
),

weights as (
    select * from {{ ref('int_respondent_weights_calibrated') }}
),

weighted as (
    select
        respondents.*,
        weights.relative_weight
    from respondents
    inner join weights
        on respondents.response_id = weights.response_id
),

final as (
    select
        wave_id,
        insurer_id,
        {{ segment_of_grouping(columns) }},
        count(distinct person_key) as respondent_count,
        cast(sum(relative_weight) as double) as weight_sum
    from weighted
    group by grouping sets (
        {% for column in columns -%}
        (wave_id, insurer_id, {{ column }}){{ ',' if not loop.last }}
        {% endfor %}
    )
)

select * from final
