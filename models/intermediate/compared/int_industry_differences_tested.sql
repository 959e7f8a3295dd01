{% set list_columns = ['wave_id', 'framework_version', 'score_level'] -%}

with

differences as (
    select * from {{ ref('int_industry_differences_paired') }}
),

measured as (
    select
        differences.*,
        case when disclosure_status = 'published'
            then {{ difference_statistic('difference', 'reach_down', 'reach_up', 'confidence_level_z') }} end
        as difference_statistic
    from differences
),

ordered as (
    select
        measured.*,
        {{ two_sided_p('difference_statistic') }} as p_value,
        count(difference_statistic) over (partition by {{ list_columns | join(', ') }}) as tested_count,
        row_number() over (
            partition by {{ list_columns | join(', ') }}
            order by round(abs(difference_statistic), 6) desc nulls last, insurer_id asc, score_code asc
        ) as p_position
    from measured
),

final as (
    select
        wave_id,
        framework_version,
        score_level,
        score_code,
        insurer_id,
        score,
        industry_score,
        difference,
        standard_error,
        reach_down,
        reach_up,
        difference_statistic,
        p_value,
        {{ false_discovery_p(list_columns) }} as adjusted_p_value,
        estimation_status,
        disclosure_status
    from ordered
)

select * from final
