with

listed as (
    select * from {{ ref('int_respondent_levels_listed') }}
),

final as (
    select
        first_levels.wave_id,
        first_levels.insurer_id,
        first_levels.slot,
        first_levels.margin = 'insurer_line' as is_line,
        second_levels.slot as other_slot,
        second_levels.margin = 'insurer_line' as is_other_line,
        cast(count(*) as double) as overlap_count
    from listed as first_levels
    inner join listed as second_levels
        on first_levels.response_id = second_levels.response_id
    group by
        first_levels.wave_id,
        first_levels.insurer_id,
        first_levels.slot,
        first_levels.margin,
        second_levels.slot,
        second_levels.margin
)

select * from final
