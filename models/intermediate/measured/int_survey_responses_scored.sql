with

answers as (
    select * from {{ ref('int_answers_valued') }}
    where answer_fault is null
),

items as (
    select * from {{ ref('survey_items') }}
),

scales as (
    select * from {{ ref('scales') }}
),

scored as (
    select
        answers.response_id,
        items.measure_code,
        items.item_weight,
        case items.transform
            when 'mean' then {{ rescale('answers.option_value', 'scales', 'items.is_reverse_coded') }}
            when 'top_box' then case
                when answers.option_value >= items.cut_low
                    and answers.option_value <= coalesce(items.cut_high, scales.scale_max) then 1.0
                else 0.0
            end
            when 'nps' then case
                when answers.option_value >= items.cut_high then 1.0
                when answers.option_value <= items.cut_low then -1.0
                else 0.0
            end
        end as item_score
    from answers
    inner join items
        on answers.question_code = items.question_code
    inner join scales
        on items.scale_code = scales.scale_code
),

rounded as (
    -- Rounded once, here: every later sum of it is exact and the same on any number of threads.
    select
        response_id,
        measure_code,
        cast(item_weight * item_score as decimal(28, 9)) as weighted_score,
        cast(item_weight as decimal(28, 9)) as answered_weight
    from scored
),

final as (
    select
        response_id,
        measure_code,
        cast(sum(weighted_score) as decimal(28, 9)) as numerator,
        cast(sum(answered_weight) as decimal(28, 9)) as denominator
    from rounded
    group by response_id, measure_code
)

select * from final
