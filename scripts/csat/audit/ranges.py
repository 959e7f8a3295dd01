"""Feasible ranges of hidden numbers under the sums that a reader can set up, by linear programming."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from scipy.optimize import OptimizeResult
    from scipy.sparse import csr_array

# Rounds that try to widen all ranges of a block at once, before single unknowns get programs of their own among
# so many neighbours.
ROUNDS = 2
SURROUNDINGS = (60, 400)
# While more than so many are left, they count as known too well: to hide one more cell is cheaper than to ask.
FEW = 500
# Moved together, no unknown goes farther than so many times the range that is asked for: more would only be
# taken from others.
FARTHEST = 2
# Seconds after which a block is left to the programs of single unknowns.
PATIENCE = 10.0
# Ranges are compared with the limit at the accuracy of the solver.
ACCURACY = 1e-4


@dataclass(frozen=True)
class Unknown:
    """A hidden number: its true value and the bounds that everybody knows, in persons or points.

    Where it is no secret by itself it only serves to say what is. scope is the wave, the insurer and the
    kind of segment it is of; blocks name the groups of unknowns it is moved together with, one after
    another.
    """

    name: str
    value: float
    lower: float
    upper: float
    is_secret: bool = True
    scope: str = ""
    blocks: tuple[str, ...] = ("all",)


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
        np.array([unknown.is_secret for unknown in unknowns], dtype=bool),
        least,
    )
    for level in range(max((len(unknown.blocks) for unknown in unknowns), default=0)):
        moves.widen([unknown.blocks[level] for unknown in unknowns])
    narrow = moves.find_narrow()
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
    """How far unknowns can move from their true values; block is identities × unknowns, falls and rises are
    the bounds.

    What can move far while all else stays can move far in the whole; what cannot though only some of the
    identities hold cannot in the whole.
    """

    def __init__(
        self, block: csr_array, falls: np.ndarray, rises: np.ndarray, secrets: np.ndarray, least: float
    ) -> None:
        import numpy as np

        self._block = block
        self._transposed = block.T.tocsr()
        self._falls, self._rises, self._secrets = falls, rises, secrets
        self._least = least
        self._lows, self._highs = np.zeros(len(secrets)), np.zeros(len(secrets))

    def widen(self, names: Sequence[str]) -> None:
        """Move all secrets of a block at once, block by block, in directions by chance."""
        import numpy as np

        codes = np.unique(np.array(names), return_inverse=True)[1]
        order = np.argsort(codes, kind="stable")
        blocks = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for places, (lows, highs) in zip(blocks, pool.map(self._move_together, blocks), strict=True):
                self._widen_to(places, lows, highs)

    def find_narrow(self) -> dict[int, tuple[float, float, set[int]]]:
        """Return the secrets that cannot move by `least`: lower and upper end, and the identities that hold
        them.
        """
        import numpy as np

        narrow: dict[int, tuple[float, float, set[int]]] = {}
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for size in SURROUNDINGS:
                suspects = [
                    int(p) for p in np.flatnonzero(self._secrets & self._is_narrow()) if p not in narrow
                ]
                if len(suspects) > FEW:
                    return narrow | {place: self._as_moved(place) for place in suspects}
                sizes = [size] * len(suspects)
                for place, (places, lows, highs, found) in zip(
                    suspects, pool.map(self._move_single, suspects, sizes), strict=True
                ):
                    self._widen_to(places, lows, highs)
                    if found:
                        narrow[place] = found
        return narrow

    def _as_moved(self, place: int) -> tuple[float, float, set[int]]:
        import numpy as np

        rows = self._rows_of(np.array([place])).tolist()
        return float(self._lows[place]), float(self._highs[place]), set(rows)

    def _is_narrow(self, places: np.ndarray | slice = slice(None)) -> np.ndarray:
        return self._highs[places] - self._lows[places] < self._least - ACCURACY

    def _widen_to(self, places: np.ndarray, lows: np.ndarray, highs: np.ndarray) -> None:
        import numpy as np

        self._lows[places] = np.minimum(self._lows[places], lows)
        self._highs[places] = np.maximum(self._highs[places], highs)

    def _move_together(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return lower and upper ends that the unknowns of a block reach while all others stay."""
        import numpy as np
        from scipy.sparse.linalg import lsqr

        block = self._block[self._rows_of(places)][:, places]
        far = FARTHEST * self._least
        falls, rises = np.maximum(self._falls[places], -far), np.minimum(self._rises[places], far)
        lows, highs = self._lows[places].copy(), self._highs[places].copy()
        generator = np.random.default_rng(0)
        for _ in range(ROUNDS):
            wanted = self._secrets[places] & (highs - lows < self._least - ACCURACY)
            if not wanted.any():
                break
            # Directions that can be gone together: by chance, less what the identities forbid.
            chance = np.where(wanted, 1.0, 0.1) * generator.standard_normal(len(places))
            forbidden = block.T @ lsqr(block.T, chance, iter_lim=60)[0]
            signs = wanted * np.sign(chance - forbidden)
            for aims in (signs, -signs):
                result = _solve(block, falls, rises, aims, ("highs-ipm",), {"time_limit": PATIENCE})
                if result.status == 0:
                    lows, highs = np.minimum(lows, result.x), np.maximum(highs, result.x)
        return lows, highs

    def _move_single(
        self, place: int, size: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[float, float, set[int]] | None]:
        """Return places near one, how far they move when it moves as far as it can while all others stay,
        and, where that is too little and would be with all others free, or there is no larger size to try,
        the ends and the identities that hold it.
        """
        import numpy as np

        places, rows = self._surroundings(place, size)
        lows, highs, holding = self._ends(place, places, self._rows_of(places))
        position = int(np.searchsorted(places, place))
        if highs[position] - lows[position] >= self._least - ACCURACY:
            return places, lows, highs, None
        if size < SURROUNDINGS[-1]:
            reached = np.union1d(places, self._block[rows].indices)
            free_lows, free_highs, holding = self._ends(place, reached, rows)
            position = int(np.searchsorted(reached, place))
            low, high = float(free_lows[position]), float(free_highs[position])
            found = (low, high, holding) if high - low < self._least - ACCURACY else None
            return places, lows, highs, found
        return places, lows, highs, (float(lows[position]), float(highs[position]), holding)

    def _ends(
        self, place: int, places: np.ndarray, rows: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, set[int]]:
        """Return how far places move under these identities when one of them moves as far as it can, and
        the identities that keep it from going on.
        """
        import numpy as np

        block = self._block[rows][:, places]
        lows, highs, holding = np.zeros(len(places)), np.zeros(len(places)), set()
        for sign in (-1.0, 1.0):
            aims = np.where(places == place, sign, 0.0)
            result = _solve(block, self._falls[places], self._rises[places], aims)
            if result.status != 0:
                # It stays where it is, held by its own identities: rather one companion too many.
                holding |= set(self._rows_of(np.array([place])).tolist())
                continue
            lows, highs = np.minimum(lows, result.x), np.maximum(highs, result.x)
            holding |= {int(rows[k]) for k in np.flatnonzero(np.abs(result.eqlin.marginals) > ACCURACY)}
        return lows, highs, holding

    def _rows_of(self, places: np.ndarray) -> np.ndarray:
        import numpy as np

        return np.unique(self._transposed[places].indices)

    def _surroundings(self, place: int, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Return about `size` unknowns that are nearest to one over shared identities, and the identities
        of these.
        """
        import numpy as np

        near, rows, edge = {place}, np.array([], dtype=int), [place]
        while edge and len(near) < size:
            rows = np.union1d(rows, self._transposed[edge].indices)
            edge = [int(p) for p in np.unique(self._block[rows].indices) if p not in near][: size - len(near)]
            near.update(edge)
        return np.array(sorted(near)), rows


def _solve(
    block: csr_array,
    falls: np.ndarray,
    rises: np.ndarray,
    aims: np.ndarray,
    methods: Sequence[str] = ("highs-ds", "highs-ipm", "highs"),
    options: dict[str, float] | None = None,
) -> OptimizeResult:
    """Solve for the moves within bounds that keep every identity and go farthest towards the aims, by the
    first method that manages.
    """
    import numpy as np
    from scipy.optimize import linprog

    for method in methods:
        result = linprog(
            -aims,
            A_eq=block,
            b_eq=np.zeros(block.shape[0]),
            bounds=np.column_stack((falls, rises)),
            method=method,
            options=options,
        )
        if result.status == 0:
            break
    return result
