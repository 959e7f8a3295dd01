with

estimates as (
    select * from {{ ref('int_score_estimates_unioned') }}
    where segment_type = 'all' and score_level <> 'indicator'
),

industry_shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where segment_type = 'all' and score_level <> 'indicator'
),

products as (
    select * from {{ ref('int_influence_products_summed') }}
    where wave_id = other_wave_id and score_level <> 'indicator'
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- Covariance of an insurer with every insurer, itself included.
covariances as (
    select
        wave_id,
        framework_version,
        score_level,
        score_code,
        insurer_id,
        other_insurer_id,
        covariance
    from products
    union all
    select
        wave_id,
        framework_version,
        score_level,
        score_code,
        other_insurer_id as insurer_id,
        insurer_id as other_insurer_id,
        covariance
    from products
    union all
    select
        wave_id,
        framework_version,
        score_level,
        score_code,
        insurer_id,
        insurer_id as other_insurer_id,
        power(standard_error, 2) as covariance
    from estimates
    where insurer_id <> 'industry' and standard_error is not null
),

-- The line holds the insurer itself: what they have in common is its share of the line and persons of other insurers.
industry_covariances as (
    select
        covariances.wave_id,
        covariances.framework_version,
        covariances.score_level,
        covariances.score_code,
        covariances.insurer_id,
        cast(sum(cast(industry_shares.industry_share * covariances.covariance as decimal(38, 24))) as double) as covariance
    from covariances
    inner join industry_shares
        on covariances.wave_id = industry_shares.wave_id
        and covariances.framework_version = industry_shares.framework_version
        and covariances.score_level = industry_shares.score_level
        and covariances.score_code = industry_shares.score_code
        and covariances.other_insurer_id = industry_shares.insurer_id
    group by
        covariances.wave_id,
        covariances.framework_version,
        covariances.score_level,
        covariances.score_code,
        covariances.insurer_id
),

paired as (
    select
        insurers.wave_id,
        insurers.framework_version,
        insurers.score_level,
        insurers.score_code,
        insurers.insurer_id,
        insurers.score,
        industry.score as industry_score,
        insurers.score - industry.score as difference,
        insurers.score - insurers.score_lower as reach_below,
        insurers.score_upper - insurers.score as reach_above,
        industry.score - industry.score_lower as industry_reach_below,
        industry.score_upper - industry.score as industry_reach_above,
        insurers.standard_error as insurer_error,
        industry.standard_error as industry_error,
        insurers.estimation_status,
        case when insurers.disclosure_status <> 'published' then insurers.disclosure_status else industry.disclosure_status end
        as disclosure_status,
        coalesce(industry_covariances.covariance, 0.0) as covariance,
        rules.confidence_level_z
    from estimates as insurers
    inner join estimates as industry
        on insurers.wave_id = industry.wave_id
        and insurers.framework_version = industry.framework_version
        and insurers.score_level = industry.score_level
        and insurers.score_code = industry.score_code
        and industry.insurer_id = 'industry'
    left join industry_covariances
        on insurers.wave_id = industry_covariances.wave_id
        and insurers.framework_version = industry_covariances.framework_version
        and insurers.score_level = industry_covariances.score_level
        and insurers.score_code = industry_covariances.score_code
        and insurers.insurer_id = industry_covariances.insurer_id
    cross join rules
    where insurers.insurer_id <> 'industry'
),

final as (
    select
        paired.*,
        case when insurer_error + industry_error is not null
            then sqrt(greatest(power(insurer_error, 2) + power(industry_error, 2) - 2 * covariance, 0)) end
        as standard_error,
        {{ difference_distance('reach_below', 'industry_reach_above', 'covariance', 'confidence_level_z') }} as reach_down,
        {{ difference_distance('reach_above', 'industry_reach_below', 'covariance', 'confidence_level_z') }} as reach_up
    from paired
)

select * from final
