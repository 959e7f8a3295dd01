"""Figures that are no cells of the score marts, but stand in sums with them: persons in no segment, the
respondents of a segment whose number is hidden, and how many more persons one group has than another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csat.audit.ranges import HIDDEN

if TYPE_CHECKING:
    import duckdb

PERSONS_OF_SEGMENTS = "persons of the segments"
STRAYS, RESPONDENTS = "strays", "respondents"
# Persons that a larger group has beside a smaller one in it.
SILENT, BESIDE, TWICE = "silent", "beside", "twice"
_SEGMENT = "wave_id, insurer_id, segment_type, segment_code"


def read_respondents(connection: duckdb.DuckDBPyConnection, published: str, warehouse: str) -> None:
    """Make the temporary table audit_respondents: how many respondents an insurer and its segments have in a
    wave, whether rpt_sample_quality or rpt_respondent_profile tells it, and how many of the insurer are in no
    segment of the kind.
    """
    key = "wave_id, insurer_id, segment_type"
    connection.execute(
        f"""
        create or replace temp table audit_respondents as
        with totals as (select * from {warehouse}.intermediate.int_responses_counted)
        select {key}, segment_code, cast(true_shares.respondent_count as double) as respondent_count,
            profile.respondent_count is not null as is_told,
            cast(valid_count - sum(true_shares.respondent_count) over (partition by {key}) as double)
                as stray_count
        from {warehouse}.intermediate.int_respondent_shares_compared as true_shares
        inner join {published}.rpt_respondent_profile as profile using ({key}, segment_code)
        inner join totals using (wave_id, insurer_id)
        union all
        select wave_id, insurer_id, 'all', 'all', cast(totals.valid_count as double),
            quality.valid_count is not null, 0.0
        from totals inner join {published}.rpt_sample_quality as quality using (wave_id, insurer_id)
        """
    )


def number_others(
    connection: duckdb.DuckDBPyConnection, persons_min: float, respondents_min: float, far: float
) -> None:
    """Make the temporary tables audit_others, one row per such figure with a place after those of the cells,
    and audit_other_terms, their factors in sums.

    Those in no segment a reader knows to within a small cell, and to be no more than the respondents in none.
    A group has no fewer persons than one in it: respondents than those who answered a question, a composite
    than an indicator of it; and a dimension no more than all its indicators together. What a group has beside
    is hidden where one of its counts is; otherwise it costs nothing to hide with them.
    """
    _find_members(connection)
    _list_others(connection, persons_min, respondents_min, far)
    _list_terms(connection)


def _find_members(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary tables audit_places, the counts of cells, audit_members, one row per count of a
    composite and of an indicator in it, and audit_indices, the counts of indices by segment.
    """
    connection.execute(
        """
        create or replace temp table audit_places as
        select cell_number, place, figure, state from audit_figures where unit = 'count'
        """
    )
    connection.execute(
        """
        create or replace temp table audit_members as
        with parts as (
            select cells.*, place, figure, state
            from audit_cells as cells inner join audit_places using (cell_number)
            where score_level = 'indicator' and person_key is not null and insurer_id <> 'industry'
        ),
        wholes as (
            select cells.*, place, figure, state
            from audit_cells as cells inner join audit_places using (cell_number)
            where score_level <> 'indicator' and insurer_id <> 'industry'
        ),
        pairs as (
            select wholes.cell_number as whole_number, wholes.place as whole_place,
                wholes.figure as whole_figure, parts.place as part_place, parts.figure as part_figure,
                least(wholes.state, parts.state) as least_state, wholes.score_level
            from wholes inner join parts using (
                wave_id, framework_version, insurer_id, segment_type, segment_code, is_pooled
            )
            left join audit_weights as weights
                on wholes.framework_version = weights.framework_version
                and wholes.segment_type = weights.segment_type
                and wholes.segment_code = weights.segment_code and wholes.score_level = whole_level
                and wholes.score_code = whole_code and part_level = 'indicator'
                and parts.score_code = part_code
            where (wholes.score_level = 'dimension' and wholes.score_code = parts.family)
                or (wholes.score_level = 'index' and parts.is_survey)
                or (wholes.score_level not in ('dimension', 'index') and weights.part_code is not null)
        )
        -- Versions of a composite with the same persons are one.
        select distinct whole_number, whole_place, whole_figure, part_place, part_figure, score_level,
            least_state
        from pairs
        qualify whole_number = min(whole_number) over (partition by whole_place)
        """
    )
    connection.execute(
        f"""
        create or replace temp table audit_indices as
        select distinct {_SEGMENT}, place
        from audit_cells inner join audit_places using (cell_number)
        where score_level = 'index' and not is_pooled
        """
    )


def _list_others(
    connection: duckdb.DuckDBPyConnection, persons_min: float, respondents_min: float, far: float
) -> None:
    connection.execute(
        f"""
        create or replace temp table audit_others as
        with lines as (
            select '{STRAYS}' as other, line, cast(-sum(factor * base_count) as double) as figure,
                min(wave_id) as wave_id, max(insurer_id) as insurer_id,
                max(segment_type) filter (where segment_type <> 'all') as segment_type,
                min(family) as family, bool_or(is_survey) as is_survey
            from audit_terms inner join audit_cells using (cell_number)
            where kind = '{PERSONS_OF_SEGMENTS}'
            group by line
            having sum(factor * base_count) <> 0
        ),
        unknown as (select distinct wave_id, insurer_id, segment_type, stray_count from audit_respondents),
        strays as (
            select other, line, figure,
                greatest(figure - {persons_min} + 1, case when figure > 0 then 0 end) as lower,
                least(
                    figure + {persons_min} - 1, case when is_survey then greatest(figure, stray_count) end
                ) as upper,
                {HIDDEN} as state, false as is_secret, wave_id, insurer_id, segment_type,
                null as segment_code, family, null::bigint as whole_place, null::bigint as part_place
            from lines left join unknown using (wave_id, insurer_id, segment_type)
        ),
        respondents as (
            select '{RESPONDENTS}' as other,
                concat_ws(' ', wave_id, insurer_id, segment_type, segment_code) as line,
                respondent_count as figure, 0.0 as lower, respondent_count + {far} as upper,
                {HIDDEN} as state, respondent_count > 0 and respondent_count < {respondents_min} as is_secret,
                wave_id, insurer_id, segment_type, segment_code, '{RESPONDENTS}' as family,
                null::bigint as whole_place, null::bigint as part_place
            from audit_respondents where not is_told
        ),
        silent as (
            select distinct on (part_place) '{SILENT}' as other,
                concat_ws(' ', respondents.line, counts.place) as line,
                respondents.figure - counts.figure as figure,
                least(respondents.figure - counts.figure, 0) as lower,
                respondents.figure + {far} as upper, {HIDDEN} as state, false as is_secret, wave_id,
                insurer_id, segment_type, segment_code, cells.family, null::bigint as whole_place,
                counts.place as part_place
            from audit_places as counts
            inner join audit_cells as cells using (cell_number)
            inner join respondents using (wave_id, insurer_id, segment_type, segment_code)
            left join audit_indices as indices using ({_SEGMENT})
            where is_survey and not is_pooled and score_level = 'indicator' and person_key is not null
                and indices.place is null
            order by part_place, cell_number
        ),
        beside as (
            select '{BESIDE}' as other, concat_ws(' ', whole_place, part_place) as line,
                whole_figure - part_figure as figure, least(whole_figure - part_figure, 0) as lower,
                whole_figure + {far} as upper, least_state as state, false as is_secret, wave_id, insurer_id,
                segment_type, segment_code, family, whole_place, part_place
            from audit_members inner join audit_cells on whole_number = cell_number
            where whole_place <> part_place
        ),
        twice as (
            select '{TWICE}' as other, concat_ws(' ', whole_place) as line,
                sum(part_figure) - whole_figure as figure,
                least(sum(part_figure) - whole_figure, 0) as lower, sum(part_figure) + {far} as upper,
                min(least_state) as state, false as is_secret, wave_id, insurer_id, segment_type,
                segment_code, family, whole_place, null::bigint as part_place
            from audit_members inner join audit_cells on whole_number = cell_number
            group by whole_place, whole_figure, wave_id, insurer_id, segment_type, segment_code, family
            -- An element may have persons of operands too.
            having sum(part_figure) >= whole_figure and bool_or(whole_place <> part_place)
        ),
        others as (
            select * from strays union all select * from respondents union all select * from silent
            union all select * from beside union all select * from twice
        )
        select *,
            row_number() over (order by other, line) + (select max(place) from audit_figures) as place
        from others
        """
    )


def _list_terms(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        f"""
        create or replace temp table audit_other_terms as
        with crowds as (select * from audit_others where other = '{RESPONDENTS}'),
        kinds as (select distinct wave_id, insurer_id, segment_type from crowds where segment_type <> 'all')
        select '{PERSONS_OF_SEGMENTS}' as kind, line, place, 1.0 as factor
        from audit_others where other = '{STRAYS}'
        union all
        select 'respondents of the segments', concat_ws(' ', wave_id, insurer_id, kinds.segment_type), place,
            case when crowds.segment_type = 'all' then -1.0 else 1.0 end
        from kinds inner join crowds using (wave_id, insurer_id)
        where crowds.segment_type in ('all', kinds.segment_type)
        union all
        -- Those that are told can be hidden with the index.
        select distinct 'respondents of the segments', concat_ws(' ', wave_id, insurer_id, segment_type),
            indices.place, 1.0
        from kinds
        inner join audit_respondents using (wave_id, insurer_id, segment_type)
        inner join audit_indices as indices using ({_SEGMENT})
        where is_told
        union all
        select 'respondents are the persons of the index', line, terms.place, factor
        from crowds
        inner join audit_indices as indices using ({_SEGMENT})
        cross join lateral (values (crowds.place, 1.0), (indices.place, -1.0)) as terms (place, factor)
        union all
        select 'respondents behind an indicator', others.line, terms.place, factor
        from audit_others as others
        inner join crowds using ({_SEGMENT})
        cross join lateral (
            values (others.place, 1.0), (others.part_place, 1.0), (crowds.place, -1.0)
        ) as terms (place, factor)
        where others.other = '{SILENT}'
        union all
        select 'persons of a composite and of one indicator', line, terms.place, factor
        from audit_others
        cross join lateral (
            values (audit_others.place, 1.0), (part_place, 1.0), (whole_place, -1.0)
        ) as terms (place, factor)
        where other = '{BESIDE}'
        union all
        select 'persons of a composite and of all indicators', line, place, -1.0
        from audit_others where other = '{TWICE}'
        union all
        select 'persons of a composite and of all indicators', line, whole_place, -1.0
        from audit_others where other = '{TWICE}'
        union all
        select 'persons of a composite and of all indicators', line, members.part_place, 1.0
        from audit_others inner join audit_members as members using (whole_place)
        where other = '{TWICE}'
        """
    )
