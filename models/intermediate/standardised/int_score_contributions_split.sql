with

indicator_scores as (
    select * from {{ ref('int_indicator_scores_normalised') }}
    where is_applicable and indicator_weight > 0 and score is not null
),

dimension_scores as (
    select * from {{ ref('int_dimension_scores_aggregated') }}
    where score is not null
),

dimensions as (
    select * from {{ ref('dimensions') }}
),

index_scores as (
    select * from {{ ref('int_index_scores_aggregated') }}
    where score is not null
),

industry_shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where score_level = 'index'
),

insurer_contributions as (
    select
        indicator_scores.wave_id,
        indicator_scores.framework_version,
        indicator_scores.insurer_id,
        indicator_scores.segment_type,
        indicator_scores.segment_code,
        indicator_scores.dimension_code,
        indicator_scores.indicator_code,
        indicator_scores.indicator_weight / dimension_scores.present_weight
        * dimensions.dimension_weight / index_scores.scored_weight as weight_share,
        indicator_scores.indicator_weight / dimension_scores.present_weight
        * dimensions.dimension_weight / index_scores.scored_weight * indicator_scores.score as contribution_points
    from indicator_scores
    inner join dimension_scores
        on indicator_scores.wave_id = dimension_scores.wave_id
        and indicator_scores.framework_version = dimension_scores.framework_version
        and indicator_scores.insurer_id = dimension_scores.insurer_id
        and indicator_scores.segment_type = dimension_scores.segment_type
        and indicator_scores.segment_code = dimension_scores.segment_code
        and indicator_scores.dimension_code = dimension_scores.dimension_code
    inner join dimensions
        on indicator_scores.framework_version = dimensions.framework_version
        and indicator_scores.dimension_code = dimensions.dimension_code
    inner join index_scores
        on indicator_scores.wave_id = index_scores.wave_id
        and indicator_scores.framework_version = index_scores.framework_version
        and indicator_scores.insurer_id = index_scores.insurer_id
        and indicator_scores.segment_type = index_scores.segment_type
        and indicator_scores.segment_code = index_scores.segment_code
),

-- What an indicator gives to the industry line is the exposure-weighted mean of what it gives to the insurers.
industry_contributions as (
    select
        contributions.wave_id,
        contributions.framework_version,
        'industry' as insurer_id,
        contributions.segment_type,
        contributions.segment_code,
        contributions.dimension_code,
        contributions.indicator_code,
        cast(sum(cast(industry_shares.industry_share * contributions.weight_share as decimal(28, 15))) as double)
        as weight_share,
        cast(sum(cast(industry_shares.industry_share * contributions.contribution_points as decimal(28, 15))) as double)
        as contribution_points
    from insurer_contributions as contributions
    inner join industry_shares
        on contributions.wave_id = industry_shares.wave_id
        and contributions.framework_version = industry_shares.framework_version
        and contributions.insurer_id = industry_shares.insurer_id
        and contributions.segment_type = industry_shares.segment_type
        and contributions.segment_code = industry_shares.segment_code
    group by
        contributions.wave_id,
        contributions.framework_version,
        contributions.segment_type,
        contributions.segment_code,
        contributions.dimension_code,
        contributions.indicator_code
),

final as (
    select * from insurer_contributions
    union all
    select * from industry_contributions
)

select * from final
