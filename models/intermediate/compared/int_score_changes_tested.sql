{#- One list per wave, comparison, level and kind of segment: what is read as one table. -#}
{% set list_columns = ['wave_id', 'comparison', 'framework_version', 'score_level', 'segment_type'] -%}

with

changes as (
    select * from {{ ref('int_score_changes_paired') }}
),

measured as (
    select
        changes.*,
        {{ difference_statistic('score_change', 'reach_down', 'reach_up', 'confidence_level_z') }} as change_statistic
    from changes
),

-- What is hidden takes no part in a list that is read; windows that overlap cannot be compared.
described as (
    select
        measured.*,
        case
            when disclosure_status <> 'published' then 'hidden'
            when estimation_status = 'pooled' then 'pooled'
            when change_statistic is null then 'no_error'
            else 'tested'
        end as test_status
    from measured
),

tested as (
    select
        described.*,
        case when test_status = 'tested' then {{ two_sided_p('change_statistic') }} end as p_value
    from described
),

ordered as (
    select
        tested.*,
        count(p_value) over (
            partition by {{ list_columns | join(', ') }}
        ) as tested_count,
        row_number() over (
            partition by {{ list_columns | join(', ') }}
            order by
                case when p_value is not null then round(abs(change_statistic), 6) end desc nulls last,
                insurer_id asc,
                segment_code asc,
                score_code asc
        ) as p_position
    from tested
),

final as (
    select
        wave_id,
        comparison,
        before_wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        score_level,
        score_code,
        indicator_value,
        before_indicator_value,
        score,
        before_score,
        score_change,
        standard_error,
        reach_down,
        reach_up,
        change_statistic,
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
