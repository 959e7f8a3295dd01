with

answers as (
    select * from {{ ref('stg_survey__answers') }}
),

responses as (
    select
        response_id,
        exclusion_reason
    from {{ ref('int_responses_screened') }}
),

question_scales as (
    select distinct
        question_code,
        scale_code
    from {{ ref('survey_items') }}
),

questions as (
    select * from {{ ref('questions') }}
),

options as (
    select * from {{ ref('answer_options') }}
),

final as (
    select
        answers.response_id,
        answers.question_code,
        question_scales.scale_code,
        answers.raw_value,
        options.option_value,
        case
            when responses.response_id is null then 'response_unknown'
            when questions.question_code is null then 'question_unknown'
            when responses.exclusion_reason is not null then 'response_excluded'
            when questions.is_open then 'open_answer'
            when question_scales.scale_code is null then 'question_unscored'
            -- An answer that no option matches stays, with its reason: a seed row repairs it.
            when options.raw_value is null then 'option_unmapped'
            when options.is_missing then 'no_opinion'
        end as exclusion_reason
    from answers
    left join responses
        on answers.response_id = responses.response_id
    left join questions
        on answers.question_code = questions.question_code
    left join question_scales
        on answers.question_code = question_scales.question_code
    left join options
        on question_scales.scale_code = options.scale_code
        and answers.raw_value = options.raw_value
)

select * from final
