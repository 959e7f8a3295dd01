"""Careless respondents: they come on top of the others, whose answers and truth stay as they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csat.sample.plan import Plan

# Share of careless sheets among all.
SHARE = 0.06
# What careless respondents do. Those who merely hurry answer as they think: no rule should leave them out.
HABITS = {
    "hurry": 0.10,
    "hurry_straight": 0.45,
    "hurry_contradict": 0.35,
    "straight_contradict": 0.10,
}
FASTEST, SLOWEST = 15.0, 55.0
ATTENTION_SLIPS, ATTENTION_CHOICES = 0.01, 5
FLAGS = ("is_speeder", "is_straight_liner", "is_contradictory")


@dataclass(frozen=True)
class Controls:
    """What the seeds screen by.

    attention: (question, header, right answer); grids: grid by question; pairs: (first, second, is_opposed).
    """

    attention: tuple[tuple[str, str, str], ...]
    grids: dict[str, str]
    pairs: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class Careless:
    """Planted habits of answer sheets; arrays (sheets,)."""

    hurries: np.ndarray
    straight: np.ndarray
    contradicts: np.ndarray

    @property
    def at_random(self) -> np.ndarray:
        """Sheets whose answers say nothing."""
        return self.straight | self.contradicts


def nobody_careless(count: int) -> Careless:
    """Return the habits of sheets filled in with care."""
    return Careless(*(np.zeros(count, dtype=bool) for _ in FLAGS))


def draw_careless(
    rng: np.random.Generator, candidates: np.ndarray, careful_count: int
) -> tuple[np.ndarray, Careless]:
    """Draw who answers without care, among the candidates, and how; returns their places in order."""
    count = min(round(SHARE / (1 - SHARE) * careful_count), len(candidates))
    chosen = np.sort(rng.permutation(candidates)[:count])
    habits = rng.choice(list(HABITS), count, p=list(HABITS.values()))
    return chosen, Careless(
        *(np.char.find(habits, word) >= 0 for word in ("hurry", "straight", "contradict"))
    )


def hurried(rng: np.random.Generator, careless: Careless, duration: np.ndarray) -> np.ndarray:
    """Seconds taken, (sheets,): those of the careful stay."""
    return np.where(careless.hurries, rng.uniform(FASTEST, SLOWEST, len(duration)), duration)


def careless_values(
    rng: np.random.Generator,
    careless: Careless,
    controls: Controls,
    values: dict[str, np.ndarray],
    bounds: dict[str, tuple[int, int]],
) -> dict[str, np.ndarray]:
    """Answers by question, (sheets,) scale values, with those of careless sheets replaced.

    bounds: lowest and highest value of every question. Who draws a straight line does so in every grid; who
    contradicts answers the two questions of one pair at opposite ends; the rest is chance.
    """
    out, count = {}, len(careless.hurries)
    for code, honest in values.items():
        low, high = bounds[code]
        out[code] = np.where(careless.at_random, rng.integers(low, high + 1, count), honest)
    lines: dict[str, np.ndarray] = {}
    for code, grid in controls.grids.items():
        if code in out:
            low, high = bounds[code]
            line = lines.setdefault(grid, rng.integers(low, high + 1, count))
            out[code] = np.where(careless.straight, line, out[code])
    if controls.pairs:
        chosen, is_first_high = rng.integers(len(controls.pairs), size=count), rng.random(count) < 0.5
        for place, (first, second, is_opposed) in enumerate(controls.pairs):
            strikes = careless.contradicts & (chosen == place)
            for code, is_high in ((first, is_first_high), (second, is_first_high == is_opposed)):
                low, high = bounds[code]
                out[code] = np.where(strikes, np.where(is_high, high, low), out[code])
    return out


def attention_answers(rng: np.random.Generator, careless: Careless, expected: str) -> np.ndarray:
    """Answers to an attention item, (sheets,) texts: right unless careless, or for a slip."""
    count = len(careless.hurries)
    blind = rng.integers(1, ATTENTION_CHOICES + 1, count).astype(str).astype(object)
    fails = careless.at_random | (rng.random(count) < ATTENTION_SLIPS)
    return np.where(fails, blind, expected)


def read_controls(plan: Plan, headers: dict[str, str]) -> Controls:
    """Read the seeds that responses are screened by; headers: question -> header of the answer sheet."""
    attention = {row["question_code"]: row["expected_value"] for row in plan.seeds.rows("attention_items")}
    return Controls(
        tuple((code, headers[code], expected) for code, expected in attention.items()),
        {row["question_code"]: row["grid_code"] for row in plan.seeds.rows("questions") if row["grid_code"]},
        tuple(
            (row["first_question"], row["second_question"], row["is_opposed"] == "true")
            for row in plan.seeds.rows("contradiction_pairs")
        ),
    )
