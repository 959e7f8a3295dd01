-- In the wave that two versions score, the linked industry line is the same under both.
with

scores as (
    select
        wave_id,
        framework_version,
        'index' as score_level,
        'index' as score_code,
        score,
        linked_score
    from {{ ref('fct_index_scores') }}
    where insurer_id = 'industry' and segment_type = 'all'
    union all
    select
        wave_id,
        framework_version,
        'dimension' as score_level,
        dimension_code as score_code,
        score,
        linked_score
    from {{ ref('fct_dimension_scores') }}
    where insurer_id = 'industry' and segment_type = 'all'
)

select
    'wave ' || later.wave_id || ', ' || later.score_code || ': the linked industry line is '
    || coalesce(cast(earlier.linked_score as string), 'empty') || ' under version ' || earlier.framework_version || ' and '
    || coalesce(cast(later.linked_score as string), 'empty') || ' under ' || later.framework_version as problem
from {{ ref('int_framework_versions_ordered') }} as versions
inner join scores as later
    on versions.bridge_wave_id = later.wave_id
    and versions.framework_version = later.framework_version
inner join scores as earlier
    on later.wave_id = earlier.wave_id
    and versions.previous_version = earlier.framework_version
    and later.score_level = earlier.score_level
    and later.score_code = earlier.score_code
inner join {{ ref('int_framework_versions_ordered') }} as current_version
    on current_version.is_current
    and versions.valid_from <= current_version.valid_from
-- A score of 0 cannot be linked.
where
    versions.status = 'released'
    and later.score > 0
    and earlier.score > 0
    and (
        later.linked_score is null or earlier.linked_score is null
        or abs(later.linked_score - earlier.linked_score) > 0.000000001
    )
