with

tags as (
    select * from {{ ref('int_element_tags_listed') }}
),

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where segment_type = 'all'
),

-- Where a pooled estimate is shown in place of the wave's own, its status holds: it is the stricter one.
judged as (
    select * from {{ ref('int_indicator_scores_judged') }}
    where segment_type in ('all', 'pooled')
),

provisional as (
    select * from {{ ref('int_indicators_provisional') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

tagged as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        tags.view_code,
        tags.element_code,
        case when scores.is_applicable then cast(tags.indicator_weight as decimal(18, 9)) else 0 end as applicable_weight,
        case when scores.score is not null then cast(tags.indicator_weight as decimal(18, 9)) else 0 end as present_weight,
        cast(tags.indicator_weight * scores.score as decimal(28, 12)) as weighted_score,
        case when scores.score is not null and judged.primary_status = 'published' then 1 else 0 end as is_shown,
        case when scores.score is not null and provisional.is_provisional then 1 else 0 end as is_provisional
    from scores
    inner join tags
        on scores.framework_version = tags.framework_version
        and scores.indicator_code = tags.indicator_code
    inner join judged
        on scores.wave_id = judged.wave_id
        and scores.framework_version = judged.framework_version
        and scores.insurer_id = judged.insurer_id
        and scores.indicator_code = judged.indicator_code
    left join provisional
        on scores.wave_id = provisional.wave_id
        and scores.framework_version = provisional.framework_version
        and scores.indicator_code = provisional.indicator_code
),

summed as (
    select
        wave_id,
        framework_version,
        insurer_id,
        view_code,
        element_code,
        cast(sum(applicable_weight) as double) as applicable_weight,
        cast(sum(present_weight) as double) as present_weight,
        cast(sum(weighted_score) as double) as weighted_score,
        max(is_shown) = 1 as has_shown_indicator,
        max(is_provisional) = 1 as is_provisional
    from tagged
    group by wave_id, framework_version, insurer_id, view_code, element_code
),

final as (
    select
        summed.wave_id,
        summed.framework_version,
        summed.insurer_id,
        summed.view_code,
        summed.element_code,
        summed.applicable_weight,
        summed.present_weight,
        summed.present_weight / nullif(summed.applicable_weight, 0) as coverage_share,
        summed.has_shown_indicator,
        summed.is_provisional,
        case when summed.present_weight / nullif(summed.applicable_weight, 0) >= rules.dimension_coverage_min
            then summed.weighted_score / nullif(summed.present_weight, 0)
        end as score
    from summed
    cross join rules
)

select * from final
