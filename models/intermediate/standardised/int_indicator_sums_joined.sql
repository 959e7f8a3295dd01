with

cells as (
    select * from {{ ref('int_indicator_cells_listed') }}
    where is_applicable
),

indicators as (
    select * from {{ ref('indicators') }}
    where estimator <> 'derived'
),

moments as (
    select * from {{ ref('int_indicator_moments_summed') }}
),

exposures as (
    select * from {{ ref('int_exposure_totals_summed') }}
),

figures as (
    select * from {{ ref('int_published_figures_summed') }}
),

waves as (
    select * from {{ ref('int_waves_begun') }}
),

-- Insurers with at least one complaint of any channel and wave: no file is not the same as no complaint.
reporting as (
    select distinct insurer_id from {{ ref('int_complaints_classified') }}
    where exclusion_reason is null
),

insured as (
    select * from {{ ref('int_segment_exposures_summed') }}
),

final as (
    select
        cells.wave_id,
        cells.framework_version,
        cells.insurer_id,
        cells.segment_type,
        cells.segment_code,
        cells.indicator_code,
        indicators.estimator,
        indicators.denominator_measure,
        indicators.multiplier * case when indicators.time_basis = 'per_quarter' then waves.quarter_share else 1.0 end
        as multiplier,
        case indicators.estimator
            -- No events over a known exposure are zero events, but only where the insurer's events are reported at all.
            when 'exposure_rate' then case
                when exposures.is_numerator_total then exposures.exposure_numerator_sum
                when reporting.insurer_id is not null then coalesce(moments.numerator_sum, 0.0)
            end
            when 'published' then figures.figure_numerator_sum
            else moments.numerator_sum
        end as numerator_sum,
        case indicators.estimator
            when 'exposure_rate' then exposures.exposure_denominator_sum
            when 'published' then figures.figure_denominator_sum
            else moments.denominator_sum
        end as denominator_sum,
        coalesce(exposures.is_numerator_total, false) as is_numerator_total,
        moments.person_count,
        -- The base of an exposure rate is the persons insured; a published figure has none.
        case indicators.estimator
            when 'exposure_rate' then cast(floor(insured.insured_persons) as bigint)
            when 'published' then null
            else moments.person_count
        end as base_count,
        moments.row_square_sum,
        moments.numerator_square_sum,
        moments.cross_product_sum,
        moments.denominator_square_sum,
        moments.weight_square_sum,
        coalesce(moments.is_sampled, false) as is_sampled
    from cells
    inner join indicators
        on cells.framework_version = indicators.framework_version
        and cells.indicator_code = indicators.indicator_code
    inner join waves
        on cells.wave_id = waves.wave_id
    left join moments
        on cells.wave_id = moments.wave_id
        and cells.framework_version = moments.framework_version
        and cells.insurer_id = moments.insurer_id
        and cells.segment_type = moments.segment_type
        and cells.segment_code = moments.segment_code
        and cells.indicator_code = moments.indicator_code
    left join exposures
        on cells.wave_id = exposures.wave_id
        and cells.framework_version = exposures.framework_version
        and cells.insurer_id = exposures.insurer_id
        and cells.segment_type = exposures.segment_type
        and cells.segment_code = exposures.segment_code
        and cells.indicator_code = exposures.indicator_code
    left join figures
        on cells.wave_id = figures.wave_id
        and cells.framework_version = figures.framework_version
        and cells.insurer_id = figures.insurer_id
        and cells.segment_type in ('all', 'pooled')
        and cells.indicator_code = figures.indicator_code
    left join insured
        on cells.wave_id = insured.wave_id
        and cells.framework_version = insured.framework_version
        and cells.insurer_id = insured.insurer_id
        and cells.segment_type = insured.segment_type
        and cells.segment_code = insured.segment_code
    left join reporting
        on cells.insurer_id = reporting.insurer_id
    -- Most segments have neither a row nor an exposure nor a figure for most indicators.
    where greatest(moments.denominator_sum, exposures.exposure_denominator_sum, figures.figure_denominator_sum) > 0
)

select * from final
