{#- Analytic hierarchy process: the principal eigenvector of every judgement matrix. Squaring a matrix over and over, scaled
    by its largest entry, leaves a matrix whose every column is that eigenvector; five squarings reach the last digits. -#}
{% set sweeps = 5 -%}

with

matrices as (
    select * from {{ ref('int_judgement_matrices_completed') }}
    where missing_count = 0
),

power_0 as (
    select
        framework_version,
        expert_code,
        group_code,
        row_code,
        column_code,
        judgement as entry
    from matrices
),

{% for sweep in range(1, sweeps + 1) -%}
squared_{{ sweep }} as (
    select
        lefts.framework_version,
        lefts.expert_code,
        lefts.group_code,
        lefts.row_code,
        rights.column_code,
        cast(sum(cast(lefts.entry * rights.entry as decimal(28, 20))) as double) as entry
    from power_{{ sweep - 1 }} as lefts
    inner join power_{{ sweep - 1 }} as rights
        on lefts.framework_version = rights.framework_version
        and lefts.expert_code = rights.expert_code
        and lefts.group_code = rights.group_code
        and lefts.column_code = rights.row_code
    group by lefts.framework_version, lefts.expert_code, lefts.group_code, lefts.row_code, rights.column_code
),

power_{{ sweep }} as (
    select
        framework_version,
        expert_code,
        group_code,
        row_code,
        column_code,
        entry / max(entry) over (partition by framework_version, expert_code, group_code) as entry
    from squared_{{ sweep }}
),

{% endfor -%}

row_sums as (
    select
        framework_version,
        expert_code,
        group_code,
        row_code as item_code,
        cast(sum(cast(entry as decimal(28, 20))) as double) as row_sum
    from power_{{ sweeps }}
    group by framework_version, expert_code, group_code, row_code
),

final as (
    select
        framework_version,
        expert_code,
        group_code,
        item_code,
        row_sum / cast(sum(cast(row_sum as decimal(28, 20)))
            over (partition by framework_version, expert_code, group_code) as double) as local_weight
    from row_sums
)

select * from final
