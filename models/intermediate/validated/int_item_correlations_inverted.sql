{#- Items an inverse may have; one sweep each. -#}
{% set sweeps = 16 -%}

with

pairs as (
    select * from {{ ref('int_item_pairs_summed') }}
    where subject_type = 'dimension'
),

rules as (
    select * from {{ ref('int_validity_rules_pivoted') }}
),

correlated as (
    select
        wave_id,
        framework_version,
        subject_code,
        item_count,
        item_position,
        other_position,
        case when item_position = other_position then cast(1 as double) else {{ correlation() }} end as item_correlation
    from pairs
),

matrices as (
    select
        wave_id,
        framework_version,
        subject_code,
        item_count,
        item_position,
        other_position,
        item_correlation
    from correlated
    union all
    select
        wave_id,
        framework_version,
        subject_code,
        item_count,
        other_position as item_position,
        item_position as other_position,
        item_correlation
    from correlated
    where item_position < other_position
),

-- An item that does not vary has no correlations: its matrix is not inverted.
started as (
    select
        matrices.*,
        count(item_correlation) over (partition by wave_id, framework_version, subject_code) as known_cells
    from matrices
),

swept_0 as (
    select
        started.wave_id,
        started.framework_version,
        started.subject_code,
        started.item_count,
        started.item_position,
        started.other_position,
        started.item_correlation,
        rules.item_uniqueness_min,
        started.item_correlation as cell
    from started
    cross join rules
    where started.known_cells = started.item_count * started.item_count and started.item_count <= {{ sweeps }}
),

-- Sweep operator (Gauss-Jordan for symmetric matrices): after all items are swept the cells are minus the inverse.
-- The pivot is the share of an item's variance that the items swept before leave unexplained.
{% for sweep in range(1, sweeps + 1) -%}
pivoted_{{ sweep }} as (
    select
        swept_{{ sweep - 1 }}.*,
        max(case when item_position = {{ sweep }} and other_position = {{ sweep }} then cell end)
            over (partition by wave_id, framework_version, subject_code) as pivot_cell,
        max(case when other_position = {{ sweep }} then cell end)
            over (partition by wave_id, framework_version, subject_code, item_position) as pivot_column,
        max(case when item_position = {{ sweep }} then cell end)
            over (partition by wave_id, framework_version, subject_code, other_position) as pivot_row
    from swept_{{ sweep - 1 }}
),

swept_{{ sweep }} as (
    select
        wave_id,
        framework_version,
        subject_code,
        item_count,
        item_position,
        other_position,
        item_correlation,
        item_uniqueness_min,
        case
            when item_count < {{ sweep }} then cell
            when pivot_cell < item_uniqueness_min then null
            when item_position = {{ sweep }} and other_position = {{ sweep }} then -(cell / (pivot_cell * pivot_cell))
            when item_position = {{ sweep }} or other_position = {{ sweep }} then cell / pivot_cell
            else cell - pivot_column * pivot_row / pivot_cell
        end as cell
    from pivoted_{{ sweep }}
),

{% endfor -%}

final as (
    select
        wave_id,
        framework_version,
        subject_code as dimension_code,
        item_count,
        item_position,
        other_position,
        item_correlation,
        -cell as inverse_value
    from swept_{{ sweeps }}
)

select * from final
