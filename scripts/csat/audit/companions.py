"""Further companions: open cells to hide so that no hidden number is known too well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csat.audit.attack import Attack, set_up
from csat.audit.cells import KEY

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import duckdb

    from csat.audit.ranges import Exposure

EXPOSED, COARSENED = "exposed", "coarsened"
# Steps that hide on trial; every few of them each exposed number gets one companion more at once.
STEPS = 16
STEPS_PER_COMPANION = 3


def choose_companions(
    connection: duckdb.DuckDBPyConnection, attack: Attack, exposures: Sequence[Exposure]
) -> list[tuple[str, ...]]:
    """Return the cells to hide for exposed numbers, as key and reason; changes the tables of read_attack.

    Cells are hidden on trial and the attack is made again, until nothing is exposed. What hides more only
    widens the ranges of all else, so that only the exposed numbers are looked at again. Where the sums that hold a number have no open cell left, all that is shown of its insurer, wave
    and kind of segment is hidden, and then all of its insurer and wave.
    """
    chosen: dict[int, str] = {}
    for step in range(STEPS):
        if not exposures:
            break
        found = _companions(connection, exposures, 1 + step // STEPS_PER_COMPANION)
        if not found:
            break
        chosen |= found
        _hide(connection, found)
        attack = set_up(connection)
        exposures = attack.exposures({exposure.unknown.name for exposure in exposures})
    keys = connection.execute(
        f"select cell_number, {', '.join(KEY)} from audit_cells where list_contains($numbers, cell_number) "
        "order by cell_number",
        {"numbers": list(chosen)},
    ).fetchall()
    return [(*key, chosen[number]) for number, *key in keys]


def _companions(
    connection: duckdb.DuckDBPyConnection, exposures: Sequence[Exposure], at_once: int
) -> dict[int, str]:
    """Return the best `at_once` open cells of the sums that hold each exposed number, and why they are
    hidden.

    Rather no industry line and no total, rather one whose score lies far from both ends, rather one whose
    other sums have something hidden already, then the one with the fewest persons.
    """
    places = {
        number: tuple(place)
        for number, *place in connection.execute(
            """
            with closed as (
                select distinct kind, line
                from audit_terms inner join audit_unknowns using (cell_number, unit)
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
    chosen: dict[int, str] = {}
    scopes: set[str] = set()
    for exposure in exposures:
        candidates = {cell for identity in exposure.identities for cell in identity.cells if cell in places}
        if not candidates:
            scopes.add(exposure.unknown.scope)
        # One companion often serves several numbers of a sum.
        missing = at_once - len(candidates & chosen.keys())
        for cell in sorted(candidates - chosen.keys(), key=places.__getitem__)[: max(missing, 0)]:
            chosen[cell] = EXPOSED
    return chosen | dict.fromkeys(_of_scopes(connection, scopes), COARSENED)


def _of_scopes(connection: duckdb.DuckDBPyConnection, scopes: Collection[str]) -> list[int]:
    """Return what is shown of these waves, insurers and kinds of segments; where nothing is, of the
    insurer.
    """
    found: list[int] = []
    for scope in sorted(scopes):
        for columns, text in (
            ("wave_id, insurer_id, segment_type", scope),
            ("wave_id, insurer_id", scope.rpartition(" ")[0]),
        ):
            cells = connection.execute(
                f"select cell_number from audit_cells where is_shown and concat_ws(' ', {columns}) = $text "
                "order by cell_number",
                {"text": text},
            ).fetchall()
            if cells:
                found += [cell for (cell,) in cells]
                break
    return found


def _hide(connection: duckdb.DuckDBPyConnection, cells: Collection[int]) -> None:
    """Hide cells, and with them those of the same persons, as the build will."""
    persons = "wave_id, insurer_id, segment_type, segment_code, is_pooled, score_level, person_key"
    connection.execute(
        f"""
        update audit_cells set is_shown = false, disclosure_status = 'complementary'
        where is_shown and ({persons}) in (
            select ({persons}) from audit_cells where list_contains($numbers, cell_number)
        )
        """,
        {"numbers": list(cells)},
    )
    line = "wave_id, framework_version, segment_type, segment_code, score_level, score_code"
    connection.execute(
        f"""
        update audit_cells set is_contribution_shown = false
        where is_contribution_shown and ({line}) in (
            select ({line}) from audit_cells where not is_shown and share is not null
        )
        """
    )
