with

judgements as (
    select * from {{ ref('expert_judgements') }}
),

dimensions as (
    select * from {{ ref('dimensions') }}
    where dimension_weight > 0
),

indicators as (
    select * from {{ ref('indicators') }}
    where indicator_weight > 0
),

experts as (
    select distinct
        framework_version,
        expert_code
    from judgements
),

-- What is compared: the dimensions with each other, and the indicators of a dimension with each other.
items as (
    select
        framework_version,
        'index' as group_code,
        dimension_code as item_code
    from dimensions
    union all
    select
        framework_version,
        dimension_code as group_code,
        indicator_code as item_code
    from indicators
),

-- Seeds hold the pairs above the diagonal; those below are the reciprocals.
directed as (
    select
        framework_version,
        expert_code,
        group_code,
        row_code,
        column_code,
        judgement
    from judgements
    union all
    select
        framework_version,
        expert_code,
        group_code,
        column_code as row_code,
        row_code as column_code,
        1 / nullif(judgement, 0) as judgement
    from judgements
),

expert_matrices as (
    select
        experts.framework_version,
        experts.expert_code,
        row_items.group_code,
        row_items.item_code as row_code,
        column_items.item_code as column_code,
        case when row_items.item_code = column_items.item_code then cast(1 as double) else directed.judgement end as judgement
    from experts
    inner join items as row_items
        on experts.framework_version = row_items.framework_version
    inner join items as column_items
        on row_items.framework_version = column_items.framework_version
        and row_items.group_code = column_items.group_code
    left join directed
        on experts.framework_version = directed.framework_version
        and experts.expert_code = directed.expert_code
        and row_items.group_code = directed.group_code
        and row_items.item_code = directed.row_code
        and column_items.item_code = directed.column_code
),

-- All experts together: the geometric mean keeps reciprocals reciprocal.
pooled_matrices as (
    select
        framework_version,
        'all' as expert_code,
        group_code,
        row_code,
        column_code,
        case when count(judgement) = count(*)
            then exp(cast(sum(cast(ln(judgement) as decimal(28, 20))) as double) / count(*))
        end as judgement
    from expert_matrices
    group by framework_version, group_code, row_code, column_code
),

matrices as (
    select * from expert_matrices
    union all
    select * from pooled_matrices
),

final as (
    select
        framework_version,
        expert_code,
        group_code,
        row_code,
        column_code,
        judgement,
        cast(sum(case when row_code = column_code then 1 else 0 end) over (
            partition by framework_version, expert_code, group_code
        ) as bigint) as matrix_size,
        cast(sum(case when judgement is null then 1 else 0 end) over (
            partition by framework_version, expert_code, group_code
        ) as bigint) as missing_count
    from matrices
)

select * from final
