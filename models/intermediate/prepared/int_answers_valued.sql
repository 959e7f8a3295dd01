with

answers as (
    select * from {{ ref('stg_survey__answers') }}
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

attention_questions as (
    select distinct question_code from {{ ref('attention_items') }}
),

-- Responses are screened by their answers, so answers get their values before any response is left out.
final as (
    select
        answers.response_id,
        answers.question_code,
        answers.choice_number,
        questions.grid_code,
        question_scales.scale_code,
        answers.raw_value,
        options.option_value,
        coalesce(answers.raw_value, answers.answer_text) is not null and coalesce(answers.choice_number, 1) = 1
        as is_answered,
        coalesce(questions.is_open, false) as is_open,
        case
            when questions.question_code is null then 'question_unknown'
            when questions.is_open then 'open_answer'
            when attention_questions.question_code is not null then 'attention_item'
            when question_scales.scale_code is null then 'question_unscored'
            -- An answer that no option matches stays, with its reason: a seed row repairs it.
            when options.raw_value is null then 'option_unmapped'
            when options.is_missing then 'no_opinion'
        end as answer_fault
    from answers
    left join questions
        on answers.question_code = questions.question_code
    -- One of several choices has no place on a scale.
    left join question_scales
        on answers.question_code = question_scales.question_code
        and answers.choice_number is null
    left join options
        on question_scales.scale_code = options.scale_code
        and answers.raw_value = options.raw_value
    left join attention_questions
        on answers.question_code = attention_questions.question_code
)

select * from final
