with

estimates as (
    select * from {{ ref('int_score_estimates_unioned') }}
),

waves_compared as (
    select * from {{ ref('int_waves_compared') }}
),

covariances as (
    select * from {{ ref('int_score_change_covariances_summed') }}
),

rules as (
    select * from {{ ref('int_scoring_rules_pivoted') }}
),

-- Both waves under one framework version: across versions a change would measure the framework.
paired as (
    select
        now.wave_id,
        waves_compared.comparison,
        waves_compared.before_wave_id,
        now.framework_version,
        now.insurer_id,
        now.segment_type,
        now.segment_code,
        now.score_level,
        now.score_code,
        now.indicator_value,
        past.indicator_value as before_indicator_value,
        now.score,
        past.score as before_score,
        now.score - past.score as score_change,
        now.score - now.score_lower as reach_below_now,
        now.score_upper - now.score as reach_above_now,
        past.score - past.score_lower as reach_below_before,
        past.score_upper - past.score as reach_above_before,
        now.standard_error as error_now,
        past.standard_error as error_before,
        case when now.disclosure_status <> 'published' then now.disclosure_status else past.disclosure_status end
        as disclosure_status,
        case
            when 'pooled' in (now.estimation_status, past.estimation_status) then 'pooled'
            when 'provisional' in (now.estimation_status, past.estimation_status) then 'provisional'
            else 'direct'
        end as estimation_status
    from estimates as now
    inner join waves_compared
        on now.wave_id = waves_compared.wave_id
    inner join estimates as past
        on waves_compared.before_wave_id = past.wave_id
        and now.framework_version = past.framework_version
        and now.insurer_id = past.insurer_id
        and now.segment_type = past.segment_type
        and now.segment_code = past.segment_code
        and now.score_level = past.score_level
        and now.score_code = past.score_code
),

-- Segments have no influences of persons: their errors are added as if nobody were in both waves.
shared as (
    select
        paired.*,
        coalesce(covariances.covariance, 0.0) as covariance,
        {{ estimate_correlation('coalesce(covariances.covariance, 0.0)', 'paired.error_now', 'paired.error_before') }}
        as estimate_correlation,
        rules.confidence_level_z
    from paired
    left join covariances
        on paired.segment_type = 'all'
        and paired.wave_id = covariances.wave_id
        and paired.before_wave_id = covariances.before_wave_id
        and paired.framework_version = covariances.framework_version
        and paired.insurer_id = covariances.insurer_id
        and paired.score_level = covariances.score_level
        and paired.score_code = covariances.score_code
    cross join rules
),

final as (
    select
        shared.*,
        case when error_now + error_before is not null
            then sqrt(greatest(power(error_now, 2) + power(error_before, 2) - 2 * covariance, 0)) end as standard_error,
        {{ difference_distance('reach_below_now', 'reach_above_before', 'estimate_correlation') }} as reach_down,
        {{ difference_distance('reach_above_now', 'reach_below_before', 'estimate_correlation') }} as reach_up
    from shared
)

select * from final
