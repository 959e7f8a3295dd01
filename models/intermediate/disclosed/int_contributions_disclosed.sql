with

contributions as (
    select * from {{ ref('int_score_contributions_split') }}
),

indicator_scores as (
    select * from {{ ref('int_indicator_scores_disclosed') }}
),

index_scores as (
    select * from {{ ref('int_composite_scores_disclosed') }}
    where score_level = 'index'
),

shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
    where score_level = 'indicator'
),

-- Industry lines with a hidden score of an insurer in them.
lines_with_hidden as (
    select distinct
        shares.wave_id,
        shares.framework_version,
        shares.segment_type,
        shares.segment_code,
        shares.score_code as indicator_code
    from shares
    inner join indicator_scores
        on shares.wave_id = indicator_scores.wave_id
        and shares.framework_version = indicator_scores.framework_version
        and shares.insurer_id = indicator_scores.insurer_id
        and shares.segment_type = indicator_scores.segment_type
        and shares.segment_code = indicator_scores.segment_code
        and shares.score_code = indicator_scores.indicator_code
    where indicator_scores.disclosure_status <> 'published'
),

-- A contribution gives its score away: it is hidden where either of them is. What an indicator gives to the industry line
-- would be one more sum over the scores of the insurers: it is shown where none of these is hidden.
final as (
    select
        contributions.wave_id,
        contributions.framework_version,
        contributions.insurer_id,
        contributions.segment_type,
        contributions.segment_code,
        contributions.dimension_code,
        contributions.indicator_code,
        contributions.weight_share,
        contributions.contribution_points,
        case
            when index_scores.disclosure_status <> 'published' then index_scores.disclosure_status
            when indicator_scores.disclosure_status = 'published' and lines_with_hidden.wave_id is not null
                then 'complementary'
            else indicator_scores.disclosure_status
        end as disclosure_status
    from contributions
    inner join indicator_scores
        on contributions.wave_id = indicator_scores.wave_id
        and contributions.framework_version = indicator_scores.framework_version
        and contributions.insurer_id = indicator_scores.insurer_id
        and contributions.segment_type = indicator_scores.segment_type
        and contributions.segment_code = indicator_scores.segment_code
        and contributions.indicator_code = indicator_scores.indicator_code
    inner join index_scores
        on contributions.wave_id = index_scores.wave_id
        and contributions.framework_version = index_scores.framework_version
        and contributions.insurer_id = index_scores.insurer_id
        and contributions.segment_type = index_scores.segment_type
        and contributions.segment_code = index_scores.segment_code
    left join lines_with_hidden
        on contributions.insurer_id = 'industry'
        and contributions.wave_id = lines_with_hidden.wave_id
        and contributions.framework_version = lines_with_hidden.framework_version
        and contributions.segment_type = lines_with_hidden.segment_type
        and contributions.segment_code = lines_with_hidden.segment_code
        and contributions.indicator_code = lines_with_hidden.indicator_code
)

select * from final
