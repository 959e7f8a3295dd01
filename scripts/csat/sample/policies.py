"""Insurers, products, applications, endorsements and the totals of business in force."""

from __future__ import annotations

import numpy as np

from csat.sample.latent import Latent, rate
from csat.sample.plan import DAY, QUARTERS_BEFORE, YEAR, Plan, seconds
from csat.sample.population import Pool, to_dates, to_times
from csat.sample.roster import Insurer

LINE_NAMES = {
    "motor": ("机动车辆保险", "Motor"),
    "property": ("家庭财产保险", "Household"),
    "accident": ("意外伤害保险", "Accident"),
    "health": ("医疗保险", "Medical"),
    "life": ("定期寿险", "Term life"),
}
LONG_TERM_NAMES = {
    "health": ("长期重大疾病保险", "Long-term critical illness"),
    "life": ("终身寿险", "Whole life"),
}
LONG_TERM_SHARE = {"health": 0.25, "life": 0.7}
COOLING_OFF_DAYS = 15
LINE_PREMIUM = {"motor": 950.0, "property": 180.0, "accident": 120.0, "health": 680.0, "life": 2_400.0}

APPLICATIONS_PER_QUARTER, EARLIER_SHARE = 205, 0.55
DECLINED = 0.03
NEVER_DELIVERED = 0.3
MID_TERM_SURRENDER = 0.03
ENDORSEMENTS_PER_QUARTER = 66
ENDORSEMENT_SPREAD, ENDORSEMENT_NEVER = 0.75, 0.01

# Totals: insured persons give the scale, everything else follows from them.
COMPLAINTS_PER_PERSON = 0.075e-4
POLICIES_PER_PERSON = 0.40
PREMIUM_PER_PERSON = {"property": 170.0, "life": 380.0}
CLAIMS_PER_PERSON = {"property": 0.0105, "life": 0.0052}
QUARTERLY_GROWTH = 0.012
COMPLAINT_SLOPE = 1.7
PERSONS_AT_LEAST = 1.1e6


def completed(level: np.ndarray) -> np.ndarray:
    """Chance that an application that is not declined leads to a policy."""
    return rate(level, 0.40, 0.35)


def delivered_in_time(level: np.ndarray) -> np.ndarray:
    """Chance that the electronic policy arrives within 24 hours."""
    return rate(level, 1.85, 0.40)


def called_back(level: np.ndarray) -> np.ndarray:
    """Chance that the call-back is done by its due time."""
    return rate(level, 1.70, 0.40)


def cooled_off(level: np.ndarray) -> np.ndarray:
    """Chance that a life policy is surrendered in the cooling-off period."""
    return rate(-np.asarray(level), -1.85, 0.35)


def renewed(level: np.ndarray) -> np.ndarray:
    """Chance of renewal, or of the second-year premium, within the days of grace."""
    return rate(level, 0.80, 0.45)


def surrender_rate(level: np.ndarray) -> np.ndarray:
    """Share of policies in force surrendered in a quarter."""
    return 0.028 * np.exp(-0.8 * np.asarray(level))


def endorsement_median(level: np.ndarray) -> np.ndarray:
    """Median days from request to completion of a change."""
    return 2.0 * np.exp(-0.6 * np.asarray(level))


def insurer_rows(plan: Plan) -> dict[str, np.ndarray]:
    """Columns of policy.insurers."""
    insurers = plan.insurers
    return {
        "insurer_id": np.array([insurer.insurer_id for insurer in insurers], dtype=object),
        "insurer_name_zh": np.array([insurer.name_zh for insurer in insurers], dtype=object),
        "insurer_name_en": np.array([insurer.name_en for insurer in insurers], dtype=object),
        "licence_type": np.array([insurer.licence for insurer in insurers], dtype=object),
        "opened_on": np.array([insurer.opened_on for insurer in insurers], dtype="datetime64[D]"),
    }


def _product_id(insurer: Insurer, line: str, is_long_term: bool) -> str:
    return f"{insurer.insurer_id}_{line}{'_long' if is_long_term else ''}"


def product_rows(plan: Plan) -> dict[str, np.ndarray]:
    """Columns of policy.products: one yearly product per line, a long-term one for life and health."""
    rows = []
    for insurer in plan.insurers:
        for line in insurer.line_shares:
            for is_long_term in (False, True) if line in LONG_TERM_NAMES else (False,):
                zh, en = LONG_TERM_NAMES[line] if is_long_term else LINE_NAMES[line]
                cooling = COOLING_OFF_DAYS if line == "life" else 0
                rows.append(
                    (
                        _product_id(insurer, line, is_long_term),
                        insurer.insurer_id,
                        f"{insurer.brand_zh}{zh}",
                        f"{insurer.brand_en} {en}",
                        line,
                        is_long_term,
                        cooling,
                    )
                )
    names = (
        "product_id",
        "insurer_id",
        "product_name_zh",
        "product_name_en",
        "product_line",
        "is_long_term",
        "cooling_off_days",
    )
    return {
        name: np.array(values, dtype=object)
        for name, values in zip(names, zip(*rows, strict=True), strict=True)
    }


def application_rows(plan: Plan, latent: Latent, pool: Pool) -> dict[str, np.ndarray]:
    """Columns of policy.applications for one insurer.

    Applications begin a year and a quarter before the first wave, at a lower rate, for the renewals in it.
    """
    insurer = pool.insurer
    rng = plan.rng("applications", insurer.number)
    first = max(plan.waves[0].starts - 385 * DAY, seconds(insurer.opened_on) + 30 * DAY)
    switch = max(plan.burn_in_starts, first)
    per_day = APPLICATIONS_PER_QUARTER * insurer.volume * plan.volume / 91.25
    started = np.sort(
        np.concatenate(
            [
                rng.uniform(first, switch, rng.poisson(EARLIER_SHARE * per_day * (switch - first) / DAY)),
                rng.uniform(switch, plan.as_of, rng.poisson(per_day * (plan.as_of - switch) / DAY)),
            ]
        )
    )
    count = len(started)
    customer = pool.pick(rng, started)
    line = pool.line[customer]
    purchase, renewal = latent.of(insurer.number, "purchase"), latent.of(insurer.number, "renewal")
    declined = rng.random(count) < DECLINED
    issues = ~declined & (rng.random(count) < completed(purchase[plan.quarter_of(started)]))
    minutes = 600 * np.exp(0.8 * rng.normal(size=count))
    days = np.minimum(1.5 * np.exp(0.8 * rng.normal(size=count)), 20.0) * DAY
    issued = np.where(issues, np.floor(started + np.where(rng.random(count) < 0.85, minutes, days)), np.nan)
    has_issued = issued <= plan.as_of
    at_issue = purchase[plan.quarter_of(np.where(issues, issued, started))]

    on_time = rng.random(count) < delivered_in_time(at_issue)
    late_delivery = np.where(rng.random(count) < NEVER_DELIVERED, np.nan, rng.uniform(26, 120, count) * 3600)
    delivered = issued + np.where(
        on_time, np.minimum(300 * np.exp(1.2 * rng.normal(size=count)), 80_000), late_delivery
    )

    is_life = line == "life"
    long_share = np.array([LONG_TERM_SHARE.get(code, 0.0) for code in line])
    is_long_term = rng.random(count) < long_share
    cooling_ends = np.where(is_life, issued + COOLING_OFF_DAYS * DAY, np.nan)
    due = cooling_ends
    at_due = purchase[plan.quarter_of(np.where(np.isfinite(due), due, started))]
    calls_in_time = rng.random(count) < called_back(at_due)
    call_wait = rng.uniform(1.0, COOLING_OFF_DAYS - 0.1, count) * DAY
    late_call = np.where(
        rng.random(count) < 0.5, np.nan, rng.uniform(COOLING_OFF_DAYS + 0.5, 30, count) * DAY
    )
    called = np.where(is_life, issued + np.where(calls_in_time, call_wait, late_call), np.nan)

    cools = is_life & (rng.random(count) < cooled_off(at_issue))
    leaves = ~cools & (rng.random(count) < MID_TERM_SURRENDER)
    surrendered = np.where(cools, issued + rng.uniform(0.5, COOLING_OFF_DAYS - 0.5, count) * DAY, np.nan)
    surrendered = np.where(leaves, issued + rng.uniform(30, 330, count) * DAY, surrendered)
    starts = np.floor(issued / DAY) * DAY + DAY
    ends = starts + np.where(is_long_term, np.where(is_life, 20, 10), 1) * YEAR
    ends = np.floor(ends / DAY) * DAY
    renewal_due = np.floor((starts + YEAR) / DAY) * DAY
    # Whoever surrendered owes no renewal, so such a policy never falls due.
    renewal_due = np.where(surrendered <= plan.as_of, np.nan, renewal_due)
    at_renewal = renewal[plan.quarter_of(np.where(np.isfinite(renewal_due), renewal_due, started))]
    renews = rng.random(count) < renewed(at_renewal)
    late = ~renews & (rng.random(count) < 0.12)
    moment = renewal_due + np.where(renews, rng.uniform(-25, 28, count), rng.uniform(32, 60, count)) * DAY
    moment = np.where(renews | late, moment, np.nan)

    premium = np.round(
        np.array([LINE_PREMIUM[code] for code in line]) * np.exp(0.6 * rng.normal(size=count)), 2
    )
    policy_id = np.array([f"P{insurer.number:02d}A{place:06d}" for place in range(count)], dtype=object)
    persons = np.where(line == "motor", 1, rng.choice([1, 2, 3, 4], count, p=[0.7, 0.15, 0.1, 0.05]))

    def on_issue(values: np.ndarray) -> np.ndarray:
        return to_dates(np.where(has_issued, values, np.nan))

    return {
        "application_id": np.array(
            [f"A{insurer.number:02d}{place:06d}" for place in range(count)], dtype=object
        ),
        "policy_id": np.where(has_issued, policy_id, None),
        "insurer_id": np.full(count, insurer.insurer_id, dtype=object),
        "product_id": np.array(
            [_product_id(insurer, code, long) for code, long in zip(line, is_long_term, strict=True)],
            dtype=object,
        ),
        "product_line": line,
        "customer_no": pool.customer_no[customer],
        "sales_channel": pool.groups["sales_channel"][customer],
        "started_at": to_times(started, plan.as_of),
        "declined": declined,
        "issued_at": to_times(issued, plan.as_of),
        "delivered_at": to_times(delivered, plan.as_of),
        "callback_due_at": on_issue(due),
        "callback_done_at": to_times(called, plan.as_of),
        "cooling_off_ends_at": on_issue(cooling_ends),
        "surrendered_at": to_times(surrendered, plan.as_of),
        "starts_at": on_issue(starts),
        "ends_at": on_issue(ends),
        "first_renewal_due_at": on_issue(renewal_due),
        "renewed_at": to_times(np.where(is_long_term, np.nan, moment), plan.as_of),
        "premium_paid_at": to_times(np.where(is_long_term, moment, np.nan), plan.as_of),
        "premium": premium,
        "insured_persons": persons.astype("int64"),
    }


def application_truth(plan: Plan, latent: Latent, insurer: Insurer) -> dict[str, np.ndarray]:
    """Closed forms per wave: measure -> (waves,) shares; NaN where the insurer has no such policies."""
    quarters = [wave.quarter for wave in plan.waves]
    purchase = latent.of(insurer.number, "purchase")[quarters]
    due_from = seconds(insurer.opened_on) + 30 * DAY + YEAR
    is_due = np.array([wave.starts >= due_from for wave in plan.waves])
    truth = {
        "application_completed": completed(purchase),
        "epolicy_on_time": delivered_in_time(purchase),
        "policy_renewed": np.where(is_due, renewed(latent.of(insurer.number, "renewal")[quarters]), np.nan),
    }
    if "life" in insurer.line_shares:
        truth["callback_done"] = called_back(purchase)
        truth["cooling_off_surrendered"] = cooled_off(purchase)
    return truth


def _endorsements(
    rng: np.random.Generator, plan: Plan, latent: Latent, insurer: Insurer, copies: int
) -> tuple[np.ndarray, np.ndarray]:
    """Request and completion times in local seconds; NaN where the change is never made."""
    expected = ENDORSEMENTS_PER_QUARTER * insurer.volume * plan.volume * copies
    expected *= (plan.as_of - plan.burn_in_starts) / (91.25 * DAY)
    requested = np.sort(rng.uniform(plan.burn_in_starts, plan.as_of, rng.poisson(expected)))
    median = endorsement_median(latent.of(insurer.number, "service")[plan.quarter_of(requested)])
    wait = DAY * median * np.exp(ENDORSEMENT_SPREAD * rng.normal(size=len(requested)))
    return requested, np.where(rng.random(len(requested)) < ENDORSEMENT_NEVER, np.nan, requested + wait)


def endorsement_rows(plan: Plan, latent: Latent, pool: Pool) -> dict[str, np.ndarray]:
    """Columns of policy.endorsements for one insurer."""
    insurer = pool.insurer
    rng = plan.rng("endorsements", insurer.number)
    requested, done = _endorsements(rng, plan, latent, insurer, 1)
    customer, count = pool.pick(rng, requested), len(requested)
    return {
        "endorsement_id": np.array(
            [f"E{insurer.number:02d}{place:06d}" for place in range(count)], dtype=object
        ),
        "policy_id": np.array([f"P{insurer.number:02d}{place:06d}" for place in customer], dtype=object),
        "insurer_id": np.full(count, insurer.insurer_id, dtype=object),
        "product_line": pool.line[customer],
        "customer_no": pool.customer_no[customer],
        "requested_at": to_times(requested, plan.as_of),
        "done_at": to_times(done, plan.as_of),
    }


def endorsement_truth(
    plan: Plan, latent: Latent, insurer: Insurer, copies: int
) -> tuple[np.ndarray, np.ndarray]:
    """Mean days of changes completed in each wave and its standard error by drawing; (waves,) each."""
    rng = plan.rng("endorsements_truth", insurer.number)
    requested, done = _endorsements(rng, plan, latent, insurer, copies)
    pairs = []
    for wave in plan.waves:
        days = ((done - requested) / DAY)[(done >= wave.starts) & (done < wave.ends)]
        pairs.append((days.mean(), days.std() / np.sqrt(len(days))))
    values, errors = np.array(pairs).T
    return values, errors


def exposure_quarters(plan: Plan) -> list[int]:
    """Quarters that have totals: the waves, and the burn-in when no wave of the framework covers it."""
    first = plan.waves[0].quarter
    burn_in = list(range(QUARTERS_BEFORE - 2, first)) if plan.is_whole else []
    return burn_in + [wave.quarter for wave in plan.waves]


def complaint_rate(level: np.ndarray) -> np.ndarray:
    """Valid regulator complaints per insured person and quarter at a level of the complaints stage."""
    return COMPLAINTS_PER_PERSON * np.exp(-COMPLAINT_SLOPE * np.asarray(level))


def insured_persons(plan: Plan, latent: Latent, insurer: Insurer) -> np.ndarray:
    """Insured persons of every quarter, (quarters,): as many as bring the complaints the roster aims at."""
    typical = float(latent.of(insurer.number, "complaints").mean())
    base = max(insurer.complaints / float(complaint_rate(typical)), PERSONS_AT_LEAST)
    return base * (1 + QUARTERLY_GROWTH) ** (np.arange(plan.quarters) - QUARTERS_BEFORE)


def exposure_rows(plan: Plan, latent: Latent, insurer: Insurer) -> dict[str, np.ndarray]:
    """Columns of policy.exposures for one insurer: line x region x quarter, counts per quarter and yuan."""
    rng = plan.rng("exposures", insurer.number)
    regions = plan.margins["region"]
    renewal = latent.of(insurer.number, "renewal")
    sizes = insured_persons(plan, latent, insurer)
    frequency, premium = CLAIMS_PER_PERSON[insurer.licence], PREMIUM_PER_PERSON[insurer.licence]
    premium *= np.exp(0.15 * rng.normal())
    frequency *= np.exp(0.10 * rng.normal())
    days = plan.edges.astype("int64").astype("datetime64[s]").astype("datetime64[D]")
    rows = []
    for quarter in exposure_quarters(plan):
        for line, line_share in insurer.line_shares.items():
            for region, region_share in regions.items():
                persons = round(sizes[quarter] * line_share * region_share)
                end = round(persons * POLICIES_PER_PERSON)
                start = round(end / (1 + QUARTERLY_GROWTH))
                mean = (start + end) // 2
                rows.append(
                    (
                        insurer.insurer_id,
                        line,
                        region,
                        days[quarter],
                        days[quarter + 1] - np.timedelta64(1, "D"),
                        start,
                        end,
                        mean,
                        rng.poisson(mean * surrender_rate(renewal[quarter])),
                        persons,
                        round(persons * premium * 100) / 100,
                        round(persons * frequency),
                        "regulatory return (sample)",
                    )
                )
    names = (
        "insurer_id",
        "product_line",
        "region",
        "period_starts_on",
        "period_ends_on",
        "policies_in_force_start",
        "policies_in_force_end",
        "policies_in_force_mean",
        "policies_surrendered",
        "insured_person_times",
        "premium_income",
        "claims_closed",
        "figure_source",
    )
    columns = {
        name: np.array(values, dtype=object)
        for name, values in zip(names, zip(*rows, strict=True), strict=True)
    }
    for name in ("period_starts_on", "period_ends_on"):
        columns[name] = columns[name].astype("datetime64[D]")
    return columns
