{% set attributes = ['age_band', 'gender', 'region', 'tenure', 'product_line', 'sales_channel'] -%}

with

sums as (
    select * from {{ ref('int_person_indicators_summed') }}
),

factors as (
    select * from {{ ref('int_influence_factors_resolved') }}
),

-- Only who is a customer of several insurers makes their errors depend on one another.
shared_persons as (
    select person_key
    from sums
    group by person_key
    having count(distinct insurer_id) > 1
),

segmented as (
    {% for attribute in ['all'] + attributes -%}
    select
        sums.wave_id,
        sums.framework_version,
        sums.insurer_id,
        sums.indicator_code,
        sums.person_key,
        '{{ attribute }}' as segment_type,
        {{ "'all'" if attribute == 'all' else 'sums.' ~ attribute }} as segment_code,
        sqrt(sums.variance_factor) * cast(sums.weighted_numerator as double) as numerator,
        sqrt(sums.variance_factor) * cast(sums.weighted_denominator as double) as denominator
    from sums
    inner join shared_persons
        on sums.person_key = shared_persons.person_key
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        factors.wave_id,
        factors.framework_version,
        factors.insurer_id,
        factors.segment_type,
        factors.segment_code,
        factors.indicator_code,
        segmented.person_key,
        cast(sum(cast(
            factors.numerator_factor * segmented.numerator + factors.denominator_factor * segmented.denominator
            as decimal(38, 20)
        )) as double) as value_influence
    from segmented
    inner join factors
        on segmented.wave_id = factors.source_wave_id
        and segmented.framework_version = factors.source_framework_version
        and segmented.insurer_id = factors.insurer_id
        and segmented.segment_type = factors.segment_type
        and segmented.segment_code = factors.segment_code
        and segmented.indicator_code = factors.source_indicator_code
    group by
        factors.wave_id,
        factors.framework_version,
        factors.insurer_id,
        factors.segment_type,
        factors.segment_code,
        factors.indicator_code,
        segmented.person_key
)

select * from final
