with

influences as (
    select * from {{ ref('int_person_influences_estimated') }}
),

tags as (
    select * from {{ ref('int_element_tags_listed') }}
),

element_scores as (
    select * from {{ ref('int_element_scores_aggregated') }}
    where score is not null
),

indicator_scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where segment_type = 'all' and is_applicable and score is not null
),

shares as (
    select * from {{ ref('int_element_shares_resolved') }}
),

-- How far one person moves the score of an element, over all its indicators.
element_influences as (
    select
        influences.wave_id,
        influences.framework_version,
        influences.insurer_id,
        tags.view_code,
        tags.element_code,
        influences.person_key,
        cast(sum(cast(
            tags.indicator_weight / element_scores.present_weight
            * indicator_scores.score_slope * influences.value_influence as decimal(38, 20)
        )) as double) as score_influence
    from influences
    inner join tags
        on influences.framework_version = tags.framework_version
        and influences.indicator_code = tags.indicator_code
    inner join indicator_scores
        on influences.wave_id = indicator_scores.wave_id
        and influences.framework_version = indicator_scores.framework_version
        and influences.insurer_id = indicator_scores.insurer_id
        and influences.indicator_code = indicator_scores.indicator_code
    inner join element_scores
        on influences.wave_id = element_scores.wave_id
        and influences.framework_version = element_scores.framework_version
        and influences.insurer_id = element_scores.insurer_id
        and tags.view_code = element_scores.view_code
        and tags.element_code = element_scores.element_code
    group by
        influences.wave_id,
        influences.framework_version,
        influences.insurer_id,
        tags.view_code,
        tags.element_code,
        influences.person_key
),

industry_influences as (
    select
        element_influences.wave_id,
        element_influences.framework_version,
        'industry' as insurer_id,
        element_influences.view_code,
        element_influences.element_code,
        element_influences.person_key,
        cast(sum(cast(
            shares.industry_share * element_influences.score_influence as decimal(38, 20)
        )) as double) as score_influence
    from element_influences
    inner join shares
        on element_influences.wave_id = shares.wave_id
        and element_influences.framework_version = shares.framework_version
        and element_influences.insurer_id = shares.insurer_id
        and element_influences.view_code = shares.view_code
        and element_influences.element_code = shares.element_code
    group by
        element_influences.wave_id,
        element_influences.framework_version,
        element_influences.view_code,
        element_influences.element_code,
        element_influences.person_key
),

unioned as (
    select
        wave_id,
        framework_version,
        insurer_id,
        view_code,
        element_code,
        cast(score_influence * score_influence as decimal(38, 24)) as squared_influence
    from element_influences
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        view_code,
        element_code,
        cast(score_influence * score_influence as decimal(38, 24)) as squared_influence
    from industry_influences
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        view_code,
        element_code,
        cast(sum(squared_influence) as double) as influence_square_sum
    from unioned
    group by wave_id, framework_version, insurer_id, view_code, element_code
)

select * from final
