{#- Analytic hierarchy process: the principal eigenvector of every judgement matrix. Squaring a matrix over and over, scaled
    by its largest entry, leaves a matrix whose every column is that eigenvector; five squarings reach the last digits. -#}
{% set sweeps = 5 -%}

with

matrices as (
    select * from {{ ref('int_judgement_matrices_completed') }}
),

random_indices as (
    select * from {{ ref('random_index') }}
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
    where missing_count = 0
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

weights as (
    select
        framework_version,
        expert_code,
        group_code,
        item_code,
        row_sum / cast(sum(cast(row_sum as decimal(28, 20)))
            over (partition by framework_version, expert_code, group_code) as double) as local_weight
    from row_sums
),

-- The weights add up to one, so the sum of the matrix times them is the eigenvalue.
eigenvalues as (
    select
        matrices.framework_version,
        matrices.expert_code,
        matrices.group_code,
        cast(sum(cast(matrices.judgement * weights.local_weight as decimal(28, 20))) as double) as eigenvalue
    from matrices
    inner join weights
        on matrices.framework_version = weights.framework_version
        and matrices.expert_code = weights.expert_code
        and matrices.group_code = weights.group_code
        and matrices.column_code = weights.item_code
    group by matrices.framework_version, matrices.expert_code, matrices.group_code
),

indexed as (
    select
        matrices.framework_version,
        matrices.expert_code,
        matrices.group_code,
        matrices.row_code as item_code,
        matrices.matrix_size,
        matrices.missing_count,
        weights.local_weight,
        eigenvalues.eigenvalue,
        case when matrices.matrix_size > 1
            then (eigenvalues.eigenvalue - matrices.matrix_size) / (matrices.matrix_size - 1)
            else eigenvalues.eigenvalue - 1
        end as consistency_index
    from matrices
    left join weights
        on matrices.framework_version = weights.framework_version
        and matrices.expert_code = weights.expert_code
        and matrices.group_code = weights.group_code
        and matrices.row_code = weights.item_code
    left join eigenvalues
        on matrices.framework_version = eigenvalues.framework_version
        and matrices.expert_code = eigenvalues.expert_code
        and matrices.group_code = eigenvalues.group_code
    where matrices.row_code = matrices.column_code
),

final as (
    select
        indexed.framework_version,
        indexed.expert_code,
        indexed.group_code,
        indexed.item_code,
        indexed.matrix_size,
        indexed.missing_count,
        indexed.local_weight,
        indexed.eigenvalue,
        indexed.consistency_index,
        random_indices.random_index,
        -- Two things cannot contradict each other.
        case when indexed.matrix_size <= 2 then indexed.consistency_index * 0
            else indexed.consistency_index / nullif(random_indices.random_index, 0)
        end as consistency_ratio
    from indexed
    left join random_indices
        on indexed.matrix_size = random_indices.matrix_size
)

select * from final
