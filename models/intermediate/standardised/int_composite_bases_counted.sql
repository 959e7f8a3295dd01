{% set own = ['age_band', 'gender', 'region', 'tenure'] -%}

with

measured as (
    select distinct
        sums.wave_id,
        sums.framework_version,
        sums.insurer_id,
        indicators.dimension_code as score_code,
        sums.person_key,
        sums.product_line,
        sums.sales_channel,
        sums.region,
        sums.age_band,
        sums.gender,
        sums.tenure
    from {{ ref('int_person_indicators_summed') }} as sums
    inner join {{ ref('indicators') }} as indicators
        on sums.framework_version = indicators.framework_version
        and sums.indicator_code = indicators.indicator_code
    where sums.weighted_denominator > 0
),

respondents as (
    select distinct
        respondents.wave_id,
        wave_versions.framework_version,
        respondents.insurer_id,
        'index' as score_code,
        respondents.person_key,
        respondents.product_line,
        respondents.sales_channel,
        respondents.region,
        respondents.age_band,
        respondents.gender,
        respondents.tenure
    from {{ ref('int_respondents_profiled') }} as respondents
    inner join {{ ref('int_wave_versions') }} as wave_versions
        on respondents.wave_id = wave_versions.wave_id
),

-- Whoever was measured at all: what may be shown of an index that rests on no survey.
anybody as (
    select distinct
        wave_id,
        framework_version,
        insurer_id,
        'anybody' as score_code,
        person_key,
        product_line,
        sales_channel,
        region,
        age_band,
        gender,
        tenure
    from measured
),

persons as (
    select * from measured
    union all
    select * from anybody
    union all
    select * from respondents
),

by_segment as (
    select
        wave_id,
        framework_version,
        insurer_id,
        score_code,
        {{ segment_of_grouping(own + ['product_line', 'sales_channel']) }},
        count(distinct person_key) as person_count
    from persons
    group by grouping sets (
        (wave_id, framework_version, insurer_id, score_code)
        {%- for column in own + ['product_line', 'sales_channel'] %},
        (wave_id, framework_version, insurer_id, score_code, {{ column }})
        {%- endfor %}
    )
),

by_window as (
    select
        windows.wave_id,
        windows.framework_version,
        windows.insurer_id,
        persons.score_code,
        'pooled' as segment_type,
        'all' as segment_code,
        count(distinct persons.person_key) as person_count
    from {{ ref('int_pooling_windows_listed') }} as windows
    inner join persons
        on windows.pooled_wave_id = persons.wave_id
        and windows.framework_version = persons.framework_version
        and windows.insurer_id = persons.insurer_id
    group by windows.wave_id, windows.framework_version, windows.insurer_id, persons.score_code
),

final as (
    select * from by_segment
    union all
    select * from by_window
)

select * from final
