with

responses as (
    select * from {{ ref('int_responses_described') }}
),

flags as (
    select * from {{ ref('int_responses_flagged') }}
),

final as (
    select
        responses.response_id,
        responses.invitation_id,
        responses.insurer_id,
        responses.wave_id,
        responses.wave_starts_on,
        responses.product_line,
        responses.customer_key,
        responses.person_key,
        responses.sales_channel,
        responses.own_age_band,
        responses.own_gender,
        responses.own_region,
        responses.survey_code,
        responses.instrument_version,
        responses.collection_channel,
        responses.touchpoint,
        responses.reference_type,
        responses.stratum,
        responses.design_weight,
        responses.submitted_at,
        -- A duplicate is left out whatever its answers; of what remains one per person is judged by them.
        case
            when responses.row_fault is not null then responses.row_fault
            when flags.is_duplicate then 'superseded'
            when flags.is_careless then 'careless'
        end as exclusion_reason
    from responses
    inner join flags
        on responses.response_id = flags.response_id
)

select * from final
