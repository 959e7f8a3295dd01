with

versions as (
    select * from {{ ref('int_framework_versions_ordered') }}
    where status = 'released'
),

dimensions as (
    select * from {{ ref('dimensions') }}
),

factors as (
    select * from {{ ref('int_bridge_factors_derived') }}
    where bridge_factor > 0
),

codes as (
    select
        framework_version,
        'dimension' as score_level,
        dimension_code as score_code
    from dimensions
    union all
    select
        framework_version,
        'index' as score_level,
        'index' as score_code
    from versions
),

-- Every version that came between a version and the current one must have its factor.
steps as (
    select
        versions.framework_version,
        codes.score_level,
        codes.score_code,
        count(later.framework_version) as step_count,
        count(factors.bridge_factor) as factor_count,
        sum(cast(ln(factors.bridge_factor) as decimal(38, 20))) as factor_log
    from versions
    inner join codes
        on versions.framework_version = codes.framework_version
    inner join versions as current_version
        on current_version.is_current
        and versions.valid_from <= current_version.valid_from
    left join versions as later
        on versions.valid_from < later.valid_from
        and current_version.valid_from >= later.valid_from
    left join factors
        on later.framework_version = factors.framework_version
        and codes.score_level = factors.score_level
        and codes.score_code = factors.score_code
    group by versions.framework_version, codes.score_level, codes.score_code
),

final as (
    select
        framework_version,
        score_level,
        score_code,
        case when step_count = factor_count then exp(coalesce(cast(factor_log as double), 0)) end as link_factor
    from steps
)

select * from final
