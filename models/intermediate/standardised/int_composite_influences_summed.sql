with

influences as (
    select * from {{ ref('int_person_influences_estimated') }}
),

slopes as (
    select * from {{ ref('int_score_slopes_resolved') }}
    where segment_type = 'all'
),

sloped as (
    select
        influences.wave_id,
        influences.framework_version,
        influences.insurer_id,
        slopes.dimension_code,
        influences.person_key,
        cast(
            slopes.dimension_share * slopes.score_slope * influences.value_influence as decimal(38, 20)
        ) as dimension_influence,
        cast(slopes.index_share * slopes.score_slope * influences.value_influence as decimal(38, 20)) as index_influence
    from influences
    inner join slopes
        on influences.wave_id = slopes.wave_id
        and influences.framework_version = slopes.framework_version
        and influences.insurer_id = slopes.insurer_id
        and influences.indicator_code = slopes.indicator_code
),

dimension_influences as (
    select
        wave_id,
        framework_version,
        insurer_id,
        dimension_code,
        person_key,
        cast(sum(dimension_influence) as double) as score_influence,
        sum(index_influence) as index_influence
    from sloped
    group by wave_id, framework_version, insurer_id, dimension_code, person_key
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        'dimension' as score_level,
        dimension_code as score_code,
        person_key,
        score_influence
    from dimension_influences
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        'index' as score_level,
        'index' as score_code,
        person_key,
        cast(sum(index_influence) as double) as score_influence
    from dimension_influences
    where index_influence is not null
    group by wave_id, framework_version, insurer_id, person_key
)

select * from final
