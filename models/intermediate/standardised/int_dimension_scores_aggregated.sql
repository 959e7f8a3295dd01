with

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where is_applicable and indicator_weight > 0
),

dimensions as (
    select * from {{ ref('dimensions') }}
),

segment_weights as (
    select * from {{ ref('segment_weights') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- Weights count over what is present; how much of the applicable weight that is, is the coverage.
summed as (
    select
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        scores.segment_type,
        scores.segment_code,
        scores.dimension_code,
        cast(sum(cast(scores.indicator_weight as decimal(18, 9))) as double) as applicable_weight,
        {{ aggregation_sums('scores.indicator_weight', 'scores.score', 'rules.aggregation_floor') }}
    from scores
    cross join rules
    group by
        scores.wave_id,
        scores.framework_version,
        scores.insurer_id,
        scores.segment_type,
        scores.segment_code,
        scores.dimension_code
),

final as (
    select
        summed.wave_id,
        summed.framework_version,
        summed.insurer_id,
        summed.segment_type,
        summed.segment_code,
        summed.dimension_code,
        -- What the dimension weighs in the index: customer groups may have weights of their own.
        coalesce(segment_weights.dimension_weight, dimensions.dimension_weight) as dimension_weight,
        summed.applicable_weight,
        summed.present_weight,
        summed.present_weight / summed.applicable_weight as coverage_share,
        summed.weighted_score / nullif(summed.present_weight, 0) as mean_score,
        case when summed.present_weight / summed.applicable_weight >= rules.dimension_coverage_min
            then {{ aggregated_score('dimensions.aggregation') }}
        end as score
    from summed
    inner join dimensions
        on summed.framework_version = dimensions.framework_version
        and summed.dimension_code = dimensions.dimension_code
    left join segment_weights
        on summed.framework_version = segment_weights.framework_version
        and summed.segment_type = segment_weights.segment_type
        and summed.segment_code = segment_weights.segment_code
        and summed.dimension_code = segment_weights.dimension_code
    cross join rules
)

select * from final
