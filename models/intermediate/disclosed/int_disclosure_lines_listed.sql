{% set scope = ['wave_id', 'framework_version', 'insurer_id', 'segment_type', 'segment_code'] -%}
{% set columns = [
    'cell_number', 'group_number', 'wave_id', 'framework_version', 'insurer_id', 'segment_type', 'segment_code', 'score_level',
    'score_code', 'score', 'base_count', 'primary_status', 'is_hidden', 'count_lower', 'count_upper', 'line_kind', 'line_code',
    'is_whole', 'count_factor', 'score_factor', 'identity_count',
] -%}

with

cells as (
    select * from {{ ref('int_disclosure_cells_listed') }}
),

segment_types as (
    select distinct segment_type from {{ ref('segments') }}
    where segment_type <> 'all'
),

shares as (
    select * from {{ ref('int_disclosure_shares_resolved') }}
),

-- A composite is the sum of its parts; a derived indicator is one of its operands, also of another wave.
parts as (
    select * from {{ ref('int_disclosure_parts_listed') }}
    union all
    select * from {{ ref('int_disclosure_operands_listed') }}
),

wholes as (
    select distinct
        wave_id,
        framework_version,
        insurer_id,
        segment_type,
        segment_code,
        whole_level,
        whole_code
    from parts
),

-- Groups of one kind add up to the total; what they give to its value follows from their persons.
segment_members as (
    select
        cells.*,
        'segments' as line_kind,
        concat_ws(' ', cells.wave_id, cells.framework_version, cells.insurer_id, segment_types.segment_type,
            cells.score_level, cells.score_code) as line_code,
        cells.segment_type = 'all' as is_whole,
        cast(case when cells.segment_type = 'all' then -1 else 1 end as double) as count_factor,
        case
            when cells.score_level = 'indicator' and cells.segment_type = 'all' then -cast(cells.base_count as double)
            when cells.score_level = 'indicator' then cast(cells.base_count as double)
        end as score_factor,
        1 as identity_count
    from cells
    inner join segment_types
        on cells.segment_type in ('all', segment_types.segment_type)
    where cells.base_count is not null
),

-- Insurers add up to the industry line: their persons, their scores and, where it is not weighted by person, their values.
insurer_members as (
    select
        cells.*,
        'insurers' as line_kind,
        concat_ws(' ', cells.wave_id, cells.framework_version, cells.segment_type, cells.segment_code,
            cells.score_level, cells.score_code) as line_code,
        cells.insurer_id = 'industry' as is_whole,
        cast(case when cells.insurer_id = 'industry' then -1 else 1 end as double) as count_factor,
        shares.score_share as score_factor,
        case when cells.has_value_identity then 2 else 1 end as identity_count
    from cells
    inner join shares
        on {% for column in scope -%}
        cells.{{ column }} = shares.{{ column }}
        and {% endfor -%}
        cells.score_level = shares.score_level
        and cells.score_code = shares.score_code
),

part_members as (
    select
        cells.*,
        'parts' as line_kind,
        concat_ws(
            ' ',
            {% for column in scope -%}
            parts.{{ column }},
            {% endfor -%}
            parts.whole_level, parts.whole_code
        ) as line_code,
        false as is_whole,
        cast(null as double) as count_factor,
        parts.part_share as score_factor,
        1 as identity_count
    from cells
    inner join parts
        on cells.wave_id = parts.part_wave_id
        and cells.framework_version = parts.part_framework_version
        and cells.insurer_id = parts.insurer_id
        and cells.segment_type = parts.segment_type
        and cells.segment_code = parts.segment_code
        and cells.score_level = parts.part_level
        and cells.score_code = parts.part_code
),

whole_members as (
    select
        cells.*,
        'parts' as line_kind,
        concat_ws(
            ' ',
            {% for column in scope -%}
            cells.{{ column }},
            {% endfor -%}
            cells.score_level, cells.score_code
        ) as line_code,
        true as is_whole,
        cast(null as double) as count_factor,
        cast(-1 as double) as score_factor,
        1 as identity_count
    from cells
    inner join wholes
        on {% for column in scope -%}
        cells.{{ column }} = wholes.{{ column }}
        and {% endfor -%}
        cells.score_level = wholes.whole_level
        and cells.score_code = wholes.whole_code
),

final as (
    {% for members in ['segment_members', 'insurer_members', 'part_members', 'whole_members'] -%}
    select
        {{ columns | join(',\n        ') }}
    from {{ members }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select * from final
