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

posts as (
    select * from {{ ref('int_normalisation_posts_resolved') }}
),

percentiles as (
    select * from {{ ref('int_indicator_percentiles_counted') }}
),

exposure_floors as (
    select * from {{ ref('int_exposure_floors_checked') }}
    where is_below_floor
),

shown_only as (
    select * from {{ ref('int_indicator_availabilities_counted') }}
    where is_shown_only
),

-- The better end of the value's interval is the better end of the score's.
oriented as (
    select
        indicator_values.*,
        -- A rate over too little exposure is a value, not a score: one event more or less would decide it. So is an
        -- auxiliary indicator that few insurers have.
        case when exposure_floors.indicator_code is null and shown_only.indicator_code is null
            then indicator_values.indicator_value end as scored_value,
        case when indicators.direction = 'lower' then indicator_values.value_upper else indicator_values.value_lower end
        as worse_value,
        case when indicators.direction = 'lower' then indicator_values.value_lower else indicator_values.value_upper end
        as better_value
    from indicator_values
    inner join indicators
        on indicator_values.framework_version = indicators.framework_version
        and indicator_values.indicator_code = indicators.indicator_code
    left join exposure_floors
        on indicator_values.wave_id = exposure_floors.wave_id
        and indicator_values.framework_version = exposure_floors.framework_version
        and indicator_values.insurer_id = exposure_floors.insurer_id
        and indicator_values.segment_type = exposure_floors.segment_type
        and indicator_values.segment_code = exposure_floors.segment_code
        and indicator_values.indicator_code = exposure_floors.indicator_code
    left join shown_only
        on indicator_values.wave_id = shown_only.wave_id
        and indicator_values.framework_version = shown_only.framework_version
        and indicator_values.indicator_code = shown_only.indicator_code
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
        oriented.numerator_sum,
        oriented.denominator_sum,
        oriented.base_count,
        oriented.effective_base,
        oriented.indicator_value,
        oriented.standard_deviation,
        oriented.design_effect,
        oriented.value_standard_error,
        oriented.value_lower,
        oriented.value_upper,
        oriented.scored_value,
        {{ normalised_score('oriented.scored_value', 'posts', 'percentiles.percentile_share') }} as score,
        {{ normalised_slope('oriented.scored_value', 'posts') }} as score_slope,
        case when oriented.scored_value is not null then {{ normalised_score('oriented.worse_value', 'posts') }} end
        as score_lower,
        case when oriented.scored_value is not null then {{ normalised_score('oriented.better_value', 'posts') }} end
        as score_upper
    from cells
    inner join indicators
        on cells.framework_version = indicators.framework_version
        and cells.indicator_code = indicators.indicator_code
    inner join posts
        on cells.wave_id = posts.wave_id
        and cells.framework_version = posts.framework_version
        and cells.indicator_code = posts.indicator_code
        and indicators.normalisation = posts.normalisation
    left join oriented
        on cells.wave_id = oriented.wave_id
        and cells.framework_version = oriented.framework_version
        and cells.insurer_id = oriented.insurer_id
        and cells.segment_type = oriented.segment_type
        and cells.segment_code = oriented.segment_code
        and cells.indicator_code = oriented.indicator_code
    left join percentiles
        on cells.wave_id = percentiles.wave_id
        and cells.framework_version = percentiles.framework_version
        and cells.insurer_id = percentiles.insurer_id
        and cells.segment_type = percentiles.segment_type
        and cells.segment_code = percentiles.segment_code
        and cells.indicator_code = percentiles.indicator_code
)

select * from final
