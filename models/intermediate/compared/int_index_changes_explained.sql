{% set parts = [
    'level_points', 'mix_points', 'weight_points', 'missing_points', 'framework_points', 'adjustment_points', 'clip_points',
] -%}

with

legs as (
    select * from {{ ref('int_comparison_legs_listed') }}
),

insurer_changes as (
    select * from {{ ref('int_index_changes_decomposed') }}
),

industry_changes as (
    select * from {{ ref('int_industry_changes_decomposed') }}
),

index_scores as (
    select * from {{ ref('int_composite_scores_disclosed') }}
    where score_level = 'index' and segment_type = 'all' and score is not null
),

changes as (
    {% for relation in ['insurer_changes', 'industry_changes'] -%}
    select
        wave_id,
        framework_version,
        comparison,
        leg,
        insurer_id,
        {{ parts | join(',\n        ') }}
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

summed as (
    select
        legs.wave_id,
        legs.framework_version,
        legs.comparison,
        legs.before_wave_id,
        legs.before_framework_version,
        changes.insurer_id,
        count(*) as leg_count,
        {% for part in parts -%}
        cast(sum(cast(changes.{{ part }} as decimal(28, 15))) as double) as {{ part }}{{ ',' if not loop.last }}
        {% endfor -%}
    from legs
    inner join changes
        on legs.wave_id = changes.wave_id
        and legs.framework_version = changes.framework_version
        and legs.comparison = changes.comparison
        and legs.leg = changes.leg
    group by
        legs.wave_id,
        legs.framework_version,
        legs.comparison,
        legs.before_wave_id,
        legs.before_framework_version,
        changes.insurer_id
),

final as (
    select
        summed.wave_id,
        summed.framework_version,
        summed.comparison,
        summed.before_wave_id,
        summed.before_framework_version,
        summed.insurer_id,
        now.score,
        past.score as before_score,
        {% for part in parts -%}
        summed.{{ part }},
        {% endfor -%}
        case when now.disclosure_status <> 'published' then now.disclosure_status else past.disclosure_status end
        as disclosure_status
    from summed
    inner join index_scores as now
        on summed.wave_id = now.wave_id
        and summed.framework_version = now.framework_version
        and summed.insurer_id = now.insurer_id
    inner join index_scores as past
        on summed.before_wave_id = past.wave_id
        and summed.before_framework_version = past.framework_version
        and summed.insurer_id = past.insurer_id
    -- Across a change of version both legs are needed.
    where summed.leg_count = case when summed.framework_version = summed.before_framework_version then 1 else 2 end
)

select * from final
