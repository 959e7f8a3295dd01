-- What the last pass would still do: no line may be left with a hidden member that is known too well. Where nothing of a
-- line is shown, nothing is known of it but statuses.
with

members as (
    select
        members.*,
        min(is_hidden) over (partition by line_number) as is_all_hidden,
        {{ hidden_of_line() }}
    from {{ ref('int_companions_hidden_last') }} as members
),

narrow as (
    select * from members
    where
        is_all_hidden = 0
        and ({{ is_narrow('count') }} or {{ is_narrow('score') }})
),

cells as (
    select * from {{ ref('int_disclosure_cells_listed') }}
)

select
    'wave ' || cells.wave_id || ', insurer ' || cells.insurer_id || ', ' || cells.segment_type || ' '
    || cells.segment_code || ', ' || cells.score_level || ' ' || cells.score_code || ': hidden, but known to within '
    || 'hidden_range_min from the other ' || narrow.line_kind as problem
from narrow
inner join cells
    on narrow.member_number = cells.cell_number
