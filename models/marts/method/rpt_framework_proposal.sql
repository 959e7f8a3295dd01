with

versions as (
    select * from {{ ref('int_framework_versions_ordered') }}
    where status = 'proposed'
),

scores as (
    select
        wave_id,
        framework_version,
        insurer_id,
        is_official_version,
        'index' as score_level,
        'index' as score_code,
        score,
        rank,
        grade_code
    from {{ ref('fct_index_scores') }}
    where segment_type = 'all'
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        is_official_version,
        'dimension' as score_level,
        dimension_code as score_code,
        score,
        rank,
        cast(null as string) as grade_code
    from {{ ref('fct_dimension_scores') }}
    where segment_type = 'all'
),

final as (
    select
        proposed.wave_id,
        proposed.insurer_id,
        proposed.score_level,
        proposed.score_code,
        live.framework_version as live_version,
        proposed.framework_version as proposed_version,
        live.score as live_score,
        proposed.score as proposed_score,
        proposed.score - live.score as score_change,
        live.rank as live_rank,
        proposed.rank as proposed_rank,
        live.rank - proposed.rank as places_gained,
        live.grade_code as live_grade_code,
        proposed.grade_code as proposed_grade_code
    from scores as proposed
    inner join versions
        on proposed.framework_version = versions.framework_version
    left join scores as live
        on proposed.wave_id = live.wave_id
        and proposed.insurer_id = live.insurer_id
        and proposed.score_level = live.score_level
        and proposed.score_code = live.score_code
        and live.is_official_version
)

select * from final
