with

influences as (
    select * from {{ ref('int_person_influences_summed') }}
),

dimensions as (
    select * from {{ ref('dimensions') }}
),

index_scores as (
    select * from {{ ref('int_index_scores_aggregated') }}
    where segment_type = 'all' and score is not null
),

industry_shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where segment_type = 'all'
),

index_influences as (
    select
        influences.wave_id,
        influences.framework_version,
        influences.insurer_id,
        influences.person_key,
        sum(cast(
            dimensions.dimension_weight / index_scores.scored_weight * influences.dimension_influence as decimal(38, 20)
        )) as score_influence
    from influences
    inner join dimensions
        on influences.framework_version = dimensions.framework_version
        and influences.dimension_code = dimensions.dimension_code
    inner join index_scores
        on influences.wave_id = index_scores.wave_id
        and influences.framework_version = index_scores.framework_version
        and influences.insurer_id = index_scores.insurer_id
    group by influences.wave_id, influences.framework_version, influences.insurer_id, influences.person_key
),

composite_influences as (
    select
        wave_id,
        framework_version,
        insurer_id,
        'dimension' as score_level,
        dimension_code as score_code,
        person_key,
        dimension_influence as score_influence
    from influences
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        'index' as score_level,
        'index' as score_code,
        person_key,
        cast(score_influence as double) as score_influence
    from index_influences
),

-- A person with several insurers moves the industry once, with the sum.
industry_influences as (
    select
        composite_influences.wave_id,
        composite_influences.framework_version,
        composite_influences.score_level,
        composite_influences.score_code,
        composite_influences.person_key,
        cast(sum(cast(
            industry_shares.industry_share * composite_influences.score_influence as decimal(38, 20)
        )) as double) as score_influence
    from composite_influences
    inner join industry_shares
        on composite_influences.wave_id = industry_shares.wave_id
        and composite_influences.framework_version = industry_shares.framework_version
        and composite_influences.insurer_id = industry_shares.insurer_id
        and composite_influences.score_level = industry_shares.score_level
        and composite_influences.score_code = industry_shares.score_code
    group by
        composite_influences.wave_id,
        composite_influences.framework_version,
        composite_influences.score_level,
        composite_influences.score_code,
        composite_influences.person_key
),

unioned as (
    select
        wave_id,
        framework_version,
        insurer_id,
        score_level,
        score_code,
        cast(score_influence * score_influence as decimal(38, 24)) as squared_influence
    from composite_influences
    union all
    select
        wave_id,
        framework_version,
        'industry' as insurer_id,
        score_level,
        score_code,
        cast(score_influence * score_influence as decimal(38, 24)) as squared_influence
    from industry_influences
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        score_level,
        score_code,
        sqrt(cast(sum(squared_influence) as double)) as standard_error
    from unioned
    group by wave_id, framework_version, insurer_id, score_level, score_code
)

select * from final
