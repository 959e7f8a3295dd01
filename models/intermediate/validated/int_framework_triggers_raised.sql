{#- The triggers that speak about a version as a whole, or about what it does not measure. -#}
with

wave_versions as (
    select * from {{ ref('int_wave_versions') }}
),

gaps as (
    select * from {{ ref('int_framework_gaps_listed') }}
),

dimension_scores as (
    select * from {{ ref('int_dimension_scores_aggregated') }}
    where segment_type = 'all'
),

audit as (
    select * from {{ ref('rpt_weight_audit') }}
),

rules as (
    select * from {{ ref('int_validity_rules_pivoted') }}
),

cosines as (
    select
        wave_id,
        framework_version,
        least(min(entropy_cosine), min(critic_cosine)) as smallest_cosine,
        case when min(critic_cosine) < min(entropy_cosine) then 'critic' else 'entropy' end as weight_scheme
    from audit
    group by wave_id, framework_version
),

coverages as (
    select
        wave_id,
        framework_version,
        dimension_code,
        cast(count(score) as double) / count(*) as scored_share
    from dimension_scores
    group by wave_id, framework_version, dimension_code
),

final as (
    select
        cosines.wave_id,
        cosines.framework_version,
        'framework' as subject_type,
        cosines.framework_version as subject_code,
        'weights_diverge' as trigger_code,
        cosines.weight_scheme as related_code,
        cosines.smallest_cosine as statistic_value,
        rules.review_cosine_min as threshold
    from cosines
    cross join rules
    where round(cosines.smallest_cosine, 6) < rules.review_cosine_min
    union all
    select
        coverages.wave_id,
        coverages.framework_version,
        'dimension' as subject_type,
        coverages.dimension_code as subject_code,
        'low_coverage' as trigger_code,
        cast(null as string) as related_code,
        coverages.scored_share as statistic_value,
        rules.availability_min as threshold
    from coverages
    cross join rules
    where round(coverages.scored_share, 6) < rules.availability_min
    union all
    select
        wave_versions.wave_id,
        gaps.framework_version,
        gaps.subject_type,
        gaps.subject_code,
        gaps.trigger_code,
        cast(null as string) as related_code,
        cast(null as double) as statistic_value,
        cast(null as double) as threshold
    from gaps
    inner join wave_versions
        on gaps.framework_version = wave_versions.framework_version
)

select * from final
