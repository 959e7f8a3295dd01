with

scores as (
    select * from {{ ref('int_indicator_scores_disclosed') }}
),

provisional as (
    select * from {{ ref('int_indicators_provisional') }}
),

ranked as (
    select
        scores.*,
        provisional.is_provisional,
        scores.has_rankable_base and scores.segment_type = 'all' and scores.disclosure_status = 'published' as is_rankable,
        -- Compared at six decimals; ties go to the larger denominator, then to the code.
        row_number() over (
            partition by
                scores.wave_id, scores.framework_version, scores.indicator_code, scores.segment_type,
                scores.has_rankable_base and scores.segment_type = 'all' and scores.disclosure_status = 'published'
            order by
                round(case when scores.direction = 'lower' then -scores.indicator_value else scores.indicator_value end, 6)
                desc nulls last,
                scores.denominator_sum desc nulls last,
                scores.insurer_id asc
        ) as rank_position
    from scores
    left join provisional
        on scores.wave_id = provisional.wave_id
        and scores.framework_version = provisional.framework_version
        and scores.indicator_code = provisional.indicator_code
),

final as (
    select
        wave_id,
        insurer_id,
        {{ shown_segment_type('segment_type') }} as segment_type,
        segment_code,
        framework_version,
        dimension_code,
        indicator_code,
        {{ shown('indicator_value') }} as value,
        {{ shown('median_value') }} as median_value,
        {{ shown('standard_deviation') }} as standard_deviation,
        {{ shown('value_standard_error') }} as value_standard_error,
        {{ shown('value_lower') }} as value_lower,
        {{ shown('value_upper') }} as value_upper,
        {{ shown('score') }} as score,
        {{ shown('standard_error') }} as standard_error,
        {{ shown('score_lower') }} as score_lower,
        {{ shown('score_upper') }} as score_upper,
        {{ shown('base_count') }} as base_count,
        {{ shown('effective_base') }} as effective_base,
        {{ shown('base_count / nullif(effective_base, 0)') }} as design_effect,
        cast(case when is_rankable then rank_position end as bigint) as rank,
        {{ estimation_status('is_provisional', 'segment_type') }} as estimation_status,
        cast(pooled_wave_count as bigint) as pooled_wave_count,
        disclosure_status,
        disclosure_status = 'published' and is_caution as is_caution,
        is_scored,
        is_rankable,
        disclosure_status = 'published' as is_reportable
    from ranked
)

select * from final
