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

corrections as (
    select * from {{ ref('int_raking_corrections_estimated') }}
),

-- Persons that could have been measured: the respondents of the insurer for a survey measure, else whoever was measured.
clusters as (
    select * from {{ ref('int_value_clusters_counted') }}
),

joined as (
    select
        cells.wave_id,
        cells.framework_version,
        cells.insurer_id,
        cells.segment_type,
        cells.segment_code,
        cells.indicator_code,
        indicators.estimator,
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
        moments.row_square_sum,
        moments.numerator_square_sum,
        moments.cross_product_sum,
        moments.denominator_square_sum,
        moments.weight_square_sum,
        -- Persons of the survey carry the factor of their stratum already.
        case
            when moments.is_sampled then 1.0
            else clusters.cluster_count / nullif(cast(clusters.cluster_count - 1 as double), 0)
        end as cluster_factor,
        coalesce(corrections.ratio_variance_change, 0) as ratio_variance_change,
        insured.insured_persons,
        cast(clusters.cluster_count as double) as cluster_count
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
    left join corrections
        on cells.wave_id = corrections.wave_id
        and cells.framework_version = corrections.framework_version
        and cells.insurer_id = corrections.insurer_id
        and cells.segment_type = corrections.segment_type
        and cells.segment_code = corrections.segment_code
        and cells.indicator_code = corrections.indicator_code
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
    left join clusters
        on cells.wave_id = clusters.wave_id
        and cells.framework_version = clusters.framework_version
        and cells.insurer_id = clusters.insurer_id
        and (cells.segment_type = 'pooled') = clusters.is_pooled
        and indicators.denominator_measure = clusters.measure_code
),

valued as (
    select
        joined.*,
        numerator_sum / nullif(denominator_sum, 0) as ratio
    from joined
    where denominator_sum > 0 and numerator_sum is not null
),

-- Linearised: z = (u - ratio * t) / sum(t) by person, less what fitting the weights has taken out of it.
varied as (
    select
        valued.*,
        cluster_factor
        * (numerator_square_sum - 2 * ratio * cross_product_sum + ratio * ratio * denominator_square_sum)
        / (denominator_sum * denominator_sum) + ratio_variance_change as ratio_variance
    from valued
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        indicator_code,
        estimator,
        multiplier,
        numerator_sum,
        denominator_sum,
        ratio,
        cluster_count,
        is_numerator_total,
        -- The base of an exposure rate is the persons insured; a published figure has none.
        case estimator
            when 'exposure_rate' then cast(floor(insured_persons) as bigint)
            when 'published' then null
            else person_count
        end as base_count,
        case when estimator in ('mean', 'share')
            then {{ kish_effective_base('denominator_sum', 'weight_square_sum') }}
        end as effective_base,
        case when estimator in ('mean', 'share')
            then sqrt(greatest(row_square_sum / denominator_sum - ratio * ratio, 0))
        end as ratio_standard_deviation,
        -- Against a simple random sample of as many persons, drawn with replacement.
        case when estimator in ('mean', 'share') and cluster_count > 1
            then ratio_variance * (person_count - 1)
                / nullif(greatest(row_square_sum / denominator_sum - ratio * ratio, 0), 0)
        end as design_effect,
        -- Events over a known exposure are never centred.
        case
            when estimator in ('mean', 'share') and cluster_count > 1 then sqrt(
                {{ variance_or_zero('ratio_variance', 'numerator_square_sum / (denominator_sum * denominator_sum)') }}
            )
            when estimator = 'exposure_rate' then
                sqrt(case when is_numerator_total then numerator_sum else coalesce(numerator_square_sum, 0) end)
                / denominator_sum
        end as ratio_standard_error
    from varied
)

select * from final
