"""Further companions: open cells to hide so that no hidden number is known too well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csat.audit.cells import KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from csat.audit.ranges import Exposure

EXPOSED, COARSENED = "exposed", "coarsened"


def choose_companions(
    connection: duckdb.DuckDBPyConnection, exposures: Sequence[Exposure], whole_lines: bool
) -> list[tuple[str, ...]]:
    """Return the cells to hide for exposed numbers, as key and reason; reads the tables of read_attack.

    Every exposed number gets the best open cell of the sums that pin it: rather no total and no industry line, rather one
    whose other sums have something hidden already, then the one with the fewest persons. With whole_lines it gets all of
    them.
    """
    places = {
        number: tuple(place)
        for number, *place in connection.execute(
            """
            with closed as (
                select distinct kind, line from audit_terms inner join audit_unknowns using (cell_number, unit)
            ),
            opened as (
                select cell_number, count(*) filter (where closed.line is null) as opened_count
                from audit_terms left join closed using (kind, line)
                group by cell_number
            )
            select cell_number, insurer_id = 'industry', segment_type = 'all', opened_count, coalesce(base_count, 0),
                cell_number
            from audit_cells inner join opened using (cell_number)
            where is_shown
            """
        ).fetchall()
    }
    chosen: set[int] = set()
    for exposure in exposures:
        candidates = {cell for identity in exposure.identities for cell in identity.cells if cell in places}
        if whole_lines:
            chosen |= candidates
        # One companion often serves several numbers of a sum.
        elif candidates and not candidates & chosen:
            chosen.add(min(candidates, key=places.__getitem__))
    reason = COARSENED if whole_lines else EXPOSED
    keys = connection.execute(
        f"select {', '.join(KEY)} from audit_cells where list_contains($numbers, cell_number) order by cell_number",
        {"numbers": sorted(chosen)},
    ).fetchall()
    return [(*key, reason) for key in keys]
