with

indicator_values as (
    select * from {{ ref('int_indicator_values_aggregated') }}
    where estimator <> 'published'
),

moments as (
    select * from {{ ref('int_indicator_moments_summed') }}
),

slopes as (
    select * from {{ ref('int_derived_slopes_resolved') }}
),

-- Influence of a person = numerator_factor * (weighted numerator) + denominator_factor * (weighted denominator), times
-- the root of the variance factor that persons of the survey have from their stratum.
factored as (
    select
        indicator_values.*,
        moments.numerator_square_sum,
        moments.cross_product_sum,
        moments.denominator_square_sum,
        case
            when indicator_values.estimator = 'exposure_rate' then 1.0
            when moments.is_sampled and indicator_values.cluster_count > 1 then 1.0
            else sqrt(indicator_values.cluster_count / nullif(indicator_values.cluster_count - 1, 0))
        end * indicator_values.multiplier / indicator_values.denominator_sum as numerator_factor,
        case when indicator_values.estimator = 'exposure_rate' then 0.0 else -indicator_values.ratio end as centre
    from indicator_values
    inner join moments
        on indicator_values.wave_id = moments.wave_id
        and indicator_values.framework_version = moments.framework_version
        and indicator_values.insurer_id = moments.insurer_id
        and indicator_values.segment_type = moments.segment_type
        and indicator_values.segment_code = moments.segment_code
        and indicator_values.indicator_code = moments.indicator_code
),

-- The same persons squared and added: what one indicator alone contributes to the summed influences.
direct as (
    select
        factored.wave_id,
        factored.framework_version,
        factored.insurer_id,
        factored.segment_type,
        factored.segment_code,
        factored.indicator_code,
        factored.numerator_factor,
        factored.numerator_factor * factored.centre as denominator_factor,
        greatest(
            factored.numerator_square_sum
            + 2 * factored.centre * factored.cross_product_sum
            + factored.centre * factored.centre * factored.denominator_square_sum,
            0
        ) * factored.numerator_factor * factored.numerator_factor as own_variance
    from factored
    where factored.numerator_factor is not null
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        indicator_code,
        wave_id as source_wave_id,
        framework_version as source_framework_version,
        indicator_code as source_indicator_code,
        numerator_factor,
        denominator_factor,
        own_variance
    from direct
    union all
    -- A derived indicator moves with its operands, also with those of an earlier wave.
    select
        slopes.wave_id,
        slopes.framework_version,
        slopes.insurer_id,
        slopes.segment_type,
        slopes.segment_code,
        slopes.indicator_code,
        slopes.operand_wave_id as source_wave_id,
        slopes.operand_framework_version as source_framework_version,
        slopes.operand_code as source_indicator_code,
        slopes.value_slope * direct.numerator_factor as numerator_factor,
        slopes.value_slope * direct.denominator_factor as denominator_factor,
        slopes.value_slope * slopes.value_slope * direct.own_variance as own_variance
    from slopes
    inner join direct
        on slopes.operand_wave_id = direct.wave_id
        and slopes.operand_framework_version = direct.framework_version
        and slopes.insurer_id = direct.insurer_id
        and slopes.segment_type = direct.segment_type
        and slopes.segment_code = direct.segment_code
        and slopes.operand_code = direct.indicator_code
)

select * from final
