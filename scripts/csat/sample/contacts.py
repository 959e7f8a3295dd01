"""Contacts with customer service: cases of one to three contacts."""

from __future__ import annotations

import numpy as np

from csat.sample.latent import Latent, rate
from csat.sample.normal import normal_cdf
from csat.sample.plan import DAY, Plan
from csat.sample.population import Pool, to_times
from csat.sample.roster import Insurer

CASES_PER_QUARTER = 175
CHANNELS = {"phone": 0.36, "chat": 0.22, "app": 0.18, "wechat": 0.16, "email": 0.05, "branch": 0.03}
TOPICS = {
    "claim_progress": 0.24,
    "policy_change": 0.14,
    "premium_and_charges": 0.16,
    "surrender": 0.12,
    "product_advice": 0.18,
    "login_and_app": 0.10,
    "invoice": 0.06,
}
HUMAN_REQUESTED = 0.58
BOT_STEPS_IN = 0.55
BOT_ANSWERS = 0.96
RATED = 0.42
SECOND_REPEAT = 0.3
OTHER_CHANNEL = 0.6
LATE_CONTACT, OTHER_TOPIC, NO_CASE = 0.03, 0.02, 0.05
RATING_LOADING = 0.4
HUMAN_SECONDS, HUMAN_SPREAD, BOT_SECONDS, BOT_SPREAD = 22.0, 0.6, 2.5, 0.7


def connected(level: np.ndarray) -> np.ndarray:
    """Chance that an agent who was asked for answers."""
    return rate(level, 1.45, 0.50)


def satisfied(level: np.ndarray, persons: np.ndarray | float, loading: float) -> np.ndarray:
    """Chance that a rating is good, given the person; its mean over persons does not depend on loading."""
    return normal_cdf((1.45 + 0.50 * level) * np.sqrt(1 + loading**2) + loading * persons)


def bot_valid(level: np.ndarray) -> np.ndarray:
    """Chance that the automatic reply answers the question."""
    return rate(level, 1.05, 0.40)


def repeats(level: np.ndarray) -> np.ndarray:
    """Chance of a repeat on the same topic within seven days."""
    return rate(-np.asarray(level), -0.90, 0.45)


def contact_truth(
    plan: Plan, latent: Latent, insurer: Insurer, limit_seconds: float
) -> dict[str, np.ndarray]:
    """Closed forms per wave: measure -> (waves,) shares."""
    quarters = [wave.quarter for wave in plan.waves]
    advice = latent.of(insurer.number, "advice")[quarters]
    service = latent.of(insurer.number, "service")[quarters]
    human_in_time = normal_cdf(np.log(limit_seconds / (HUMAN_SECONDS * np.exp(-0.2 * advice))) / HUMAN_SPREAD)
    bot_in_time = normal_cdf(np.log(limit_seconds / BOT_SECONDS) / BOT_SPREAD) * bot_valid(advice)
    agent = connected(advice)
    on_time = HUMAN_REQUESTED * (agent * human_in_time + (1 - agent) * BOT_STEPS_IN * bot_in_time)
    on_time = on_time + (1 - HUMAN_REQUESTED) * BOT_ANSWERS * bot_in_time
    repeated = repeats(service)
    other = OTHER_CHANNEL + (1 - OTHER_CHANNEL) * SECOND_REPEAT * OTHER_CHANNEL
    return {
        "agent_connected": agent,
        "agent_satisfied": satisfied(advice, 0.0, 0.0),
        "first_response_on_time": on_time,
        "first_contact_resolved": 1 - repeated,
        "channel_repeated": repeated * other,
    }


def _choose(rng: np.random.Generator, shares: dict[str, float], count: int) -> np.ndarray:
    return np.array(list(shares), dtype=object)[rng.choice(len(shares), count, p=list(shares.values()))]


def _other_channel(rng: np.random.Generator, channel: np.ndarray) -> np.ndarray:
    """A channel different from the given one."""
    names = list(CHANNELS)
    places = np.array([names.index(name) for name in channel], dtype=int)
    return np.array(names, dtype=object)[(places + rng.integers(1, len(names), len(channel))) % len(names)]


def contact_rows(plan: Plan, latent: Latent, pool: Pool) -> dict[str, np.ndarray]:
    """Columns of service.contacts for one insurer, sorted by time; repeats stay in their case."""
    insurer = pool.insurer
    rng = plan.rng("contacts", insurer.number)
    expected = (
        CASES_PER_QUARTER * insurer.volume * plan.volume * (plan.as_of - plan.burn_in_starts) / (91.25 * DAY)
    )
    cases = rng.poisson(expected)
    # Nobody telephones within half an hour of as-of, so that replies are known.
    started = np.sort(rng.uniform(plan.burn_in_starts, plan.as_of - 1_800, cases))
    customer = pool.pick(rng, started)
    topic, channel = _choose(rng, TOPICS, cases), _choose(rng, CHANNELS, cases)
    service = latent.of(insurer.number, "service")[plan.quarter_of(started)]
    repeated = rng.random(cases) < repeats(service)
    again = repeated & (rng.random(cases) < SECOND_REPEAT)
    single = ~repeated
    late = single & (rng.random(cases) < LATE_CONTACT)
    aside = single & ~late & (rng.random(cases) < OTHER_TOPIC)
    caseless = single & ~late & ~aside & (rng.random(cases) < NO_CASE)

    def follow(rows: np.ndarray, low: float, high: float, moves: float) -> tuple[np.ndarray, ...]:
        where = np.flatnonzero(rows)
        times = started[where] + rng.uniform(low * DAY, high * DAY, len(where))
        channels = np.where(
            rng.random(len(where)) < moves, _other_channel(rng, channel[where]), channel[where]
        )
        return where, times, channels, topic[where]

    parts = [(np.arange(cases), started, channel, topic)]
    parts.append(follow(repeated, 0.1, 3.4, OTHER_CHANNEL))
    parts.append(follow(again, 3.5, 6.8, OTHER_CHANNEL))
    parts.append(follow(late, 9.0, 20.0, 0.0))
    where, times, channels, topics = follow(aside, 0.2, 6.0, 0.0)
    names = list(TOPICS)
    other_topics = np.array([names[(names.index(name) + 3) % len(names)] for name in topics], dtype=object)
    parts.append((where, times, channels, other_topics))
    case, contacted, channels, topics = (np.concatenate(values) for values in zip(*parts, strict=True))
    order = np.argsort(contacted, kind="stable")
    order = order[contacted[order] <= plan.as_of - 600]
    case, contacted, channels, topics = case[order], contacted[order], channels[order], topics[order]

    count = len(case)
    advice = latent.of(insurer.number, "advice")[plan.quarter_of(contacted)]
    persons = pool.person[customer[case]]
    requested = rng.random(count) < HUMAN_REQUESTED
    answered = requested & (rng.random(count) < connected(advice))
    bot = ~answered & (rng.random(count) < np.where(requested, BOT_STEPS_IN, BOT_ANSWERS))
    human_wait = HUMAN_SECONDS * np.exp(-0.2 * advice + HUMAN_SPREAD * rng.normal(size=count))
    bot_wait = BOT_SECONDS * np.exp(BOT_SPREAD * rng.normal(size=count))
    valid = answered | (bot & (rng.random(count) < bot_valid(advice)))
    # Rounding up whole seconds keeps every wait on its side of the limit.
    contacted = np.floor(contacted)
    responded = np.where(
        answered, contacted + np.ceil(human_wait), np.where(bot, contacted + np.ceil(bot_wait), np.nan)
    )
    rated = (answered | bot) & (rng.random(count) < RATED)
    good = rng.random(count) < satisfied(advice, persons, RATING_LOADING)
    rating = np.where(
        good, rng.choice([4, 5], count, p=[0.35, 0.65]), rng.choice([1, 2, 3], count, p=[0.3, 0.25, 0.45])
    )
    # Only a known caller can be seen to repeat, so the nameless cases are single ones.
    anonymous = single & ~late & ~aside & (rng.random(cases) < 0.05)
    return {
        "contact_id": np.array([f"T{insurer.number:02d}{place:06d}" for place in range(count)], dtype=object),
        "case_id": np.where(
            caseless[case], None, np.array([f"K{insurer.number:02d}{place:06d}" for place in case])
        ),
        "insurer_id": np.full(count, insurer.insurer_id, dtype=object),
        "product_line": pool.line[customer[case]],
        "customer_no": np.where(anonymous[case], None, pool.customer_no[customer[case]]),
        "contact_channel": channels,
        "topic": topics,
        "contacted_at": to_times(contacted, plan.as_of),
        "human_requested": requested,
        "human_answered": answered,
        "responded_at": to_times(responded, plan.as_of),
        "responded_by": np.where(answered, "human", np.where(bot, "bot", None)),
        "reply_valid": np.where(answered | bot, valid, None),
        "rating": np.where(rated, rating.astype(float), np.nan),
        "rating_scale_code": np.where(rated, "five", None),
        "team_code": np.array(
            [f"{insurer.insurer_id}_service_{place}" for place in rng.integers(1, 5, count)]
        ),
    }
