with

persons as (
    select distinct
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        person_key
    from {{ ref('int_person_indicators_summed') }}
    where weighted_denominator > 0
),

tags as (
    select * from {{ ref('int_element_tags_listed') }}
),

operands as (
    select * from {{ ref('indicator_operands') }}
),

-- A derived indicator rests on the persons of its operands.
measured as (
    select
        framework_version,
        view_code,
        element_code,
        indicator_code
    from tags
    union
    select
        tags.framework_version,
        tags.view_code,
        tags.element_code,
        operands.operand_code as indicator_code
    from tags
    inner join operands
        on tags.framework_version = operands.framework_version
        and tags.indicator_code = operands.indicator_code
),

final as (
    select
        persons.wave_id,
        persons.framework_version,
        persons.insurer_id,
        measured.view_code,
        measured.element_code,
        count(distinct persons.person_key) as base_count
    from persons
    inner join measured
        on persons.framework_version = measured.framework_version
        and persons.indicator_code = measured.indicator_code
    group by persons.wave_id, persons.framework_version, persons.insurer_id, measured.view_code, measured.element_code
)

select * from final
