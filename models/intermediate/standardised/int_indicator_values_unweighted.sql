with

survey as (
    select * from {{ ref('int_survey_measured') }}
),

lines as (
    select * from {{ ref('int_indicator_lines_resolved') }}
    where product_line is null
),

indicators as (
    select * from {{ ref('indicators') }}
),

final as (
    -- What the survey would say if every response counted the same: kept to show what weighting repairs.
    select
        survey.wave_id,
        survey.insurer_id,
        lines.framework_version,
        lines.indicator_code,
        max(indicators.multiplier) * cast(sum(survey.numerator) as double)
        / nullif(cast(sum(survey.denominator) as double), 0) as indicator_value
    from survey
    inner join lines
        on survey.wave_id = lines.wave_id
        and survey.measure_code = lines.measure_code
    inner join indicators
        on lines.framework_version = indicators.framework_version
        and lines.indicator_code = indicators.indicator_code
    group by survey.wave_id, survey.insurer_id, lines.framework_version, lines.indicator_code
)

select * from final
