{% set attributes = ['age_band', 'gender', 'region', 'tenure', 'product_line', 'sales_channel'] -%}

with

sums as (
    select * from {{ ref('int_person_indicators_summed') }}
),

pooled_sums as (
    select
        *,
        'all' as pooled
    from {{ ref('int_pooled_persons_summed') }}
),

factors as (
    select
        factors.wave_id,
        factors.framework_version,
        factors.insurer_id,
        factors.segment_type,
        factors.segment_code,
        slopes.dimension_code,
        factors.source_wave_id,
        factors.source_indicator_code,
        slopes.dimension_share * slopes.score_slope * factors.numerator_factor as numerator_points,
        slopes.dimension_share * slopes.score_slope * factors.denominator_factor as denominator_points,
        -- Points of the index per point of the dimension: the same for every indicator of the dimension.
        slopes.index_share / nullif(slopes.dimension_share, 0) as index_ratio
    from {{ ref('int_influence_factors_resolved') }} as factors
    inner join {{ ref('int_score_slopes_resolved') }} as slopes
        on factors.wave_id = slopes.wave_id
        and factors.framework_version = slopes.framework_version
        and factors.insurer_id = slopes.insurer_id
        and factors.segment_type = slopes.segment_type
        and factors.segment_code = slopes.segment_code
        and factors.indicator_code = slopes.indicator_code
    where slopes.score_slope <> 0
),

-- One pass per attribute: a person counts in one segment of each, or in several (product lines, channels).
{% for attribute in attributes + ['pooled'] -%}
by_{{ attribute }} as (
    select
        factors.wave_id,
        factors.framework_version,
        factors.insurer_id,
        factors.segment_type,
        factors.segment_code,
        factors.dimension_code,
        sums.person_key,
        max(factors.index_ratio) as index_ratio,
        sum(cast(
            factors.numerator_points * cast(sums.weighted_numerator as double)
            + factors.denominator_points * cast(sums.weighted_denominator as double) as decimal(38, 20)
        )) as dimension_influence
    from {{ 'pooled_sums' if attribute == 'pooled' else 'sums' }} as sums
    inner join factors
        on sums.wave_id = factors.source_wave_id
        and sums.framework_version = factors.framework_version
        and sums.insurer_id = factors.insurer_id
        and sums.indicator_code = factors.source_indicator_code
        and sums.{{ attribute }} = factors.segment_code
        and factors.segment_type = '{{ attribute }}'
    group by
        factors.wave_id,
        factors.framework_version,
        factors.insurer_id,
        factors.segment_type,
        factors.segment_code,
        factors.dimension_code,
        sums.person_key
),

{% endfor -%}

dimension_influences as (
    {% for attribute in attributes + ['pooled'] -%}
    select * from by_{{ attribute }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

index_influences as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        person_key,
        cast(sum(cast(index_ratio * cast(dimension_influence as double) as decimal(38, 20))) as double) as influence
    from dimension_influences
    where index_ratio is not null
    group by wave_id, framework_version, insurer_id, segment_type, segment_code, person_key
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        'dimension' as score_level,
        dimension_code as score_code,
        cast(sum(cast(
            cast(dimension_influence as double) * cast(dimension_influence as double) as decimal(38, 24)
        )) as double) as influence_square_sum
    from dimension_influences
    group by wave_id, framework_version, insurer_id, segment_type, segment_code, dimension_code
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        'index' as score_level,
        'index' as score_code,
        cast(sum(cast(influence * influence as decimal(38, 24))) as double) as influence_square_sum
    from index_influences
    group by wave_id, framework_version, insurer_id, segment_type, segment_code
)

select * from final
