with

source as (
    select * from {{ source('survey', 'answers') }}
),

final as (
    select
        -- ids
        cast(response_id as string) as response_id,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(question_code as string) as question_code,
        cast(raw_value as string) as raw_value,
        cast(answer_text as string) as answer_text,
        cast(answer_text_words as string) as answer_text_words,
        cast(source_file as string) as source_file,

        -- numerics
        cast(choice_number as bigint) as choice_number,
        cast(source_row_number as bigint) as source_row_number
    from source
)

select * from final
