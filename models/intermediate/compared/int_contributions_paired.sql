with

legs as (
    select * from {{ ref('int_comparison_legs_listed') }}
),

contributions as (
    select * from {{ ref('int_score_contributions_split') }}
    where segment_type = 'all' and insurer_id <> 'industry'
),

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where segment_type = 'all' and score is not null
),

parts as (
    select
        contributions.wave_id,
        contributions.framework_version,
        contributions.insurer_id,
        contributions.indicator_code,
        contributions.weight_share,
        contributions.contribution_points,
        scores.score,
        scores.score_slope
    from contributions
    inner join scores
        on contributions.wave_id = scores.wave_id
        and contributions.framework_version = scores.framework_version
        and contributions.insurer_id = scores.insurer_id
        and contributions.indicator_code = scores.indicator_code
),

{% for side in ['later', 'earlier'] -%}
{{ side }} as (
    select
        legs.*,
        parts.insurer_id,
        parts.indicator_code,
        parts.weight_share,
        parts.contribution_points,
        parts.score,
        parts.score_slope
    from legs
    inner join parts
        on legs.{{ side }}_wave_id = parts.wave_id
        and legs.{{ side }}_version = parts.framework_version
),

{% endfor -%}
sides as (
    select
        later.*,
        true as is_later
    from later
    union all
    select
        earlier.*,
        false as is_later
    from earlier
),

-- Side by side; an indicator that is in one of them only has a single score and half a weight.
final as (
    select
        wave_id,
        framework_version,
        comparison,
        before_wave_id,
        before_framework_version,
        leg,
        insurer_id,
        indicator_code,
        count(*) = 2 as is_in_both,
        coalesce(max(case when is_later then contribution_points end), 0)
        - coalesce(max(case when not is_later then contribution_points end), 0) as points_change,
        coalesce(max(case when is_later then weight_share end), 0)
        - coalesce(max(case when not is_later then weight_share end), 0) as weight_change,
        cast(sum(cast(contribution_points as decimal(28, 15))) as double) / 2 as mean_points,
        cast(sum(cast(weight_share as decimal(28, 15))) as double) / 2 as mean_weight,
        cast(sum(cast(score as decimal(28, 15))) as double) / count(*) as mean_score,
        cast(sum(cast(score_slope as decimal(28, 15))) as double) / count(*) as mean_slope
    from sides
    group by
        wave_id,
        framework_version,
        comparison,
        before_wave_id,
        before_framework_version,
        leg,
        insurer_id,
        indicator_code
)

select * from final
