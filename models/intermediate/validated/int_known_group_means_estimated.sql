{% set attributes = ['reference_type', 'claim_outcome'] -%}

with

pairs as (
    select * from {{ ref('validity_pairs') }}
    where pair_kind = 'known_groups'
),

screened as (
    select * from {{ ref('int_responses_screened') }}
    where exclusion_reason is null
),

responses as (
    select * from {{ ref('stg_survey__responses') }}
),

invitations as (
    select * from {{ ref('stg_survey__invitations') }}
),

claims as (
    select * from {{ ref('int_claims_timed') }}
    where exclusion_reason is null
),

measured as (
    select * from {{ ref('int_survey_measured') }}
),

described as (
    select
        screened.response_id,
        screened.person_key,
        screened.reference_type,
        claims.outcome as claim_outcome
    from screened
    inner join responses
        on screened.response_id = responses.response_id
    left join invitations
        on responses.invitation_id = invitations.invitation_id
    left join claims
        on invitations.reference_type = 'claim'
        and invitations.reference_id = claims.claim_id
        and invitations.insurer_id = claims.insurer_id
),

attributed as (
    select
        measured.wave_id,
        pairs.pair_code,
        pairs.low_group,
        pairs.high_group,
        described.person_key,
        {{ column_by_name('pairs.group_column', attributes, 'described', 'string') }} as group_code,
        measured.numerator,
        measured.denominator
    from measured
    inner join pairs
        on measured.measure_code = pairs.first_code
    inner join described
        on measured.row_id = described.response_id
),

-- The low group is expected to be less satisfied; without a named high group it is everyone else.
placed as (
    select
        wave_id,
        pair_code,
        case when group_code = low_group then 'low' else 'high' end as side,
        person_key,
        numerator,
        denominator
    from attributed
    where group_code is not null and (group_code = low_group or group_code = coalesce(high_group, group_code))
),

persons as (
    select
        wave_id,
        pair_code,
        side,
        person_key,
        cast(cast(sum(numerator) as double) / nullif(cast(sum(denominator) as double), 0) as decimal(28, 12)) as person_value
    from placed
    group by wave_id, pair_code, side, person_key
),

summed as (
    select
        wave_id,
        pair_code,
        side,
        {{ correlation_moments('person_value', 'person_value') }}
    from persons
    where person_value is not null
    group by wave_id, pair_code, side
),

final as (
    select
        wave_id,
        pair_code,
        side,
        pair_count as person_count,
        x_sum / pair_count as mean_value,
        case when pair_count > 1 then greatest({{ covariance() }}, 0) / pair_count end as mean_variance
    from summed
)

select * from final
