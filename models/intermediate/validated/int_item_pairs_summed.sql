with

items as (
    select * from {{ ref('int_survey_items_grouped') }}
),

scales as (
    select * from {{ ref('scales') }}
),

answers as (
    select * from {{ ref('int_answers_mapped') }}
    where exclusion_reason is null
),

measured as (
    select
        row_id,
        wave_id,
        measure_code
    from {{ ref('int_survey_measured') }}
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

scored as (
    select
        measured.wave_id,
        items.framework_version,
        items.subject_type,
        items.subject_code,
        items.item_position,
        items.item_count,
        measured.row_id as response_id,
        cast({{ rescale('answers.option_value', 'scales', 'items.is_reverse_coded') }} as decimal(28, 12)) as item_score
    from measured
    inner join wave_versions
        on measured.wave_id = wave_versions.wave_id
    inner join items
        on wave_versions.framework_version = items.framework_version
        and measured.measure_code = items.measure_code
    inner join scales
        on items.scale_code = scales.scale_code
    inner join answers
        on measured.row_id = answers.response_id
        and items.question_code = answers.question_code
),

counted as (
    select
        scored.*,
        count(*) over (partition by framework_version, subject_type, subject_code, response_id) as answered_count
    from scored
),

-- Complete cases: responses that answered every item of the subject.
complete_cases as (
    select * from counted
    where answered_count = item_count
),

final as (
    select
        first_items.wave_id,
        first_items.framework_version,
        first_items.subject_type,
        first_items.subject_code,
        first_items.item_count,
        first_items.item_position,
        second_items.item_position as other_position,
        {{ correlation_moments('first_items.item_score', 'second_items.item_score') }}
    from complete_cases as first_items
    inner join complete_cases as second_items
        on first_items.framework_version = second_items.framework_version
        and first_items.subject_type = second_items.subject_type
        and first_items.subject_code = second_items.subject_code
        and first_items.response_id = second_items.response_id
        and first_items.item_position <= second_items.item_position
    group by
        first_items.wave_id,
        first_items.framework_version,
        first_items.subject_type,
        first_items.subject_code,
        first_items.item_count,
        first_items.item_position,
        second_items.item_position
)

select * from final
