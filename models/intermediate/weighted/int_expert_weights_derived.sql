{#- Consistency of the analytic hierarchy process: how far the principal eigenvalue lies above the size of the matrix. -#}

with

matrices as (
    select * from {{ ref('int_judgement_matrices_completed') }}
),

weights as (
    select * from {{ ref('int_judgement_weights_derived') }}
),

random_indices as (
    select * from {{ ref('random_index') }}
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
