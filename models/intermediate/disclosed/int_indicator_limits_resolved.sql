with

estimates as (
    select * from {{ ref('int_indicator_estimates_unioned') }}
    where indicator_value is not null
),

indicators as (
    select * from {{ ref('indicators') }}
),

sensitive as (
    select * from {{ ref('int_sensitive_indicators_listed') }}
),

moments as (
    select * from {{ ref('int_indicator_moments_summed') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

described as (
    select
        estimates.wave_id,
        estimates.framework_version,
        estimates.insurer_id,
        estimates.segment_type,
        estimates.segment_code,
        estimates.indicator_code,
        sensitive.indicator_code is not null as is_sensitive,
        moments.largest_denominator / nullif(moments.denominator_sum, 0) as largest_person_share
    from estimates
    inner join indicators
        on estimates.framework_version = indicators.framework_version
        and estimates.indicator_code = indicators.indicator_code
    left join sensitive
        on estimates.framework_version = sensitive.framework_version
        and estimates.indicator_code = sensitive.indicator_code
    left join moments
        on indicators.estimator in ('mean', 'share')
        and estimates.wave_id = moments.wave_id
        and estimates.framework_version = moments.framework_version
        and estimates.insurer_id = moments.insurer_id
        and estimates.segment_type = moments.segment_type
        and estimates.segment_code = moments.segment_code
        and estimates.indicator_code = moments.indicator_code
),

-- What holds for all of a group, or for none, is known of each of them: that takes more persons where it is sensitive. A
-- limit for shares of 0 and 100 % alone would tell of a hidden one that it is one of these.
final as (
    select
        described.wave_id,
        described.framework_version,
        described.insurer_id,
        described.segment_type,
        described.segment_code,
        described.indicator_code,
        case when described.is_sensitive then rules.sensitive_persons_min else rules.scores_persons_min end as persons_min,
        coalesce(round(described.largest_person_share, 6) > rules.person_share_max, false) as is_dominated
    from described
    cross join rules
)

select * from final
