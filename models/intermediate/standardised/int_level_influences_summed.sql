{% set columns = ['product_line', 'age_band', 'gender', 'region', 'sales_channel', 'tenure'] -%}
{% set keys = 'wave_id, framework_version, insurer_id, indicator_code' -%}

with

sums as (
    select * from {{ ref('int_person_indicators_summed') }}
    where stratum is not null
),

estimates as (
    select * from {{ ref('int_survey_estimates_numbered') }}
),

levels as (
    select * from {{ ref('int_raking_levels_numbered') }}
),

-- Rounded once. The margins are fitted to influences per unit of weight, hence sums without weights; what is taken out
-- of a row weighs as much as its person, hence products with that weight.
weighted as (
    select
        {{ keys }},
        {{ columns | join(', ') }},
        stratum,
        numerator,
        denominator,
        weighted_numerator,
        weighted_denominator,
        cast(variance_factor * person_weight * cast(weighted_numerator as double) as decimal(28, 9)) as cross_numerator,
        cast(variance_factor * person_weight * cast(weighted_denominator as double) as decimal(28, 9)) as cross_denominator
    from sums
),

-- One pass over all pairs of columns: either of a pair is the segment of an estimate, the other the margin.
paired as (
    select
        {{ keys }},
        {{ segment_of_grouping(columns, 'first') }},
        {{ segment_of_grouping(columns | reverse | list, 'second') }},
        cast(sum(numerator) as double) as numerator,
        cast(sum(denominator) as double) as denominator,
        cast(sum(cross_numerator) as double) as cross_numerator,
        cast(sum(cross_denominator) as double) as cross_denominator
    from weighted
    group by grouping sets (
        {%- for column in columns %}
        {%- set first = loop.first %}
        {%- for other in columns[loop.index0:] %}
        {{ ', ' if not (first and loop.first) }}({{ keys }}, {{ column }}{{ ', ' ~ other if other != column }})
        {%- endfor %}
        {%- endfor %}
    )
),

-- The strata of an insurer are one more margin, centred with weights and not fitted.
stratified as (
    select
        {{ keys }},
        {{ segment_of_grouping(columns) }},
        stratum,
        cast(sum(weighted_numerator) as double) as numerator,
        cast(sum(weighted_denominator) as double) as denominator
    from weighted
    group by grouping sets (
        ({{ keys }}, stratum)
        {%- for column in columns %},
        ({{ keys }}, stratum, {{ column }})
        {%- endfor %}
    )
),

unioned as (
    select
        {{ keys }},
        'all' as segment_type,
        'all' as segment_code,
        first_type as margin,
        first_code as level,
        numerator,
        denominator,
        cross_numerator,
        cross_denominator
    from paired
    where first_type = second_type
    union all
    select
        {{ keys }},
        first_type as segment_type,
        first_code as segment_code,
        second_type as margin,
        second_code as level,
        numerator,
        denominator,
        cross_numerator,
        cross_denominator
    from paired
    union all
    select
        {{ keys }},
        second_type as segment_type,
        second_code as segment_code,
        first_type as margin,
        first_code as level,
        numerator,
        denominator,
        cross_numerator,
        cross_denominator
    from paired
    where first_type <> second_type
    union all
    select
        {{ keys }},
        segment_type,
        segment_code,
        'stratum' as margin,
        stratum as level,
        numerator,
        denominator,
        0.0 as cross_numerator,
        0.0 as cross_denominator
    from stratified
),

final as (
    select
        estimates.estimate_number,
        estimates.wave_id,
        estimates.insurer_id,
        levels.slot,
        (unioned.numerator - estimates.ratio * unioned.denominator) / estimates.denominator_sum as influence_sum,
        (unioned.cross_numerator - estimates.ratio * unioned.cross_denominator) / estimates.denominator_sum as cross_sum
    from unioned
    inner join estimates
        on unioned.wave_id = estimates.wave_id
        and unioned.framework_version = estimates.framework_version
        and unioned.insurer_id = estimates.insurer_id
        and unioned.indicator_code = estimates.indicator_code
        and unioned.segment_type = estimates.segment_type
        and unioned.segment_code = estimates.segment_code
    inner join levels
        on unioned.wave_id = levels.wave_id
        and unioned.insurer_id = levels.insurer_id
        and case unioned.margin when 'product_line' then 'insurer_line' else unioned.margin end = levels.margin
        and case unioned.margin
            when 'product_line' then unioned.insurer_id || ' · ' || unioned.level else unioned.level
        end = levels.level
)

select * from final
