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

indicators as (
    select * from {{ ref('indicators') }}
),

measures as (
    select * from {{ ref('measures') }}
),

-- What the rows are that an indicator counts: indicators of the same rows have the same persons, in every version.
described as (
    select
        indicators.framework_version,
        indicators.indicator_code,
        -- The value of an industry line follows from those of the insurers, unless it is weighted by person.
        indicators.estimator in ('exposure_rate', 'derived')
        or coalesce(measures.source_model, '') <> 'int_responses_screened' as has_value_identity,
        case
            when indicators.estimator not in ('mean', 'share') then indicators.indicator_code
            when measures.source_model = 'int_responses_screened' then indicators.denominator_measure
            else concat_ws(' ', measures.source_model, measures.event_column, measures.filter_set_code,
                measures.wait_limit_code, measures.row_is, indicators.time_basis)
        end as persons_code
    from indicators
    left join measures
        on indicators.denominator_measure = measures.measure_code
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
        persons_min,
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
        cast(null as double) as persons_min,
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
        cast(null as double) as persons_min,
        primary_status
    from element_scores
),

final as (
    select
        unioned.*,
        coalesce(described.has_value_identity, false) as has_value_identity,
        case
            when described.persons_code is not null then described.persons_code
            -- The respondents of a wave, in every version.
            when unioned.score_level = 'index' and unioned.insurer_id <> 'industry' then unioned.score_code
            else unioned.framework_version || ' ' || unioned.score_code
        end as persons_code
    from unioned
    left join described
        on unioned.score_level = 'indicator'
        and unioned.framework_version = described.framework_version
        and unioned.score_code = described.indicator_code
    -- Only what has a value can give one away.
    where unioned.primary_status in ('published', 'small_n', 'dominance')
)

select * from final
