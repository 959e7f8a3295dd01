with

indicator_scores as (
    select * from {{ ref('int_indicator_scores_judged') }}
),

composite_scores as (
    select * from {{ ref('int_composite_scores_judged') }}
),

element_scores as (
    select * from {{ ref('int_element_scores_judged') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

unioned as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        'indicator' as score_level,
        indicator_code as score_code,
        score,
        base_count,
        persons_hidden_below,
        primary_status
    from indicator_scores
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        score_level,
        score_code,
        score,
        base_count,
        cast(null as double) as persons_hidden_below,
        primary_status
    from composite_scores
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        'all' as segment_type,
        'all' as segment_code,
        view_code as score_level,
        element_code as score_code,
        score,
        base_count,
        cast(null as double) as persons_hidden_below,
        primary_status
    from element_scores
),

-- Only what has a value can give one away.
final as (
    select
        row_number() over (
            order by
                unioned.wave_id asc,
                unioned.framework_version asc,
                unioned.insurer_id asc,
                unioned.segment_type asc,
                unioned.segment_code asc,
                unioned.score_level asc,
                unioned.score_code asc
        ) as cell_number,
        unioned.wave_id,
        unioned.framework_version,
        unioned.insurer_id,
        unioned.segment_type,
        unioned.segment_code,
        unioned.score_level,
        unioned.score_code,
        unioned.score,
        unioned.base_count,
        unioned.primary_status,
        -- What a reader knows of a hidden count from its status alone; above the minimum it has no limit worth a name.
        case when unioned.primary_status = 'small_n' then least(1, unioned.base_count)
            else least(rules.scores_persons_min, unioned.base_count) end as count_lower,
        case when unioned.primary_status = 'small_n'
            then greatest(coalesce(unioned.persons_hidden_below, rules.scores_persons_min) - 1, unioned.base_count)
            else 100 * greatest(rules.scores_persons_min, unioned.base_count) end as count_upper
    from unioned
    cross join rules
    where unioned.primary_status in ('published', 'small_n', 'dominance')
)

select * from final
