with

cells as (
    select * from {{ ref('int_indicator_cells_listed') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

indicator_values as (
    select * from {{ ref('int_indicator_values_completed') }}
),

final as (
    select
        cells.wave_id,
        cells.framework_version,
        cells.insurer_id,
        cells.segment_type,
        cells.segment_code,
        cells.indicator_code,
        indicators.dimension_code,
        indicators.indicator_role,
        indicators.indicator_weight,
        cells.is_applicable,
        indicator_values.numerator_sum,
        indicator_values.denominator_sum,
        indicator_values.base_count,
        indicator_values.effective_base,
        indicator_values.indicator_value,
        indicator_values.standard_deviation,
        indicator_values.value_standard_error,
        indicator_values.value_lower,
        indicator_values.value_upper,
        {{ goalpost_score('indicator_values.indicator_value', 'indicators') }} as score,
        {{ goalpost_slope('indicator_values.indicator_value', 'indicators') }} as score_slope,
        -- The better end of the value's interval is the better end of the score's.
        {{ goalpost_score("case when indicators.direction = 'lower' then indicator_values.value_upper else indicator_values.value_lower end", 'indicators') }}
        as score_lower,
        {{ goalpost_score("case when indicators.direction = 'lower' then indicator_values.value_lower else indicator_values.value_upper end", 'indicators') }}
        as score_upper
    from cells
    inner join indicators
        on cells.framework_version = indicators.framework_version
        and cells.indicator_code = indicators.indicator_code
    left join indicator_values
        on cells.wave_id = indicator_values.wave_id
        and cells.framework_version = indicator_values.framework_version
        and cells.insurer_id = indicator_values.insurer_id
        and cells.segment_type = indicator_values.segment_type
        and cells.segment_code = indicator_values.segment_code
        and cells.indicator_code = indicator_values.indicator_code
)

select * from final
