with

criteria as (
    select * from {{ ref('int_criterion_measures_resolved') }}
),

measured as (
    select * from {{ ref('int_survey_measured') }}
),

responses as (
    select * from {{ ref('int_responses_described') }}
),

weights as (
    select * from {{ ref('int_respondent_weights_calibrated') }}
),

answered as (
    select
        measured.wave_id,
        measured.insurer_id,
        measured.row_id as response_id,
        responses.person_key,
        responses.collection_channel,
        case when responses.sent_at <= responses.submitted_at
            then {{ seconds_between('responses.sent_at', 'responses.submitted_at') }} end as waiting_seconds,
        cast(criteria.multiplier * cast(weights.relative_weight as double) * cast(measured.numerator as double)
            as decimal(28, 9)) as weighted_numerator,
        cast(cast(weights.relative_weight as double) * cast(measured.denominator as double) as decimal(28, 9))
        as weighted_denominator
    from measured
    inner join criteria
        on measured.wave_id = criteria.wave_id
        and measured.measure_code = criteria.measure_code
    inner join responses
        on measured.row_id = responses.response_id
    inner join weights
        on measured.row_id = weights.response_id
),

-- Early is the half of an insurer's respondents who answered soonest after the invitation.
halved as (
    select
        response_id,
        case ntile(2) over (partition by wave_id, insurer_id order by waiting_seconds, response_id)
            when 1 then 'early' else 'late' end as waiting_half
    from answered
    where waiting_seconds is not null
),

final as (
    select
        answered.wave_id,
        answered.insurer_id,
        answered.response_id,
        answered.person_key,
        'collection_channel' as group_type,
        answered.collection_channel as group_code,
        answered.weighted_numerator,
        answered.weighted_denominator
    from answered
    union all
    select
        answered.wave_id,
        answered.insurer_id,
        answered.response_id,
        answered.person_key,
        'waiting_half' as group_type,
        halved.waiting_half as group_code,
        answered.weighted_numerator,
        answered.weighted_denominator
    from answered
    inner join halved
        on answered.response_id = halved.response_id
)

select * from final
