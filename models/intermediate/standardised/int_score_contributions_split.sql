with

slopes as (
    select * from {{ ref('int_score_slopes_resolved') }}
    where weight_share is not null
),

industry_shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where score_level = 'index'
),

insurer_contributions as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        dimension_code,
        indicator_code,
        weight_share,
        contribution_points
    from slopes
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
