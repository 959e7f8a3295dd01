"""Complaint cases: Poisson counts of regulator complaints over the insured persons, plus other channels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csat.sample.latent import Latent, rate
from csat.sample.plan import DAY, QUARTERS_BEFORE, Plan
from csat.sample.policies import complaint_rate, insured_persons
from csat.sample.population import Pool, to_dates, to_times
from csat.sample.roster import Insurer
from csat.sample.texts import TextMaker

OTHER_CHANNELS = {"hotline": 0.45, "internal": 0.35, "third_party": 0.20}
OTHER_PER_QUARTER = 85
NOT_VALID = {"invalid": 0.10, "pending": 0.04}
CAUSE_SHARES = {
    "property": {
        "claims": 0.60,
        "sales": 0.12,
        "surrender": 0.04,
        "underwriting": 0.06,
        "policy_service": 0.04,
        "renewal": 0.07,
        "service": 0.04,
        "privacy": 0.02,
        "other": 0.01,
    },
    "life": {
        "claims": 0.20,
        "sales": 0.42,
        "surrender": 0.22,
        "underwriting": 0.03,
        "policy_service": 0.03,
        "renewal": 0.04,
        "service": 0.03,
        "privacy": 0.02,
        "other": 0.01,
    },
}
EXTENSIONS = {"none": 0.80, "complex": 0.15, "exceptional": 0.05}
CAUSE_THEMES = {
    "claims": ("claim_slow", "claim_refused", "documents"),
    "sales": ("misselling", "bundling"),
    "surrender": ("surrender",),
    "underwriting": ("charges",),
    "policy_service": ("platform", "no_human"),
    "renewal": ("auto_renewal", "charges"),
    "service": ("attitude", "no_human"),
    "privacy": ("privacy",),
    "other": ("charges",),
}


def closed_in_time(level: np.ndarray) -> np.ndarray:
    """Chance that a complaint is closed by its due time."""
    return rate(level, 1.75, 0.45)


def expected_complaints(plan: Plan, latent: Latent, insurer: Insurer) -> np.ndarray:
    """Expected valid regulator complaints of every quarter, (quarters,)."""
    level = latent.of(insurer.number, "complaints")
    return insured_persons(plan, latent, insurer) * complaint_rate(level)


@dataclass
class ComplaintRows:
    """Columns of complaints.complaints and what the survey needs."""

    columns: dict[str, np.ndarray]
    customer: np.ndarray
    closed: np.ndarray
    complaint_id: np.ndarray
    team: np.ndarray


def complaint_rows(
    plan: Plan,
    latent: Latent,
    pool: Pool,
    texts: TextMaker,
    cause_names: dict[str, str],
    limits: dict[str, float],
) -> ComplaintRows:
    """Draw the complaints of one insurer from the first burn-in quarter to as-of.

    cause_names: cause code -> name as filed. limits: extension class -> days.
    """
    insurer = pool.insurer
    rng = plan.rng("complaints", insurer.number)
    expected = expected_complaints(plan, latent, insurer)
    lengths = np.diff(plan.edges)
    times, channels, validity = [], [], []
    for quarter in range(QUARTERS_BEFORE - 2, plan.quarters):
        fraction = min(lengths[quarter] / (90 * DAY), 1.0)
        level = latent.of(insurer.number, "complaints")[quarter]
        valid = rng.poisson(expected[quarter] * fraction)
        extra = rng.poisson(expected[quarter] * fraction * sum(NOT_VALID.values()))
        other = rng.poisson(
            OTHER_PER_QUARTER * insurer.volume * plan.volume * fraction * np.exp(-0.5 * level)
        )
        times.append(rng.uniform(plan.edges[quarter], plan.edges[quarter + 1], valid + extra + other))
        channels += ["regulator"] * (valid + extra)
        names = list(OTHER_CHANNELS)
        channels += [names[place] for place in rng.choice(len(names), other, p=list(OTHER_CHANNELS.values()))]
        validity += ["valid"] * valid + ["invalid" if draw < 0.7 else "pending" for draw in rng.random(extra)]
        validity += ["valid" if draw < 0.8 else "invalid" for draw in rng.random(other)]
    received = np.floor(np.concatenate(times))
    order = np.argsort(received, kind="stable")
    received = received[order]
    channel, valid_code = np.array(channels, dtype=object)[order], np.array(validity, dtype=object)[order]
    count = len(received)

    lines = np.array(list(insurer.line_shares), dtype=object)
    line = lines[rng.choice(len(lines), count, p=list(insurer.line_shares.values()))]
    customer = pool.pick_in_line(rng, received, line)
    shares = CAUSE_SHARES[insurer.licence]
    cause = np.array(list(shares), dtype=object)[rng.choice(len(shares), count, p=list(shares.values()))]
    extension = np.array(list(EXTENSIONS), dtype=object)[rng.choice(3, count, p=list(EXTENSIONS.values()))]
    limit = np.array([limits[code] for code in extension]) * DAY
    due = received + limit
    level = latent.of(insurer.number, "complaints")[plan.quarter_of(due)]
    in_time = rng.random(count) < closed_in_time(level)
    wait = np.where(
        in_time,
        limit * rng.uniform(0.1, 0.97, count),
        limit + DAY * (0.5 + 5 * np.exp(0.8 * rng.normal(size=count))),
    )
    closed = received + wait
    happened = closed <= plan.as_of
    mood = level - 1.0 + 0.6 * pool.person[customer] + 0.6 * rng.normal(size=count)
    rating = np.clip(np.round(3.4 + 1.2 * mood), 1, 5)
    rated = happened & (rng.random(count) < 0.3)
    complaint_id = np.array([f"Q{insurer.number:02d}{place:06d}" for place in range(count)], dtype=object)
    team = np.array(
        [f"{insurer.insurer_id}_complaints_{place}" for place in rng.integers(1, 3, count)], dtype=object
    )
    columns = {
        "complaint_id": complaint_id,
        "insurer_id": np.full(count, insurer.insurer_id, dtype=object),
        "product_line": line,
        "region": pool.groups["region"][customer],
        "customer_no": np.where(rng.random(count) < 0.12, None, pool.customer_no[customer]),
        "complaint_channel": channel,
        "cause": np.array([cause_names[code] for code in cause], dtype=object),
        "validity": valid_code,
        "received_at": to_times(received, plan.as_of),
        "due_at": to_dates(np.where(rng.random(count) < 0.6, due, np.nan)),
        "extension_class": extension,
        "closed_at": to_times(closed, plan.as_of),
        "handling_rating": np.where(rated, rating, np.nan),
        "team_code": team,
        "complaint_text": texts.complaints(rng, [CAUSE_THEMES[code] for code in cause]),
    }
    return ComplaintRows(columns, customer, np.where(happened, closed, np.nan), complaint_id, team)


def complaint_truth(
    plan: Plan, latent: Latent, insurer: Insurer, exposures: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Expected counts and totals per wave: measure -> (waves,); complaint_on_time is a share.

    The totals are those of the exposure rows as written: a rate is the expected count over known exposure.
    """
    quarters = [wave.quarter for wave in plan.waves]
    days = np.array([np.datetime64(wave.starts_on) for wave in plan.waves])
    expected = expected_complaints(plan, latent, insurer)[quarters]
    shares = CAUSE_SHARES[insurer.licence]
    truth = {
        "regulator_complaints": expected,
        "regulator_sales_complaints": expected * shares["sales"],
        "regulator_claim_complaints": expected * shares["claims"],
        "complaint_on_time": closed_in_time(latent.of(insurer.number, "complaints")[quarters]),
    }
    columns = {
        "insured_persons": "insured_person_times",
        "policies_in_force_end": "policies_in_force_end",
        "policies_in_force_mean": "policies_in_force_mean",
        "premium_income": "premium_income",
        "claims_closed": "claims_closed",
    }
    for measure, column in columns.items():
        totals = exposures[column].astype(float)
        truth[measure] = np.array([totals[exposures["period_starts_on"] == day].sum() for day in days])
    return truth
