{#- Dimensions of every insurer under every set of weights and normalisation, as the sums from which all aggregations
    follow. -#}
with

scores as (
    select * from {{ ref('int_scheme_scores_normalised') }}
),

weights as (
    select * from {{ ref('int_indicator_weights_resolved') }}
    where scheme_weight > 0
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

auxiliaries as (
    select true as has_auxiliary
    union all
    select false as has_auxiliary
),

final as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        weights.weight_scheme,
        scores.normalisation,
        auxiliaries.has_auxiliary,
        scores.dimension_code,
        {{ aggregation_sums('weights.scheme_weight', 'scores.score', 'rules.aggregation_floor') }}
    from scores
    inner join weights
        on scores.wave_id = weights.wave_id
        and scores.framework_version = weights.framework_version
        and scores.indicator_code = weights.indicator_code
    inner join auxiliaries
        on auxiliaries.has_auxiliary or scores.indicator_role <> 'auxiliary'
    cross join rules
    group by
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        weights.weight_scheme,
        scores.normalisation,
        auxiliaries.has_auxiliary,
        scores.dimension_code
)

select * from final
