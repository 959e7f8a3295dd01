with

shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
),

element_shares as (
    select * from {{ ref('int_element_shares_resolved') }}
),

{% set columns = [
    'wave_id', 'framework_version', 'insurer_id', 'segment_type', 'segment_code', 'score_level', 'score_code',
] -%}

insurers as (
    select
        {{ columns | join(',\n        ') }},
        industry_share as score_share
    from shares
    union all
    select
        wave_id,
        framework_version,
        insurer_id,
        'all' as segment_type,
        'all' as segment_code,
        view_code as score_level,
        element_code as score_code,
        industry_share as score_share
    from element_shares
),

lines as (
    select distinct
        wave_id,
        framework_version,
        'industry' as insurer_id,
        {{ columns[3:] | join(',\n        ') }},
        cast(-1 as double) as score_share
    from insurers
),

final as (
    select * from insurers
    union all
    select * from lines
)

select * from final
