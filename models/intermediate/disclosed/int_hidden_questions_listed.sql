with

options as (
    select * from {{ ref('int_answer_options_counted') }}
),

scores as (
    select * from {{ ref('int_indicator_scores_disclosed') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

items as (
    select * from {{ ref('survey_items') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- The answers to a question make the total of its indicators, and their number: where that is hidden, or pooled with
-- other waves, they would tell it.
telling as (
    select
        scores.wave_id,
        scores.insurer_id,
        items.question_code,
        items.scale_code
    from scores
    inner join indicators
        on scores.framework_version = indicators.framework_version
        and scores.indicator_code = indicators.indicator_code
    inner join items
        on indicators.numerator_measure = items.measure_code
    where
        scores.segment_type = 'pooled'
        or (scores.segment_type = 'all' and scores.disclosure_status in ('small_n', 'complementary', 'dominance'))
),

-- Of few answers even the options tell them.
small as (
    select
        options.wave_id,
        options.insurer_id,
        options.question_code,
        options.scale_code
    from options
    cross join rules
    where options.question_person_count < rules.distributions_persons_min
),

final as (
    select * from telling
    union
    select * from small
)

select * from final
