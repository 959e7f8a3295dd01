{% set attributes = ['reference_type', 'touchpoint', 'collection_channel', 'survey_code', 'instrument_version'] -%}

with

responses as (
    select * from {{ ref('int_responses_screened') }}
    where exclusion_reason is null
),

answers as (
    select * from {{ ref('int_answers_mapped') }}
    where exclusion_reason is null
),

items as (
    select * from {{ ref('survey_items') }}
),

scales as (
    select * from {{ ref('scales') }}
),

measures as (
    select * from {{ ref('int_measures_timed') }}
    where source_model = 'int_responses_screened'
),

passes as (
    {{ filter_passes('responses', attributes) }}
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

summed as (
    select
        response_id,
        measure_code,
        cast(sum(weighted_score) as decimal(28, 9)) as numerator,
        cast(sum(answered_weight) as decimal(28, 9)) as denominator
    from rounded
    group by response_id, measure_code
),

final as (
    select
        responses.response_id as row_id,
        responses.wave_id,
        responses.insurer_id,
        measures.measure_code,
        summed.numerator,
        summed.denominator
    from summed
    inner join responses
        on summed.response_id = responses.response_id
    inner join measures
        on summed.measure_code = measures.measure_code
    left join passes
        on {{ filter_matches('responses', attributes) }}
    where measures.filter_set_code is null or passes.filter_set_code is not null
)

select * from final
