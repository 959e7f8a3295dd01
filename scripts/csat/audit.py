"""The attacker: what a reader of the published file could find out about hidden cells, by linear programming.

The reader knows every published count and score, which figures add up to which (segments to a total, insurers to the
industry line with the exposures they file, indicators to dimensions, index and regulator elements, contributions to the
index) and what a status says of a hidden count. A hidden count or score that he can narrow to less than
`hidden_range_min` of disclosure_rules stops the publication.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from csat.errors import PublishError

if TYPE_CHECKING:
    import duckdb
    import numpy as np

# Programs that try to widen many ranges at once before single unknowns get two of their own.
ROUNDS = 6
# Ranges are compared with the limit at the accuracy of the solver.
ACCURACY = 1e-4
# Marts in which a score or its persons can be seen, with the level and code of the cell.
SHOWN_IN = {
    "fct_indicator_scores": ("'indicator'", "indicator_code", "score, value, base_count"),
    "fct_dimension_scores": ("'dimension'", "dimension_code", "score, base_count"),
    "fct_index_scores": ("'index'", "'index'", "score, base_count"),
    "fct_regulator_scores": ("view_code", "element_code", "score, base_count"),
    "fct_score_contributions": ("'indicator'", "indicator_code", "contribution_points, weight_share"),
    "fct_score_changes": ("score_level", "score_code", "score, value"),
    "fct_industry_differences": ("score_level", "score_code", "score"),
}
WITHOUT_SEGMENTS = {"fct_regulator_scores", "fct_industry_differences"}


@dataclass(frozen=True)
class Unknown:
    """A hidden number: its true value and the bounds that everybody knows, in persons or points."""

    name: str
    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Identity:
    """A sum that a reader can set up: factor by position of the unknown; what is published in it is known to him."""

    name: str
    factors: dict[int, float]


@dataclass(frozen=True)
class Exposure:
    """An unknown that is known too well: the feasible range, and the identities that say so."""

    unknown: Unknown
    lower: float
    upper: float
    identities: tuple[str, ...]


def find_exposures(unknowns: Sequence[Unknown], identities: Iterable[Identity], least: float) -> list[Exposure]:
    """Return the unknowns whose feasible range is narrower than `least`.

    Identities hold for the true values, so each unknown can at least be that. Unknowns in no identity are free.
    """
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, columns, factors, names = [], [], [], []
    for identity in identities:
        scale = max(abs(factor) for factor in identity.factors.values())
        for position, factor in identity.factors.items():
            rows.append(len(names))
            columns.append(position)
            factors.append(factor / scale)
        names.append(identity.name)
    if not names:
        return []
    matrix = coo_array((factors, (rows, columns)), shape=(len(names), len(unknowns))).tocsr()
    _, labels = connected_components(abs(matrix.T) @ abs(matrix), directed=False)
    members, equations = defaultdict(list), defaultdict(list)
    for position in sorted(set(columns)):
        members[labels[position]].append(position)
    for row in range(len(names)):
        equations[labels[matrix.indices[matrix.indptr[row]]]].append(row)
    exposures = []
    for label, positions in members.items():
        block = matrix[equations[label]][:, positions]
        # Counted from the true value: nothing moves is always feasible.
        falls = np.array([unknowns[p].lower - unknowns[p].value for p in positions])
        rises = np.array([unknowns[p].upper - unknowns[p].value for p in positions])
        lows, highs = _ranges(block, falls, rises, least)
        for place in np.flatnonzero(highs - lows < least - ACCURACY):
            unknown = unknowns[positions[place]]
            holding = block[:, [place]].nonzero()[0]
            exposures.append(
                Exposure(
                    unknown,
                    unknown.value + float(lows[place]),
                    unknown.value + float(highs[place]),
                    tuple(sorted({names[equations[label][row]] for row in holding})),
                )
            )
    return exposures


def _ranges(block: object, falls: np.ndarray, rises: np.ndarray, least: float) -> tuple[np.ndarray, np.ndarray]:
    """Return lower and upper ends of the moves of the unknowns of one block, exact where they lie within `least`.

    block: identities × unknowns; the ends are arrays over the unknowns, in units of these.
    """
    import numpy as np
    from scipy.optimize import linprog

    lows, highs = np.zeros(len(falls)), np.zeros(len(falls))
    right = np.zeros(block.shape[0])
    bounds = np.column_stack((falls, rises))

    def move(aims: np.ndarray) -> None:
        result = linprog(-aims, A_eq=block, b_eq=right, bounds=bounds, method="highs")
        if result.status != 0:
            raise PublishError(f"the audit of hidden cells could not be solved ({result.message}).")
        np.minimum(lows, result.x, out=lows)
        np.maximum(highs, result.x, out=highs)

    generator = np.random.default_rng(0)
    for _ in range(ROUNDS):
        narrow = highs - lows < least
        if not narrow.any():
            return lows, highs
        signs = generator.choice((-1.0, 1.0), len(falls))
        move(narrow * signs)
        move(narrow * -signs)
    for place in np.flatnonzero(highs - lows < least):
        for sign in (1.0, -1.0):
            if highs[place] - lows[place] < least:
                aims = np.zeros(len(falls))
                aims[place] = sign
                move(aims)
    return lows, highs


def audit(connection: duckdb.DuckDBPyConnection, published: str, warehouse: str) -> int:
    """Attack the hidden cells of an attached published file; return how many hidden numbers stood the attack.

    Without the score marts there is nothing to attack. Raises PublishError naming mart, cell and identity of the first
    hidden number that is known too well.
    """
    tables = {
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = ?", [published]
        ).fetchall()
    }
    if not tables.issuperset(SHOWN_IN):
        return 0
    (least,) = connection.execute(
        f"select hidden_range_min from {warehouse}.intermediate.int_scoring_rules_pivoted"
    ).fetchone()
    unknowns, identities = read_attack(connection, published, warehouse)
    exposures = find_exposures(unknowns, identities, least)
    if exposures:
        first = exposures[0]
        raise PublishError(
            f"{first.unknown.name} can be narrowed to {first.lower:.2f} to {first.upper:.2f} from what is published "
            f"({'; '.join(first.identities)}), less than hidden_range_min ({least:g}) of disclosure_rules.csv, as can "
            f"{len(exposures) - 1} other hidden numbers; the previous file is unchanged."
        )
    return len(unknowns)


def read_attack(
    connection: duckdb.DuckDBPyConnection, published: str, warehouse: str
) -> tuple[list[Unknown], list[Identity]]:
    """Return the hidden numbers of the published file and the identities that tie them to what it shows."""
    total = "'all' as segment_type, 'all' as segment_code"
    shown = " union ".join(
        "select wave_id, framework_version, insurer_id, "
        f"{total if mart in WITHOUT_SEGMENTS else 'segment_type, segment_code'}, "
        f"{level} as score_level, {code} as score_code from {published}.{mart} "
        f"where coalesce({columns}) is not null"
        for mart, (level, code, columns) in SHOWN_IN.items()
    )
    connection.execute(
        f"""
        create or replace temp table attacked as
        with shown as ({shown}),
        members as (
            select
                members.*,
                shown.wave_id is not null as is_shown
            from {warehouse}.intermediate.int_disclosure_lines_listed as members
            left join shown
                on members.wave_id = shown.wave_id
                and members.framework_version = shown.framework_version
                and members.insurer_id = shown.insurer_id
                and case when members.segment_type = 'pooled' then 'all' else members.segment_type end = shown.segment_type
                and members.segment_code = shown.segment_code
                and members.score_level = shown.score_level
                and members.score_code = shown.score_code
        )
        select * from members
        window line as (partition by line_kind, line_code)
        qualify bool_or(is_whole) over line and bool_or(not is_whole) over line
            and bool_or(is_shown) over line and not bool_and(is_shown) over line
        """
    )
    unknowns: list[Unknown] = []
    places: dict[tuple[str, int], int] = {}
    for unit, value, lower, upper in (
        ("count", "base_count", "count_lower", "count_upper"),
        ("score", "score", "0", "100"),
    ):
        for number, name, true, low, high in connection.execute(
            f"""
            select distinct
                cell_number,
                case score_level when 'indicator' then 'fct_indicator_scores' when 'dimension' then 'fct_dimension_scores'
                    when 'index' then 'fct_index_scores' else 'fct_regulator_scores' end
                || ': wave ' || wave_id || ', version ' || framework_version || ', insurer ' || insurer_id || ', '
                || segment_type || ' ' || segment_code || ', ' || score_code || ': the hidden {unit}',
                cast({value} as double), cast({lower} as double), cast({upper} as double)
            from attacked
            where not is_shown and {value} is not null and {unit}_factor is not null
            order by cell_number
            """
        ).fetchall():
            places[unit, number] = len(unknowns)
            unknowns.append(Unknown(name, true, low, high))
    identities = []
    # What segments give to a mean follows from weights nobody publishes: along segments only persons add up. Where the
    # industry line itself is hidden, so is what it gives to the index.
    for unit, factor, value, condition in (
        ("count", "count_factor", "base_count", "line_kind in ('segments', 'insurers')"),
        ("score", "score_factor", "score", "line_kind in ('insurers', 'parts')"),
        (
            "score",
            "points_factor",
            "score",
            "line_kind = 'insurers' and line_code in "
            "(select line_code from attacked where line_kind = 'insurers' and is_whole and is_shown)",
        ),
    ):
        factors: dict[str, dict[int, float]] = defaultdict(dict)
        for kind, code, number, number_factor in connection.execute(
            f"""
            select line_kind, line_code, cell_number, {factor} from attacked
            where not is_shown and {factor} <> 0 and {value} is not null and {condition}
            order by line_kind, line_code, cell_number
            """
        ).fetchall():
            factors[f"{factor.split('_')[0]} along the {kind} of {code}"][places[unit, number]] = number_factor
        identities += [Identity(name, parts) for name, parts in factors.items()]
    return unknowns, identities
