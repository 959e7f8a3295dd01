"""Feasible ranges of hidden numbers under the sums that a reader can set up, by linear programming."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from csat.errors import PublishError

if TYPE_CHECKING:
    import numpy as np
    from scipy.optimize import OptimizeResult
    from scipy.sparse import csr_array

# Programs that try to widen many ranges at once before single unknowns get two of their own, among so many
# neighbours.
ROUNDS = 4
SURROUNDINGS = (60, 400)
# Ranges are compared with the limit at the accuracy of the solver.
ACCURACY = 1e-4


@dataclass(frozen=True)
class Unknown:
    """A hidden number: its true value and the bounds that everybody knows, in persons or points.

    Where it is no secret by itself it only serves to say what is. scope is the wave, the insurer and the
    kind of segment it is of.
    """

    name: str
    value: float
    lower: float
    upper: float
    is_secret: bool = True
    scope: str = ""


@dataclass(frozen=True)
class Identity:
    """A sum that a reader can set up: factor by position of the unknown; what is published in it is known
    to him.

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


def find_exposures(
    unknowns: Sequence[Unknown], identities: Iterable[Identity], least: float
) -> list[Exposure]:
    """Return the secrets whose feasible range is narrower than `least`, in the order of the unknowns.

    Identities hold for the true values, so each unknown can at least be that. Unknowns in no identity are
    free within their bounds.
    """
    import numpy as np
    from scipy.sparse import coo_array

    kept = [identity for identity in identities if identity.factors]
    rows, columns, factors = [], [], []
    for row, identity in enumerate(kept):
        scale = max(abs(factor) for factor in identity.factors.values())
        for position, factor in identity.factors.items():
            rows.append(row)
            columns.append(position)
            factors.append(factor / scale)
    matrix = coo_array((factors, (rows, columns)), shape=(len(kept), len(unknowns))).tocsr()
    # Counted from the true value: nothing moves is always feasible.
    moves = _Moves(
        matrix,
        np.array([unknown.lower - unknown.value for unknown in unknowns]),
        np.array([unknown.upper - unknown.value for unknown in unknowns]),
        least,
    )
    narrow = moves.find_narrow(np.array([unknown.is_secret for unknown in unknowns]))
    return [
        Exposure(
            unknowns[place],
            unknowns[place].value + low,
            unknowns[place].value + high,
            tuple(kept[row] for row in sorted(rows)),
        )
        for place, (low, high, rows) in sorted(narrow.items())
    ]


class _Moves:
    """How far unknowns can move from their true values; block is identities × unknowns."""

    def __init__(self, block: csr_array, falls: np.ndarray, rises: np.ndarray, least: float) -> None:
        self._block = block
        self._transposed = block.T.tocsr()
        self._falls, self._rises = falls, rises
        self._least = least

    def find_narrow(self, secrets: np.ndarray) -> dict[int, tuple[float, float, set[int]]]:
        """Return the secrets that cannot move by `least`: lower and upper end, and the identities that hold
        them.

        What can move far while all but its surroundings stays can move far in the whole; what cannot though
        only the identities of its surroundings hold cannot in the whole. Only the rest needs the whole.
        """
        import numpy as np

        lows, highs = self._move_together(secrets)
        narrow: dict[int, tuple[float, float, set[int]]] = {}
        for size in (*SURROUNDINGS, len(secrets)):
            for place in np.flatnonzero(secrets & (highs - lows < self._least - ACCURACY)):
                if place in narrow:
                    continue
                places, rows = self._surroundings(place, size)
                for sign in (-1.0, 1.0):
                    if highs[place] - lows[place] < self._least - ACCURACY:
                        moved, _ = self._solve(place, sign, places, self._rows_of(places))
                        lows[places], highs[places] = (
                            np.minimum(lows[places], moved),
                            np.maximum(highs[places], moved),
                        )
                if highs[place] - lows[place] < self._least - ACCURACY:
                    ends, holding = [], set()
                    for sign in (-1.0, 1.0):
                        reached = np.union1d(places, self._block[rows].indices)
                        moved, held = self._solve(place, sign, reached, rows)
                        ends.append(float(moved[np.searchsorted(reached, place)]))
                        holding |= held
                    if ends[1] - ends[0] < self._least - ACCURACY:
                        narrow[int(place)] = (ends[0], ends[1], holding)
        return narrow

    def _move_together(self, secrets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return lower and upper ends that the unknowns reach when many are moved at once, in directions by
        chance.
        """
        import numpy as np

        lows, highs = np.zeros(len(secrets)), np.zeros(len(secrets))
        generator = np.random.default_rng(0)
        for _ in range(ROUNDS):
            narrow = secrets & (highs - lows < self._least)
            if not narrow.any():
                break
            signs = narrow * generator.choice((-1.0, 1.0), len(secrets))
            for aims in (signs, -signs):
                moved = _solve(self._block, self._falls, self._rises, aims).x
                lows, highs = np.minimum(lows, moved), np.maximum(highs, moved)
        return lows, highs

    def _rows_of(self, places: np.ndarray) -> np.ndarray:
        import numpy as np

        return np.unique(self._transposed[places].indices)

    def _surroundings(self, place: int, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Return about `size` unknowns that are nearest to one over shared identities, and the identities
        of these.
        """
        import numpy as np

        near, rows, edge = {int(place)}, np.array([], dtype=int), [int(place)]
        while edge and len(near) < size:
            rows = np.union1d(rows, self._transposed[edge].indices)
            edge = [int(p) for p in np.unique(self._block[rows].indices) if p not in near][: size - len(near)]
            near.update(edge)
        return np.array(sorted(near)), rows

    def _solve(
        self, place: int, sign: float, places: np.ndarray, rows: np.ndarray
    ) -> tuple[np.ndarray, set[int]]:
        """Return the moves of places that take one of them farthest, and the identities that keep it from
        going on.
        """
        import numpy as np

        block = self._block[rows][:, places]
        aims = np.where(places == place, sign, 0.0)
        result = _solve(block, self._falls[places], self._rises[places], aims)
        return result.x, {int(rows[k]) for k in np.flatnonzero(np.abs(result.eqlin.marginals) > ACCURACY)}


def _solve(block: csr_array, falls: np.ndarray, rises: np.ndarray, aims: np.ndarray) -> OptimizeResult:
    """Return the moves within bounds that keep every identity and go farthest towards the aims."""
    import numpy as np
    from scipy.optimize import linprog

    bounds = np.column_stack((falls, rises))
    result = linprog(-aims, A_eq=block, b_eq=np.zeros(block.shape[0]), bounds=bounds, method="highs")
    if result.status != 0:
        raise PublishError(f"the audit of hidden cells could not be solved ({result.message}).")
    return result
