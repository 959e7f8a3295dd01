with

sums as (
    select * from {{ ref('int_person_indicators_summed') }}
),

pooled_sums as (
    select * from {{ ref('int_pooled_persons_summed') }}
),

{% set own = ['age_band', 'gender', 'region', 'tenure'] -%}

-- Age, gender, region and tenure belong to the person; product line and channel differ within one.
persons as (
    {{ person_sums('sums', own) }}
),

person_lines as (
    {{ person_sums('sums', ['product_line']) }}
),

person_channels as (
    {{ person_sums('sums', ['sales_channel']) }}
),

person_windows as (
    {{ person_sums('pooled_sums', []) }}
),

by_person as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        {{ segment_of_grouping(own) }},
        {{ ratio_moments() }}
    from persons
    group by grouping sets (
        (wave_id, framework_version, insurer_id, indicator_code)
        {%- for column in own %},
        (wave_id, framework_version, insurer_id, indicator_code, {{ column }})
        {%- endfor %}
    )
),

{% for column, relation in [('product_line', 'person_lines'), ('sales_channel', 'person_channels')] -%}
by_{{ column }} as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        '{{ column }}' as segment_type,
        {{ column }} as segment_code,
        {{ ratio_moments() }}
    from {{ relation }}
    group by wave_id, framework_version, insurer_id, indicator_code, {{ column }}
),

{% endfor -%}

by_window as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        'pooled' as segment_type,
        'all' as segment_code,
        {{ ratio_moments() }}
    from person_windows
    group by wave_id, framework_version, insurer_id, indicator_code
),

final as (
    select * from by_person
    union all
    select * from by_product_line
    union all
    select * from by_sales_channel
    union all
    select * from by_window
)

select * from final
