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

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
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

options as (
    select distinct
        scale_code,
        option_value
    from {{ ref('answer_options') }}
    where not is_missing
),

-- Labels and codes of one option count together.
option_counts as (
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

totals as (
    select
        option_counts.*,
        sum(person_count) over (partition by wave_id, insurer_id, question_code) as question_person_count,
        sum(cast(weight_sum as decimal(28, 9))) over (partition by wave_id, insurer_id, question_code) as question_weight_sum
    from option_counts
),

-- The answers to a question make the total of its indicators, and their number: where that is hidden, or pooled with
-- other waves, they would tell it. Of few answers even the options tell them.
hidden_questions as (
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
    union
    select
        totals.wave_id,
        totals.insurer_id,
        totals.question_code,
        totals.scale_code
    from totals
    cross join rules
    where totals.question_person_count < rules.distributions_persons_min
),

-- Options add up to the question, so a small one is hidden with a companion; nobody is told which of them is which.
small as (
    select
        totals.*,
        {{ hidden_in_line('totals.person_count', 'rules.distributions_persons_min',
            ['totals.wave_id', 'totals.insurer_id', 'totals.question_code'], ['totals.option_value']) }} as is_small,
        row_number() over (
            partition by totals.wave_id, totals.insurer_id, totals.question_code
            order by totals.person_count asc, totals.option_value asc
        ) as option_position,
        rules.hidden_options_min
    from totals
    cross join rules
),

-- Mean, spread and the share of satisfied answers are sums over the options too: few hidden ones they would tell.
judged as (
    select
        small.*,
        is_small
        or (
            max(case when is_small then 1 else 0 end) over (partition by wave_id, insurer_id, question_code) = 1
            and option_position <= hidden_options_min
        ) as is_hidden
    from small
),

-- Of a hidden question every option of its scale is listed: which of them were chosen is an answer too.
described as (
    select
        judged.*,
        case when judged.is_hidden then 'small_n' else 'published' end as disclosure_status
    from judged
    left join hidden_questions
        on judged.wave_id = hidden_questions.wave_id
        and judged.insurer_id = hidden_questions.insurer_id
        and judged.question_code = hidden_questions.question_code
    where hidden_questions.wave_id is null
),

final as (
    select
        wave_id,
        insurer_id,
        question_code,
        scale_code,
        option_value,
        cast({{ shown('person_count') }} as bigint) as person_count,
        {{ shown('weight_sum / nullif(cast(question_weight_sum as double), 0)') }} as answer_share,
        cast({{ shown('question_person_count') }} as bigint) as question_person_count,
        disclosure_status
    from described
    union all
    select
        hidden_questions.wave_id,
        hidden_questions.insurer_id,
        hidden_questions.question_code,
        hidden_questions.scale_code,
        options.option_value,
        cast(null as bigint) as person_count,
        cast(null as double) as answer_share,
        cast(null as bigint) as question_person_count,
        'complementary' as disclosure_status
    from hidden_questions
    inner join options
        on hidden_questions.scale_code = options.scale_code
)

select * from final
