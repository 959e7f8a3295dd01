{% set list_columns = ['wave_id', 'framework_version', 'score_level'] -%}

with

differences as (
    select * from {{ ref('int_industry_differences_paired') }}
),

measured as (
    select
        differences.*,
        {{ difference_statistic('difference', 'reach_down', 'reach_up', 'confidence_level_z') }} as difference_statistic
    from differences
),

-- What several waves say is not compared with the line of one.
described as (
    select
        measured.*,
        case
            when disclosure_status <> 'published' then 'hidden'
            when estimation_status = 'pooled' then 'pooled'
            when difference_statistic is null then 'no_error'
            else 'tested'
        end as test_status
    from measured
),

tested as (
    select
        described.*,
        case when test_status = 'tested' then {{ two_sided_p('difference_statistic') }} end as p_value
    from described
),

ordered as (
    select
        tested.*,
        count(p_value) over (partition by {{ list_columns | join(', ') }}) as tested_count,
        row_number() over (
            partition by {{ list_columns | join(', ') }}
            order by
                case when p_value is not null then round(abs(difference_statistic), 6) end desc nulls last,
                insurer_id asc,
                score_code asc
        ) as p_position
    from tested
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
        test_status,
        tested_count,
        p_position,
        p_value,
        {{ false_discovery_p(list_columns) }} as adjusted_p_value,
        estimation_status,
        disclosure_status
    from ordered
)

select * from final
