with

source as (
    select * from {{ source('qualitative', 'excerpts') }}
),

final as (
    select
        -- ids
        cast(excerpt_id as string) as excerpt_id,
        cast(session_id as string) as session_id,
        cast(insurer_id as string) as insurer_id,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(session_type as string) as session_type,
        cast(theme_coder_1 as string) as theme_coder_1,
        cast(sentiment_coder_1 as string) as sentiment_coder_1,
        cast(theme_coder_2 as string) as theme_coder_2,
        cast(sentiment_coder_2 as string) as sentiment_coder_2,
        cast(excerpt_text as string) as excerpt_text,
        cast(excerpt_text_words as string) as excerpt_text_words,
        cast(source_file as string) as source_file,

        -- numerics
        cast(source_row_number as bigint) as source_row_number,

        -- dates
        cast(held_on as date) as held_on
    from source
)

select * from final
