{#- Variance that composites of the total take from respondents of other insurers, whose weights were fitted together with
    their own. `composites` is a relation with the points of a composite (score_level, score_code) per unit of value of an
    indicator (points_slope). -#}
{% macro spillover_variances(composites) -%}
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
        {{ composites }}.*,
        indicator_code as base_code,
        wave_id as base_wave_id,
        framework_version as base_framework_version,
        cast(1 as double) as value_slope
    from {{ composites }}
    union all
    select
        {{ composites }}.*,
        derived_slopes.operand_code as base_code,
        derived_slopes.operand_wave_id as base_wave_id,
        derived_slopes.operand_framework_version as base_framework_version,
        derived_slopes.value_slope
    from {{ composites }}
    inner join derived_slopes
        on {{ composites }}.wave_id = derived_slopes.wave_id
        and {{ composites }}.framework_version = derived_slopes.framework_version
        and {{ composites }}.insurer_id = derived_slopes.insurer_id
        and {{ composites }}.indicator_code = derived_slopes.indicator_code
),

ratio_slopes as (
    select
        based.wave_id,
        based.framework_version,
        based.insurer_id,
        based.score_level,
        based.score_code,
        based.indicator_code,
        based.base_wave_id,
        estimates.estimate_number,
        based.points_slope * based.value_slope * indicator_values.multiplier as ratio_slope
    from based
    inner join estimates
        on based.base_wave_id = estimates.wave_id
        and based.base_framework_version = estimates.framework_version
        and based.insurer_id = estimates.insurer_id
        and based.base_code = estimates.indicator_code
    inner join indicator_values
        on based.base_wave_id = indicator_values.wave_id
        and based.base_framework_version = indicator_values.framework_version
        and based.insurer_id = indicator_values.insurer_id
        and based.base_code = indicator_values.indicator_code
),

composite_influences as (
    select
        ratio_slopes.wave_id,
        ratio_slopes.framework_version,
        ratio_slopes.insurer_id,
        ratio_slopes.base_wave_id,
        ratio_slopes.score_level,
        ratio_slopes.score_code,
        influences.slot,
        cast(sum(cast(ratio_slopes.ratio_slope * influences.influence_sum as decimal(38, 20))) as double) as influence_sum
    from ratio_slopes
    inner join influences
        on ratio_slopes.estimate_number = influences.estimate_number
    group by
        ratio_slopes.wave_id,
        ratio_slopes.framework_version,
        ratio_slopes.insurer_id,
        ratio_slopes.base_wave_id,
        ratio_slopes.score_level,
        ratio_slopes.score_code,
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
{%- endmacro %}
