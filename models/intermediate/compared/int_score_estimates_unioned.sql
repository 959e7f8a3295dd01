with

indicator_scores as (
    select * from {{ ref('int_indicator_scores_disclosed') }}
    where score is not null
),

indicators_provisional as (
    select * from {{ ref('int_indicators_provisional') }}
),

composite_scores as (
    select * from {{ ref('int_composite_scores_described') }}
    where score is not null
),

indicator_estimates as (
    select
        indicator_scores.wave_id,
        indicator_scores.framework_version,
        indicator_scores.insurer_id,
        indicator_scores.segment_type,
        indicator_scores.segment_code,
        'indicator' as score_level,
        indicator_scores.indicator_code as score_code,
        indicator_scores.direction,
        indicator_scores.indicator_value,
        indicator_scores.value_standard_error,
        indicator_scores.value_lower,
        indicator_scores.value_upper,
        indicator_scores.score,
        indicator_scores.standard_error,
        indicator_scores.score_lower,
        indicator_scores.score_upper,
        indicator_scores.denominator_sum as tie_size,
        indicator_scores.estimator = 'published' as is_published_figure,
        indicator_scores.disclosure_status,
        indicator_scores.has_rankable_base,
        coalesce(indicators_provisional.is_provisional, false) as is_provisional
    from indicator_scores
    left join indicators_provisional
        on indicator_scores.wave_id = indicators_provisional.wave_id
        and indicator_scores.framework_version = indicators_provisional.framework_version
        and indicator_scores.indicator_code = indicators_provisional.indicator_code
),

composite_estimates as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        score_level,
        score_code,
        cast(null as string) as direction,
        cast(null as double) as indicator_value,
        cast(null as double) as value_standard_error,
        cast(null as double) as value_lower,
        cast(null as double) as value_upper,
        score,
        standard_error,
        score_lower,
        score_upper,
        cast(base_count as double) as tie_size,
        -- No person stands behind it.
        disclosure_base_count is null as is_published_figure,
        disclosure_status,
        has_rankable_base,
        is_provisional
    from composite_scores
),

unioned as (
    select * from indicator_estimates
    union all
    select * from composite_estimates
),

-- Whatever is compared, over time or between insurers, is compared from here. A pooled total is the total, and pooled
-- comes first: it decides what may be compared at all.
final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        {{ shown_segment_type('segment_type') }} as segment_type,
        segment_code,
        score_level,
        score_code,
        direction,
        indicator_value,
        value_standard_error,
        value_lower,
        value_upper,
        score,
        standard_error,
        score_lower,
        score_upper,
        tie_size,
        is_published_figure,
        disclosure_status,
        has_rankable_base,
        case when segment_type = 'pooled' then 'pooled' when is_provisional then 'provisional' else 'direct' end
        as estimation_status
    from unioned
)

select * from final
