"""Posts on third-party platforms: complaints passed to the insurer, reviews and merchants' replies."""

from __future__ import annotations

import numpy as np

from csat.sample.latent import Latent, rate
from csat.sample.plan import DAY, QUARTERS_BEFORE, Plan
from csat.sample.population import Pool, to_times
from csat.sample.roster import Insurer
from csat.sample.texts import TextMaker

POSTS_PER_QUARTER = 40
PLATFORM_SHARES = {"黑猫投诉": 0.40, "黑猫": 0.08, "应用商店": 0.28, "大众点评": 0.14, "微博": 0.10}
COMPLAINT_PLATFORMS = ("黑猫投诉", "黑猫")
REPLY_SHARE = 0.10
REPLY_TEXT = "您好，您反映的问题我们已经收到，会尽快与您联系处理。"
NICKNAMES = (
    "晴天",
    "小鱼",
    "阿木",
    "路人甲",
    "南风",
    "大橘",
    "青柠",
    "山海",
    "豆豆",
    "老张头",
    "木易",
    "半夏",
)


def resolved(level: np.ndarray) -> np.ndarray:
    """Chance that a post is marked as resolved within the limit."""
    return rate(level, 0.70, 0.50)


def post_truth(plan: Plan, latent: Latent, insurer: Insurer) -> np.ndarray:
    """Share of posts resolved in time, by the wave in which their time ends; (waves,)."""
    return resolved(latent.of(insurer.number, "complaints")[[wave.quarter for wave in plan.waves]])


def post_rows(
    plan: Plan, latent: Latent, pool: Pool, texts: TextMaker, limit_days: float
) -> dict[str, np.ndarray]:
    """Columns of reviews.posts for one insurer, from the quarter before the first wave to as-of."""
    insurer = pool.insurer
    rng = plan.rng("posts", insurer.number)
    starts = float(plan.edges[QUARTERS_BEFORE - 1])
    expected = POSTS_PER_QUARTER * insurer.volume * plan.volume * (plan.as_of - starts) / (91.25 * DAY)
    posted = np.sort(np.floor(rng.uniform(starts, plan.as_of - 3 * DAY, max(rng.poisson(expected), 4))))
    count = len(posted)
    platforms = list(PLATFORM_SHARES)
    platform = np.array(platforms, dtype=object)[
        rng.choice(len(platforms), count, p=list(PLATFORM_SHARES.values()))
    ]
    is_complaint = np.isin(platform, COMPLAINT_PLATFORMS)
    addressed = np.where(is_complaint, np.floor(posted + DAY * rng.uniform(0.1, 2.5, count)), np.nan)
    due = addressed + limit_days * DAY
    levels = latent.of(insurer.number, "complaints")
    in_time = rng.random(count) < resolved(levels[plan.quarter_of(np.where(is_complaint, due, posted))])
    late = ~in_time & (rng.random(count) < 0.4)
    wait = np.where(
        in_time, rng.uniform(0.5, limit_days - 0.2, count), rng.uniform(limit_days + 1, 75, count)
    )
    completed = np.where(in_time | late, addressed + wait * DAY, np.nan)
    overall = latent.of(insurer.number, "overall")[plan.quarter_of(posted)]
    mood = overall + np.where(is_complaint, -2.2, 0.2) + 0.9 * rng.normal(size=count)
    stars = np.clip(np.round(3.6 + 1.3 * mood), 1, 5)
    names = np.array(insurer.aliases, dtype=object)
    text = texts.opinions(rng, mood, rng.random(count) < 0.4)
    author = np.array(
        [f"{NICKNAMES[place % len(NICKNAMES)]}{place}" for place in rng.integers(0, 100_000, count)],
        dtype=object,
    )
    merchant = names[rng.integers(0, len(names), count)]

    replies = np.flatnonzero(rng.random(count) < REPLY_SHARE)
    replies = replies[posted[replies] < plan.as_of - 5 * DAY]
    numbers = np.arange(count + len(replies))
    reply_at = posted[replies] + DAY * rng.uniform(0.2, 1.5, len(replies))
    blank = np.full(len(replies), np.nan)

    def both(own: np.ndarray, of_replies: np.ndarray) -> np.ndarray:
        return np.concatenate([own, of_replies])

    return {
        "post_id": np.array([f"W{insurer.number:02d}{place:06d}" for place in numbers], dtype=object),
        "platform": both(platform, platform[replies]),
        "merchant_name": both(merchant, merchant[replies]),
        "author_name": both(author, merchant[replies]),
        "stars": both(np.where(is_complaint, np.nan, stars), blank),
        "posted_at": to_times(both(posted, reply_at), plan.as_of),
        "addressed_at": to_times(both(addressed, blank), plan.as_of),
        "completed_at": to_times(both(completed, blank), plan.as_of),
        "is_reply": numbers >= count,
        "post_text": both(text, np.full(len(replies), REPLY_TEXT, dtype=object)),
    }
