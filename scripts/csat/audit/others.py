"""Figures that are no cells of the score marts, but stand in sums with them: persons in no segment, the
respondents of a segment whose number is hidden, and those of them who did not answer a question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

PERSONS_OF_SEGMENTS = "persons of the segments"
STRAYS, RESPONDENTS, SILENT = "strays", "respondents", "silent"


def read_respondents(connection: duckdb.DuckDBPyConnection, published: str, warehouse: str) -> None:
    """Make the temporary table audit_respondents: how many respondents the segments of an insurer have in a
    wave, whether rpt_respondent_profile tells it, and how many of the insurer are in no segment of the kind.
    """
    key = "wave_id, insurer_id, segment_type"
    connection.execute(
        f"""
        create or replace temp table audit_respondents as
        select {key}, segment_code, cast(true_shares.respondent_count as double) as respondent_count,
            profile.respondent_count is not null as is_told,
            cast(valid_count - sum(true_shares.respondent_count) over (partition by {key}) as double)
                as stray_count
        from {warehouse}.intermediate.int_respondent_shares_compared as true_shares
        inner join {published}.rpt_respondent_profile as profile using ({key}, segment_code)
        inner join {warehouse}.intermediate.int_responses_counted using (wave_id, insurer_id)
        """
    )


def number_others(
    connection: duckdb.DuckDBPyConnection, persons_min: float, respondents_min: float, far: float
) -> None:
    """Make the temporary tables audit_others, one row per such figure with a place after those of the cells,
    and audit_other_terms, their factors in sums.

    All are hidden. Those in no segment a reader knows to within a small cell, and to be no more than the
    respondents in none. Nobody answers who is no respondent: where the profile tells how many these are, that
    bounds a count and needs no sum.
    """
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
                greatest(figure - {persons_min} + 1, case when is_survey then least(figure, 0) end) as lower,
                least(
                    figure + {persons_min} - 1, case when is_survey then greatest(figure, stray_count) end
                ) as upper,
                false as is_secret, wave_id, insurer_id, segment_type, null as segment_code, family,
                null::bigint as count_place
            from lines left join unknown using (wave_id, insurer_id, segment_type)
        ),
        respondents as (
            select '{RESPONDENTS}' as other,
                concat_ws(' ', wave_id, insurer_id, segment_type, segment_code) as line,
                respondent_count as figure, 0.0 as lower, respondent_count + {far} as upper,
                respondent_count > 0 and respondent_count < {respondents_min} as is_secret,
                wave_id, insurer_id, segment_type, segment_code, '{RESPONDENTS}' as family,
                null::bigint as count_place
            from audit_respondents where not is_told
        ),
        silent as (
            select distinct on (place) '{SILENT}' as other, concat_ws(' ', respondents.line, place) as line,
                respondents.figure - counts.figure as figure,
                least(respondents.figure - counts.figure, 0) as lower,
                respondents.figure + {far} as upper, false as is_secret, wave_id, insurer_id, segment_type,
                segment_code, cells.family, place as count_place
            from audit_figures as counts
            inner join audit_cells as cells using (cell_number)
            inner join respondents using (wave_id, insurer_id, segment_type, segment_code)
            where unit = 'count' and is_survey and not is_pooled and score_level = 'indicator'
            order by place, cell_number
        )
        select *,
            row_number() over (order by other, line) + (select max(place) from audit_figures) as place
        from (select * from strays union all select * from respondents union all select * from silent)
        """
    )
    connection.execute(
        f"""
        create or replace temp table audit_other_terms as
        select '{PERSONS_OF_SEGMENTS}' as kind, line, place, 1.0 as factor
        from audit_others where other = '{STRAYS}'
        union all
        select 'respondents of the segments', concat_ws(' ', wave_id, insurer_id, segment_type), place, 1.0
        from audit_others where other = '{RESPONDENTS}'
        union all
        select 'respondents behind an indicator', silent.line, terms.place, terms.factor
        from audit_others as silent
        inner join audit_others as crowd
            on crowd.other = '{RESPONDENTS}' and silent.wave_id = crowd.wave_id
            and silent.insurer_id = crowd.insurer_id and silent.segment_type = crowd.segment_type
            and silent.segment_code = crowd.segment_code
        cross join lateral (
            values (silent.place, 1.0), (silent.count_place, 1.0), (crowd.place, -1.0)
        ) as terms (place, factor)
        where silent.other = '{SILENT}'
        """
    )
