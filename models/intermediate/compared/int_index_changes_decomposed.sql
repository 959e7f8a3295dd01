{% set parts = ['level_points', 'mix_points', 'weight_points', 'missing_points', 'framework_points'] -%}

with

legs as (
    select * from {{ ref('int_comparison_legs_listed') }}
),

split as (
    select * from {{ ref('int_index_changes_split') }}
),

index_scores as (
    select * from {{ ref('int_index_scores_aggregated') }}
    where segment_type = 'all' and score is not null
),

summed as (
    select
        wave_id,
        framework_version,
        comparison,
        leg,
        insurer_id,
        {% for part in parts -%}
        cast(sum(cast({{ part }} as decimal(28, 15))) as double) as {{ part }}{{ ',' if not loop.last }}
        {% endfor -%}
    from split
    group by wave_id, framework_version, comparison, leg, insurer_id
),

-- Only an index that stands on both sides has a change.
final as (
    select
        summed.wave_id,
        summed.framework_version,
        summed.comparison,
        summed.leg,
        summed.insurer_id,
        {% for part in parts -%}
        summed.{{ part }},
        {% endfor -%}
        later.adjustment_points - earlier.adjustment_points as adjustment_points,
        -- What clipping to 0 and 100 took away or gave back.
        (later.score - later.unadjusted_score - later.adjustment_points)
        - (earlier.score - earlier.unadjusted_score - earlier.adjustment_points) as clip_points
    from legs
    inner join summed
        on legs.wave_id = summed.wave_id
        and legs.framework_version = summed.framework_version
        and legs.comparison = summed.comparison
        and legs.leg = summed.leg
    inner join index_scores as later
        on legs.later_wave_id = later.wave_id
        and legs.later_version = later.framework_version
        and summed.insurer_id = later.insurer_id
    inner join index_scores as earlier
        on legs.earlier_wave_id = earlier.wave_id
        and legs.earlier_version = earlier.framework_version
        and summed.insurer_id = earlier.insurer_id
)

select * from final
