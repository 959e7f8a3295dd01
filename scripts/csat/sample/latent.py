"""Latent satisfaction: what moves answers, claim times, connection rates and complaints alike.

Units: one latent unit is about one standard deviation of a person's opinion; 0 is a middling insurer. Effects
of groups are multiples of 0.01, so that their sum over a population has an exact distribution on a grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csat.sample.normal import normal_cdf
from csat.sample.plan import Plan

STAGES = ("advice", "purchase", "service", "claims", "complaints", "renewal", "overall")
GRID = 0.01

PERSON_SD = 0.55
ITEM_SD = 0.70
MIDDLE = 0.10

# Satisfaction (latent units) and log of the chance to respond, by group. Groups that like the service also
# answer more often, so that unweighted means are too high. Tenure and line leave the chance to respond alone.
GROUP_EFFECTS: dict[str, dict[str, float]] = {
    "age_band": {"18_24": -0.42, "25_34": -0.20, "35_44": 0.04, "45_54": 0.24, "55_plus": 0.40},
    "gender": {"female": -0.04, "male": 0.04},
    "region": {
        "north": 0.02,
        "northeast": -0.06,
        "east": 0.08,
        "central": 0.00,
        "south": 0.03,
        "southwest": -0.05,
        "northwest": -0.10,
    },
    "sales_channel": {
        "own_app": 0.24,
        "own_web": 0.10,
        "mini_program": 0.04,
        "platform": -0.28,
        "broker": 0.00,
    },
    "product_line": {"motor": 0.05, "health": 0.00, "accident": 0.08, "life": -0.08, "property": 0.04},
    "tenure": {"new": -0.12, "established": 0.00, "loyal": 0.12},
}
RESPONSE_EFFECTS: dict[str, dict[str, float]] = {
    "age_band": {"18_24": -0.50, "25_34": -0.25, "35_44": 0.00, "45_54": 0.25, "55_plus": 0.45},
    "gender": {"female": -0.08, "male": 0.08},
    "region": {
        "north": 0.05,
        "northeast": -0.10,
        "east": 0.12,
        "central": 0.00,
        "south": 0.05,
        "southwest": -0.08,
        "northwest": -0.15,
    },
    "sales_channel": {
        "own_app": 0.40,
        "own_web": 0.10,
        "mini_program": 0.00,
        "platform": -0.40,
        "broker": -0.05,
    },
}
RESPONSE_RATE = 0.31

# Share of an insurer's customers in each sampling stratum, and how its people differ (latent units).
STRATUM_SHARES = {"general": 0.91, "claim": 0.08, "complaint": 0.01}
STRATUM_EFFECTS = {"general": 0.00, "claim": -0.08, "complaint": -0.80}


@dataclass(frozen=True)
class PlantedEvent:
    """A known shift of one insurer's stage, `waves_from_end` waves before the last one (0 = the last)."""

    insurer_number: int
    stage: str
    waves_from_end: int
    shift: float
    lasts: int
    note: str


EVENTS = (
    PlantedEvent(0, "claims", 1, -0.60, 1, "Claims backlog of one quarter after a flood"),
    PlantedEvent(1, "service", 2, 0.30, 3, "New app raises policy service for good"),
    PlantedEvent(2, "complaints", 0, -0.45, 1, "Complaints surge after a price rise"),
    PlantedEvent(3, "service", 3, -0.50, 1, "Platform outage of one quarter"),
    PlantedEvent(5, "purchase", 4, -0.40, 2, "Mis-selling on a partner platform"),
    PlantedEvent(5, "advice", 4, -0.35, 2, "Mis-selling on a partner platform"),
    PlantedEvent(7, "claims", 3, 0.40, 4, "Straight-through claims from this quarter on"),
    PlantedEvent(9, "complaints", 2, -0.50, 1, "Group complaint about a discontinued product"),
)


@dataclass(frozen=True)
class Latent:
    """stage_levels: (insurers, stages, quarters) latent units; the last stage is the mean of the others."""

    stage_levels: np.ndarray
    places: dict[int, int]

    def of(self, insurer_number: int, stage: str) -> np.ndarray:
        """(quarters,) levels of one insurer and stage."""
        return self.stage_levels[self.places[insurer_number], STAGES.index(stage)]


def draw_latent(plan: Plan) -> Latent:
    """Insurer effect + stage effect + AR(1) over quarters + planted events."""
    levels = np.empty((len(plan.insurers), len(STAGES), plan.quarters))
    for place, insurer in enumerate(plan.insurers):
        rng = plan.rng("latent", insurer.number)
        base = MIDDLE + rng.normal(0.0, 0.27) + rng.normal(0.0, 0.15, len(STAGES) - 1)
        noise = rng.normal(0.0, 0.06, (len(STAGES) - 1, plan.quarters))
        walk = np.zeros_like(noise)
        walk[:, 0] = noise[:, 0] / np.sqrt(1 - 0.7**2)
        for quarter in range(1, plan.quarters):
            walk[:, quarter] = 0.7 * walk[:, quarter - 1] + noise[:, quarter]
        levels[place, :-1] = base[:, None] + walk
    places = {insurer.number: place for place, insurer in enumerate(plan.insurers)}
    for event in EVENTS:
        if event.insurer_number in places:
            first = plan.waves[-1].quarter - event.waves_from_end
            stage = STAGES.index(event.stage)
            levels[places[event.insurer_number], stage, max(first, 0) : first + event.lasts] += event.shift
    levels[:, -1] = levels[:, :-1].mean(axis=1)
    return Latent(levels, places)


def response_chances(groups: dict[str, np.ndarray], margins: dict[str, dict[str, float]]) -> np.ndarray:
    """Chance to respond of every customer: log-additive in the margins, so that raking repairs it exactly.

    groups: margin -> (customers,) level codes. The mean over the population is RESPONSE_RATE.
    """
    chances = np.full(len(next(iter(groups.values()))), RESPONSE_RATE)
    for margin, effects in RESPONSE_EFFECTS.items():
        mean = sum(share * np.exp(effects[level]) for level, share in margins[margin].items())
        table = {level: np.exp(effect) / mean for level, effect in effects.items()}
        chances = chances * np.array([table[level] for level in groups[margin]])
    return np.minimum(chances, 0.97)


def effect_distribution(
    *shares_by_factor: tuple[dict[str, float], dict[str, float]],
) -> tuple[np.ndarray, np.ndarray]:
    """Exact distribution of the sum of independent factors.

    Each factor is (shares, effects) by level. Returns values (latent units) and probabilities, (points,).
    """
    low, probabilities = 0, np.ones(1)
    for shares, effects in shares_by_factor:
        steps = {level: round(effects[level] / GRID) for level in shares}
        start, end = min(steps.values()), max(steps.values())
        kernel = np.zeros(end - start + 1)
        for level, share in shares.items():
            kernel[steps[level] - start] += share
        probabilities = np.convolve(probabilities, kernel)
        low += start
    values = (low + np.arange(len(probabilities))) * GRID
    keep = probabilities > 0
    return values[keep], probabilities[keep]


def rate(level: np.ndarray | float, intercept: float, slope: float) -> np.ndarray:
    """Probability of a good outcome at a latent level: Phi(intercept + slope * level)."""
    return normal_cdf(intercept + slope * np.asarray(level))
