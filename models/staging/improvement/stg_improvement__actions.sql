with

source as (
    select * from {{ source('improvement', 'actions') }}
),

final as (
    select
        -- ids
        cast(action_id as string) as action_id,
        cast(insurer_id as string) as insurer_id,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(team_code as string) as team_code,
        cast(theme_code as string) as theme_code,
        cast(indicator_code as string) as indicator_code,
        cast(owner_role as string) as owner_role,
        cast(action_status as string) as action_status,
        cast(source_file as string) as source_file,

        -- numerics
        cast(expected_lift as double) as expected_lift,
        cast(source_row_number as bigint) as source_row_number,

        -- dates
        cast(started_on as date) as started_on,
        cast(due_on as date) as due_on
    from source
)

select * from final
