"""Customers: one pool per insurer, drawn from the same population shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from csat.sample.latent import GROUP_EFFECTS, response_chances
from csat.sample.plan import DAY, YEAR, Plan, seconds
from csat.sample.roster import Insurer

MARGINS = ("age_band", "gender", "region", "sales_channel")
HISTORY_YEARS = 6.0
CUSTOMERS_LARGE = 6_200
SHARED_PERSONS = 0.015
BLANK_SHARE = 0.008
_AGES = {"18_24": (18, 25), "25_34": (25, 35), "35_44": (35, 45), "45_54": (45, 55), "55_plus": (55, 80)}
_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_ID_CHECKS = np.array(list("10X98765432"))


@dataclass
class Pool:
    """Customers of one insurer, sorted by the time they joined; all arrays (customers,).

    joined: local seconds. person: standard normal person effect, shared by all sources. ready: uniform; the
    customer responds whenever it lies below the chance to respond, so that panel members come back. turn:
    uniform place in the rotation of general invitations. group_effect: latent units, without tenure.
    """

    insurer: Insurer
    joined: np.ndarray
    groups: dict[str, np.ndarray]
    line: np.ndarray
    person: np.ndarray
    ready: np.ndarray
    turn: np.ndarray
    phone: np.ndarray
    id_card: np.ndarray
    customer_no: np.ndarray
    group_effect: np.ndarray
    chance: np.ndarray
    joined_from: float

    def __len__(self) -> int:
        return len(self.joined)

    def active(self, times: np.ndarray | float) -> np.ndarray:
        """Number of customers who had joined by each time."""
        return np.searchsorted(self.joined, times, side="right")

    def pick(self, rng: np.random.Generator, times: np.ndarray) -> np.ndarray:
        """A random customer who had joined by each time; (n,) positions in the pool."""
        return np.minimum((rng.random(len(times)) * self.active(times)).astype(int), len(self) - 1)

    def pick_in_line(self, rng: np.random.Generator, times: np.ndarray, lines: np.ndarray) -> np.ndarray:
        """A random customer of the given product line who had joined by each time."""
        draws = rng.random(len(times))
        chosen = np.zeros(len(times), dtype=int)
        for line in self.insurer.line_shares:
            members = np.flatnonzero(self.line == line)
            rows = np.flatnonzero(lines == line)
            counts = np.maximum(np.searchsorted(self.joined[members], times[rows], side="right"), 1)
            chosen[rows] = members[np.minimum((draws[rows] * counts).astype(int), len(members) - 1)]
        return chosen


def pool_mix(insurer: Insurer) -> dict[str, float]:
    """Product lines of the pool: flatter than the insured persons, so that small lines have respondents."""
    roots = {line: share**0.5 for line, share in insurer.line_shares.items()}
    total = sum(roots.values())
    return {line: root / total for line, root in roots.items()}


def tenure_shares(joined_from: float, active_until: float, now: float) -> dict[str, float]:
    """Tenure classes at `now` among customers who joined evenly in [joined_from, active_until): shares."""
    total = active_until - joined_from
    loyal = min(max(now - 3 * YEAR - joined_from, 0.0), total)
    up_to_established = min(max(now - YEAR - joined_from, 0.0), total)
    return {
        "new": (total - up_to_established) / total,
        "established": (up_to_established - loyal) / total,
        "loyal": loyal / total,
    }


def tenure_of(joined: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Tenure class of each customer at each time."""
    years = (now - joined) / YEAR
    return np.where(years < 1, "new", np.where(years < 3, "established", "loyal"))


def tenure_effect(joined: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Latent effect of tenure, (n,)."""
    classes = tenure_of(joined, now)
    return np.vectorize(GROUP_EFFECTS["tenure"].__getitem__, otypes=[float])(classes)


def id_cards(numbers: np.ndarray, births: np.ndarray, is_male: np.ndarray) -> np.ndarray:
    """Resident identity numbers with valid check digits under area codes 990000-999999, which no place has.

    numbers: distinct integers below 5,000,000; births: datetime64[D].
    """
    areas = 990_000 + numbers % 10_000
    orders = (numbers // 10_000) % 500 * 2 + is_male
    days = np.char.replace(np.datetime_as_string(births, unit="D"), "-", "")
    stems = [f"{area:06d}{day}{order:03d}" for area, day, order in zip(areas, days, orders, strict=True)]
    digits = np.array([list(stem) for stem in stems], dtype=int) if stems else np.empty((0, 17), dtype=int)
    checks = _ID_CHECKS[(digits @ _ID_WEIGHTS) % 11]
    return np.array([stem + check for stem, check in zip(stems, checks, strict=True)], dtype=object)


def phones(numbers: np.ndarray) -> np.ndarray:
    """Mobile numbers of the range 154, which no operator has; distinct for distinct numbers."""
    return np.array(
        [f"154{value:08d}" for value in (numbers * 7_368_787 + 20_260_930) % 100_000_000], dtype=object
    )


def as_typed(rng: np.random.Generator, numbers: np.ndarray) -> np.ndarray:
    """The same mobile numbers as people type them: a few with +86, gaps or hyphens."""
    draws = rng.random(len(numbers))
    typed = numbers.copy()
    for place in np.flatnonzero(draws < 0.03):
        typed[place] = f"+86 {typed[place]}"
    for place in np.flatnonzero(draws > 0.98):
        typed[place] = f"{typed[place][:3]}-{typed[place][3:7]}-{typed[place][7:]}"
    return typed


def draw_pool(plan: Plan, insurer: Insurer, neighbour: Pool | None) -> Pool:
    """Draw the customers of one insurer; a small share are customers of the neighbour as well."""
    rng = plan.rng("customers", insurer.number)
    count = round(
        CUSTOMERS_LARGE * plan.volume * max(insurer.volume, 0.12) * (1.4 if insurer.is_small else 1.0)
    )
    joined_from = max(seconds(insurer.opened_on), plan.as_of - HISTORY_YEARS * YEAR)
    joined = np.sort(np.floor(rng.uniform(joined_from, plan.as_of - 2 * DAY, count)))
    groups = {
        margin: np.array(list(levels), dtype=object)[
            rng.choice(len(levels), count, p=np.array(list(levels.values())) / sum(levels.values()))
        ]
        for margin, levels in ((margin, plan.margins[margin]) for margin in MARGINS)
    }
    mix = pool_mix(insurer)
    line = np.array(list(mix), dtype=object)[rng.choice(len(mix), count, p=list(mix.values()))]
    person, ready, turn = rng.normal(size=count), rng.random(count), rng.random(count)
    numbers = insurer.number * 20_000 + np.arange(count)
    low, high = (np.array([_AGES[age][edge] for age in groups["age_band"]]) for edge in (0, 1))
    ages = rng.uniform(low + 0.02, high - 0.02)
    births = (np.datetime64(date(2026, 1, 1)) - (ages * 365.25).astype(int)).astype("datetime64[D]")
    id_card = id_cards(numbers, births, (groups["gender"] == "male").astype(int))
    phone = phones(numbers)
    if neighbour is not None:
        own = rng.choice(count, round(count * SHARED_PERSONS), replace=False)
        other = rng.choice(len(neighbour), len(own), replace=False)
        phone[own], id_card[own] = neighbour.phone[other], neighbour.id_card[other]
        person[own], ready[own] = neighbour.person[other], neighbour.ready[other]
        for margin in ("age_band", "gender", "region"):
            groups[margin][own] = neighbour.groups[margin][other]
    effect = sum(
        np.array([GROUP_EFFECTS[margin][level] for level in groups[margin]]) for margin in MARGINS
    ) + np.array([GROUP_EFFECTS["product_line"][code] for code in line])
    customer_no = np.array(
        [f"C{insurer.number:02d}{place:07d}" for place in rng.permutation(count)], dtype=object
    )
    return Pool(
        insurer,
        joined,
        groups,
        line,
        person,
        ready,
        turn,
        phone,
        id_card,
        customer_no,
        effect,
        response_chances(groups, plan.margins),
        joined_from,
    )


def customer_rows(plan: Plan, pool: Pool) -> dict[str, np.ndarray]:
    """Columns of policy.customers. A few have no age, gender or region on file or withdrew consent."""
    rng = plan.rng("customer_file", pool.insurer.number)
    count = len(pool)
    columns: dict[str, np.ndarray] = {
        "customer_no": pool.customer_no,
        "insurer_id": np.full(count, pool.insurer.insurer_id, dtype=object),
        "phone": np.where(rng.random(count) < 0.01, None, pool.phone),
        "id_card": np.where(
            rng.random(count) < 0.01,
            None,
            np.where(rng.random(count) < 0.2, [card.lower() for card in pool.id_card], pool.id_card),
        ),
    }
    for margin in ("age_band", "gender", "region"):
        columns[margin] = np.where(rng.random(count) < BLANK_SHARE, None, pool.groups[margin])
    columns["sales_channel"] = pool.groups["sales_channel"]
    consent = pool.joined + rng.uniform(60, 3600, count)
    columns["customer_since"] = pool.joined.astype("datetime64[s]").astype("datetime64[D]")
    for purpose, given in (("survey", 1.0), ("claims", 0.985)):
        has_consent = rng.random(count) < given
        withdrawn = consent + rng.uniform(30 * DAY, 900 * DAY, count)
        withdraws = has_consent & (rng.random(count) < 0.004) & (withdrawn < plan.as_of)
        columns[f"{purpose}_consent_at"] = to_times(np.where(has_consent, consent, np.nan), plan.as_of)
        columns[f"{purpose}_consent_withdrawn_at"] = to_times(
            np.where(withdraws, withdrawn, np.nan), plan.as_of
        )
    return columns


def to_times(values: np.ndarray, as_of: float) -> np.ndarray:
    """Local seconds to datetime64[s]; what lies after as-of has not happened yet and is missing."""
    values = np.asarray(values, dtype=float)
    happened = np.isfinite(values) & (values <= as_of)
    times = np.where(happened, np.floor(values), 0).astype("int64").astype("datetime64[s]")
    times[~happened] = np.datetime64("NaT")
    return times


def to_dates(values: np.ndarray) -> np.ndarray:
    """Local seconds to datetime64[s] without regard to as-of: due dates and ends of cover may lie ahead."""
    return to_times(values, np.inf)
