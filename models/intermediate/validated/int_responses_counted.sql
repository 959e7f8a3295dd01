with

responses as (
    select * from {{ ref('int_responses_screened') }}
),

final as (
    select
        wave_id,
        insurer_id,
        count(*) as submitted_count,
        cast(sum(case when exclusion_reason is null then 1 else 0 end) as bigint) as valid_count
    from responses
    where wave_id is not null
    group by wave_id, insurer_id
)

select * from final
