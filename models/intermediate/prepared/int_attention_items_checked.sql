with

answers as (
    select * from {{ ref('int_answers_valued') }}
    where answer_fault = 'attention_item' and raw_value is not null
),

expected as (
    select * from {{ ref('attention_items') }}
),

-- Several values may be right, such as a code and its label; a question passed over is not a failed one.
final as (
    select
        answers.response_id,
        answers.question_code,
        answers.raw_value,
        expected.question_code is null as is_failed
    from answers
    left join expected
        on answers.question_code = expected.question_code
        and answers.raw_value = expected.expected_value
)

select * from final
