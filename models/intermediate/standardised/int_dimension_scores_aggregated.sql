with

scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where is_applicable and indicator_weight > 0
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- Weights count over what is present; how much of the applicable weight that is, is the coverage.
summed as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        dimension_code,
        cast(sum(cast(indicator_weight as decimal(18, 9))) as double) as applicable_weight,
        cast(sum(cast(case when score is not null then indicator_weight else 0 end as decimal(18, 9))) as double)
        as present_weight,
        cast(sum(cast(indicator_weight * score as decimal(28, 12))) as double) as weighted_score
    from scores
    group by wave_id, framework_version, insurer_id, segment_type, segment_code, dimension_code
),

final as (
    select
        summed.wave_id,
        summed.framework_version,
        summed.insurer_id,
        summed.segment_type,
        summed.segment_code,
        summed.dimension_code,
        summed.applicable_weight,
        summed.present_weight,
        summed.present_weight / summed.applicable_weight as coverage_share,
        case when summed.present_weight / summed.applicable_weight >= rules.dimension_coverage_min
            then summed.weighted_score / nullif(summed.present_weight, 0)
        end as score
    from summed
    cross join rules
)

select * from final
