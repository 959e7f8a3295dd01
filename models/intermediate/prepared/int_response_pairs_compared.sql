with

answers as (
    select * from {{ ref('int_answers_valued') }}
    where answer_fault is null
),

scales as (
    select * from {{ ref('scales') }}
),

pairs as (
    select * from {{ ref('contradiction_pairs') }}
),

placed as (
    select
        answers.response_id,
        answers.question_code,
        {{ rescale('answers.option_value', 'scales', 'false') }} as position_on_scale
    from answers
    inner join scales
        on answers.scale_code = scales.scale_code
),

-- Of two opposed questions the second is read from its other end.
compared as (
    select
        firsts.response_id,
        pairs.pair_code,
        pairs.difference_max,
        firsts.position_on_scale - case
            when pairs.is_opposed then 100 - seconds.position_on_scale else seconds.position_on_scale
        end as position_difference
    from pairs
    inner join placed as firsts
        on pairs.first_question = firsts.question_code
    inner join placed as seconds
        on pairs.second_question = seconds.question_code
        and firsts.response_id = seconds.response_id
),

final as (
    select
        response_id,
        pair_code,
        position_difference,
        round(abs(position_difference), 6) > difference_max as is_contradictory
    from compared
)

select * from final
