with

dimension_scores as (
    select * from {{ ref('int_dimension_scores_aggregated') }}
),

dimensions as (
    select * from {{ ref('dimensions') }}
),

versions as (
    select
        framework_version,
        coalesce(index_aggregation, 'arithmetic') as index_aggregation
    from {{ ref('framework_versions') }}
),

adjustments as (
    select * from {{ ref('int_adjustments_capped') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

summed as (
    select
        dimension_scores.wave_id,
        dimension_scores.framework_version,
        dimension_scores.insurer_id,
        dimension_scores.segment_type,
        dimension_scores.segment_code,
        cast(sum(cast(dimension_scores.dimension_weight as decimal(18, 9))) as double) as applicable_weight,
        cast(sum(cast(
            case when dimension_scores.score is not null
                then dimension_scores.dimension_weight * dimension_scores.coverage_share else 0 end
            as decimal(28, 12))) as double) as covered_weight,
        {{ aggregation_sums('dimension_scores.dimension_weight', 'dimension_scores.score', 'rules.aggregation_floor') }},
        max(case when dimensions.is_required and dimension_scores.score is null then 1 else 0 end) as lacks_required
    from dimension_scores
    inner join dimensions
        on dimension_scores.framework_version = dimensions.framework_version
        and dimension_scores.dimension_code = dimensions.dimension_code
    cross join rules
    group by
        dimension_scores.wave_id,
        dimension_scores.framework_version,
        dimension_scores.insurer_id,
        dimension_scores.segment_type,
        dimension_scores.segment_code
),

raw_scores as (
    select
        summed.*,
        summed.covered_weight / summed.applicable_weight as coverage_share,
        case
            when summed.lacks_required = 0
                and summed.covered_weight / summed.applicable_weight >= rules.index_coverage_min
                then {{ aggregated_score('versions.index_aggregation') }}
        end as unadjusted_score
    from summed
    inner join versions
        on summed.framework_version = versions.framework_version
    cross join rules
),

final as (
    select
        raw_scores.wave_id,
        raw_scores.framework_version,
        raw_scores.insurer_id,
        raw_scores.segment_type,
        raw_scores.segment_code,
        raw_scores.present_weight as scored_weight,
        raw_scores.coverage_share,
        raw_scores.weighted_score / nullif(raw_scores.present_weight, 0) as mean_score,
        raw_scores.unadjusted_score,
        -- Events are judged for the insurer as a whole: segments carry no adjustment.
        case when raw_scores.segment_type in ('all', 'pooled') then coalesce(adjustments.adjustment_points, 0.0) else 0.0 end
        as adjustment_points,
        least(greatest(
            raw_scores.unadjusted_score
            + case when raw_scores.segment_type in ('all', 'pooled')
                then coalesce(adjustments.adjustment_points, 0.0) else 0.0 end,
            case when raw_scores.unadjusted_score is not null then 0 end
        ), case when raw_scores.unadjusted_score is not null then 100 end) as score
    from raw_scores
    left join adjustments
        on raw_scores.wave_id = adjustments.wave_id
        and raw_scores.insurer_id = adjustments.insurer_id
)

select * from final
