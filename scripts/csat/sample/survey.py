"""Invitations, answer sheets and answers, and their expectation in the population."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csat.sample.careless import (
    FLAGS,
    Careless,
    Controls,
    attention_answers,
    careless_values,
    draw_careless,
    hurried,
    nobody_careless,
    read_controls,
)
from csat.sample.claims import ClaimRows
from csat.sample.complaints import ComplaintRows
from csat.sample.latent import (
    GROUP_EFFECTS,
    ITEM_SD,
    PERSON_SD,
    RESPONSE_RATE,
    STRATUM_EFFECTS,
    STRATUM_SHARES,
    Latent,
    effect_distribution,
)
from csat.sample.normal import normal_cdf
from csat.sample.plan import DAY, Plan, Wave
from csat.sample.population import MARGINS, Pool, as_typed, tenure_effect, tenure_shares, to_times
from csat.sample.roster import Insurer
from csat.sample.texts import TextMaker
from csat.sample.write import concatenate

SURVEY_CODE = "csat_quarterly"
INSTRUMENT = "2024.1"
PANEL_OVERLAP = 0.38
CLAIM_INVITED_MAX, COMPLAINT_INVITED_MAX = 0.16, 0.075
COMMENTS = 0.25
NO_ANSWER, NOT_APPLICABLE = 0.02, 0.02
NOT_APPLICABLE_LABELS = ("不适用", "不清楚", "-1")

# Stage that drives each survey measure; measures the framework adds later rest on the overall stage.
MEASURE_STAGES = {
    "info_clarity": "advice",
    "purchase_ease": "purchase",
    "product_fit": "purchase",
    "perceived_value": "purchase",
    "digital_experience": "service",
    "staff_quality": "service",
    "privacy_trust": "service",
    "claim_satisfaction": "claims",
    "claim_transparency": "claims",
    "complaint_handling": "complaints",
}
# Answer = round(intercept + slope * opinion), kept within the scale.
SCALE_LINES = {
    "ten": (8.35, 1.60),
    "zero_to_ten": (8.55, 1.90),
    "ease_seven": (5.65, 1.20),
    "five": (4.0, 0.8),
}
CHANNELS = {"app": 0.32, "wechat": 0.30, "sms": 0.22, "web": 0.10, "phone": 0.06}
STRATUM_REFERENCES = {"claim": "claim", "complaint": "complaint"}


@dataclass(frozen=True)
class Item:
    """One scored question. scope: stratum that is asked, empty for everyone; offset: latent units."""

    question_code: str
    header: str
    scale_code: str
    minimum: int
    maximum: int
    stage: str
    scope: str
    offset: float


@dataclass(frozen=True)
class Questionnaire:
    """Scored questions in order, the header of the open question, labels by scale and value, what screens."""

    items: tuple[Item, ...]
    open_code: str
    open_header: str
    labels: dict[str, dict[int, str]]
    controls: Controls

    @property
    def headers(self) -> list[str]:
        attention = [header for _, header, _ in self.controls.attention]
        return [item.header for item in self.items] + attention + [self.open_header]


def _header(row: dict[str, str]) -> str:
    return f"{row['position']}.{row['question_zh']}"


def read_questionnaire(plan: Plan) -> Questionnaire:
    """Build the questionnaire from the seeds; the first measure of a question decides stage and scope."""
    scales = {row["scale_code"]: row for row in plan.seeds.rows("scales")}
    measures = {row["measure_code"]: row for row in plan.seeds.rows("measures")}
    scopes = {
        row["filter_set_code"]: row["allowed_value"]
        for row in plan.seeds.rows("measure_filters")
        if row["attribute"] == "reference_type"
    }
    questions = {row["question_code"]: row for row in plan.seeds.rows("questions")}
    rng = plan.rng("items")
    items: dict[str, Item] = {}
    for row in plan.seeds.rows("survey_items"):
        code, scale = row["question_code"], scales[row["scale_code"]]
        if code in items:
            continue
        items[code] = Item(
            code,
            _header(questions[code]),
            row["scale_code"],
            int(scale["scale_min"]),
            int(scale["scale_max"]),
            MEASURE_STAGES.get(row["measure_code"], "overall"),
            scopes.get(measures[row["measure_code"]]["filter_set_code"], ""),
            round(float(rng.normal(0.0, 0.10)), 3),
        )
    labels: dict[str, dict[int, str]] = {}
    for row in plan.seeds.rows("answer_options"):
        if row["option_value"] and row["raw_value"] != row["option_value"]:
            labels.setdefault(row["scale_code"], {})[int(row["option_value"])] = row["raw_value"]
    ordered = sorted(items.values(), key=lambda item: int(questions[item.question_code]["position"]))
    open_row = next(row for row in questions.values() if row["is_open"] == "true")
    headers = {code: _header(row) for code, row in questions.items()}
    return Questionnaire(
        tuple(ordered), open_row["question_code"], _header(open_row), labels, read_controls(plan, headers)
    )


@dataclass
class Invited:
    """Invitations of one insurer and wave; arrays (invitations,)."""

    customer: np.ndarray
    stratum: np.ndarray
    weight: np.ndarray
    sent: np.ndarray
    reference_id: np.ndarray
    team: np.ndarray


def _draw_events(
    rng: np.random.Generator, wave: Wave, customer: np.ndarray, closed: np.ndarray, most: int
) -> np.ndarray:
    """Rows whose case was closed in time for an answer within the wave, one per customer, at most `most`."""
    rows = np.flatnonzero((closed >= wave.starts - 10 * DAY) & (closed < wave.ends - 12 * DAY))
    rows = rows[np.unique(customer[rows], return_index=True)[1]]
    return np.sort(rng.permutation(rows)[:most])


def _invite(
    rng: np.random.Generator,
    plan: Plan,
    wave: Wave,
    pool: Pool,
    persons: float,
    turn_from: float,
    claims: ClaimRows,
    complaints: ComplaintRows,
    contact_references: dict[int, tuple[str, str]],
) -> tuple[Invited, float]:
    """Draw the three strata of one wave; returns them and where the next wave's rotation begins."""
    insurer = pool.insurer
    total = (
        insurer.responses * (plan.volume if not insurer.is_small else max(plan.volume, 0.6)) / RESPONSE_RATE
    )
    claim_rows = _draw_events(rng, wave, claims.customer, claims.closed, round(CLAIM_INVITED_MAX * total))
    complaint_rows = _draw_events(
        rng, wave, complaints.customer, complaints.closed, round(COMPLAINT_INVITED_MAX * total)
    )
    complaint_rows = complaint_rows[
        ~np.isin(complaints.customer[complaint_rows], claims.customer[claim_rows])
    ]
    taken = np.concatenate([claims.customer[claim_rows], complaints.customer[complaint_rows]])
    active = int(pool.active(wave.starts))
    share = min((total - len(taken)) / max(active - len(taken), 1), 0.6)
    in_turn = ((pool.turn[:active] - turn_from) % 1.0) < share
    general = np.setdiff1d(np.flatnonzero(in_turn), taken)

    customer = np.concatenate([general, claims.customer[claim_rows], complaints.customer[complaint_rows]])
    counts = {"general": len(general), "claim": len(claim_rows), "complaint": len(complaint_rows)}
    stratum = np.repeat(list(counts), list(counts.values())).astype(object)
    rates = {name: STRATUM_SHARES[name] * persons / max(counts[name], 1) for name in counts}
    weight = np.array([rates[name] for name in stratum])
    at_random = rng.uniform(wave.starts + 0.3 * DAY, wave.ends - 11 * DAY, len(general))
    closings = np.concatenate([claims.closed[claim_rows], complaints.closed[complaint_rows]])
    after_case = np.maximum(closings, wave.starts) + rng.uniform(0.3, 2.0, len(closings)) * DAY
    sent = np.concatenate([at_random, after_case])
    sent = np.floor(sent / DAY) * DAY + rng.uniform(8.5, 20.5, len(sent)) * 3600
    contacts = [contact_references.get(int(place), (None, None)) for place in general]
    reference_id = np.concatenate(
        [
            np.array([pair[0] for pair in contacts], dtype=object),
            claims.claim_id[claim_rows],
            complaints.complaint_id[complaint_rows],
        ]
    )
    team = np.concatenate(
        [
            np.array([pair[1] for pair in contacts], dtype=object),
            claims.team[claim_rows],
            complaints.team[complaint_rows],
        ]
    )
    return Invited(customer, stratum, weight, sent, reference_id, team), (
        turn_from + share * (1 - PANEL_OVERLAP)
    ) % 1.0


@dataclass
class SurveyRows:
    """Columns of survey.invitations and of the wide answer sheets, by wave id.

    Sheets also tell what was planted in them, in the columns of FLAGS, which no landing file shows.
    """

    invitations: dict[str, dict[str, np.ndarray]]
    sheets: dict[str, dict[str, np.ndarray]]


def _labels(values: np.ndarray, item: Item, labels: dict[int, str] | None) -> np.ndarray:
    """Values as text: numbers, or the labels of the scale."""
    words = [
        labels[value] if labels and value in labels else str(value)
        for value in range(item.minimum, item.maximum + 1)
    ]
    return np.array(words, dtype=object)[values - item.minimum]


def survey_rows(
    plan: Plan,
    latent: Latent,
    pool: Pool,
    questionnaire: Questionnaire,
    texts: TextMaker,
    claims: ClaimRows,
    complaints: ComplaintRows,
    contacts: dict[str, np.ndarray],
    persons: np.ndarray,
) -> SurveyRows:
    """Draw invitations and answer sheets of one insurer.

    persons: (waves,) insured persons, the population that design weights add up to.
    """
    insurer = pool.insurer
    rng, careless_rng = plan.rng("survey", insurer.number), plan.rng("careless", insurer.number)
    by_number = {number: place for place, number in enumerate(pool.customer_no)}
    turn_from = float(rng.random())
    invitations, sheets = {}, {}
    for place, wave in enumerate(plan.waves):
        references = _contacts_of(wave, contacts, by_number)
        invited, turn_from = _invite(
            rng, plan, wave, pool, float(persons[place]), turn_from, claims, complaints, references
        )
        count = len(invited.customer)
        invitation_id = np.array(
            [f"V{insurer.number:02d}{wave.wave_id}{row:05d}" for row in range(count)], dtype=object
        )
        is_general = invited.stratum == "general"
        has_contact = is_general & (invited.reference_id != np.array(None))
        policy = is_general & ~has_contact & (rng.random(count) < 0.5)
        reference_type = np.where(
            is_general, np.where(has_contact, "contact", np.where(policy, "policy", "none")), invited.stratum
        )
        policy_id = np.array([f"P{insurer.number:02d}{row:06d}" for row in invited.customer], dtype=object)
        delivered = rng.random(count) < 0.97
        channels = np.array(list(CHANNELS), dtype=object)[
            rng.choice(len(CHANNELS), count, p=list(CHANNELS.values()))
        ]
        customer = invited.customer
        order = np.argsort(invited.sent, kind="stable")
        invitations[wave.wave_id] = {
            name: values[order]
            for name, values in {
                "invitation_id": invitation_id,
                "insurer_id": np.full(count, insurer.insurer_id, dtype=object),
                "product_line": pool.line[customer],
                "customer_no": pool.customer_no[customer],
                "phone": as_typed(rng, pool.phone[customer]),
                "survey_code": np.full(count, SURVEY_CODE, dtype=object),
                "instrument_version": np.full(count, INSTRUMENT, dtype=object),
                "collection_channel": channels,
                "touchpoint": np.where(
                    policy, "purchase", np.where(reference_type == "none", "relationship", reference_type)
                ),
                "reference_type": reference_type,
                "reference_id": np.where(policy, policy_id, invited.reference_id),
                "team_code": invited.team,
                "stratum": invited.stratum,
                "design_weight": np.round(invited.weight, 4),
                "sent_at": to_times(invited.sent, plan.as_of),
                "delivered": delivered,
            }.items()
        }
        # The uniform stays with the person: who answered answers again.
        is_answered = delivered & (pool.ready[customer] < pool.chance[customer] / 0.97)
        answers = np.flatnonzero(is_answered)
        chosen, careless = draw_careless(careless_rng, np.flatnonzero(delivered & ~is_answered), len(answers))
        parts = [
            _sheets(
                stream,
                careless_rng,
                plan,
                wave,
                place,
                latent,
                pool,
                questionnaire,
                texts,
                invited,
                invitation_id,
                rows,
                habits,
            )
            for stream, rows, habits in (
                (rng, answers, nobody_careless(len(answers))),
                (careless_rng, chosen, careless),
            )
        ]
        sheets[wave.wave_id] = concatenate(parts)
    return SurveyRows(invitations, sheets)


def _contacts_of(
    wave: Wave, contacts: dict[str, np.ndarray], by_number: dict[str, int]
) -> dict[int, tuple[str, str]]:
    """Contact id and team by customer, for contacts in the first ten weeks of the wave."""
    times = contacts["contacted_at"].astype("int64")
    rows = np.flatnonzero((times >= wave.starts) & (times < wave.starts + 70 * DAY))
    return {
        by_number[contacts["customer_no"][row]]: (contacts["contact_id"][row], contacts["team_code"][row])
        for row in rows
        if contacts["customer_no"][row] is not None
    }


def _sheets(
    rng: np.random.Generator,
    careless_rng: np.random.Generator,
    plan: Plan,
    wave: Wave,
    place: int,
    latent: Latent,
    pool: Pool,
    questionnaire: Questionnaire,
    texts: TextMaker,
    invited: Invited,
    invitation_id: np.ndarray,
    answers: np.ndarray,
    careless: Careless,
) -> dict[str, np.ndarray]:
    """Wide answer sheets of the invitations in `answers`, by contract column, question header and FLAGS."""
    insurer = pool.insurer
    customer, stratum = invited.customer[answers], invited.stratum[answers]
    count = len(answers)
    wait = np.minimum(np.exp(0.9 * rng.normal(size=count)) * 1.2, 8.5) * DAY
    duration = np.maximum(150 * np.exp(0.35 * rng.normal(size=count)), 75) * np.where(
        stratum == "general", 1.0, 1.15
    )
    started = np.floor(invited.sent[answers] + wait)
    submitted = started + np.ceil(duration)
    late = submitted >= wave.ends - 60
    submitted = np.where(late, wave.ends - 3_600 - 10 * np.arange(count), submitted)
    duration = hurried(careless_rng, careless, duration)
    started = submitted - np.ceil(duration)
    opinion = (
        PERSON_SD * pool.person[customer]
        + pool.group_effect[customer]
        + tenure_effect(pool.joined[customer], submitted)
        + np.array([STRATUM_EFFECTS[name] for name in stratum])
    )
    columns: dict[str, np.ndarray] = {
        "response_id": np.array(
            [f"R{insurer.number:02d}{wave.wave_id}{row:05d}" for row in answers], dtype=object
        ),
        "invitation_id": invitation_id[answers],
        "insurer_id": np.full(count, insurer.insurer_id, dtype=object),
        "product_line": pool.line[customer],
        "customer_no": pool.customer_no[customer],
        "phone": pool.phone[customer],
        "started_at": to_times(started, plan.as_of),
        "submitted_at": to_times(submitted, plan.as_of),
        "sales_channel": pool.groups["sales_channel"][customer],
        "device": np.where(rng.random(count) < 0.86, "mobile", "desktop"),
        "seconds_taken": np.ceil(duration).astype(int),
    }
    for margin in ("age_band", "gender", "region"):
        columns[margin] = np.where(rng.random(count) < 0.4, pool.groups[margin][customer], None)
    values, excuses, draws = {}, {}, {}
    for item in questionnaire.items:
        level = latent.of(insurer.number, item.stage)[wave.quarter] + item.offset
        intercept, slope = SCALE_LINES[item.scale_code]
        answer = np.rint(intercept + slope * (level + opinion + ITEM_SD * rng.normal(size=count)))
        values[item.question_code] = np.clip(answer, item.minimum, item.maximum).astype(int)
        draws[item.question_code] = rng.random(count)
        excuses[item.question_code] = rng.integers(0, len(NOT_APPLICABLE_LABELS), count)
    bounds = {item.question_code: (item.minimum, item.maximum) for item in questionnaire.items}
    values = careless_values(careless_rng, careless, questionnaire.controls, values, bounds)
    for item in questionnaire.items:
        labels = questionnaire.labels.get(item.scale_code) if place % 2 == 1 else None
        text = _labels(values[item.question_code], item, labels)
        draw = draws[item.question_code]
        excuse = np.array(NOT_APPLICABLE_LABELS, dtype=object)[excuses[item.question_code]]
        # Whoever clicks at random has an answer to everything.
        text = np.where((draw < NOT_APPLICABLE) & ~careless.at_random, excuse, text)
        silent = (draw > 1 - NO_ANSWER) & ~careless.at_random
        if item.scope:
            silent |= stratum != item.scope
        columns[item.header] = np.where(silent, None, text)
    for _, header, expected in questionnaire.controls.attention:
        columns[header] = attention_answers(careless_rng, careless, expected)
    mood = latent.of(insurer.number, "overall")[wave.quarter] + opinion + 0.5 * rng.normal(size=count)
    comment = texts.opinions(rng, 1.6 * mood + 0.6, stratum == "claim")
    columns[questionnaire.open_header] = np.where(rng.random(count) < COMMENTS, comment, None)
    columns |= dict(zip(FLAGS, (careless.hurries, careless.straight, careless.contradicts), strict=True))
    order = np.argsort(submitted, kind="stable")
    return {name: column[order] for name, column in columns.items()}


def survival(item: Item, level: float, values: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """P(answer >= minimum + 1), ..., P(answer >= maximum) over persons, groups and item noise.

    values, shares: distribution of the group effects, (points,). Returns (maximum - minimum,).
    """
    intercept, slope = SCALE_LINES[item.scale_code]
    cuts = np.arange(item.minimum + 1, item.maximum + 1) - 0.5
    spread = slope * np.hypot(PERSON_SD, ITEM_SD)
    centres = intercept + slope * (level + item.offset + values)
    return normal_cdf((centres[None, :] - cuts[:, None]) / spread) @ shares


def survey_truth(
    plan: Plan, latent: Latent, insurer: Insurer, questionnaire: Questionnaire
) -> dict[str, np.ndarray]:
    """Value of every survey measure in the population: measure -> (waves,), in the measure's own unit.

    The population is all customers of the insurer: margins as in population_margins, product lines by insured
    persons, tenure as the customers joined, strata by STRATUM_SHARES; claimants or complainants for theirs.
    """
    items = {item.question_code: item for item in questionnaire.items}
    rows: dict[str, list[dict[str, str]]] = {}
    for row in plan.seeds.rows("survey_items"):
        rows.setdefault(row["measure_code"], []).append(row)
    joined_from = max(
        (np.datetime64(insurer.opened_on) - np.datetime64("1970-01-01")).astype(int) * DAY,
        plan.as_of - 6 * 365.25 * DAY,
    )
    truth = {measure: np.full(len(plan.waves), np.nan) for measure in rows}
    for place, wave in enumerate(plan.waves):
        tenure = tenure_shares(joined_from, wave.starts, (wave.starts + wave.ends) / 2)
        factors = [(plan.margins[margin], GROUP_EFFECTS[margin]) for margin in MARGINS]
        factors += [(insurer.line_shares, GROUP_EFFECTS["product_line"]), (tenure, GROUP_EFFECTS["tenure"])]
        distributions = {
            "": effect_distribution(*factors, (STRATUM_SHARES, STRATUM_EFFECTS)),
            **{
                name: effect_distribution(*factors, ({name: 1.0}, STRATUM_EFFECTS))
                for name in STRATUM_REFERENCES
            },
        }
        for measure, parts in rows.items():
            total = weights = 0.0
            for row in parts:
                item = items[row["question_code"]]
                level = float(latent.of(insurer.number, item.stage)[wave.quarter])
                weight = float(row["item_weight"])
                total += weight * _expected_score(
                    row, item, survival(item, level, *distributions[item.scope])
                )
                weights += weight
            truth[measure][place] = total / weights
    return truth


def _expected_score(row: dict[str, str], item: Item, above: np.ndarray) -> float:
    """Expected score of one item from P(answer >= k): 0-100 (mean), 0..1 (top_box), -1..1 (nps)."""
    if row["transform"] == "mean":
        score = 100.0 * above.sum() / (item.maximum - item.minimum)
        return 100.0 - score if row["is_reverse_coded"] == "true" else score
    at_least = {item.minimum + 1 + step: float(chance) for step, chance in enumerate(above)}
    if row["transform"] == "top_box":
        return at_least[int(row["cut_low"])]
    return at_least[int(row["cut_high"])] - (1.0 - at_least[int(row["cut_low"]) + 1])
