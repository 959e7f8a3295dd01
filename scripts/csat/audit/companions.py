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
    connection: duckdb.DuckDBPyConnection, exposures: Sequence[Exposure], at_once: int | None
) -> list[tuple[str, ...]]:
    """Return the cells to hide for exposed numbers, as key and reason; reads the tables of read_attack.

    Every exposed number gets the best `at_once` open cells of the sums that hold it: rather no industry
        line and no total,
    rather one whose score lies far from both ends, rather one whose other sums have something hidden
        already, then the
    one with the fewest persons. Without at_once all that is shown of its insurer in its wave is hidden.
    """
    if at_once is None:
        return _coarsened(connection, exposures)
    places = {
        number: tuple(place)
        for number, *place in connection.execute(
            """
            with closed as (
                select distinct kind, line from audit_terms inner join audit_unknowns using (cell_number,
                    unit)
            ),
            opened as (
                select cell_number, count(*) filter (where closed.line is null) as opened_count
                from audit_terms left join closed using (kind, line)
                group by cell_number
            )
            select cell_number, insurer_id = 'industry', segment_type = 'all',
                coalesce(score not between 10 and 90, false), opened_count, coalesce(base_count, 0),
                cell_number
            from audit_cells inner join opened using (cell_number)
            where is_shown
            """
        ).fetchall()
    }
    chosen: set[int] = set()
    for exposure in exposures:
        candidates = {cell for identity in exposure.identities for cell in identity.cells if cell in places}
        # One companion often serves several numbers of a sum.
        missing = at_once - len(candidates & chosen)
        chosen.update(sorted(candidates - chosen, key=places.__getitem__)[: max(missing, 0)])
    return _keys(connection, "list_contains($values, cell_number)", sorted(chosen), EXPOSED)


def _coarsened(connection: duckdb.DuckDBPyConnection, exposures: Sequence[Exposure]) -> list[tuple[str, ...]]:
    scopes = sorted({exposure.unknown.scope for exposure in exposures})
    return _keys(
        connection, "is_shown and list_contains($values, wave_id || ' ' || insurer_id)", scopes, COARSENED
    )


def _keys(
    connection: duckdb.DuckDBPyConnection, condition: str, values: list[object], reason: str
) -> list[tuple[str, ...]]:
    keys = connection.execute(
        f"select {', '.join(KEY)} from audit_cells where {condition} order by cell_number", {"values": values}
    ).fetchall()
    return [(*key, reason) for key in keys]
