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

split as (
    select * from {{ ref('int_index_changes_split') }}
    where leg = 'time'
),

hidden_indicators as (
    select * from {{ ref('int_indicator_scores_disclosed') }}
    where segment_type in ('all', 'pooled') and disclosure_status in ('small_n', 'complementary', 'dominance')
),

industry_members as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where score_level = 'index' and segment_type = 'all'
),

-- Where weight comes or goes, the part it makes is one more sum over the scores it goes with.
hidden_insurers as (
    select distinct
        split.wave_id,
        split.framework_version,
        split.comparison,
        split.insurer_id
    from split
    inner join hidden_indicators
        on hidden_indicators.wave_id in (split.wave_id, split.before_wave_id)
        and split.framework_version = hidden_indicators.framework_version
        and split.insurer_id = hidden_indicators.insurer_id
        and split.indicator_code = hidden_indicators.indicator_code
    where round(split.missing_points, 6) <> 0
),

-- Of the line a single hidden insurer would be the rest.
hidden_changes as (
    select * from hidden_insurers
    union all
    select
        hidden_insurers.wave_id,
        hidden_insurers.framework_version,
        hidden_insurers.comparison,
        'industry' as insurer_id
    from hidden_insurers
    inner join industry_members
        on hidden_insurers.wave_id = industry_members.wave_id
        and hidden_insurers.framework_version = industry_members.framework_version
        and hidden_insurers.insurer_id = industry_members.insurer_id
    group by hidden_insurers.wave_id, hidden_insurers.framework_version, hidden_insurers.comparison
    having count(*) = 1
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
        case
            when now.disclosure_status <> 'published' then now.disclosure_status
            when past.disclosure_status = 'published' and hidden_changes.insurer_id is not null then 'complementary'
            else past.disclosure_status
        end as disclosure_status
    from summed
    inner join index_scores as now
        on summed.wave_id = now.wave_id
        and summed.framework_version = now.framework_version
        and summed.insurer_id = now.insurer_id
    inner join index_scores as past
        on summed.before_wave_id = past.wave_id
        and summed.before_framework_version = past.framework_version
        and summed.insurer_id = past.insurer_id
    left join hidden_changes
        on summed.wave_id = hidden_changes.wave_id
        and summed.framework_version = hidden_changes.framework_version
        and summed.comparison = hidden_changes.comparison
        and summed.insurer_id = hidden_changes.insurer_id
    -- Across a change of version both legs are needed.
    where summed.leg_count = case when summed.framework_version = summed.before_framework_version then 1 else 2 end
)

select * from final
