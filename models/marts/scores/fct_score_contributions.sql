with

contributions as (
    select * from {{ ref('int_contributions_disclosed') }}
),

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

described as (
    select
        contributions.*,
        wave_versions.is_official as is_official_version
    from contributions
    inner join wave_versions
        on contributions.wave_id = wave_versions.wave_id
        and contributions.framework_version = wave_versions.framework_version
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
