with

insurer_scores as (
    select * from {{ ref('int_element_scores_aggregated') }}
),

shares as (
    select * from {{ ref('int_element_shares_resolved') }}
),

bases as (
    select * from {{ ref('int_element_bases_counted') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

insurers as (
    select
        insurer_scores.wave_id,
        insurer_scores.framework_version,
        insurer_scores.insurer_id,
        insurer_scores.view_code,
        insurer_scores.element_code,
        insurer_scores.applicable_weight,
        insurer_scores.coverage_share,
        insurer_scores.has_shown_indicator,
        insurer_scores.is_provisional,
        insurer_scores.score,
        bases.base_count
    from insurer_scores
    left join bases
        on insurer_scores.wave_id = bases.wave_id
        and insurer_scores.framework_version = bases.framework_version
        and insurer_scores.insurer_id = bases.insurer_id
        and insurer_scores.view_code = bases.view_code
        and insurer_scores.element_code = bases.element_code
),

industry as (
    select
        shares.wave_id,
        shares.framework_version,
        'industry' as insurer_id,
        shares.view_code,
        shares.element_code,
        cast(100 as double) as applicable_weight,
        least(cast(sum(cast(shares.industry_share * shares.coverage_share as decimal(28, 12))) as double), 1) as coverage_share,
        max(case when shares.has_shown_indicator then 1 else 0 end) = 1 as has_shown_indicator,
        max(case when shares.is_provisional then 1 else 0 end) = 1 as is_provisional,
        least(cast(sum(cast(shares.industry_share * shares.score as decimal(28, 12))) as double), 100) as score,
        cast(sum(bases.base_count) as bigint) as base_count
    from shares
    left join bases
        on shares.wave_id = bases.wave_id
        and shares.framework_version = bases.framework_version
        and shares.insurer_id = bases.insurer_id
        and shares.view_code = bases.view_code
        and shares.element_code = bases.element_code
    group by shares.wave_id, shares.framework_version, shares.view_code, shares.element_code
),

unioned as (
    select * from insurers
    union all
    select * from industry
),

final as (
    select
        unioned.*,
        case
            when unioned.applicable_weight = 0 then 'not_applicable'
            when unioned.score is null and coalesce(unioned.coverage_share, 0) = 0 then 'not_available'
            when unioned.score is null then 'below_coverage'
            -- An element of one indicator is that indicator: what hides the one hides the other.
            when not unioned.has_shown_indicator or unioned.base_count < rules.scores_persons_min then 'small_n'
            else 'published'
        end as primary_status,
        coalesce(unioned.base_count < rules.caution_below, false) as is_caution
    from unioned
    cross join rules
)

select * from final
