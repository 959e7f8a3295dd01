{% set line = ['shares.wave_id', 'shares.insurer_id', 'shares.segment_type'] -%}

with

shares as (
    select * from {{ ref('int_respondent_shares_compared') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- The respondents of a segment are the base of its index, in every version.
hidden_indices as (
    select distinct
        wave_id,
        insurer_id,
        segment_type,
        segment_code
    from {{ ref('int_composite_scores_disclosed') }}
    where score_level = 'index' and disclosure_status in ('small_n', 'complementary')
),

judged as (
    select
        shares.*,
        hidden_indices.wave_id is not null
        or {{ hidden_in_line('shares.respondent_count', 'rules.distributions_persons_min', line, ['shares.segment_code']) }}
        or {{ hidden_in_line('shares.customer_count', 'rules.distributions_persons_min', line, ['shares.segment_code']) }}
        as is_hidden
    from shares
    left join hidden_indices
        on shares.wave_id = hidden_indices.wave_id
        and shares.insurer_id = hidden_indices.insurer_id
        and shares.segment_type = hidden_indices.segment_type
        and shares.segment_code = hidden_indices.segment_code
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
