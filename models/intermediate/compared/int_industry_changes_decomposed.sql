{% set parts = [
    'level_points', 'mix_points', 'weight_points', 'missing_points', 'framework_points', 'adjustment_points', 'clip_points',
] -%}

with

legs as (
    select * from {{ ref('int_comparison_legs_listed') }}
),

changes as (
    select * from {{ ref('int_index_changes_decomposed') }}
),

industry_shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where segment_type = 'all' and score_level = 'index'
),

{% for side, sign in [('later', ''), ('earlier', '-')] -%}
{{ side }} as (
    select
        legs.wave_id,
        legs.framework_version,
        legs.comparison,
        legs.leg,
        industry_shares.insurer_id,
        industry_shares.score,
        industry_shares.industry_share,
        {{ sign }}industry_shares.industry_share as signed_share
    from legs
    inner join industry_shares
        on legs.{{ side }}_wave_id = industry_shares.wave_id
        and legs.{{ side }}_version = industry_shares.framework_version
),

{% endfor -%}
sides as (
    select * from later
    union all
    select * from earlier
),

shares as (
    select
        wave_id,
        framework_version,
        comparison,
        leg,
        insurer_id,
        count(*) = 2 as is_in_both,
        cast(sum(cast(industry_share as decimal(28, 15))) as double) / 2 as mean_share,
        cast(sum(cast(signed_share as decimal(28, 15))) as double) as share_change,
        cast(sum(cast(score as decimal(28, 15))) as double) / count(*) as mean_score
    from sides
    group by wave_id, framework_version, comparison, leg, insurer_id
),

-- Customers who moved between insurers are a mix of persons too, and so is an insurer that enters or leaves the line.
weighted as (
    select
        shares.wave_id,
        shares.framework_version,
        shares.comparison,
        shares.leg,
        {% for part in parts -%}
        case when shares.is_in_both then shares.mean_share * changes.{{ part }} else 0.0 end as {{ part }},
        {% endfor -%}
        shares.share_change * shares.mean_score as share_points
    from shares
    left join changes
        on shares.wave_id = changes.wave_id
        and shares.framework_version = changes.framework_version
        and shares.comparison = changes.comparison
        and shares.leg = changes.leg
        and shares.insurer_id = changes.insurer_id
),

final as (
    select
        wave_id,
        framework_version,
        comparison,
        leg,
        'industry' as insurer_id,
        {% for part, leg in {'mix_points': 'time', 'framework_points': 'framework'}.items() -%}
        cast(sum(cast(
            {{ part }} + case when leg = '{{ leg }}' then share_points else 0.0 end as decimal(28, 15)
        )) as double) as {{ part }},
        {% endfor -%}
        {% for part in parts if part not in ('mix_points', 'framework_points') -%}
        cast(sum(cast({{ part }} as decimal(28, 15))) as double) as {{ part }}{{ ',' if not loop.last }}
        {% endfor -%}
    from weighted
    group by wave_id, framework_version, comparison, leg
)

select * from final
