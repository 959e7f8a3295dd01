with

answers as (
    select * from {{ ref('int_answers_mapped') }}
    where exclusion_reason is null
),

respondents as (
    select * from {{ ref('int_respondents_profiled') }}
),

weights as (
    select * from {{ ref('int_respondent_weights_calibrated') }}
),

-- Labels and codes of one option count together.
counted as (
    select
        respondents.wave_id,
        respondents.insurer_id,
        answers.question_code,
        answers.scale_code,
        answers.option_value,
        count(distinct respondents.person_key) as person_count,
        cast(sum(weights.relative_weight) as double) as weight_sum
    from answers
    inner join respondents
        on answers.response_id = respondents.response_id
    inner join weights
        on answers.response_id = weights.response_id
    group by
        respondents.wave_id, respondents.insurer_id, answers.question_code, answers.scale_code, answers.option_value
),

final as (
    select
        wave_id,
        insurer_id,
        question_code,
        scale_code,
        option_value,
        person_count,
        weight_sum,
        sum(person_count) over (partition by wave_id, insurer_id, question_code) as question_person_count,
        sum(cast(weight_sum as decimal(28, 9))) over (partition by wave_id, insurer_id, question_code) as question_weight_sum
    from counted
)

select * from final
