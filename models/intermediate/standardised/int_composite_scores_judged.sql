with

insurer_bases as (
    select * from {{ ref('int_composite_estimates_based') }}
),

industry as (
    select * from {{ ref('int_industry_scores_aggregated') }}
    where score_level in ('dimension', 'index')
),

industry_shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where score_level in ('dimension', 'index')
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

industry_bases as (
    select
        industry_shares.wave_id,
        industry_shares.framework_version,
        industry_shares.segment_type,
        industry_shares.segment_code,
        industry_shares.score_level,
        industry_shares.score_code,
        cast(sum(insurer_bases.base_count) as bigint) as base_count,
        cast(sum(insurer_bases.disclosure_base_count) as bigint) as disclosure_base_count,
        least(
            cast(sum(cast(industry_shares.industry_share * insurer_bases.coverage_share as decimal(28, 12))) as double), 1
        ) as coverage_share
    from industry_shares
    inner join insurer_bases
        on industry_shares.wave_id = insurer_bases.wave_id
        and industry_shares.framework_version = insurer_bases.framework_version
        and industry_shares.insurer_id = insurer_bases.insurer_id
        and industry_shares.segment_type = insurer_bases.segment_type
        and industry_shares.segment_code = insurer_bases.segment_code
        and industry_shares.score_level = insurer_bases.score_level
        and industry_shares.score_code = insurer_bases.score_code
    group by
        industry_shares.wave_id,
        industry_shares.framework_version,
        industry_shares.segment_type,
        industry_shares.segment_code,
        industry_shares.score_level,
        industry_shares.score_code
),

unioned as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        score_level,
        score_code,
        applicable_weight,
        coverage_share,
        score,
        base_count,
        disclosure_base_count,
        pooled_wave_count
    from insurer_bases
    union all
    select
        industry.wave_id,
        industry.framework_version,
        'industry' as insurer_id,
        industry.segment_type,
        industry.segment_code,
        industry.score_level,
        industry.score_code,
        cast(100 as double) as applicable_weight,
        industry_bases.coverage_share,
        industry.score,
        industry_bases.base_count,
        industry_bases.disclosure_base_count,
        1 as pooled_wave_count
    from industry
    inner join industry_bases
        on industry.wave_id = industry_bases.wave_id
        and industry.framework_version = industry_bases.framework_version
        and industry.segment_type = industry_bases.segment_type
        and industry.segment_code = industry_bases.segment_code
        and industry.score_level = industry_bases.score_level
        and industry.score_code = industry_bases.score_code
),

final as (
    select
        unioned.*,
        case
            when unioned.applicable_weight = 0 then 'not_applicable'
            when unioned.score is null and coalesce(unioned.coverage_share, 0) = 0 then 'not_available'
            when unioned.score is null then 'below_coverage'
            -- A composite of totals or published figures alone has no persons and nothing to hide.
            when unioned.disclosure_base_count < rules.scores_persons_min then 'small_n'
            else 'published'
        end as primary_status,
        coalesce(unioned.disclosure_base_count < rules.caution_below, false) as is_caution,
        unioned.insurer_id <> 'industry'
        and (unioned.disclosure_base_count is null or unioned.disclosure_base_count >= rules.rankable_from) as has_rankable_base
    from unioned
    cross join rules
)

select * from final
