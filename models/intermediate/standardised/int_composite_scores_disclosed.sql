with

dimension_cells as (
    select
        cells.wave_id,
        cells.framework_version,
        cells.insurer_id,
        cells.segment_type,
        cells.segment_code,
        'dimension' as score_level,
        dimensions.dimension_code as score_code
    from {{ ref('int_score_cells_listed') }} as cells
    inner join {{ ref('dimensions') }} as dimensions
        on cells.framework_version = dimensions.framework_version
),

dimension_scores as (
    select * from {{ ref('int_dimension_scores_aggregated') }}
),

index_scores as (
    select * from {{ ref('int_index_scores_aggregated') }}
),

industry as (
    select * from {{ ref('int_industry_scores_aggregated') }}
    where score_level in ('dimension', 'index')
),

bases as (
    select * from {{ ref('int_composite_bases_counted') }}
),

industry_shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where score_level in ('dimension', 'index')
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

insurer_scores as (
    select
        dimension_cells.*,
        coalesce(dimension_scores.applicable_weight, 0.0) as applicable_weight,
        dimension_scores.coverage_share,
        dimension_scores.score
    from dimension_cells
    left join dimension_scores
        on dimension_cells.wave_id = dimension_scores.wave_id
        and dimension_cells.framework_version = dimension_scores.framework_version
        and dimension_cells.insurer_id = dimension_scores.insurer_id
        and dimension_cells.segment_type = dimension_scores.segment_type
        and dimension_cells.segment_code = dimension_scores.segment_code
        and dimension_cells.score_code = dimension_scores.dimension_code
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        'index' as score_level,
        'index' as score_code,
        cast(100 as double) as applicable_weight,
        coverage_share,
        score
    from index_scores
),

insurer_bases as (
    select
        insurer_scores.*,
        bases.person_count as base_count,
        case when insurer_scores.score_level = 'index' then coalesce(bases.person_count, anybody.person_count)
            else bases.person_count end as disclosure_base_count
    from insurer_scores
    left join bases as anybody
        on anybody.score_code = 'anybody'
        and insurer_scores.wave_id = anybody.wave_id
        and insurer_scores.framework_version = anybody.framework_version
        and insurer_scores.insurer_id = anybody.insurer_id
        and insurer_scores.segment_type = anybody.segment_type
        and insurer_scores.segment_code = anybody.segment_code
    left join bases
        on insurer_scores.wave_id = bases.wave_id
        and insurer_scores.framework_version = bases.framework_version
        and insurer_scores.insurer_id = bases.insurer_id
        and insurer_scores.segment_type = bases.segment_type
        and insurer_scores.segment_code = bases.segment_code
        and insurer_scores.score_code = bases.score_code
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
        cast(sum(cast(industry_shares.industry_share * insurer_bases.coverage_share as decimal(28, 12))) as double)
        as coverage_share
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
        disclosure_base_count
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
        industry_bases.disclosure_base_count
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
        end as disclosure_status,
        coalesce(unioned.disclosure_base_count < rules.caution_below, false) as is_caution,
        unioned.insurer_id <> 'industry'
        and (unioned.disclosure_base_count is null or unioned.disclosure_base_count >= rules.rankable_from) as has_rankable_base
    from unioned
    cross join rules
)

select * from final
