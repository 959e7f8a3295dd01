{{ config(materialized='view') }}

with

answers as (
    select * from {{ ref('int_answers_valued') }}
),

responses as (
    select
        response_id,
        exclusion_reason
    from {{ ref('int_responses_screened') }}
),

final as (
    select
        answers.response_id,
        answers.question_code,
        answers.choice_number,
        answers.scale_code,
        answers.raw_value,
        answers.option_value,
        case
            when responses.response_id is null then 'response_unknown'
            when answers.answer_fault = 'question_unknown' then answers.answer_fault
            when responses.exclusion_reason is not null then 'response_excluded'
            else answers.answer_fault
        end as exclusion_reason
    from answers
    left join responses
        on answers.response_id = responses.response_id
)

select * from final
