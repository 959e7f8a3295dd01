with

scores as (
    select * from {{ ref('int_element_scores_disclosed') }}
),

intervals as (
    select * from {{ ref('int_element_intervals_completed') }}
),

elements as (
    select * from {{ ref('regulator_elements') }}
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

described as (
    select
        scores.*,
        wave_versions.is_official as is_official_version,
        elements.element_name_zh,
        elements.element_name_en,
        intervals.standard_error,
        intervals.score_lower,
        intervals.score_upper
    from scores
    inner join wave_versions
        on scores.wave_id = wave_versions.wave_id
        and scores.framework_version = wave_versions.framework_version
    left join elements
        on scores.view_code = elements.view_code
        and scores.element_code = elements.element_code
    left join intervals
        on scores.wave_id = intervals.wave_id
        and scores.framework_version = intervals.framework_version
        and scores.insurer_id = intervals.insurer_id
        and scores.view_code = intervals.view_code
        and scores.element_code = intervals.element_code
),

final as (
    select
        wave_id,
        insurer_id,
        framework_version,
        is_official_version,
        view_code,
        element_code,
        element_name_zh,
        element_name_en,
        {{ shown('score') }} as score,
        {{ shown('standard_error') }} as standard_error,
        {{ shown('score_lower') }} as score_lower,
        {{ shown('score_upper') }} as score_upper,
        {{ shown('base_count') }} as base_count,
        {{ unless_hidden('coverage_share') }} as coverage_share,
        case when is_provisional then 'provisional' else 'direct' end as estimation_status,
        disclosure_status,
        disclosure_status = 'published' and is_caution as is_caution,
        disclosure_status = 'published' as is_reportable
    from described
)

select * from final
