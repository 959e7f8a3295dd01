with

started as (
    select * from {{ ref('int_cells_raked_once') }}
),

{{ raking_loop('started') }}

final as (
    select * from raked
)

select * from final
