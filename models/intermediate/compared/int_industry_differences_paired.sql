with

estimates as (
    select * from {{ ref('int_score_estimates_unioned') }}
    where segment_type = 'all' and score_level <> 'indicator'
),

industry_shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where segment_type = 'all'
),

line_covariances as (
    select * from {{ ref('int_line_covariances_summed') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
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
        coalesce(industry_shares.industry_share, 0.0) as industry_share,
        coalesce(line_covariances.covariance, 0.0) as covariance,
        rules.confidence_level_z
    from estimates as insurers
    inner join estimates as industry
        on insurers.wave_id = industry.wave_id
        and insurers.framework_version = industry.framework_version
        and insurers.score_level = industry.score_level
        and insurers.score_code = industry.score_code
        and industry.insurer_id = 'industry'
    left join industry_shares
        on insurers.wave_id = industry_shares.wave_id
        and insurers.framework_version = industry_shares.framework_version
        and insurers.score_level = industry_shares.score_level
        and insurers.score_code = industry_shares.score_code
        and insurers.insurer_id = industry_shares.insurer_id
    left join line_covariances
        on insurers.wave_id = line_covariances.wave_id
        and insurers.framework_version = line_covariances.framework_version
        and insurers.score_level = line_covariances.score_level
        and insurers.score_code = line_covariances.score_code
        and insurers.insurer_id = line_covariances.insurer_id
    cross join rules
    where insurers.insurer_id <> 'industry'
),

-- The line contains the insurer: what it differs from is the rest of the line, and by so much less than a whole.
parted as (
    select
        paired.*,
        (1 - industry_share) * reach_below as own_below,
        (1 - industry_share) * reach_above as own_above,
        case when insurer_error + industry_error is not null then sqrt(greatest(
            power(industry_error, 2) - power(industry_share * insurer_error, 2) - 2 * industry_share * covariance, 0
        )) end as rest_error,
        {% for side in ['below', 'above'] -%}
        case when reach_{{ side }} + industry_reach_{{ side }} is not null then sqrt(greatest(
            power(industry_reach_{{ side }}, 2) - power(industry_share * reach_{{ side }}, 2)
            - 2 * power(confidence_level_z, 2) * industry_share * covariance, 0
        )) end as rest_{{ side }}{{ ',' if not loop.last }}
        {% endfor -%}
    from paired
),

correlated as (
    select
        parted.*,
        {{ estimate_correlation('covariance', 'insurer_error', 'rest_error') }} as estimate_correlation
    from parted
),

final as (
    select
        correlated.*,
        case when insurer_error + industry_error is not null then sqrt(greatest(
            power(insurer_error, 2) + power(industry_error, 2)
            - 2 * (industry_share * power(insurer_error, 2) + covariance), 0
        )) end as standard_error,
        {{ difference_distance('own_below', 'rest_above', 'estimate_correlation') }} as reach_down,
        {{ difference_distance('own_above', 'rest_below', 'estimate_correlation') }} as reach_up
    from correlated
)

select * from final
