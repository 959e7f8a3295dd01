with

source as (
    select * from {{ source('training', 'records') }}
),

final as (
    select
        -- ids
        cast(training_id as string) as training_id,
        cast(insurer_id as string) as insurer_id,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(team_code as string) as team_code,
        cast(course_code as string) as course_code,
        cast(source_file as string) as source_file,

        -- numerics
        cast(assessment_score as double) as assessment_score,
        cast(source_row_number as bigint) as source_row_number,

        -- dates
        cast(finished_on as date) as finished_on
    from source
)

select * from final
