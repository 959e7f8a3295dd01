with

answered as (
    select * from {{ ref('int_answer_options_counted') }}
),

hidden_questions as (
    select * from {{ ref('int_hidden_questions_listed') }}
),

options as (
    select distinct
        scale_code,
        option_value
    from {{ ref('answer_options') }}
    where not is_missing
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- Options add up to the question, so a small one is hidden with a companion; nobody is told which of them is which.
small as (
    select
        answered.*,
        {{ hidden_in_line('answered.person_count', 'rules.distributions_persons_min',
            ['answered.wave_id', 'answered.insurer_id', 'answered.question_code'], ['answered.option_value']) }} as is_small,
        row_number() over (
            partition by answered.wave_id, answered.insurer_id, answered.question_code
            order by answered.person_count asc, answered.option_value asc
        ) as option_position,
        rules.hidden_options_min
    from answered
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

-- Of a hidden question every option of its scale is listed: which of them were chosen is an answer too.
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
