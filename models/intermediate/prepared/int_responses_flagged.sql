{% set answer_flags = ['speeder', 'straight_liner', 'contradictory', 'attention_failed'] -%}

with

responses as (
    select * from {{ ref('int_responses_described') }}
),

completed as (
    select * from {{ ref('int_responses_completed') }}
),

durations as (
    select * from {{ ref('int_response_durations_compared') }}
),

rules as (
    select * from {{ ref('int_screening_rules_pivoted') }}
),

grids as (
    select distinct response_id
    from {{ ref('int_response_grids_compared') }}
    where is_straight
),

pairs as (
    select
        response_id,
        count(*) as contradiction_count
    from {{ ref('int_response_pairs_compared') }}
    where is_contradictory
    group by response_id
),

attention as (
    select
        response_id,
        count(*) as failure_count
    from {{ ref('int_attention_items_checked') }}
    where is_failed
    group by response_id
),

judged as (
    select
        responses.*,
        completed.completion_share,
        round(completed.completion_share, 6) >= rules.duplicate_limit as is_complete,
        coalesce(durations.is_speeder, false) as is_speeder,
        grids.response_id is not null as is_straight_liner,
        coalesce(pairs.contradiction_count >= rules.contradictory_limit, false) as is_contradictory,
        coalesce(attention.failure_count >= rules.attention_failed_limit, false) as is_attention_failed,
        rules.duplicate_limit,
        rules.careless_limit
    from responses
    inner join completed
        on responses.response_id = completed.response_id
    left join durations
        on responses.response_id = durations.response_id
    left join grids
        on responses.response_id = grids.response_id
    left join pairs
        on responses.response_id = pairs.response_id
    left join attention
        on responses.response_id = attention.response_id
    cross join rules
),

counted as (
    select
        judged.*,
        {% for flag in answer_flags -%}
        {{ '+ ' if not loop.first }}case when is_{{ flag }} then 1 else 0 end
        {% endfor -%}
        as answer_flag_count
    from judged
),

-- Of several responses by one person, through whichever channels, the latest complete one counts; a careless one only
-- where there is no other.
ranked as (
    select
        counted.*,
        coalesce(answer_flag_count >= careless_limit, false) as is_careless,
        row_number() over (
            partition by wave_id, insurer_id, survey_code, person_key, row_fault
            order by
                case when answer_flag_count >= careless_limit then 1 else 0 end,
                case when is_complete then 0 else 1 end,
                submitted_at desc,
                response_id desc
        ) as person_rank
    from counted
),

final as (
    select
        response_id,
        completion_share,
        is_complete,
        is_speeder,
        is_straight_liner,
        is_contradictory,
        is_attention_failed,
        row_fault is null and duplicate_limit is not null and person_rank > 1 as is_duplicate,
        cast(answer_flag_count + case
            when row_fault is null and duplicate_limit is not null and person_rank > 1 then 1 else 0
        end as bigint) as flag_count,
        is_careless
    from ranked
)

select * from final
