with

contributions as (
    select * from {{ ref('int_score_contributions_split') }}
),

indicator_scores as (
    select * from {{ ref('int_indicator_scores_disclosed') }}
),

index_scores as (
    select * from {{ ref('int_composite_scores_disclosed') }}
    where score_level = 'index'
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

-- A contribution gives its score away: it is hidden where either of them is.
described as (
    select
        contributions.*,
        wave_versions.is_official as is_official_version,
        case
            when index_scores.disclosure_status <> 'published' then index_scores.disclosure_status
            else indicator_scores.disclosure_status
        end as disclosure_status
    from contributions
    inner join wave_versions
        on contributions.wave_id = wave_versions.wave_id
        and contributions.framework_version = wave_versions.framework_version
    inner join indicator_scores
        on contributions.wave_id = indicator_scores.wave_id
        and contributions.framework_version = indicator_scores.framework_version
        and contributions.insurer_id = indicator_scores.insurer_id
        and contributions.segment_type = indicator_scores.segment_type
        and contributions.segment_code = indicator_scores.segment_code
        and contributions.indicator_code = indicator_scores.indicator_code
    inner join index_scores
        on contributions.wave_id = index_scores.wave_id
        and contributions.framework_version = index_scores.framework_version
        and contributions.insurer_id = index_scores.insurer_id
        and contributions.segment_type = index_scores.segment_type
        and contributions.segment_code = index_scores.segment_code
),

final as (
    select
        wave_id,
        insurer_id,
        {{ shown_segment_type('segment_type') }} as segment_type,
        segment_code,
        framework_version,
        is_official_version,
        dimension_code,
        indicator_code,
        {{ shown('weight_share') }} as weight_share,
        {{ shown('contribution_points') }} as contribution_points,
        disclosure_status
    from described
    -- A row of a group too small would say that it has somebody.
    where disclosure_status <> 'small_n' or segment_type in ('all', 'pooled')
)

select * from final
