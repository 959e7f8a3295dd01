with

versions as (
    select * from {{ ref('int_framework_versions_ordered') }}
    where status = 'released' and previous_version is not null
),

industry as (
    select * from {{ ref('int_composite_scores_disclosed') }}
    where insurer_id = 'industry' and segment_type = 'all' and disclosure_status = 'published'
),

-- One factor per dimension and index, on the industry line of the wave that both versions score.
final as (
    select
        versions.framework_version,
        versions.previous_version,
        versions.valid_from,
        versions.bridge_wave_id as wave_id,
        later.score_level,
        later.score_code,
        earlier.score as previous_score,
        later.score,
        later.score / nullif(earlier.score, 0) as bridge_factor
    from versions
    inner join industry as later
        on versions.bridge_wave_id = later.wave_id
        and versions.framework_version = later.framework_version
    inner join industry as earlier
        on later.wave_id = earlier.wave_id
        and versions.previous_version = earlier.framework_version
        and later.score_level = earlier.score_level
        and later.score_code = earlier.score_code
)

select * from final
