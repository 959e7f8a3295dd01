"""Feasible ranges of hidden numbers under the sums that a reader can set up, by linear programming."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from csat.errors import PublishError

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_array

# Programs that try to widen many ranges at once before single unknowns get two of their own, among so many neighbours.
ROUNDS = 4
SURROUNDINGS = (60, 600)
# Ranges are compared with the limit at the accuracy of the solver.
ACCURACY = 1e-4


@dataclass(frozen=True)
class Unknown:
    """A hidden number: its true value and the bounds that everybody knows, in persons or points.

    Where it is no secret by itself it only serves to say what is.
    """

    name: str
    value: float
    lower: float
    upper: float
    is_secret: bool = True


@dataclass(frozen=True)
class Identity:
    """A sum that a reader can set up: factor by position of the unknown; what is published in it is known to him.

    cells are the published cells that take part in it.
    """

    name: str
    factors: dict[int, float]
    cells: tuple[int, ...] = ()


@dataclass(frozen=True)
class Exposure:
    """An unknown that is known too well: the feasible range, and the identities that say so."""

    unknown: Unknown
    lower: float
    upper: float
    identities: tuple[Identity, ...]


def find_exposures(unknowns: Sequence[Unknown], identities: Iterable[Identity], least: float) -> list[Exposure]:
    """Return the secrets whose feasible range is narrower than `least`, in the order of the unknowns.

    Identities hold for the true values, so each unknown can at least be that. Unknowns in no identity are free within
    their bounds.
    """
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    kept = [identity for identity in identities if identity.factors]
    rows, columns, factors = [], [], []
    for row, identity in enumerate(kept):
        scale = max(abs(factor) for factor in identity.factors.values())
        for position, factor in identity.factors.items():
            rows.append(row)
            columns.append(position)
            factors.append(factor / scale)
    matrix = coo_array((factors, (rows, columns)), shape=(len(kept), len(unknowns))).tocsr()
    _, labels = connected_components(abs(matrix.T) @ abs(matrix), directed=False)
    members, equations = defaultdict(list), defaultdict(list)
    for position, label in enumerate(labels):
        members[label].append(position)
    for row in range(len(kept)):
        equations[labels[matrix.indices[matrix.indptr[row]]]].append(row)
    exposures = {}
    for label, positions in members.items():
        block = matrix[equations[label]][:, positions]
        # Counted from the true value: nothing moves is always feasible.
        falls = np.array([unknowns[p].lower - unknowns[p].value for p in positions])
        rises = np.array([unknowns[p].upper - unknowns[p].value for p in positions])
        secrets = np.array([unknowns[p].is_secret for p in positions])
        lows, highs = _ranges(block, falls, rises, secrets, least) if block.shape[0] else (falls, rises)
        for place in np.flatnonzero(secrets & (highs - lows < least - ACCURACY)):
            unknown = unknowns[positions[place]]
            holding = block[:, [place]].nonzero()[0]
            exposures[positions[place]] = Exposure(
                unknown,
                unknown.value + float(lows[place]),
                unknown.value + float(highs[place]),
                tuple(kept[equations[label][row]] for row in sorted(set(holding))),
            )
    return [exposures[position] for position in sorted(exposures)]


def _ranges(
    block: csr_array, falls: np.ndarray, rises: np.ndarray, secrets: np.ndarray, least: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return lower and upper ends of the moves of the secrets of one block, exact where they lie within `least`.

    block: identities × unknowns; the ends are arrays over the unknowns, in units of these. Whatever can move far while
    all else but its surroundings stays can also move far in the whole; only the rest needs the whole.
    """
    import numpy as np

    lows, highs = np.zeros(len(falls)), np.zeros(len(falls))
    everything = np.arange(len(falls))

    def move(aims: np.ndarray, places: np.ndarray) -> None:
        moved = _solve(block[:, places], falls[places], rises[places], aims[places])
        lows[places] = np.minimum(lows[places], moved)
        highs[places] = np.maximum(highs[places], moved)

    generator = np.random.default_rng(0)
    for _ in range(ROUNDS):
        narrow = secrets & (highs - lows < least)
        if not narrow.any():
            return lows, highs
        signs = generator.choice((-1.0, 1.0), len(falls))
        move(narrow * signs, everything)
        move(narrow * -signs, everything)
    transposed = block.T.tocsr()
    for size in (*(size for size in SURROUNDINGS if size < len(falls)), len(falls)):
        for place in np.flatnonzero(secrets & (highs - lows < least - ACCURACY)):
            places = everything if size == len(falls) else _surroundings(block, transposed, place, size)
            for sign in (1.0, -1.0):
                if highs[place] - lows[place] < least - ACCURACY:
                    aims = np.zeros(len(falls))
                    aims[place] = sign
                    move(aims, places)
    return lows, highs


def _surroundings(block: csr_array, transposed: csr_array, place: int, size: int) -> np.ndarray:
    """Return about `size` unknowns that are nearest to one over shared identities."""
    import numpy as np

    near = {int(place)}
    edge = [int(place)]
    while edge and len(near) < size:
        rows = np.unique(transposed[edge].indices)
        edge = [int(p) for p in np.unique(block[rows].indices) if p not in near]
        near.update(edge[: size - len(near)])
    return np.array(sorted(near))


def _solve(block: csr_array, falls: np.ndarray, rises: np.ndarray, aims: np.ndarray) -> np.ndarray:
    """Return the moves within bounds that keep every identity and go farthest towards the aims."""
    import numpy as np
    from scipy.optimize import linprog

    kept = np.flatnonzero(np.diff(block.indptr))
    result = linprog(
        -aims, A_eq=block[kept], b_eq=np.zeros(len(kept)), bounds=np.column_stack((falls, rises)), method="highs"
    )
    if result.status != 0:
        raise PublishError(f"the audit of hidden cells could not be solved ({result.message}).")
    return result.x
