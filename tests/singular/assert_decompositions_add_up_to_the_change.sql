select
    'wave ' || wave_id || ', insurer ' || insurer_id || ', against ' || before_wave_id
    || ': the parts of the change differ from it by ' || cast(
        level_points + mix_points + weight_points + missing_points + framework_points + adjustment_points + clip_points
        - (score - before_score) as string
    ) as problem
from {{ ref('int_index_changes_explained') }}
where coalesce(abs(
    level_points + mix_points + weight_points + missing_points + framework_points + adjustment_points + clip_points
    - (score - before_score)
), 1) > 0.000000001
