with

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
),

pooled as (
    select * from {{ ref('int_pooled_insurers_listed') }}
),

pooled_bases as (
    select * from {{ ref('int_pooled_bases_limited') }}
),

industry as (
    select * from {{ ref('int_industry_scores_aggregated') }}
    where score_level = 'indicator'
),

industry_values as (
    select * from {{ ref('int_indicator_industry_values_pooled') }}
),

industry_intervals as (
    select * from {{ ref('int_industry_intervals_estimated') }}
),

final as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        scores.segment_type,
        scores.segment_code,
        scores.indicator_code,
        scores.is_applicable,
        scores.denominator_sum,
        scores.base_count,
        case when scores.segment_type = 'pooled' then coalesce(pooled_bases.smallest_wave_base, scores.base_count)
            else scores.base_count end as disclosure_base_count,
        case when scores.segment_type = 'pooled' then pooled.pooled_wave_count else 1 end as pooled_wave_count,
        scores.effective_base,
        scores.indicator_value,
        scores.standard_deviation,
        scores.design_effect,
        scores.value_standard_error,
        scores.value_lower,
        scores.value_upper,
        scores.score,
        abs(scores.score_slope) * scores.value_standard_error as standard_error,
        scores.score_lower,
        scores.score_upper
    from scores
    left join pooled
        on scores.wave_id = pooled.wave_id
        and scores.framework_version = pooled.framework_version
        and scores.insurer_id = pooled.insurer_id
    left join pooled_bases
        on scores.wave_id = pooled_bases.wave_id
        and scores.framework_version = pooled_bases.framework_version
        and scores.insurer_id = pooled_bases.insurer_id
        and scores.indicator_code = pooled_bases.score_code
    -- A pooled estimate takes the place of the wave's own.
    where scores.segment_type <> 'all' or pooled.insurer_id is null
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
        industry_values.base_count as disclosure_base_count,
        1 as pooled_wave_count,
        cast(null as double) as effective_base,
        industry_values.indicator_value,
        cast(null as double) as standard_deviation,
        cast(null as double) as design_effect,
        value_intervals.standard_error as value_standard_error,
        value_intervals.estimate_lower as value_lower,
        value_intervals.estimate_upper as value_upper,
        industry.score,
        score_intervals.standard_error,
        score_intervals.estimate_lower as score_lower,
        score_intervals.estimate_upper as score_upper
    from industry
    left join industry_values
        on industry.wave_id = industry_values.wave_id
        and industry.framework_version = industry_values.framework_version
        and industry.segment_type = industry_values.segment_type
        and industry.segment_code = industry_values.segment_code
        and industry.score_code = industry_values.indicator_code
    left join industry_intervals as value_intervals
        on value_intervals.score_level = 'value'
        and industry.wave_id = value_intervals.wave_id
        and industry.framework_version = value_intervals.framework_version
        and industry.segment_type = value_intervals.segment_type
        and industry.segment_code = value_intervals.segment_code
        and industry.score_code = value_intervals.score_code
    left join industry_intervals as score_intervals
        on score_intervals.score_level = 'indicator'
        and industry.wave_id = score_intervals.wave_id
        and industry.framework_version = score_intervals.framework_version
        and industry.segment_type = score_intervals.segment_type
        and industry.segment_code = score_intervals.segment_code
        and industry.score_code = score_intervals.score_code
)

select * from final
