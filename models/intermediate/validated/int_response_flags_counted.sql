with

responses as (
    select * from {{ ref('int_responses_described') }}
    where row_fault is null
),

flags as (
    select * from {{ ref('int_responses_flagged') }}
),

screened as (
    select * from {{ ref('int_responses_screened') }}
),

final as (
    select
        responses.wave_id,
        responses.insurer_id,
        count(*) as judged_count,
        {% for flag in ['speeder', 'straight_liner', 'contradictory', 'attention_failed', 'duplicate'] -%}
        cast(sum(case when flags.is_{{ flag }} then 1 else 0 end) as bigint) as {{ flag }}_count,
        {% endfor -%}
        cast(sum(case when screened.exclusion_reason = 'careless' then 1 else 0 end) as bigint) as careless_count
    from responses
    inner join flags
        on responses.response_id = flags.response_id
    inner join screened
        on responses.response_id = screened.response_id
    group by responses.wave_id, responses.insurer_id
)

select * from final
