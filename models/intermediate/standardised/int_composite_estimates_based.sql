with

dimension_cells as (
    select
        cells.wave_id,
        cells.framework_version,
        cells.insurer_id,
        cells.segment_type,
        cells.segment_code,
        'dimension' as score_level,
        dimensions.dimension_code as score_code
    from {{ ref('int_score_cells_listed') }} as cells
    inner join {{ ref('dimensions') }} as dimensions
        on cells.framework_version = dimensions.framework_version
),

dimension_scores as (
    select * from {{ ref('int_dimension_scores_aggregated') }}
),

index_scores as (
    select * from {{ ref('int_index_scores_aggregated') }}
),

bases as (
    select * from {{ ref('int_composite_bases_counted') }}
),

pooled as (
    select * from {{ ref('int_pooled_insurers_listed') }}
),

pooled_bases as (
    select * from {{ ref('int_pooled_bases_limited') }}
),

insurer_scores as (
    select
        dimension_cells.*,
        coalesce(dimension_scores.applicable_weight, 0.0) as applicable_weight,
        dimension_scores.coverage_share,
        dimension_scores.score
    from dimension_cells
    left join dimension_scores
        on dimension_cells.wave_id = dimension_scores.wave_id
        and dimension_cells.framework_version = dimension_scores.framework_version
        and dimension_cells.insurer_id = dimension_scores.insurer_id
        and dimension_cells.segment_type = dimension_scores.segment_type
        and dimension_cells.segment_code = dimension_scores.segment_code
        and dimension_cells.score_code = dimension_scores.dimension_code
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        'index' as score_level,
        'index' as score_code,
        cast(100 as double) as applicable_weight,
        coverage_share,
        score
    from index_scores
),

final as (
    select
        insurer_scores.*,
        bases.person_count as base_count,
        case when insurer_scores.segment_type = 'pooled' then pooled.pooled_wave_count else 1 end as pooled_wave_count,
        case
            when insurer_scores.segment_type = 'pooled' then pooled_bases.smallest_wave_base
            when insurer_scores.score_level = 'index' then coalesce(bases.person_count, anybody.person_count)
            else bases.person_count
        end as disclosure_base_count
    from insurer_scores
    left join bases as anybody
        on anybody.score_code = 'anybody'
        and insurer_scores.wave_id = anybody.wave_id
        and insurer_scores.framework_version = anybody.framework_version
        and insurer_scores.insurer_id = anybody.insurer_id
        and insurer_scores.segment_type = anybody.segment_type
        and insurer_scores.segment_code = anybody.segment_code
    left join bases
        on insurer_scores.wave_id = bases.wave_id
        and insurer_scores.framework_version = bases.framework_version
        and insurer_scores.insurer_id = bases.insurer_id
        and insurer_scores.segment_type = bases.segment_type
        and insurer_scores.segment_code = bases.segment_code
        and insurer_scores.score_code = bases.score_code
    left join pooled
        on insurer_scores.wave_id = pooled.wave_id
        and insurer_scores.framework_version = pooled.framework_version
        and insurer_scores.insurer_id = pooled.insurer_id
    left join pooled_bases
        on insurer_scores.wave_id = pooled_bases.wave_id
        and insurer_scores.framework_version = pooled_bases.framework_version
        and insurer_scores.insurer_id = pooled_bases.insurer_id
        and insurer_scores.score_code = pooled_bases.score_code
    -- A pooled estimate takes the place of the wave's own.
    where insurer_scores.segment_type <> 'all' or pooled.insurer_id is null
)

select * from final
