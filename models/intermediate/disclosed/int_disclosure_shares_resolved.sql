with

shares as (
    select * from {{ ref('int_industry_shares_resolved') }}
),

element_shares as (
    select * from {{ ref('int_element_shares_resolved') }}
),

contributions as (
    select * from {{ ref('int_score_contributions_split') }}
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

unioned as (
    select * from insurers
    union all
    select * from lines
),

-- A point of an insurer's indicator moves the index of the line by its weight times the insurer's share of the index.
final as (
    select
        {% for column in columns -%}
        unioned.{{ column }},
        {% endfor -%}
        unioned.score_share,
        contributions.weight_share
        * case when unioned.insurer_id = 'industry' then -1.0 else index_shares.industry_share end as points_share
    from unioned
    left join contributions
        on unioned.wave_id = contributions.wave_id
        and unioned.framework_version = contributions.framework_version
        and unioned.insurer_id = contributions.insurer_id
        and unioned.segment_type = contributions.segment_type
        and unioned.segment_code = contributions.segment_code
        and unioned.score_level = 'indicator'
        and unioned.score_code = contributions.indicator_code
    left join shares as index_shares
        on unioned.wave_id = index_shares.wave_id
        and unioned.framework_version = index_shares.framework_version
        and unioned.insurer_id = index_shares.insurer_id
        and unioned.segment_type = index_shares.segment_type
        and unioned.segment_code = index_shares.segment_code
        and index_shares.score_level = 'index'
)

select * from final
