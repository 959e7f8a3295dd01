with

moments as (
    select * from {{ ref('int_indicator_moments_summed') }}
    where is_sampled and denominator_sum > 0 and segment_code <> 'unknown'
),

indicators as (
    select * from {{ ref('indicators') }}
    where estimator in ('mean', 'share')
),

-- Insurers whose weights were raked, or drawn in several strata: the others' errors need no correction.
corrected as (
    select distinct
        wave_id,
        insurer_id
    from {{ ref('int_raking_levels_numbered') }}
),

final as (
    select
        moments.wave_id,
        moments.framework_version,
        moments.insurer_id,
        moments.indicator_code,
        moments.segment_type,
        moments.segment_code,
        moments.numerator_sum / moments.denominator_sum as ratio,
        moments.denominator_sum,
        -- One whole number instead of six codes keeps the joins of the level sums cheap.
        row_number() over (
            order by
                moments.wave_id,
                moments.insurer_id,
                moments.framework_version,
                moments.indicator_code,
                moments.segment_type,
                moments.segment_code
        ) as estimate_number
    from moments
    inner join indicators
        on moments.framework_version = indicators.framework_version
        and moments.indicator_code = indicators.indicator_code
    inner join corrected
        on moments.wave_id = corrected.wave_id
        and moments.insurer_id = corrected.insurer_id
)

select * from final
