with

weights as (
    select * from {{ ref('int_indicator_weights_resolved') }}
),

invalid_schemes as (
    select * from {{ ref('invalid_schemes') }}
),

weight_schemes as (
    select
        wave_id,
        framework_version,
        weight_scheme,
        max(scheme_weight) as largest_weight
    from weights
    group by wave_id, framework_version, weight_scheme
),

normalisations as (
    {% for normalisation in normalisations() -%}
    select '{{ normalisation }}' as normalisation
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

aggregations as (
    {% for aggregation in aggregations() -%}
    select '{{ aggregation }}' as aggregation
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

auxiliaries as (
    select true as has_auxiliary
    union all
    select false as has_auxiliary
),

final as (
    select
        weight_schemes.wave_id,
        weight_schemes.framework_version,
        weight_schemes.weight_scheme,
        normalisations.normalisation,
        aggregations.aggregation,
        auxiliaries.has_auxiliary,
        case
            when invalid_schemes.normalisation is not null then 'invalid'
            when coalesce(weight_schemes.largest_weight, 0) = 0 then 'no_weights'
            else 'valid'
        end as scheme_status,
        invalid_schemes.reason_zh,
        invalid_schemes.reason_en
    from weight_schemes
    cross join normalisations
    cross join aggregations
    cross join auxiliaries
    left join invalid_schemes
        on normalisations.normalisation = invalid_schemes.normalisation
        and aggregations.aggregation = invalid_schemes.aggregation
)

select * from final
