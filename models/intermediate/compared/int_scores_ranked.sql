with

estimates as (
    select * from {{ ref('int_score_estimates_unioned') }}
    where
        segment_type = 'all' and estimation_status <> 'pooled' and disclosure_status = 'published' and has_rankable_base
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
),

-- Indicators are ranked by value, turned so that more is better; composites by score, the index for the eligible.
rankable as (
    select
        estimates.wave_id,
        estimates.framework_version,
        estimates.score_level,
        estimates.score_code,
        estimates.insurer_id,
        estimates.tie_size,
        estimates.is_published_figure,
        case when estimates.score_level = 'indicator' then estimates.value_standard_error else estimates.standard_error end
        as standard_error,
        case
            when estimates.score_level <> 'indicator' then estimates.score
            when estimates.direction = 'lower' then -estimates.indicator_value
            else estimates.indicator_value
        end as ranked_value,
        case
            when estimates.score_level <> 'indicator' then estimates.score - estimates.score_lower
            when estimates.direction = 'lower' then estimates.value_upper - estimates.indicator_value
            else estimates.indicator_value - estimates.value_lower
        end as reach_below,
        case
            when estimates.score_level <> 'indicator' then estimates.score_upper - estimates.score
            when estimates.direction = 'lower' then estimates.indicator_value - estimates.value_lower
            else estimates.value_upper - estimates.indicator_value
        end as reach_above
    from estimates
    left join assessed
        on estimates.wave_id = assessed.wave_id
        and estimates.insurer_id = assessed.insurer_id
    where estimates.score_level <> 'index' or assessed.is_eligible
),

-- Compared at six decimals; ties go to the larger base, for indicators the larger denominator, then to the code.
final as (
    select
        wave_id,
        framework_version,
        score_level,
        score_code,
        insurer_id,
        is_published_figure,
        ranked_value,
        standard_error,
        reach_below,
        reach_above,
        cast(row_number() over (
            partition by wave_id, framework_version, score_level, score_code
            order by round(ranked_value, 6) desc nulls last, tie_size desc nulls last, insurer_id asc
        ) as bigint) as rank_position
    from rankable
)

select * from final
