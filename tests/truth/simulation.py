"""Customers with a latent satisfaction that drives what they answer, claim and complain about, and the truth.

A chain is a run of consecutive waves (months) in which the same insurers draw new samples from the same
population. Everything is drawn from one seed, so that a table of results can be reproduced.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from csat.sample.normal import normal_cdf

SEED = 20261125
INSURERS = 24

# Two strata of the population, one invited more often than the other: answers need their design weights.
POPULATION_SHARES = np.array([0.6, 0.4])
SAMPLE_SHARES = np.array([0.3, 0.7])
STRATUM_MEANS = np.array([-0.2, 0.3])
DESIGN_WEIGHTS = POPULATION_SHARES / SAMPLE_SHARES

INSURED_PERSONS = 90_000
CLAIMS_PER_CUSTOMER = 0.6
COMPLAINTS, RARE_COMPLAINTS = 4.5, 0.4

# Raked waves: two groups that answer differently, and the one that is smaller answers more often.
GROUPS = ("female", "male")
GROUP_SHARES = np.array([0.4, 0.6])
GROUP_SAMPLE_SHARES = np.array([0.55, 0.45])
GROUP_MEANS = np.array([-0.8, 0.8])
GROUP_ERROR = 0.75


@dataclass(frozen=True)
class Chain:
    """Consecutive waves. customers: sampled per insurer and wave; overlap: share of them who were in the wave
    before; shifts: latent advantage of every insurer."""

    name: str
    first_wave: int
    waves: int
    customers: int
    overlap: float
    shifts: np.ndarray


@dataclass(frozen=True)
class Raked:
    """Consecutive waves of a single insurer whose respondents are raked to the groups of the population."""

    first_wave: int
    waves: int
    customers: int


@dataclass(frozen=True)
class Design:
    """What is simulated at a scale (1 = in full): the chains, one after the other, then the raked waves."""

    scale: float

    def _waves(self, full: int) -> int:
        return max(round(full * self.scale), 3)

    @cached_property
    def chains(self) -> tuple[Chain, ...]:
        spaced = np.linspace(-0.35, 0.35, INSURERS)
        normal = 0.2 * _normal_scores(INSURERS)
        chains: list[Chain] = []
        for name, waves, customers, overlap, shifts in (
            ("equal", 200, 250, 0.0, np.zeros(INSURERS)),
            ("spaced", 110, 250, 0.3, spaced),
            ("normal", 110, 250, 0.8, normal),
            ("small", 84, 30, 0.0, np.zeros(INSURERS)),
        ):
            first_wave = chains[-1].first_wave + chains[-1].waves if chains else 0
            chains.append(Chain(name, first_wave, self._waves(waves), customers, overlap, shifts))
        return tuple(chains)

    @cached_property
    def raked(self) -> Raked:
        last = self.chains[-1]
        return Raked(last.first_wave + last.waves, self._waves(2_000), 250)

    @property
    def waves(self) -> int:
        return self.raked.first_wave + self.raked.waves


@dataclass(frozen=True)
class Draw:
    """Rows of one chain as columns: one respondent, claim or complaint each, with its person."""

    respondents: dict[str, np.ndarray]
    claims: dict[str, np.ndarray]
    complaints: dict[str, np.ndarray]


def _normal_scores(count: int) -> np.ndarray:
    """Values of a standard normal at evenly spaced probabilities."""
    grid = np.linspace(-4, 4, 80_001)
    return np.interp((np.arange(count) + 0.5) / count, normal_cdf(grid), grid)


def _stream(name: str) -> np.random.Generator:
    return np.random.default_rng([SEED, *name.encode()])


def wave_effects(chain: Chain) -> np.ndarray:
    """Latent level of every wave, the same for all insurers."""
    return 0.05 * _stream(f"waves {chain.name}").standard_normal(chain.waves)


def _shifts(chain: Chain) -> np.ndarray:
    """Latent shift of every insurer (rows) and wave (columns)."""
    return chain.shifts[:, None] + wave_effects(chain)[None, :]


def _category(latent: np.ndarray, centre: float, spread: float, low: int, high: int) -> np.ndarray:
    return np.clip(np.rint(centre + spread * latent), low, high).astype(np.int8)


def _category_chances(mean: np.ndarray, centre: float, spread: float, low: int, high: int) -> np.ndarray:
    """Chance of every answer from low to high of a normal(mean, 1) latent value; last axis: answers."""
    bounds = np.arange(low, high) + 0.5
    below = normal_cdf((bounds - centre) / spread - np.asarray(mean)[..., None])
    edge = np.zeros((*np.shape(mean), 1))
    return np.diff(np.concatenate([edge, below, edge + 1], axis=-1), axis=-1)


OVERALL = (6.5, 2.0, 1, 10)
RECOMMEND = (7.5, 2.2, 0, 10)


def draw(chain: Chain, first_person: int) -> Draw:
    """Draw every wave of a chain; persons are numbered from first_person."""
    rng, shifts, size = _stream(f"draw {chain.name}"), _shifts(chain), (INSURERS, chain.customers)
    kept = round(chain.overlap * chain.customers)
    next_person = first_person
    waves: list[Draw] = []
    last: tuple[np.ndarray, ...] = ()
    for wave in range(chain.waves):
        person = next_person + np.arange(INSURERS * chain.customers).reshape(size)
        next_person += INSURERS * chain.customers
        stratum = (rng.random(size) >= SAMPLE_SHARES[0]).astype(np.int8)
        theta = rng.standard_normal(size) + STRATUM_MEANS[stratum]
        if wave and kept:
            # The panel: a random part of the last sample stays, the rest is replaced.
            order = rng.permuted(np.tile(np.arange(chain.customers), (INSURERS, 1)), axis=1)[:, :kept]
            for new, old in zip((person, stratum, theta), last, strict=True):
                new[:, :kept] = np.take_along_axis(old, order, axis=1)
        last = (person, stratum, theta)
        waves.append(_wave(rng, chain, wave, person, stratum, theta + shifts[:, wave, None]))
    return Draw(
        *(
            {
                name: np.concatenate([getattr(part, table)[name] for part in waves])
                for name in getattr(waves[0], table)
            }
            for table in ("respondents", "claims", "complaints")
        )
    )


def _wave(
    rng: np.random.Generator,
    chain: Chain,
    wave: int,
    person: np.ndarray,
    stratum: np.ndarray,
    satisfaction: np.ndarray,
) -> Draw:
    insurer = np.repeat(np.arange(INSURERS, dtype=np.int16), chain.customers)
    person, stratum, satisfaction = person.ravel(), stratum.ravel(), satisfaction.ravel()

    def noise(loading: float) -> np.ndarray:
        return loading * satisfaction + np.sqrt(1 - loading**2) * rng.standard_normal(len(person))

    def rows(positions: np.ndarray) -> dict[str, np.ndarray]:
        return {
            "wave": np.full(len(positions), chain.first_wave + wave, dtype=np.int32),
            "insurer": insurer[positions],
            "person": person[positions],
        }

    respondents = rows(np.arange(len(person))) | {
        "design_weight": DESIGN_WEIGHTS[stratum],
        "overall": _category(noise(0.8), *OVERALL),
        "satisfied": (noise(0.6) > -1.645).astype(np.int8),
        "recommend": _category(noise(0.7), *RECOMMEND),
    }
    claimants = np.repeat(np.arange(len(person)), rng.poisson(CLAIMS_PER_CUSTOMER, len(person)))
    is_paid = rng.random(len(claimants)) < normal_cdf(1.3 + 0.5 * satisfaction[claimants])
    days = np.exp(2.3 - 0.3 * satisfaction[claimants] + 0.8 * rng.standard_normal(len(claimants)))
    claims = rows(claimants) | {"is_paid": is_paid, "days": days}
    anger = np.exp(-0.3 * satisfaction)
    calm = chain.customers * float(SAMPLE_SHARES @ np.exp(-0.3 * STRATUM_MEANS + 0.045))
    parts = []
    for cause, expected in (("claims", COMPLAINTS), ("sales", RARE_COMPLAINTS)):
        complainants = np.repeat(np.arange(len(person)), rng.poisson(expected * anger / calm))
        parts.append(rows(complainants) | {"cause": np.full(len(complainants), cause)})
    complaints = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Draw(respondents, claims, complaints)


def draw_raked(raked: Raked, first_person: int) -> dict[str, np.ndarray]:
    """Draw the respondents of the raked waves."""
    rng, count = _stream("draw raked"), raked.waves * raked.customers
    group = rng.choice(len(GROUPS), size=count, p=GROUP_SAMPLE_SHARES)
    return {
        "wave": np.repeat(
            np.arange(raked.first_wave, raked.first_wave + raked.waves, dtype=np.int32), raked.customers
        ),
        "person": first_person + np.arange(count),
        "gender": np.array(GROUPS)[group],
        "overall": _category(GROUP_MEANS[group] + GROUP_ERROR * rng.standard_normal(count), *OVERALL),
    }


def raked_truth() -> tuple[float, float]:
    """True mean (0-100) of the raked waves, and the share of the variance that the groups explain."""
    centre, spread, low, high = OVERALL
    chances = _category_chances(GROUP_MEANS / GROUP_ERROR, centre, spread * GROUP_ERROR, low, high)
    scores = (np.arange(low, high + 1) - low) / (high - low) * 100
    means = chances @ scores
    mean = float(GROUP_SHARES @ means)
    variance = float(GROUP_SHARES @ (chances @ scores**2)) - mean**2
    return mean, float(GROUP_SHARES @ means**2 - mean**2) / variance


def true_values(chain: Chain) -> dict[str, np.ndarray]:
    """True value of every indicator by insurer (rows) and wave (columns), in closed form."""
    centres = _shifts(chain)[..., None] + STRATUM_MEANS
    low, high = OVERALL[2:]
    ratings = _category_chances(0.8 * centres, *OVERALL) @ (
        (np.arange(low, high + 1) - low) / (high - low) * 100
    )
    low, high = RECOMMEND[2:]
    options = np.arange(low, high + 1)
    promoters = _category_chances(0.7 * centres, *RECOMMEND) @ np.where(
        options >= 9, 1.0, np.where(options <= 6, -1.0, 0.0)
    )
    # Claims are not weighted: their customers come as they were drawn.
    paid = normal_cdf((1.3 + 0.5 * centres) / np.sqrt(1.25))
    paid_days = np.exp(2.3 - 0.3 * centres + 0.045 + 0.32) * normal_cdf(
        (1.3 + 0.5 * (centres - 0.3)) / np.sqrt(1.25)
    )
    anger = np.exp(-0.3 * _shifts(chain)) / INSURED_PERSONS * 10_000
    return {
        "mean": ratings @ POPULATION_SHARES,
        "share": 100 * (normal_cdf(1.645 + 0.6 * centres) @ POPULATION_SHARES),
        "nps": 100 * (promoters @ POPULATION_SHARES),
        "paid": 100 * (paid @ SAMPLE_SHARES),
        "days": (paid_days @ SAMPLE_SHARES) / (paid @ SAMPLE_SHARES),
        "complaints": COMPLAINTS * anger,
        "rare_complaints": RARE_COMPLAINTS * anger,
    }
