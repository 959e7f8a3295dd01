with

responses as (
    select * from {{ ref('int_responses_described') }}
),

answers as (
    select * from {{ ref('int_answers_valued') }}
    where is_answered and coalesce(answer_fault, 'none') <> 'question_unknown'
),

-- Nobody files which questions a respondent was shown: those that anybody on the same route answered were asked.
routed as (
    select distinct
        responses.wave_id,
        responses.questionnaire,
        responses.reference_type,
        answers.question_code
    from answers
    inner join responses
        on answers.response_id = responses.response_id
    where responses.row_fault is null and not answers.is_open
),

asked as (
    select
        wave_id,
        questionnaire,
        reference_type,
        count(*) as asked_count
    from routed
    group by wave_id, questionnaire, reference_type
),

answered as (
    select
        response_id,
        count(*) as answered_count,
        cast(sum(case when is_open then 0 else 1 end) as bigint) as closed_count
    from answers
    group by response_id
),

-- Text is welcome but not expected: open questions count for the length of the path, not for completion.
final as (
    select
        responses.response_id,
        cast(coalesce(answered.answered_count, 0) as bigint) as answered_count,
        cast(asked.asked_count as bigint) as asked_count,
        case when responses.row_fault is null
            then cast(coalesce(answered.closed_count, 0) as double) / nullif(asked.asked_count, 0) end as completion_share
    from responses
    left join answered
        on responses.response_id = answered.response_id
    left join asked
        on responses.wave_id = asked.wave_id
        and responses.questionnaire = asked.questionnaire
        and responses.reference_type = asked.reference_type
)

select * from final
