with

sums as (
    select * from {{ ref('int_indicator_sums_joined') }}
    where denominator_sum > 0 and numerator_sum is not null
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
        sums.*,
        sums.numerator_sum / nullif(sums.denominator_sum, 0) as ratio,
        cast(clusters.cluster_count as double) as cluster_count,
        -- Persons of the survey carry the factor of their stratum already.
        case
            when sums.is_sampled then 1.0
            else clusters.cluster_count / nullif(cast(clusters.cluster_count - 1 as double), 0)
        end as cluster_factor,
        coalesce(corrections.ratio_variance_change, 0) as ratio_variance_change
    from sums
    left join corrections
        on sums.wave_id = corrections.wave_id
        and sums.framework_version = corrections.framework_version
        and sums.insurer_id = corrections.insurer_id
        and sums.segment_type = corrections.segment_type
        and sums.segment_code = corrections.segment_code
        and sums.indicator_code = corrections.indicator_code
    left join clusters
        on sums.wave_id = clusters.wave_id
        and sums.framework_version = clusters.framework_version
        and sums.insurer_id = clusters.insurer_id
        and (sums.segment_type = 'pooled') = clusters.is_pooled
        and sums.denominator_measure = clusters.measure_code
),

-- Linearised: z = (u - ratio * t) / sum(t) by person, less what fitting the weights has taken out of it.
varied as (
    select
        joined.*,
        cluster_factor
        * (numerator_square_sum - 2 * ratio * cross_product_sum + ratio * ratio * denominator_square_sum)
        / (denominator_sum * denominator_sum) + ratio_variance_change as ratio_variance
    from joined
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
        base_count,
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
