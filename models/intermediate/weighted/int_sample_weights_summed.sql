with

respondents as (
    select * from {{ ref('int_respondents_profiled') }}
),

weights as (
    select * from {{ ref('int_respondent_weights_calibrated') }}
),

raking_errors as (
    select
        wave_id,
        raking_group,
        max(margin_error) as largest_margin_error
    from {{ ref('int_raking_errors_checked') }}
    group by wave_id, raking_group
),

summed as (
    select
        respondents.wave_id,
        respondents.insurer_id,
        {{ kish_effective_base(
            'cast(sum(weights.relative_weight) as double)',
            'cast(sum(cast(cast(weights.relative_weight as double) * cast(weights.relative_weight as double) as decimal(28, 9))) as double)'
        ) }} as effective_base,
        cast(max(weights.relative_weight) as double) as largest_relative_weight,
        cast(sum(case when weights.is_capped then 1 else 0 end) as double) as capped_count,
        max(weights.raking_group) as raking_group,
        cast(sum(case when 'unknown' in (
            respondents.region, respondents.age_band, respondents.gender, respondents.tenure
        ) then 1 else 0 end) as double) as unknown_segment_count,
        count(*) as respondent_count
    from respondents
    inner join weights
        on respondents.response_id = weights.response_id
    group by respondents.wave_id, respondents.insurer_id
),

final as (
    select
        summed.wave_id,
        summed.insurer_id,
        summed.respondent_count,
        summed.effective_base,
        summed.largest_relative_weight,
        summed.capped_count,
        summed.unknown_segment_count,
        raking_errors.largest_margin_error
    from summed
    left join raking_errors
        on summed.wave_id = raking_errors.wave_id
        and summed.raking_group = raking_errors.raking_group
)

select * from final
