{% set line = ['shares.wave_id', 'shares.insurer_id', 'shares.segment_type'] -%}

with

shares as (
    select * from {{ ref('int_respondent_shares_compared') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

judged as (
    select
        shares.*,
        {{ hidden_in_line('shares.respondent_count', 'rules.distributions_persons_min', line, ['shares.segment_code']) }}
        or {{ hidden_in_line('shares.customer_count', 'rules.distributions_persons_min', line, ['shares.segment_code']) }}
        as is_hidden
    from shares
    cross join rules
),

described as (
    select
        judged.*,
        case when is_hidden then 'small_n' else 'published' end as disclosure_status
    from judged
),

final as (
    select
        wave_id,
        insurer_id,
        segment_type,
        segment_code,
        {{ shown('respondent_count') }} as respondent_count,
        {{ shown('customer_count') }} as customer_count,
        {{ shown('respondent_share') }} as respondent_share,
        {{ shown('weighted_share') }} as weighted_share,
        {{ shown('customer_share') }} as customer_share,
        {{ shown('respondent_share - customer_share') }} as respondent_difference,
        {{ shown('weighted_share - customer_share') }} as weighted_difference,
        disclosure_status
    from described
)

select * from final
