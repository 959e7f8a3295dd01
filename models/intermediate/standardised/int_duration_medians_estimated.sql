{% set attributes = ['age_band', 'gender', 'region', 'tenure', 'product_line', 'sales_channel'] -%}

with

measurements as (
    select * from {{ ref('int_measurements_unioned') }}
),

lines as (
    select * from {{ ref('int_indicator_lines_resolved') }}
    where is_numerator and is_denominator
),

durations as (
    select * from {{ ref('int_measures_timed') }}
    where measure_unit = 'days'
),

indicators as (
    select * from {{ ref('indicators') }}
    where estimator = 'mean'
),

eligible as (
    select * from {{ ref('int_insurers_assessed') }}
    where is_eligible
),

windows as (
    select * from {{ ref('int_pooling_windows_listed') }}
),

-- Every row counts once, whatever its weight.
lasted as (
    select
        measurements.wave_id,
        lines.framework_version,
        measurements.insurer_id,
        lines.indicator_code,
        {% for attribute in attributes %}measurements.{{ attribute }},
        {% endfor -%}
        indicators.multiplier * cast(measurements.numerator as double)
        / nullif(cast(measurements.denominator as double), 0) as row_value
    from measurements
    inner join durations
        on measurements.measure_code = durations.measure_code
    inner join lines
        on measurements.wave_id = lines.wave_id
        and measurements.measure_code = lines.measure_code
        and (lines.product_line is null or measurements.product_line = lines.product_line)
    inner join indicators
        on lines.framework_version = indicators.framework_version
        and lines.indicator_code = indicators.indicator_code
),

insurer_rows as (
    select * from lasted
    union all
    select
        lasted.wave_id,
        lasted.framework_version,
        'industry' as insurer_id,
        lasted.indicator_code,
        {% for attribute in attributes %}lasted.{{ attribute }},
        {% endfor -%}
        lasted.row_value
    from lasted
    inner join eligible
        on lasted.wave_id = eligible.wave_id
        and lasted.insurer_id = eligible.insurer_id
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        {{ segment_of_grouping(attributes) }},
        median(row_value) as median_value
    from insurer_rows
    group by grouping sets (
        (wave_id, framework_version, insurer_id, indicator_code)
        {%- for attribute in attributes %},
        (wave_id, framework_version, insurer_id, indicator_code, {{ attribute }})
        {%- endfor %}
    )
    union all
    select
        windows.wave_id,
        windows.framework_version,
        windows.insurer_id,
        lasted.indicator_code,
        'pooled' as segment_type,
        'all' as segment_code,
        median(lasted.row_value) as median_value
    from windows
    inner join lasted
        on windows.pooled_wave_id = lasted.wave_id
        and windows.framework_version = lasted.framework_version
        and windows.insurer_id = lasted.insurer_id
    group by windows.wave_id, windows.framework_version, windows.insurer_id, lasted.indicator_code
)

select * from final
