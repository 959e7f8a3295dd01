with

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
),

industry as (
    select * from {{ ref('int_industry_scores_aggregated') }}
    where score_level = 'indicator'
),

industry_values as (
    select * from {{ ref('int_indicator_industry_values_pooled') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

measures as (
    select * from {{ ref('int_measures_timed') }}
),

assessed as (
    select * from {{ ref('int_insurers_assessed') }}
),

-- Measures for which the insurer has at least one answer in the wave.
asked as (
    select * from {{ ref('int_design_clusters_counted') }}
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
        indicator_code,
        is_applicable,
        denominator_sum,
        base_count,
        effective_base,
        indicator_value,
        standard_deviation,
        value_standard_error,
        value_lower,
        value_upper,
        score,
        abs(score_slope) * value_standard_error as standard_error,
        score_lower,
        score_upper
    from scores
    union all
    select
        industry.wave_id,
        industry.framework_version,
        'industry' as insurer_id,
        industry.segment_type,
        industry.segment_code,
        industry.score_code as indicator_code,
        true as is_applicable,
        industry_values.denominator_sum,
        industry_values.base_count,
        cast(null as double) as effective_base,
        industry_values.indicator_value,
        cast(null as double) as standard_deviation,
        cast(null as double) as value_standard_error,
        cast(null as double) as value_lower,
        cast(null as double) as value_upper,
        industry.score,
        cast(null as double) as standard_error,
        cast(null as double) as score_lower,
        cast(null as double) as score_upper
    from industry
    left join industry_values
        on industry.wave_id = industry_values.wave_id
        and industry.framework_version = industry_values.framework_version
        and industry.segment_type = industry_values.segment_type
        and industry.segment_code = industry_values.segment_code
        and industry.score_code = industry_values.indicator_code
),

final as (
    select
        unioned.*,
        indicators.dimension_code,
        indicators.direction,
        indicators.estimator,
        case
            when not unioned.is_applicable then 'not_applicable'
            when unioned.score is null and measures.source_model = 'int_responses_screened'
                and assessed.response_count > 0 and asked.measure_code is null then 'not_asked'
            when unioned.score is null and unioned.indicator_value is null then 'not_available'
            when unioned.base_count < rules.scores_persons_min then 'small_n'
            when unioned.score is null then 'not_normalised'
            else 'published'
        end as disclosure_status,
        coalesce(unioned.base_count < rules.caution_below, false)
        or coalesce(unioned.effective_base < rules.caution_effective_below, false) as is_caution,
        unioned.insurer_id <> 'industry'
        and (indicators.estimator = 'published' or unioned.base_count >= rules.rankable_from) as has_rankable_base
    from unioned
    inner join indicators
        on unioned.framework_version = indicators.framework_version
        and unioned.indicator_code = indicators.indicator_code
    left join measures
        on indicators.denominator_measure = measures.measure_code
    left join asked
        on unioned.wave_id = asked.wave_id
        and unioned.insurer_id = asked.insurer_id
        and indicators.denominator_measure = asked.measure_code
    left join assessed
        on unioned.wave_id = assessed.wave_id
        and unioned.insurer_id = assessed.insurer_id
    cross join rules
)

select * from final
