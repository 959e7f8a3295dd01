with

source as (
    select * from {{ source('reviews', 'posts') }}
),

final as (
    select
        -- ids
        cast(post_id as string) as post_id,
        cast(author_token as string) as author_token,
        cast(batch_id as string) as batch_id,

        -- strings
        cast(platform as string) as platform,
        cast(merchant_name as string) as merchant_name,
        cast(post_text as string) as post_text,
        cast(post_text_words as string) as post_text_words,
        cast(source_file as string) as source_file,

        -- numerics
        cast(stars as double) as stars,
        cast(source_row_number as bigint) as source_row_number,

        -- booleans
        cast(is_reply as boolean) as is_reply,

        -- timestamps
        cast(posted_at as timestamp) as posted_at,
        cast(addressed_at as timestamp) as addressed_at,
        cast(completed_at as timestamp) as completed_at
    from source
)

select * from final
