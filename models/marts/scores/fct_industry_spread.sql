with

shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
),

indicator_scores as (
    select * from {{ ref('int_indicator_scores_disclosed') }}
),

composite_scores as (
    select * from {{ ref('int_composite_scores_disclosed') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

disclosed as (
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        'indicator' as score_level,
        indicator_code as score_code,
        disclosure_status
    from indicator_scores
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        score_level,
        score_code,
        disclosure_status
    from composite_scores
),

-- A quartile can be the score of one insurer: only scores that are published themselves take part.
spread as (
    select
        shares.wave_id,
        shares.framework_version,
        shares.segment_type,
        shares.segment_code,
        shares.score_level,
        shares.score_code,
        cast(count(*) as bigint) as insurer_count,
        {{ quartile('shares.score', 1) }} as score_lower_quartile,
        {{ quartile('shares.score', 2) }} as score_median,
        {{ quartile('shares.score', 3) }} as score_upper_quartile
    from shares
    inner join disclosed
        on shares.wave_id = disclosed.wave_id
        and shares.framework_version = disclosed.framework_version
        and shares.insurer_id = disclosed.insurer_id
        and shares.segment_type = disclosed.segment_type
        and shares.segment_code = disclosed.segment_code
        and shares.score_level = disclosed.score_level
        and shares.score_code = disclosed.score_code
    where disclosed.disclosure_status = 'published'
    group by
        shares.wave_id,
        shares.framework_version,
        shares.segment_type,
        shares.segment_code,
        shares.score_level,
        shares.score_code
),

final as (
    select
        spread.wave_id,
        spread.segment_type,
        spread.segment_code,
        spread.framework_version,
        spread.score_level,
        spread.score_code,
        spread.insurer_count,
        case when spread.insurer_count >= rules.spread_insurers_min then spread.score_lower_quartile end
        as score_lower_quartile,
        case when spread.insurer_count >= rules.spread_insurers_min then spread.score_median end as score_median,
        case when spread.insurer_count >= rules.spread_insurers_min then spread.score_upper_quartile end
        as score_upper_quartile
    from spread
    cross join rules
)

select * from final
