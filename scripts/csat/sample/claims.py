"""Claim cases: a log-normal clock whose speed and payment rate follow the claims stage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csat.sample.latent import Latent, rate
from csat.sample.plan import DAY, Plan
from csat.sample.population import Pool, pool_mix, to_times
from csat.sample.roster import Insurer

LINE_PACE = {"motor": 0.85, "property": 1.0, "accident": 0.9, "health": 1.1, "life": 1.25}
LINE_AMOUNT = {
    "motor": 3_200.0,
    "property": 2_100.0,
    "accident": 1_500.0,
    "health": 4_600.0,
    "life": 18_000.0,
}
COMPLEX_SHARE, COMPLEX_PACE = 0.07, 4.0
PERSON_LOADING = 0.3
DECISION_LIMIT, PAYMENT_LIMIT = "claim_decision", "claim_payment"


@dataclass
class Clock:
    """Times of simulated cases in local seconds, NaN where the step never comes; all arrays (cases,)."""

    loss: np.ndarray
    reported: np.ndarray
    registered: np.ndarray
    documents: np.ndarray
    decided: np.ndarray
    agreed: np.ndarray
    paid: np.ndarray
    closed: np.ndarray
    outcome: np.ndarray
    reopened: np.ndarray


def simulate_clock(
    rng: np.random.Generator, reported: np.ndarray, levels: np.ndarray, lines: np.ndarray, persons: np.ndarray
) -> Clock:
    """Run the clock of every case from its report on.

    levels: latent claims stage at the report; persons: standard normal effects (the pleased wait less).
    """
    count = len(reported)
    pace = np.array([LINE_PACE[line] for line in np.unique(lines)])[np.unique(lines, return_inverse=True)[1]]
    pace = pace * np.where(rng.random(count) < COMPLEX_SHARE, COMPLEX_PACE, 1.0)

    def wait(median_days: float | np.ndarray, spread: float) -> np.ndarray:
        return DAY * median_days * np.exp(spread * rng.normal(size=count))

    loss = reported - wait(2.6, 0.9)
    registered = reported + wait(0.12, 0.8)
    documents = registered + wait(2.3 * pace**0.5, 0.8)
    noise = -PERSON_LOADING * persons + np.sqrt(1 - PERSON_LOADING**2) * rng.normal(size=count)
    decided = documents + DAY * 2.2 * pace * np.exp(-0.55 * levels + 0.8 * noise)
    agreed = decided + wait(0.4, 0.6)
    paid = agreed + wait(1.1 * pace**0.5 * np.exp(-0.3 * levels), 0.8)
    fate = rng.random(count)
    refuses = rng.random(count) >= rate(levels, 1.85, 0.45)
    outcome = np.full(count, "paid", dtype="U9")
    outcome[refuses] = "refused"
    outcome[fate < 0.06] = "zero_paid"
    outcome[fate < 0.045] = "withdrawn"
    outcome[fate < 0.015] = "duplicate"
    reopened = (rng.random(count) < 0.01) & (outcome == "paid")
    paid = paid + np.where(reopened, wait(8.0, 0.5), 0.0)
    is_paid, early = outcome == "paid", np.isin(outcome, ["withdrawn", "duplicate"])
    decided = np.where(early, np.nan, decided)
    agreed, paid = np.where(is_paid, agreed, np.nan), np.where(is_paid, paid, np.nan)
    closed = np.where(is_paid, paid + wait(0.1, 0.7), decided + wait(0.2, 0.7))
    closed = np.where(early, registered + wait(np.where(outcome == "duplicate", 0.6, 4.0), 0.7), closed)
    documents = np.where(early, np.nan, documents)
    return Clock(loss, reported, registered, documents, decided, agreed, paid, closed, outcome, reopened)


def report_times(rng: np.random.Generator, plan: Plan, insurer: Insurer, copies: int) -> np.ndarray:
    """Report times from the first burn-in day to as-of: a Poisson flow, `copies` times as many."""
    starts = max(plan.burn_in_starts, 0.0)
    expected = insurer.claims * plan.volume * copies * (plan.as_of - starts) / (91.25 * DAY)
    return np.sort(rng.uniform(starts, plan.as_of, rng.poisson(expected)))


@dataclass
class ClaimRows:
    """Columns of claims.claims and what the survey needs: customer position, closing time, id and team."""

    columns: dict[str, np.ndarray]
    customer: np.ndarray
    closed: np.ndarray
    claim_id: np.ndarray
    team: np.ndarray


def claim_rows(plan: Plan, latent: Latent, pool: Pool) -> ClaimRows:
    """Draw the cases of one insurer; steps after as-of are missing, so such cases are open."""
    insurer = pool.insurer
    rng = plan.rng("claims", insurer.number)
    reported = report_times(rng, plan, insurer, 1)
    customer = pool.pick(rng, reported)
    lines = pool.line[customer]
    levels = latent.of(insurer.number, "claims")[plan.quarter_of(reported)]
    clock = simulate_clock(rng, reported, levels, lines.astype(str), pool.person[customer])
    count = len(reported)
    is_closed = clock.closed <= plan.as_of
    claimed = np.round(
        np.array([LINE_AMOUNT[line] for line in lines]) * np.exp(0.9 * rng.normal(size=count)), 2
    )
    share = np.clip(0.93 + 0.05 * levels + 0.08 * rng.normal(size=count), 0.3, 1.0)
    outcome = np.where(is_closed, clock.outcome, None)
    is_paid = clock.paid <= plan.as_of
    claim_id = np.array([f"L{insurer.number:02d}{place:06d}" for place in range(count)], dtype=object)
    team = np.array(
        [f"{insurer.insurer_id}_claims_{place}" for place in rng.integers(1, 5, count)], dtype=object
    )
    columns = {
        "claim_id": claim_id,
        "policy_id": np.array([f"P{insurer.number:02d}{place:06d}" for place in customer], dtype=object),
        "insurer_id": np.full(count, insurer.insurer_id, dtype=object),
        "product_line": lines,
        "customer_no": pool.customer_no[customer],
        "sales_channel": pool.groups["sales_channel"][customer],
        "loss_at": to_times(clock.loss, plan.as_of),
        "reported_at": to_times(reported, plan.as_of),
        "registered_at": to_times(clock.registered, plan.as_of),
        "documents_complete_at": to_times(clock.documents, plan.as_of),
        "decided_at": to_times(clock.decided, plan.as_of),
        "agreed_at": to_times(clock.agreed, plan.as_of),
        "paid_at": to_times(clock.paid, plan.as_of),
        "closed_at": to_times(clock.closed, plan.as_of),
        "outcome": outcome,
        "claimed_amount": claimed,
        "paid_amount": np.where(is_paid, np.round(claimed * share, 2), np.where(is_closed, 0.0, np.nan)),
        "reopened": clock.reopened & is_paid,
        "team_code": team,
    }
    return ClaimRows(columns, customer, np.where(is_closed, clock.closed, np.nan), claim_id, team)


def claim_truth(
    plan: Plan, latent: Latent, insurer: Insurer, copies: int, limits: dict[str, float]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Truth by drawing `copies` times the volume: measure -> (values, standard errors), (waves,) each."""
    rng = plan.rng("claims_truth", insurer.number)
    reported = report_times(rng, plan, insurer, copies)
    mix = pool_mix(insurer)
    lines = np.array(list(mix))[rng.choice(len(mix), len(reported), p=list(mix.values()))]
    levels = latent.of(insurer.number, "claims")[plan.quarter_of(reported)]
    clock = simulate_clock(rng, reported, levels, lines, rng.normal(size=len(reported)))
    decides = clock.decided - clock.documents <= limits[DECISION_LIMIT] * DAY
    pays = (clock.outcome == "refused") | (clock.paid - clock.agreed <= limits[PAYMENT_LIMIT] * DAY)
    names = (
        "report_to_pay_days",
        "loss_to_pay_days",
        "claim_paid",
        "claim_within_limits",
        "claim_closed",
    )
    values = {name: np.full((2, len(plan.waves)), np.nan) for name in names}
    for place, wave in enumerate(plan.waves):
        paid_here = (clock.paid >= wave.starts) & (clock.paid < wave.ends)
        closed_here = (clock.closed >= wave.starts) & (clock.closed < wave.ends)
        settled = closed_here & np.isin(clock.outcome, ["paid", "refused"])
        open_here = (clock.registered < wave.ends) & (clock.closed >= wave.starts)
        samples = {
            "report_to_pay_days": ((clock.paid - clock.reported) / DAY)[paid_here],
            "loss_to_pay_days": ((clock.paid - clock.loss) / DAY)[paid_here],
            "claim_paid": (clock.outcome == "paid")[settled].astype(float),
            "claim_within_limits": (decides & pays)[settled].astype(float),
            "claim_closed": closed_here[open_here].astype(float),
        }
        for name, sample in samples.items():
            values[name][:, place] = sample.mean(), sample.std() / np.sqrt(len(sample))
    return {name: (pair[0], pair[1]) for name, pair in values.items()}
