"""Feasible ranges of hidden figures under the sums that a reader can set up, by linear programming."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack
from scipy.sparse.linalg import lsqr

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

# What a reader knows of a figure: its bounds alone, the figure, or the figure whatever is hidden from now on.
HIDDEN, OPEN, KNOWN = 0, 1, 2
# Rounds that try to widen all ranges of a block at once, before figures are moved one by one among so many
# others.
ROUNDS = 2
NEAR, MANY = 60, 6000
# Before anything is hidden for one of the first so many of a part, it is looked at among many others, which
# takes long.
FEW = 8
TOTAL = 0
# Insurers and waves are looked at in so many parts side by side, as if nothing were hidden for the others.
PARTS = 4
# Moved together, no figure goes farther than so many times the range that is asked for: more would only be
# taken from others.
FARTHEST = 2
# Seconds after which a block is left to the moves of single figures, which may find other companions for it;
# a block of the full sample takes less than one.
PATIENCE = 10.0
# Ranges are compared with the limit at this accuracy; less than the solver's own is no move.
ACCURACY, STILL = 1e-4, 1e-7
# Factors, of at most 1, are taken with so many decimals.
DIGITS = 12


@dataclass(frozen=True)
class Figures:
    """Published and hidden figures with the sums they are in; all arrays have one entry per figure.

    values are the true figures, lower and upper the bounds that everybody knows, in persons or points.
    states are HIDDEN, OPEN or KNOWN. secrets marks what is hidden for its own sake. costs say how much is
    lost with one that is OPEN. blocks name the groups that hidden figures are moved together with, one after
    another. homes numbers their waves and insurers, owners their insurers, kinds their kinds of segments (0 a
    total), commons marks those of the industry. sums (sums × figures) holds the factors: of the true figures,
    each row gives a number that the reader knows.
    """

    values: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    states: np.ndarray
    secrets: np.ndarray
    costs: np.ndarray
    blocks: Sequence[np.ndarray]
    homes: np.ndarray
    owners: np.ndarray
    kinds: np.ndarray
    commons: np.ndarray
    sums: csr_array


@dataclass(frozen=True)
class Exposure:
    """Places of a secret that is known too well, and of open figures that protect it once they are hidden.

    Without any the secret cannot be protected.
    """

    secret: int
    companions: tuple[int, ...]


@dataclass
class _Move:
    """How far figures at places can be moved, and the open ones that have to be hidden for it."""

    places: np.ndarray
    lows: np.ndarray
    highs: np.ndarray
    opened: list[int] = field(default_factory=list)

    def joined(self, other: _Move) -> _Move:
        """Return both moves of the same places together."""
        return _Move(
            self.places,
            np.minimum(self.lows, other.lows),
            np.maximum(self.highs, other.highs),
            sorted({*self.opened, *other.opened}),
        )


def find_exposures(figures: Figures, least: float) -> list[Exposure]:
    """Return the secrets whose feasible range is narrower than `least`, with figures to hide for them.

    The figures to hide for a secret protect it together with those of secrets before it: hiding more only
    widens ranges, so with all of them hidden nothing is exposed that can be protected at all.
    """
    if not len(figures.values):
        # Nothing is scored, so there is nothing to work out either.
        return []
    return _Attack(figures, least).find_exposures()


def feasible_range(figures: Figures, secret: int) -> tuple[float, float]:
    """Return the least and the greatest that a hidden figure can be."""
    attack = _Attack(figures, 0.0)
    places = attack.nearest(secret, MANY)
    ends = attack.ends(secret, places)
    position = int(np.searchsorted(places, secret))
    value = float(figures.values[secret])
    return value + float(ends.lows[position]), value + float(ends.highs[position])


class _Attack:
    """How far figures can move from their true values: that nothing moves is always feasible.

    What can move far while all else stays can move far in the whole.
    """

    def __init__(self, figures: Figures, least: float) -> None:
        scales = abs(figures.sums).max(axis=1).toarray().ravel()
        self._sums = csr_array(figures.sums.multiply(1 / np.where(scales > 0, scales, 1)[:, None]))
        # Shares of sums change in their last digits with the order they are added in; of moves that
        # cost the same the solver would choose another one.
        self._sums.data = self._sums.data.round(DIGITS)
        self._transposed = csr_array(self._sums.T)
        self._falls, self._rises = figures.lower - figures.values, figures.upper - figures.values
        self._states, self._costs = figures.states.copy(), figures.costs
        self._secrets = figures.secrets & (figures.states == HIDDEN)
        self._shown = np.flatnonzero(figures.secrets & (figures.states == OPEN))
        self._blocks = figures.blocks
        self._homes, self._owners = figures.homes, figures.owners
        self._kinds, self._commons = figures.kinds, figures.commons
        self._least = least
        self._lows, self._highs = np.zeros(len(self._states)), np.zeros(len(self._states))
        self._houses: dict[tuple[bool, int, int], np.ndarray] = {}

    def find_exposures(self) -> list[Exposure]:
        for names in self._blocks:
            self._move_blocks(names)
        suspects = np.flatnonzero(self._secrets & self._is_narrow())
        # Those of one house mostly need the same companions.
        suspects = suspects[np.lexsort((self._kinds[suspects], self._homes[suspects]))]
        houses = np.column_stack((self._homes[suspects], self._kinds[suspects]))
        bounds = np.flatnonzero((np.diff(houses, axis=0) != 0).any(axis=1)) + 1
        # A secret that another cell shows is hidden with that cell.
        exposures = [Exposure(place, (place,)) for place in self._shown.tolist()]
        self._states[self._shown] = HIDDEN
        groups = np.split(suspects, bounds)
        # Always as many parts, so that what is found does not depend on the machine.
        parts = [
            groups[part[0] : part[-1] + 1] for part in np.array_split(range(len(groups)), PARTS) if len(part)
        ]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for found in pool.map(lambda part: self._copy()._protect_all(part), parts):
                exposures += found
        return exposures

    def _copy(self) -> _Attack:
        """Return the same attack, which can go on by itself."""
        other = copy(self)
        other._states, other._houses = self._states.copy(), {}
        other._lows, other._highs = self._lows.copy(), self._highs.copy()
        return other

    def _protect_all(self, groups: Sequence[np.ndarray]) -> list[Exposure]:
        exposures: list[Exposure] = []
        for group in groups:
            self._protect(group, exposures)
        return exposures

    def _protect(self, group: np.ndarray, exposures: list[Exposure]) -> None:
        """Move all secrets of a group of one house at once, in smaller groups where that cannot be, and note
        those that can only move with what is open. A group hides something only for one that needs it.
        """
        group = group[self._is_narrow(group)]
        if not len(group):
            return
        first, rest = int(group[0]), group[1:]
        together = self._move_group(group) if len(rest) else None
        if together is not None and not together.opened:
            self._widen_to(together)
            return
        move = (
            self._move_freely(first, self.nearest(first, NEAR))
            or self._move_freely(first, self._house_of(first))
            or (len(exposures) < FEW and self._move_freely(first, self.nearest(first, MANY)))
            or together
            or self._move_at_cost(first)
        )
        if move is not None:
            self._widen_to(move)
            self._states[move.opened] = HIDDEN
        if move is None or move.opened:
            exposures.append(Exposure(first, tuple(move.opened) if move else ()))
        for half in np.array_split(rest, 2):
            self._protect(half, exposures)

    def _move_group(self, group: np.ndarray) -> _Move | None:
        """Return the cheapest move of secrets of one house by `least` in directions by chance."""
        can_fall, can_rise = -self._falls[group] >= self._least, self._rises[group] >= self._least
        signs = np.random.default_rng(0).choice((-1.0, 1.0), len(group))
        signs = np.where(can_fall & can_rise, signs, can_rise * 1.0 - can_fall)
        places = self._house_of(int(group[0]))
        return self._move_to(group, signs * self._least, places, self.rows_of(places))

    def _is_narrow(self, places: np.ndarray | slice | int = slice(None)) -> np.ndarray:
        return self._highs[places] - self._lows[places] < self._least - ACCURACY

    def _widen_to(self, move: _Move) -> None:
        self._lows[move.places] = np.minimum(self._lows[move.places], move.lows)
        self._highs[move.places] = np.maximum(self._highs[move.places], move.highs)

    def _move_blocks(self, names: np.ndarray) -> None:
        """Move all hidden figures of a block at once, block by block."""
        hidden = np.flatnonzero(self._states == HIDDEN)
        codes = np.unique(names[hidden], return_inverse=True)[1]
        order = np.argsort(codes, kind="stable")
        blocks = np.split(hidden[order], np.flatnonzero(np.diff(codes[order])) + 1)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for move in pool.map(self._move_together, blocks):
                self._widen_to(move)

    def _move_together(self, places: np.ndarray) -> _Move:
        """Return how far hidden figures go in directions by chance, less what the sums forbid."""
        sums = self._sums[self.rows_of(places)][:, places]
        far = FARTHEST * self._least
        falls, rises = np.maximum(self._falls[places], -far), np.minimum(self._rises[places], far)
        move = _Move(places, self._lows[places], self._highs[places])
        generator = np.random.default_rng(0)
        for _ in range(ROUNDS):
            wanted = self._secrets[places] & (move.highs - move.lows < self._least - ACCURACY)
            if not wanted.any():
                break
            chance = np.where(wanted, 1.0, 0.1) * generator.standard_normal(len(places))
            forbidden = sums.T @ lsqr(sums.T, chance, iter_lim=60)[0]
            signs = wanted * np.sign(chance - forbidden)
            for aims in (signs, -signs):
                result = _solve(sums, falls, rises, -aims, ("highs-ipm",), PATIENCE)
                if result.status == 0:
                    move = move.joined(_Move(places, result.x, result.x))
        return move

    def _move_freely(self, place: int, places: np.ndarray) -> _Move | None:
        """Return the move of a secret by `least` in all that hides nothing, none where there is none."""
        ends = self.ends(place, places, self._least)
        position = int(np.searchsorted(places, place))
        is_wide = ends.highs[position] - ends.lows[position] >= self._least - ACCURACY
        return ends if is_wide else None

    def _move_at_cost(self, place: int) -> _Move | None:
        """Return the cheapest move of a secret by `least` the way where it has more room, or else the other
        way; none where there is none.

        It is looked for in the secret's house, in that of all waves, and then among many figures, also of
        other insurers: a line of the industry that is known for good only moves with two of them.
        """
        neighbourhoods = (
            lambda: self._house_of(place),
            lambda: self._house_of(place, has_all_waves=True),
            lambda: self.nearest(place, MANY),
        )
        has_more_below = bool(-self._falls[place] > self._rises[place])
        for neighbourhood in neighbourhoods:
            places = neighbourhood()
            rows = self.rows_of(places)
            for is_down in (has_more_below, not has_more_below):
                move = self._move_by_least(place, places, rows, is_down)
                if move is not None:
                    return move
        return None

    def _house_of(self, place: int, has_all_waves: bool = False) -> np.ndarray:
        """Return the figures of the same insurer and wave (or all waves), of one kind of segments and the
        totals, and those of the industry in sums with them.
        """
        groups = self._owners if has_all_waves else self._homes
        house = (has_all_waves, groups[place], self._kinds[place])
        if house not in self._houses:
            is_near = (groups == groups[place]) & (self._states != KNOWN)
            if self._kinds[place] != TOTAL:
                is_near &= np.isin(self._kinds, (TOTAL, self._kinds[place]))
            places = np.flatnonzero(is_near)
            for _ in range(2):
                reached = np.unique(self._sums[self.rows_of(places)].indices)
                reached = reached[self._commons[reached] & (self._states[reached] != KNOWN)]
                places = np.union1d(places, reached)
            self._houses[house] = places
        return self._houses[house]

    def _move_by_least(
        self, place: int, places: np.ndarray, rows: np.ndarray, is_first_down: bool
    ) -> _Move | None:
        """Return the cheapest move that goes as far as it may one way and the rest of `least` the other."""
        rooms = (-self._falls[place], self._rises[place])
        first = min(rooms[0 if is_first_down else 1], self._least)
        second = self._least - first
        if second > rooms[1 if is_first_down else 0] + ACCURACY:
            return None
        sign = -1.0 if is_first_down else 1.0
        secret = np.array([place])
        move = self._move_to(secret, np.array([sign * first]), places, rows)
        if move is None or second <= 0:
            return move
        back = self._move_to(secret, np.array([-sign * second]), places, rows)
        return None if back is None else move.joined(back)

    def _move_to(
        self, secrets: np.ndarray, distances: np.ndarray, places: np.ndarray, rows: np.ndarray
    ) -> _Move | None:
        """Return the move of figures by at least these distances that hides the cheapest open figures."""
        states = self._states[places]
        hidden, opened = places[states == HIDDEN], places[states == OPEN]
        sums = self._sums[rows]
        block = csr_array(hstack((sums[:, hidden], sums[:, opened], -sums[:, opened])))
        still = np.zeros(len(opened))
        falls = np.concatenate((self._falls[hidden], still, still))
        rises = np.concatenate((self._rises[hidden], self._rises[opened], -self._falls[opened]))
        costs = np.concatenate((np.zeros(len(hidden)), self._costs[opened], self._costs[opened]))
        moved = np.searchsorted(hidden, secrets)
        falls[moved] = np.where(distances > 0, distances, falls[moved])
        rises[moved] = np.where(distances < 0, distances, rises[moved])
        result = _solve(block, falls, rises, costs)
        if result.status != 0:
            return None
        moves = np.zeros(len(places))
        moves[states == HIDDEN] = result.x[: len(hidden)]
        ups, downs = np.split(result.x[len(hidden) :], 2)
        moves[states == OPEN] = ups - downs
        needed = opened[np.abs(ups - downs) > STILL].tolist()
        return _Move(places, moves, moves, needed)

    def ends(self, place: int, places: np.ndarray, enough: float = np.inf) -> _Move:
        """Return how far hidden figures move when one of them moves as far as it can each way, first where it
        has more room; the other way is left out if this is `enough`.
        """
        hidden = self._states[places] == HIDDEN
        # What is open does not move, so sums of it alone say nothing.
        sums = self._sums[self.rows_of(places[hidden])][:, places[hidden]]
        falls, rises = self._falls[places[hidden]], self._rises[places[hidden]]
        ends = _Move(places, np.zeros(len(places)), np.zeros(len(places)))
        position = int(np.searchsorted(places, place))
        first = -1.0 if -self._falls[place] > self._rises[place] else 1.0
        for sign in (first, -first):
            if ends.highs[position] - ends.lows[position] >= enough:
                break
            aims = np.where(places[hidden] == place, -sign, 0.0)
            result = _solve(sums, falls, rises, aims)
            if result.status == 0:
                moves = np.zeros(len(places))
                moves[hidden] = result.x
                ends = ends.joined(_Move(places, moves, moves))
        return ends

    def rows_of(self, places: np.ndarray) -> np.ndarray:
        """Return the sums that any of the figures is in."""
        return np.unique(self._transposed[places].indices)

    def nearest(self, place: int, size: int) -> np.ndarray:
        """Return about `size` figures that are nearest to one over shared sums, hidden ones first."""
        near, edge = {place}, [place]
        while edge and len(near) < size:
            found = np.unique(self._sums[self.rows_of(np.array(edge))].indices)
            found = found[self._states[found] != KNOWN]
            found = found[np.argsort(self._states[found], kind="stable")]
            edge = [int(p) for p in found if p not in near][: size - len(near)]
            near.update(edge)
        return np.array(sorted(near))


def _solve(
    sums: csr_array,
    falls: np.ndarray,
    rises: np.ndarray,
    costs: np.ndarray,
    methods: Sequence[str] = ("highs-ds", "highs-ipm", "highs"),
    patience: float | None = None,
) -> OptimizeResult:
    """Solve for the cheapest moves within bounds that keep every sum, by the first method that manages.

    Small programmes are solved faster as they are; those that may take long (patience, seconds) are not.
    """
    for method in methods:
        result = linprog(
            costs,
            A_eq=sums,
            b_eq=np.zeros(sums.shape[0]),
            bounds=np.column_stack((falls, rises)),
            method=method,
            options={"presolve": patience is not None, "time_limit": patience},
        )
        # 2: there is no such move.
        if result.status in (0, 2):
            break
    return result
