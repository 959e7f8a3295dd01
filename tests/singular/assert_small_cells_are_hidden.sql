-- Persons are counted anew from the rows: a number may be shown only where enough of them stand behind it.
with

persons as (
    select * from {{ ref('int_person_indicators_summed') }}
    where weighted_denominator > 0
),

{% set columns = ['age_band', 'gender', 'region', 'tenure', 'product_line', 'sales_channel'] -%}

recounted as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        {{ segment_of_grouping(columns) }},
        count(distinct person_key) as person_count
    from persons
    group by grouping sets (
        (wave_id, framework_version, insurer_id, indicator_code)
        {%- for column in columns %},
        (wave_id, framework_version, insurer_id, indicator_code, {{ column }})
        {%- endfor %}
    )
),

-- A derived value gives away its operand of the same wave.
derived as (
    select
        recounted.wave_id,
        recounted.framework_version,
        recounted.insurer_id,
        operands.indicator_code,
        recounted.segment_type,
        recounted.segment_code,
        min(recounted.person_count) as person_count
    from recounted
    inner join {{ ref('indicator_operands') }} as operands
        on recounted.framework_version = operands.framework_version
        and recounted.indicator_code = operands.operand_code
    group by
        recounted.wave_id,
        recounted.framework_version,
        recounted.insurer_id,
        operands.indicator_code,
        recounted.segment_type,
        recounted.segment_code
),

counted as (
    select * from recounted
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        segment_type,
        segment_code,
        person_count
    from derived
),

shown as (
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        segment_type,
        segment_code
    from {{ ref('fct_indicator_scores') }}
    where coalesce(value, median_value, score, standard_deviation, value_lower, value_upper, base_count) is not null
    union
    select
        wave_id,
        framework_version,
        insurer_id,
        indicator_code,
        segment_type,
        segment_code
    from {{ ref('fct_score_contributions') }}
    where coalesce(contribution_points, weight_share) is not null
)

select
    'wave ' || shown.wave_id || ', insurer ' || shown.insurer_id || ', ' || shown.segment_type || ' '
    || shown.segment_code || ', ' || shown.indicator_code || ': shown although only '
    || cast(counted.person_count as string) || ' persons stand behind it' as problem
from shown
inner join counted
    on shown.wave_id = counted.wave_id
    and shown.framework_version = counted.framework_version
    and shown.insurer_id = counted.insurer_id
    and shown.indicator_code = counted.indicator_code
    and shown.segment_type = counted.segment_type
    and shown.segment_code = counted.segment_code
left join {{ ref('int_sensitive_indicators_listed') }} as sensitive
    on shown.framework_version = sensitive.framework_version
    and shown.indicator_code = sensitive.indicator_code
cross join {{ ref('int_scoring_rules_pivoted') }} as rules
where counted.person_count < case when sensitive.indicator_code is not null then rules.sensitive_persons_min
    else rules.scores_persons_min end
