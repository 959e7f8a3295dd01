with

industry_shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where segment_type = 'all' and score_level <> 'indicator'
),

products as (
    select * from {{ ref('int_influence_products_summed') }}
    where wave_id = other_wave_id and score_level <> 'indicator'
),

-- Covariance of an insurer with every other.
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
),

-- What the rest of the line has in common with an insurer: its customers who are customers of others too.
final as (
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
)

select * from final
