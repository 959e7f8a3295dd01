"""What a reader does not know of the published file, and the identities that tie it to what he knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from csat.audit.cells import read_cells
from csat.audit.identities import identity_queries
from csat.audit.ranges import Exposure, Identity, Unknown, find_exposures

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

# A number without limits of its own may be this many points or persons from the truth.
FAR = 1000.0
PERSONS_OF_SEGMENTS = "persons of the segments"
UNITS = {"count": "number of persons", "score": "score", "value": "value", "points": "contribution"}


@dataclass
class Attack:
    """Hidden numbers, the identities they are in, and the least range a hidden number must keep."""

    unknowns: list[Unknown]
    identities: list[Identity]
    least: float

    def exposures(self, among: set[str] | None = None) -> list[Exposure]:
        """Return the hidden counts, scores and values that are known too well, of all or of those named."""
        unknowns = self.unknowns
        if among is not None:
            unknowns = [
                unknown if unknown.name in among else replace(unknown, is_secret=False)
                for unknown in unknowns
            ]
        return find_exposures(unknowns, self.identities, self.least)


def read_attack(
    connection: duckdb.DuckDBPyConnection, published: str, warehouse: str, ledger: Sequence[Path] = ()
) -> Attack:
    """Set the attack up from a published file, the warehouse it was copied from, both attached, and earlier
    releases.

    The true figures only say where in its range a hidden number lies; the identities hold for them.
    """
    read_cells(connection, published, warehouse, ledger)
    connection.execute(
        "create or replace temp table audit_terms as "
        + " union all ".join(
            f"select '{kind}' as kind, line, cell_number, unit, cast(factor as double) as factor "
            f"from ({query})"
            for kind, query in identity_queries(warehouse).items()
        )
    )
    connection.execute(
        "create or replace temp table audit_rules as "
        "select hidden_range_min, scores_persons_min, one_sided_persons_min "
        f"from {warehouse}.intermediate.int_scoring_rules_pivoted"
    )
    return set_up(connection)


def set_up(connection: duckdb.DuckDBPyConnection) -> Attack:
    """Set the attack up from the tables of read_attack, as they are now."""
    (least, persons_min, one_sided_min) = connection.execute("select * from audit_rules").fetchone()
    _number_unknowns(connection, persons_min, one_sided_min)
    unknowns = [
        Unknown(
            f"{name}: the hidden {UNITS[unit]}",
            value,
            lower,
            upper,
            is_secret,
            scope,
            (kind_block, family_block),
        )
        for unit, name, value, lower, upper, is_secret, scope, kind_block, family_block in connection.execute(
            """
            select unit, mart || ': ' || concat_ws(', ', 'wave ' || wave_id, 'version ' || framework_version,
                'insurer ' || insurer_id, segment_type || ' ' || segment_code, score_level || ' ' ||
                    score_code),
                figure, lower, upper, is_secret, concat_ws(' ', wave_id, insurer_id, segment_type),
                concat_ws(' ', wave_id, segment_type), concat_ws(' ', wave_id, family)
            from audit_unknowns inner join audit_cells using (cell_number)
            where is_first order by position
            """
        ).fetchall()
    ]
    _add_strays(connection, unknowns, persons_min)
    factors: dict[tuple[str, str], dict[int, float]] = defaultdict(lambda: defaultdict(float))
    open_cells: dict[tuple[str, str], list[int]] = defaultdict(list)
    for kind, line, cell, position, factor in connection.execute(
        """
        select kind, line, cell_number, position, factor
        from audit_terms left join audit_unknowns using (cell_number, unit)
        where factor <> 0
        qualify count(position) over (partition by kind, line) > 0
        order by kind, line, cell_number, unit
        """
    ).fetchall():
        if position is None:
            open_cells[kind, line].append(cell)
        else:
            factors[kind, line][position] += factor
    for position, line in connection.execute("select position, line from audit_strays").fetchall():
        if (PERSONS_OF_SEGMENTS, line) in factors:
            factors[PERSONS_OF_SEGMENTS, line][position] = 1.0
    identities = [
        Identity(f"{kind}: {line}", dict(parts), tuple(open_cells[kind, line]))
        for (kind, line), parts in factors.items()
    ]
    return Attack(unknowns, identities, least)


def _add_strays(connection: duckdb.DuckDBPyConnection, unknowns: list[Unknown], persons_min: float) -> None:
    """Add those who are in no segment, where the segments do not add up: a reader knows them to within a
    small cell.

    Makes the temporary table audit_strays with their positions.
    """
    connection.execute(
        f"""
        create or replace temp table audit_strays as
        select line, -sum(factor * base_count) as strays,
            min(wave_id) || ' ' || max(segment_type) filter (where segment_type <> 'all') as kind_block,
            min(wave_id) || ' ' || min(family) as family_block, row_number() over (order by line) - 1 +
            {len(unknowns)} as position
        from audit_terms inner join audit_cells using (cell_number)
        where kind = '{PERSONS_OF_SEGMENTS}'
        group by line
        having sum(factor * base_count) <> 0
        """
    )
    for line, strays, *blocks in connection.execute(
        "select line, strays, kind_block, family_block from audit_strays order by position"
    ).fetchall():
        unknowns.append(
            Unknown(
                f"those in no segment of {line}",
                strays,
                strays - persons_min + 1,
                strays + persons_min - 1,
                False,
                blocks=tuple(blocks),
            )
        )


def _number_unknowns(connection: duckdb.DuckDBPyConnection, persons_min: float, one_sided_min: float) -> None:
    """Make the temporary table audit_unknowns: cells and units that are hidden, with the position of the
    unknown.

    Cells share an unknown where they are one number: the persons behind several indicators, and the score
    and the value of an indicator that lies between its goalposts.
    """
    persons = "wave_id, insurer_id, segment_type, segment_code, is_pooled, person_key"
    linked = "insurer_id <> 'industry' and score > 0 and score < 100"
    connection.execute(
        f"""
        create or replace temp table audit_unknowns as
        with counts as (
            select
                min(cell_number) over (partition by {persons}) as first_number, cell_number, 'count' as
                    unit, 'count' as number,
                base_count as figure,
                -- A status says how many at most; an element or a window may be hidden for one of its parts.
                case
                    when disclosure_status = 'small_n' and has_small_total and segment_type <> 'all' then 0.0
                    when disclosure_status = 'small_n' then 1.0
                    else {persons_min}
                end as lower,
                case when disclosure_status = 'small_n' and not is_pooled
                        and score_level in ('indicator', 'dimension', 'index')
                    then case when is_sensitive then {one_sided_min} else {persons_min} end - 1
                    else base_count + {FAR} end as upper,
                bool_or(is_shown or is_remembered) over (partition by {persons}) as is_known
            from audit_cells
            where base_count is not null
        ),
        scores as (
            select cell_number as first_number, cell_number, 'score' as unit, 'score' as number, score as
                figure,
                0.0 as lower, 100.0 as upper, is_shown or is_remembered as is_known
            from audit_cells
            where score is not null
        ),
        amounts as (
            select cell_number as first_number, cell_number, 'value' as unit,
                case when {linked} then 'score' else 'value' end as number,
                case when {linked} then score else value end as figure,
                case when {linked} then 0.0 else value - {FAR} end as lower,
                case when {linked} then 100.0 else value + {FAR} end as upper, is_shown or is_remembered as
                    is_known
            from audit_cells
            where value is not null
        ),
        points as (
            select cell_number as first_number, cell_number, 'points' as unit, 'points' as number, 0.0 as
                figure,
                -{FAR} as lower, {FAR} as upper, is_contribution_shown as is_known
            from audit_cells
            where insurer_id = 'industry' and score_level = 'indicator' and score is not null
        ),
        hidden as (
            select first_number, cell_number, unit, number, figure,
                -- What one status says of persons holds for all cells they are in.
                least(max(lower) over (partition by first_number, number), figure) as lower,
                greatest(min(upper) over (partition by first_number, number), figure) as upper
            from (
                select * from counts union all select * from scores union all select * from amounts
                union all select * from points
            )
            where not is_known
        )
        select hidden.*,
            -- That nobody is in a cell says nothing of anybody; a companion is hidden for others.
            bool_or(case unit
                when 'count' then disclosure_status = 'small_n' and figure > 0
                when 'points' then false
                else disclosure_status in ('small_n', 'dominance')
            end) over (partition by first_number, number) as is_secret,
            dense_rank() over (order by first_number, number) - 1 as position,
            row_number() over (partition by first_number, number order by cell_number, unit) = 1 as is_first
        from hidden inner join audit_cells using (cell_number)
        """
    )
