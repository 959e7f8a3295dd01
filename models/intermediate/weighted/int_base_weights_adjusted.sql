with

respondents as (
    select * from {{ ref('int_respondents_profiled') }}
),

invited as (
    select * from {{ ref('int_response_classes_listed') }}
    where response_id is not null
),

classes as (
    select * from {{ ref('int_response_classes_adjusted') }}
),

-- A response that no invitation is known of stands for itself.
final as (
    select
        respondents.response_id,
        respondents.wave_id,
        respondents.insurer_id,
        respondents.person_key,
        respondents.product_line,
        respondents.sales_channel,
        respondents.region,
        respondents.age_band,
        respondents.gender,
        respondents.tenure,
        respondents.design_weight,
        coalesce(classes.nonresponse_factor, 1.0) as nonresponse_factor,
        respondents.design_weight * coalesce(classes.nonresponse_factor, 1.0) as base_weight
    from respondents
    left join invited
        on respondents.response_id = invited.response_id
    left join classes
        on invited.wave_id = classes.wave_id
        and invited.insurer_id = classes.insurer_id
        and invited.stratum = classes.stratum
        and invited.class_code = classes.class_code
)

select * from final
