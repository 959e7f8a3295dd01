{% set own = ['age_band', 'gender', 'region', 'tenure'] -%}

with

respondents as (
    select
        respondents.*,
        wave_versions.framework_version,
        weights.relative_weight
    from {{ ref('int_respondents_profiled') }} as respondents
    inner join {{ ref('int_respondent_weights_calibrated') }} as weights
        on respondents.response_id = weights.response_id
    inner join {{ ref('int_wave_versions') }} as wave_versions
        on respondents.wave_id = wave_versions.wave_id
),

windows as (
    select * from {{ ref('int_pooling_windows_listed') }}
),

{% for name, columns in [('persons', own), ('person_lines', ['product_line']), ('person_channels', ['sales_channel'])] -%}
{{ name }} as (
    select
        wave_id,
        framework_version,
        insurer_id,
        person_key,
        {{ columns | join(', ') }},
        sum(relative_weight) as person_weight
    from respondents
    group by wave_id, framework_version, insurer_id, person_key, {{ columns | join(', ') }}
),

{% endfor -%}

person_windows as (
    select
        windows.wave_id,
        windows.framework_version,
        windows.insurer_id,
        respondents.person_key,
        sum(respondents.relative_weight) as person_weight
    from windows
    inner join respondents
        on windows.pooled_wave_id = respondents.wave_id
        and windows.framework_version = respondents.framework_version
        and windows.insurer_id = respondents.insurer_id
    group by windows.wave_id, windows.framework_version, windows.insurer_id, respondents.person_key
),

segmented as (
    select
        wave_id,
        framework_version,
        insurer_id,
        {{ segment_of_grouping(own) }},
        {{ kish_base_of_persons('person_weight') }} as effective_base
    from persons
    group by grouping sets (
        (wave_id, framework_version, insurer_id)
        {%- for column in own %},
        (wave_id, framework_version, insurer_id, {{ column }})
        {%- endfor %}
    )
    {% for name, column in [('person_lines', 'product_line'), ('person_channels', 'sales_channel')] -%}
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        '{{ column }}' as segment_type,
        {{ column }} as segment_code,
        {{ kish_base_of_persons('person_weight') }} as effective_base
    from {{ name }}
    group by wave_id, framework_version, insurer_id, {{ column }}
    {% endfor -%}
),

final as (
    select * from segmented
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        'pooled' as segment_type,
        'all' as segment_code,
        {{ kish_base_of_persons('person_weight') }} as effective_base
    from person_windows
    group by wave_id, framework_version, insurer_id
)

select * from final
