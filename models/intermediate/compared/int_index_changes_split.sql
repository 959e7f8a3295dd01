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

mix_shifts as (
    select * from {{ ref('int_mix_shifts_estimated') }}
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

paired as (
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
),

-- An indicator in one of the two only has the score it has there: its whole contribution is one of weight. Weight that
-- moves counts by how far the score lies from the index, since what one indicator gains the others lose.
shifted as (
    select
        paired.*,
        paired.weight_change * paired.mean_score as shift_points,
        paired.weight_change * (
            paired.mean_score - cast(sum(cast(paired.mean_points as decimal(28, 15))) over (
                partition by
                    paired.wave_id,
                    paired.framework_version,
                    paired.comparison,
                    paired.before_wave_id,
                    paired.leg,
                    paired.insurer_id
            ) as double)
        ) as weight_points,
        case when paired.leg = 'time' and paired.is_in_both
            then coalesce(paired.mean_weight * paired.mean_slope * mix_shifts.mix_value, 0.0) else 0.0 end as mix_points
    from paired
    left join mix_shifts
        on paired.wave_id = mix_shifts.wave_id
        and paired.before_wave_id = mix_shifts.before_wave_id
        and paired.framework_version = mix_shifts.framework_version
        and paired.insurer_id = mix_shifts.insurer_id
        and paired.indicator_code = mix_shifts.indicator_code
),

-- Within one version shares move because indicators come and go; between two, because the framework was rewritten.
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
        points_change,
        case when leg = 'time' then points_change - shift_points - mix_points else 0.0 end as level_points,
        mix_points,
        case when leg = 'framework' and is_in_both then weight_points else 0.0 end as weight_points,
        case when leg = 'time' then weight_points else 0.0 end as missing_points,
        case
            when leg = 'time' then 0.0
            when is_in_both then points_change - shift_points
            else weight_points
        end as framework_points
    from shifted
)

select * from final
