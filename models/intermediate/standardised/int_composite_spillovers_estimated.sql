with

slopes as (
    select * from {{ ref('int_score_slopes_resolved') }}
    where segment_type = 'all'
),

derived_slopes as (
    select * from {{ ref('int_derived_slopes_resolved') }}
    where segment_type = 'all'
),

indicator_values as (
    select * from {{ ref('int_indicator_values_aggregated') }}
    where segment_type = 'all'
),

estimates as (
    select * from {{ ref('int_survey_estimates_numbered') }}
    where segment_type = 'all'
),

influences as (
    select * from {{ ref('int_level_influences_summed') }}
),

spillovers as (
    select * from {{ ref('int_level_spillovers_summed') }}
),

-- A composite moves with its indicators, and through derived ones with their operands, perhaps of an earlier wave.
based as (
    select
        slopes.*,
        slopes.indicator_code as base_code,
        slopes.wave_id as base_wave_id,
        cast(1 as double) as value_slope
    from slopes
    union all
    select
        slopes.*,
        derived_slopes.operand_code as base_code,
        derived_slopes.operand_wave_id as base_wave_id,
        derived_slopes.value_slope
    from slopes
    inner join derived_slopes
        on slopes.wave_id = derived_slopes.wave_id
        and slopes.framework_version = derived_slopes.framework_version
        and slopes.insurer_id = derived_slopes.insurer_id
        and slopes.indicator_code = derived_slopes.indicator_code
),

sloped as (
    select
        based.wave_id,
        based.framework_version,
        based.insurer_id,
        based.base_wave_id,
        based.dimension_code,
        estimates.estimate_number,
        based.dimension_share * based.score_slope * based.value_slope * indicator_values.multiplier as dimension_slope,
        based.index_share * based.score_slope * based.value_slope * indicator_values.multiplier as index_slope
    from based
    inner join estimates
        on based.base_wave_id = estimates.wave_id
        and based.framework_version = estimates.framework_version
        and based.insurer_id = estimates.insurer_id
        and based.base_code = estimates.indicator_code
    inner join indicator_values
        on based.base_wave_id = indicator_values.wave_id
        and based.framework_version = indicator_values.framework_version
        and based.insurer_id = indicator_values.insurer_id
        and based.base_code = indicator_values.indicator_code
),

leveled as (
    select
        wave_id,
        framework_version,
        insurer_id,
        base_wave_id,
        'dimension' as score_level,
        dimension_code as score_code,
        estimate_number,
        dimension_slope as ratio_slope
    from sloped
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        base_wave_id,
        'index' as score_level,
        'index' as score_code,
        estimate_number,
        index_slope as ratio_slope
    from sloped
    where index_slope is not null
),

composite_influences as (
    select
        leveled.wave_id,
        leveled.framework_version,
        leveled.insurer_id,
        leveled.base_wave_id,
        leveled.score_level,
        leveled.score_code,
        influences.slot,
        cast(sum(cast(leveled.ratio_slope * influences.influence_sum as decimal(38, 20))) as double) as influence_sum
    from leveled
    inner join influences
        on leveled.estimate_number = influences.estimate_number
    group by
        leveled.wave_id,
        leveled.framework_version,
        leveled.insurer_id,
        leveled.base_wave_id,
        leveled.score_level,
        leveled.score_code,
        influences.slot
),

final as (
    select
        first_influences.wave_id,
        first_influences.framework_version,
        first_influences.insurer_id,
        first_influences.score_level,
        first_influences.score_code,
        greatest(cast(sum(cast(
            first_influences.influence_sum * spillovers.spillover_value * second_influences.influence_sum as decimal(38, 24)
        )) as double), 0) as spillover_variance
    from composite_influences as first_influences
    inner join spillovers
        on first_influences.base_wave_id = spillovers.wave_id
        and first_influences.insurer_id = spillovers.insurer_id
        and first_influences.slot = spillovers.slot
    inner join composite_influences as second_influences
        on first_influences.wave_id = second_influences.wave_id
        and first_influences.framework_version = second_influences.framework_version
        and first_influences.insurer_id = second_influences.insurer_id
        and first_influences.base_wave_id = second_influences.base_wave_id
        and first_influences.score_level = second_influences.score_level
        and first_influences.score_code = second_influences.score_code
        and spillovers.other_slot = second_influences.slot
    group by
        first_influences.wave_id,
        first_influences.framework_version,
        first_influences.insurer_id,
        first_influences.score_level,
        first_influences.score_code
)

select * from final
