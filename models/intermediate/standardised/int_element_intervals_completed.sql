with

insurers as (
    select * from {{ ref('int_element_intervals_estimated') }}
),

shares as (
    select * from {{ ref('int_element_shares_resolved') }}
),

errors as (
    select * from {{ ref('int_element_errors_estimated') }}
    where insurer_id = 'industry'
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

summed as (
    select
        shares.wave_id,
        shares.framework_version,
        shares.view_code,
        shares.element_code,
        least(cast(sum(cast(shares.industry_share * shares.score as decimal(28, 12))) as double), 100) as centre,
        cast(sum(cast(power(shares.industry_share * insurers.standard_error, 2) as decimal(38, 24))) as double) as variance,
        cast(sum(cast(
            power(shares.industry_share * (insurers.centre - insurers.score_lower), 2) as decimal(38, 24)
        )) as double) as squared_lower,
        cast(sum(cast(
            power(shares.industry_share * (insurers.score_upper - insurers.centre), 2) as decimal(38, 24)
        )) as double) as squared_upper
    from shares
    inner join insurers
        on shares.wave_id = insurers.wave_id
        and shares.framework_version = insurers.framework_version
        and shares.insurer_id = insurers.insurer_id
        and shares.view_code = insurers.view_code
        and shares.element_code = insurers.element_code
    group by shares.wave_id, shares.framework_version, shares.view_code, shares.element_code
),

-- The insurers' intervals combined like those of indicators; persons with several insurers are the covariance.
industry as (
    select
        summed.*,
        errors.standard_error,
        errors.standard_error * errors.standard_error - summed.variance as covariance,
        rules.confidence_level_z
    from summed
    inner join errors
        on summed.wave_id = errors.wave_id
        and summed.framework_version = errors.framework_version
        and summed.view_code = errors.view_code
        and summed.element_code = errors.element_code
    cross join rules
),

final as (
    select
        wave_id,
        framework_version,
        insurer_id,
        view_code,
        element_code,
        standard_error,
        score_lower,
        score_upper
    from insurers
    union all
    select
        wave_id,
        framework_version,
        'industry' as insurer_id,
        view_code,
        element_code,
        standard_error,
        {{ mover_limit('centre', 'squared_lower', 'covariance', 'confidence_level_z', -1) }} as score_lower,
        {{ mover_limit('centre', 'squared_upper', 'covariance', 'confidence_level_z', 1) }} as score_upper
    from industry
)

select * from final
