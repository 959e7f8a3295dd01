with

items as (
    select * from {{ ref('survey_items') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

-- The questions of a measure, and those of a dimension over all its measures.
listed as (
    select distinct
        indicators.framework_version,
        'measure' as subject_type,
        items.measure_code as subject_code,
        items.measure_code,
        items.question_code,
        items.scale_code,
        items.is_reverse_coded
    from indicators
    inner join items
        on indicators.numerator_measure = items.measure_code
    union all
    select distinct
        indicators.framework_version,
        'dimension' as subject_type,
        indicators.dimension_code as subject_code,
        items.measure_code,
        items.question_code,
        items.scale_code,
        items.is_reverse_coded
    from indicators
    inner join items
        on indicators.numerator_measure = items.measure_code
),

-- A question that several measures of a dimension use is one item, found through the first of them.
ranked as (
    select
        listed.*,
        row_number() over (
            partition by framework_version, subject_type, subject_code, question_code
            order by measure_code
        ) as use_rank
    from listed
),

numbered as (
    select
        ranked.*,
        row_number() over (partition by framework_version, subject_type, subject_code order by question_code) as item_position,
        count(*) over (partition by framework_version, subject_type, subject_code) as item_count
    from ranked
    where use_rank = 1
),

final as (
    select
        framework_version,
        subject_type,
        subject_code,
        question_code,
        measure_code,
        scale_code,
        is_reverse_coded,
        item_position,
        item_count
    from numbered
    where item_count > 1
)

select * from final
