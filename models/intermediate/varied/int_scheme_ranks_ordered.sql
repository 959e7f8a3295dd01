with

schemes as (
    select * from {{ ref('int_schemes_listed') }}
    where scheme_status = 'valid'
),

dimension_sums as (
    select * from {{ ref('int_scheme_dimensions_aggregated') }}
),

weights as (
    select * from {{ ref('int_indicator_weights_resolved') }}
),

ranked as (
    select * from {{ ref('int_ranked_insurers_listed') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- A dimension keeps its points whichever of its indicators count, as in the published index.
dimension_weights as (
    select
        wave_id,
        framework_version,
        weight_scheme,
        dimension_code,
        cast(sum(cast(scheme_weight as decimal(28, 12))) as double) as dimension_weight
    from weights
    group by wave_id, framework_version, weight_scheme, dimension_code
),

dimension_scores as (
    select
        dimension_sums.wave_id,
        dimension_sums.framework_version,
        dimension_sums.insurer_id,
        schemes.weight_scheme,
        schemes.normalisation,
        schemes.aggregation,
        schemes.has_auxiliary,
        dimension_weights.dimension_weight,
        {{ aggregated_score('schemes.aggregation') }} as score
    from dimension_sums
    inner join schemes
        on dimension_sums.wave_id = schemes.wave_id
        and dimension_sums.framework_version = schemes.framework_version
        and dimension_sums.weight_scheme = schemes.weight_scheme
        and dimension_sums.normalisation = schemes.normalisation
        and dimension_sums.has_auxiliary = schemes.has_auxiliary
    inner join dimension_weights
        on dimension_sums.wave_id = dimension_weights.wave_id
        and dimension_sums.framework_version = dimension_weights.framework_version
        and dimension_sums.weight_scheme = dimension_weights.weight_scheme
        and dimension_sums.dimension_code = dimension_weights.dimension_code
),

index_sums as (
    select
        dimension_scores.wave_id,
        dimension_scores.framework_version,
        dimension_scores.insurer_id,
        dimension_scores.weight_scheme,
        dimension_scores.normalisation,
        dimension_scores.aggregation,
        dimension_scores.has_auxiliary,
        {{ aggregation_sums('dimension_scores.dimension_weight', 'dimension_scores.score', 'rules.aggregation_floor') }}
    from dimension_scores
    cross join rules
    group by
        dimension_scores.wave_id,
        dimension_scores.framework_version,
        dimension_scores.insurer_id,
        dimension_scores.weight_scheme,
        dimension_scores.normalisation,
        dimension_scores.aggregation,
        dimension_scores.has_auxiliary
),

adjusted as (
    select
        index_sums.*,
        ranked.base_count,
        ranked.official_rank,
        ranked.insurer_count,
        least(greatest({{ aggregated_score('index_sums.aggregation') }} + ranked.adjustment_points, 0), 100) as score
    from index_sums
    inner join ranked
        on index_sums.wave_id = ranked.wave_id
        and index_sums.framework_version = ranked.framework_version
        and index_sums.insurer_id = ranked.insurer_id
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        weight_scheme,
        normalisation,
        aggregation,
        has_auxiliary,
        score,
        official_rank,
        insurer_count,
        row_number() over (
            partition by wave_id, framework_version, weight_scheme, normalisation, aggregation, has_auxiliary
            order by round(score, 6) desc nulls last, base_count desc nulls last, insurer_id asc
        ) as scheme_rank
    from adjusted
)

select * from final
