with

responses as (
    select * from {{ ref('int_responses_described') }}
    where row_fault is null and started_at is not null
),

completed as (
    select * from {{ ref('int_responses_completed') }}
),

rules as (
    select * from {{ ref('int_screening_rules_pivoted') }}
),

timed as (
    select
        responses.response_id,
        responses.wave_id,
        responses.questionnaire,
        completed.answered_count,
        {{ seconds_between('responses.started_at', 'responses.submitted_at') }} as duration_seconds,
        {{ seconds_between('responses.started_at', 'responses.submitted_at') }}
        / nullif(completed.answered_count, 0) as seconds_per_question
    from responses
    inner join completed
        on responses.response_id = completed.response_id
),

-- Within the wave, so that a later one does not change who is left out of an earlier one.
paths as (
    select
        wave_id,
        questionnaire,
        answered_count,
        count(*) as response_count,
        median(duration_seconds) as median_seconds
    from timed
    group by wave_id, questionnaire, answered_count
),

questionnaires as (
    select
        wave_id,
        questionnaire,
        count(*) as response_count,
        median(seconds_per_question) as median_seconds_per_question
    from timed
    group by wave_id, questionnaire
),

expected as (
    select
        timed.response_id,
        timed.answered_count,
        timed.duration_seconds,
        case
            when paths.response_count >= rules.path_group_limit then paths.median_seconds
            when questionnaires.response_count >= rules.path_group_limit
                then questionnaires.median_seconds_per_question * timed.answered_count
        end as usual_seconds,
        rules.speeder_limit
    from timed
    inner join paths
        on timed.wave_id = paths.wave_id
        and timed.questionnaire = paths.questionnaire
        and timed.answered_count = paths.answered_count
    inner join questionnaires
        on timed.wave_id = questionnaires.wave_id
        and timed.questionnaire = questionnaires.questionnaire
    cross join rules
),

final as (
    select
        response_id,
        answered_count,
        duration_seconds,
        usual_seconds,
        coalesce(round(duration_seconds, 6) < round(speeder_limit * usual_seconds, 6), false) as is_speeder
    from expected
)

select * from final
