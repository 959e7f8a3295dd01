with

members as (
    select * from {{ ref('int_companions_hidden_third') }}
),

summed as (
    select
        members.*,
        {{ hidden_of_line() }}
    from members
),

judged as (
    select
        summed.*,
        max(case when {{ is_narrow('count') }} or {{ is_narrow('score') }} then 1 else 0 end)
            over (partition by line_number) as is_line_narrow
    from summed
),

-- Where the passes did not suffice nothing of the line is shown; what is hidden by it protects nothing else.
final as (
    select
        {{ companion_columns() | join(',\n        ') }},
        greatest(is_hidden, max(is_line_narrow) over (partition by cell_number)) as is_hidden,
        count_needed,
        score_needed
    from judged
)

select * from final
