with

changes as (
    select * from {{ ref('int_index_changes_explained') }}
),

final as (
    select
        wave_id,
        insurer_id,
        framework_version,
        comparison,
        before_wave_id,
        before_framework_version,
        {{ shown('score') }} as score,
        {{ shown('before_score') }} as before_score,
        {{ shown('score - before_score') }} as score_change,
        {{ shown('level_points') }} as level_points,
        {{ shown('mix_points') }} as mix_points,
        {{ shown('weight_points') }} as weight_points,
        {{ shown('missing_points') }} as missing_points,
        {{ shown('framework_points') }} as framework_points,
        {{ shown('adjustment_points') }} as adjustment_points,
        {{ shown('clip_points') }} as clip_points,
        disclosure_status
    from changes
)

select * from final
