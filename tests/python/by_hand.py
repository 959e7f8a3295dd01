"""The index of an insurer recomputed from raw Parquet and seeds with dictionaries and loops.

Written from the methodology, not from the models: no SQL, no data frames; numpy only fits the margins to
the influences, respondent by respondent. Numbers that the design rounds once before they are summed (nine
decimals) are exact fractions here, everything else is a float.
"""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow.parquet as pq
from screened_by_hand import Screening

Record = dict[str, object]

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
MONTHS_OF_A_QUARTER = 3
MARGIN_ERROR = 1e-14
SWEEPS_AT_MOST = 500


def rounded(number: float) -> Fraction:
    """The number at nine decimals, halves away from zero: what a row holds before it is summed."""
    units = math.floor(abs(number) * 1e9 + 0.5)
    return Fraction(units if number >= 0 else -units, 10**9)


def clip(number: float, low: float, high: float) -> float:
    return min(max(number, low), high)


def number(text: str) -> float | None:
    return float(text) if text else None


def days(earlier: datetime, later: datetime) -> float:
    return (later - earlier) / timedelta(days=1)


def within(earlier: datetime | None, later: datetime | None, limit: timedelta) -> bool:
    return earlier is not None and later is not None and later - earlier <= limit


@dataclass(frozen=True)
class Wave:
    """One wave; its moments are UTC and half-open, made from the local days, not from the seed's moments."""

    wave_id: str
    starts_on: date
    ends_on: date
    starts_at: datetime
    ends_at: datetime
    months: int

    def holds(self, moment: datetime | None) -> bool:
        return moment is not None and self.starts_at <= moment < self.ends_at


@dataclass(frozen=True)
class Row:
    """One measured fact: what it adds to a numerator and a denominator, and the person it belongs to."""

    person: str
    product_line: str | None
    numerator: Fraction
    denominator: Fraction = Fraction(1)
    weight: Fraction = Fraction(1)
    response_id: str | None = None


@dataclass
class Indicator:
    """Value, score and error of one indicator; influences are points of value per person.

    A value over too little exposure has no score. own_variance is what the influences of this indicator alone
    add up to when squared; smallest_base decides what may be shown.
    """

    value: float
    score: float | None
    slope: float
    base_count: int
    smallest_base: int = 0
    effective_base: float | None = None
    standard_error: float | None = None
    own_variance: float = 0.0
    lower: float | None = None
    upper: float | None = None
    score_lower: float | None = None
    score_upper: float | None = None
    influences: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.smallest_base = self.base_count


@dataclass
class Estimate:
    """Error and interval of a dimension or the index."""

    standard_error: float
    lower: float
    upper: float


@dataclass
class Index:
    """The index of one insurer and all that adds up to it."""

    score: float
    adjustment: float
    clip_remainder: float
    standard_error: float
    estimates: dict[str, Estimate]
    dimensions: dict[str, float | None]
    indicators: dict[str, Indicator]
    contributions: dict[str, float]
    not_applicable: set[str]


class ByHand:
    """Everything the raw tables and the seeds say about waves and insurers."""

    # Errors of pooled windows take weights as given; covariances within a segment do, its indicators do not.
    knows_fitted_weights = True
    covaries_with_fitted_weights = True

    def __init__(self, raw: Path, framework: Path):
        self._raw, self._framework = raw, framework
        self._measured: dict[tuple[str, str], dict[str, list[Row]]] = {}

    def table(self, address: str) -> list[Record]:
        """All rows of a raw table."""
        source, name = address.split(".")
        return [
            row
            for part in sorted((self._raw / source / name).glob("*.parquet"))
            for row in pq.read_table(part).to_pylist()
        ]

    def seed(self, name: str) -> list[dict[str, str]]:
        """The rows of a seed; of a seed by version those of the newest one, which scores the waves used."""
        with (self._framework / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        newest = max((row.get("framework_version", "") for row in rows), default="")
        return [row for row in rows if row.get("framework_version", "") == newest]

    # What holds for every wave

    @cached_property
    def rules(self) -> dict[str, float]:
        return {row["rule_code"]: float(row["rule_value"]) for row in self.seed("scoring_rules")}

    @cached_property
    def as_of(self) -> datetime:
        return max(row["latest_event_at"] for row in self.table("gate.files") if row["latest_event_at"])

    @cached_property
    def waves(self) -> dict[str, Wave]:
        waves = {}
        for row in self.seed("waves"):
            zone = ZoneInfo(row["time_zone"])
            first, last = date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"])
            starts, ends = _utc(first, zone), _utc(last + timedelta(days=1), zone)
            if starts <= self.as_of:
                months = int(row["length_months"])
                waves[row["wave_id"]] = Wave(row["wave_id"], first, last, starts, ends, months)
        return waves

    @cached_property
    def insurers(self) -> set[str]:
        return {row["insurer_id"] for row in self.table("policy.insurers")}

    @cached_property
    def persons(self) -> dict[str, str]:
        return {row["customer_key"]: row["person_key"] for row in self.table("gate.person_crosswalk")}

    @cached_property
    def profiles(self) -> dict[tuple[str, str], Record]:
        """The customer file by insurer and person; of several customer numbers the smallest speaks."""
        profiles: dict[tuple[str, str], Record] = {}
        for row in sorted(self.table("policy.customers"), key=lambda row: row["customer_key"]):
            profiles.setdefault((row["insurer_id"], self.persons[row["customer_key"]]), row)
        return profiles

    def person(self, customer_key: str | None, row_id: str) -> str:
        """The person behind a customer number; a row without one is a person of its own."""
        return self.persons[customer_key] if customer_key else f"alone {row_id}"

    def limit(self, code: str, moment: datetime | None, case_class: str = "all") -> timedelta:
        """The service limit in force at a moment (nothing before the first), or the longest of all."""
        held = [
            timedelta(seconds=float(row["limit_value"]) * SECONDS[row["limit_unit"]])
            for row in self.seeded_limits
            if row["limit_code"] == code
            and (case_class in ("any", row["case_class"]))
            and (moment is None or self._is_in_force(row, moment.date()))
        ]
        return max(held, default=timedelta(0))

    @staticmethod
    def _is_in_force(row: dict[str, str], day: date) -> bool:
        ends = row["valid_to"]
        return date.fromisoformat(row["valid_from"]) <= day and (not ends or day <= date.fromisoformat(ends))

    @cached_property
    def seeded_limits(self) -> list[dict[str, str]]:
        return self.seed("service_limits")

    @cached_property
    def measures(self) -> dict[str, dict[str, str]]:
        return {row["measure_code"]: row for row in self.seed("measures")}

    @cached_property
    def filters(self) -> dict[str, dict[str, set[str]]]:
        filters: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for row in self.seed("measure_filters"):
            filters[row["filter_set_code"]][row["attribute"]].add(row["allowed_value"])
        return filters

    def passes(self, measure: str, attributes: Record) -> bool:
        """Whether every attribute that the measure's filter names has an allowed value; nothing never has."""
        wanted = self.filters[self.measures[measure]["filter_set_code"]]
        return all(attributes[name] in allowed for name, allowed in wanted.items())

    def is_final(self, measure: str, moment: datetime) -> bool:
        """Whether the waiting time of the measure is over for an event of this moment."""
        code = self.measures[measure]["wait_limit_code"]
        wait = self.limit(code, None, "any") if code else timedelta(0)
        return moment + wait <= self.as_of

    # The survey: who answered, and for how many

    @cached_property
    def invitations(self) -> dict[str, Record]:
        return {row["invitation_id"]: row for row in self.table("survey.invitations")}

    @cached_property
    def responses(self) -> dict[str, list[Record]]:
        """Responses that count by wave, one per person, insurer and questionnaire."""
        by_wave: dict[str, list[Record]] = defaultdict(list)
        for response in self.screening.counted():
            by_wave[response["wave_id"]].append(response)
        return by_wave

    @cached_property
    def screening(self) -> Screening:
        """What flags the usable responses."""
        answers: dict[str, list[Record]] = defaultdict(list)
        for row in self.table("survey.answers"):
            answers[row["response_id"]].append(row)
        return Screening(self.seed, self.usable, answers)

    @cached_property
    def usable(self) -> list[Record]:
        """Responses of known insurers, submitted after they started and in a wave."""
        usable = []
        for row in self.table("survey.responses"):
            invitation = self.invitations.get(row["invitation_id"], {})
            wave = self.wave_of(row["submitted_at"])
            if row["insurer_id"] not in self.insurers or wave is None:
                continue
            if row["started_at"] is not None and row["submitted_at"] < row["started_at"]:
                continue
            customer = row["customer_key"] or invitation.get("customer_key")
            person = self.person(customer, row["response_id"])
            profile = self.profiles.get((row["insurer_id"], person), {})
            survey = invitation.get("survey_code") or row["survey_code"]
            response = {
                "response_id": row["response_id"],
                "invitation_id": row["invitation_id"],
                "wave_id": wave.wave_id,
                "insurer_id": row["insurer_id"],
                "survey_code": survey,
                "questionnaire": (survey, invitation.get("instrument_version")),
                "person": person,
                "started_at": row["started_at"],
                "submitted_at": row["submitted_at"],
                "reference_type": invitation.get("reference_type") or "none",
                "stratum": invitation.get("stratum") or "all",
                "design_weight": invitation.get("design_weight") or 1.0,
                "product_line": row["product_line"] or invitation.get("product_line") or "unknown",
                "sales_channel": row["sales_channel"] or profile.get("sales_channel") or "unknown",
                **{
                    name: profile.get(name) or row[name] or "unknown"
                    for name in ("region", "age_band", "gender")
                },
            }
            usable.append(response)
        return usable

    def nonresponse(self, wave_id: str) -> dict[str, float]:
        """Factor of every response to a known invitation: weight of those invited over those who answered."""
        attributes = [row["attribute"] for row in self.seed("response_class_attributes")]
        careless = self.screening.careless()
        silent = {row["response_id"] for row in self.screening.latest()} & careless
        spent = {row["invitation_id"] for row in self.usable if row["response_id"] not in silent}
        frame = [
            (response["insurer_id"], response["stratum"], response["person"], response)
            for response in self.responses[wave_id]
            if response["invitation_id"] in self.invitations
        ]
        for invitation in self.invitations.values():
            is_open = invitation["delivered"] and invitation["invitation_id"] not in spent
            if is_open and self.waves[wave_id].holds(invitation["sent_at"]):
                person = self.persons.get(invitation["customer_key"], "")
                stratum = invitation["stratum"] or "all"
                frame.append((invitation["insurer_id"], stratum, person, invitation))
        classes: dict[tuple, list[Record]] = defaultdict(list)
        for insurer_id, stratum, person, row in frame:
            profile = self.profiles.get((insurer_id, person), {})
            values = tuple(profile.get(name) or "unknown" for name in attributes)
            classes[insurer_id, stratum, values].append(row)

        def answered(rows: list[Record]) -> list[Record]:
            return [row for row in rows if "response_id" in row]

        # Classes with too few answers join within the stratum, and where that is too few, within the insurer.
        for depth in (2, 1):
            pooled: dict[tuple, list[Record]] = defaultdict(list)
            for key, rows in classes.items():
                is_small = len(key) > depth and len(answered(rows)) < self.rules["response_class_min"]
                pooled[key[:depth] if is_small else key] += rows
            classes = pooled
        self._join_left_over(classes, answered, attributes)
        return {
            row["response_id"]: math.fsum(each["design_weight"] or 1.0 for each in rows)
            / math.fsum(each["design_weight"] for each in answered(rows))
            for rows in classes.values()
            for row in answered(rows)
        }

    def _join_left_over(
        self,
        classes: dict[tuple, list[Record]],
        answered: Callable[[list[Record]], list[Record]],
        attributes: list[str],
    ) -> None:
        """What is too small even within the insurer joins the smallest other class, ties by its name."""
        known = ("age_band", "gender", "region", "sales_channel")

        def size_and_name(key: tuple) -> tuple[int, str]:
            name = " · ".join(("stratum", key[1]))
            if len(key) == 3:
                values = dict(zip(attributes, key[2], strict=True))
                name = " · ".join(("class", key[1], *(values.get(attribute, "any") for attribute in known)))
            return len(answered(classes[key])), name

        for left in [key for key in classes if len(key) == 1]:
            others = [key for key in classes if key[0] == left[0] and len(key) > 1]
            if others and len(answered(classes[left])) < self.rules["response_class_min"]:
                classes[min(others, key=size_and_name)] += classes.pop(left)

    def wave_of(self, moment: datetime) -> Wave | None:
        return next((wave for wave in self.waves.values() if wave.holds(moment)), None)

    def weights(self, wave_id: str) -> dict[str, Fraction]:
        """Weight of every response relative to its insurer's mean: adjusted, raked and capped."""
        responses = self.responses[wave_id]
        levels = {
            response["response_id"]: {
                **response,
                "insurer_line": (response["insurer_id"], response["product_line"]),
            }
            for response in responses
        }
        factors = self.nonresponse(wave_id)
        start = {
            response["response_id"]: float(response["design_weight"])
            * factors.get(response["response_id"], 1.0)
            for response in responses
        }
        raked = rake(start, levels, self.targets(wave_id), self.rules["weight_cap"])
        of_insurer = defaultdict(list)
        for response in responses:
            of_insurer[response["insurer_id"]].append(response["response_id"])
        relative = {}
        for answered in of_insurer.values():
            mean = math.fsum(raked[response_id] for response_id in answered) / len(answered)
            for response_id in answered:
                relative[response_id] = rounded(raked[response_id] / mean)
        return relative

    def targets(self, wave_id: str) -> dict[str, dict[object, float]]:
        """Known population shares by margin and level; what is unknown of a respondent is no level of it."""
        margins: dict[str, dict[object, float]] = defaultdict(dict)
        for row in self.seed("population_margins"):
            if row["wave_id"] == wave_id and not row["insurer_id"]:
                margins[row["margin"]][row["level"]] = float(row["share"])
        if not margins:
            return {}
        surveyed = {response["insurer_id"] for response in self.responses[wave_id]}
        persons: dict[object, float] = Counter()
        for row in self.exposures(wave_id):
            if row["insurer_id"] in surveyed and row["product_line"]:
                persons[row["insurer_id"], row["product_line"]] += row["insured_person_times"] or 0
        total = sum(persons.values())
        margins["insurer_line"] = {level: count / total for level, count in persons.items() if count}
        return margins

    @cached_property
    def answers(self) -> dict[str, list[tuple[str, str]]]:
        answers = defaultdict(list)
        for row in self.table("survey.answers"):
            answers[row["response_id"]].append((row["question_code"], row["raw_value"]))
        return answers

    def survey_rows(self, wave_id: str, insurer_id: str) -> Iterator[tuple[str, Row]]:
        scales = {row["scale_code"]: row for row in self.seed("scales")}
        options = {(row["scale_code"], row["raw_value"]): row for row in self.seed("answer_options")}
        items = defaultdict(list)
        for row in self.seed("survey_items"):
            items[row["question_code"]].append(row)
        weights = self.weights(wave_id)
        for response in self.responses[wave_id]:
            if response["insurer_id"] != insurer_id:
                continue
            sums: dict[str, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
            for question, raw_value in self.answers[response["response_id"]]:
                for item in items[question]:
                    option = options.get((item["scale_code"], raw_value))
                    if option is None or option["is_missing"] == "true":
                        continue
                    score = item_score(float(option["option_value"]), item, scales[item["scale_code"]])
                    share = Fraction(item["item_weight"])
                    sums[item["measure_code"]][0] += rounded(float(share * score))
                    sums[item["measure_code"]][1] += share
            for measure, (top, bottom) in sums.items():
                if self.passes(measure, response):
                    line, weight = response["product_line"], weights[response["response_id"]]
                    yield measure, Row(response["person"], line, top, bottom, weight, response["response_id"])

    @cached_property
    def _fits(self) -> dict[str, MarginFit]:
        return {}

    def margin_fit(self, wave_id: str) -> MarginFit:
        """The respondents of a raked wave with the margins their weights were fitted to."""
        if wave_id not in self._fits:
            margins = [*self.targets(wave_id)]
            weights = self.weights(wave_id)
            self._fits[wave_id] = MarginFit(
                [
                    {
                        **response,
                        "insurer_line": (response["insurer_id"], response["product_line"]),
                        "weight": float(weights[response["response_id"]]),
                    }
                    for response in self.responses[wave_id]
                ],
                margins,
            )
        return self._fits[wave_id]

    # Operations

    def exposures(self, wave_id: str) -> list[Record]:
        """Totals of exactly this wave from known insurers."""
        wave = self.waves[wave_id]
        return [row for row in self._exposures if _period(row) == (wave.starts_on, wave.ends_on)]

    @cached_property
    def _exposures(self) -> list[Record]:
        return self.of_known_insurers("policy.exposures")

    def of_known_insurers(self, address: str) -> list[Record]:
        return [row for row in self.table(address) if row["insurer_id"] in self.insurers]

    def operational_rows(self, wave_id: str, insurer_id: str) -> Iterator[tuple[str, Row]]:
        wave = self.waves[wave_id]
        policies, complaints = self.policy_facts, self.complaint_facts
        sources = (self.claim_facts, self.contact_facts, policies, complaints, self.post_facts)
        for facts in sources:
            for measure, insurer, row, moment in facts:
                if insurer == insurer_id and wave.holds(moment) and self.is_final(measure, moment):
                    yield measure, row
        for claim in self.claims:
            if claim["insurer_id"] != insurer_id or claim["registered_at"] is None:
                continue
            was_open = claim["closed_at"] is None or claim["closed_at"] >= wave.starts_at
            if claim["registered_at"] < wave.ends_at and was_open:
                yield "claim_closed", self.fact(claim, "claim_id", wave.holds(claim["closed_at"]))

    def fact(self, source: Record, id_column: str, numerator: float | bool) -> Row:
        person = self.person(source["customer_key"], f"{id_column} {source[id_column]}")
        return Row(person, source.get("product_line"), rounded(float(numerator)))

    @cached_property
    def claims(self) -> list[Record]:
        """Claims of known insurers whose steps follow one another."""
        return [
            claim
            for claim in self.of_known_insurers("claims.claims")
            if _in_order(claim, "loss_at", "reported_at")
            and _in_order(claim, "reported_at", "paid_at")
            and _in_order(claim, "reported_at", "closed_at")
        ]

    @cached_property
    def claim_facts(self) -> list[tuple[str, str, Row, datetime]]:
        facts = []
        for claim in self.claims:

            def add(measure: str, moment: datetime | None, numerator: float, claim: Record = claim) -> None:
                if moment is not None and self.passes(measure, claim):
                    row = self.fact(claim, "claim_id", numerator)
                    facts.append((measure, claim["insurer_id"], row, moment))

            if claim["paid_at"] is not None:
                add("report_to_pay_days", claim["paid_at"], days(claim["reported_at"], claim["paid_at"]))
                if claim["loss_at"] is not None:
                    add("loss_to_pay_days", claim["paid_at"], days(claim["loss_at"], claim["paid_at"]))
            add("claim_paid", claim["closed_at"], claim["outcome"] == "paid")
            add("claim_within_limits", claim["closed_at"], self._is_within_limits(claim))
        return facts

    def _is_within_limits(self, claim: Record) -> bool:
        """Decided in time, the wait for documents left out, and paid in time if it was paid."""
        complete = claim["documents_complete_at"] or claim["reported_at"]
        decision = self.limit("claim_decision", claim["reported_at"])
        payment = self.limit("claim_payment", claim["reported_at"])
        agreed = claim["agreed_at"] or claim["decided_at"]
        is_paid_in_time = claim["paid_at"] is None or within(agreed, claim["paid_at"], payment)
        return within(complete, claim["decided_at"], decision) and is_paid_in_time

    @cached_property
    def contact_facts(self) -> list[tuple[str, str, Row, datetime]]:
        scales = {row["scale_code"]: row for row in self.seed("scales")}
        contacts = [
            contact
            for contact in self.of_known_insurers("service.contacts")
            if _in_order(contact, "contacted_at", "responded_at")
        ]
        cases, topics = defaultdict(list), defaultdict(list)
        for contact in sorted(contacts, key=lambda row: (row["contacted_at"], row["contact_id"])):
            alone = f"alone {contact['contact_id']}"
            cases[contact["insurer_id"], contact["case_id"] or alone].append(contact)
            topics[contact["insurer_id"], contact["customer_key"] or alone, contact["topic"]].append(contact)
        facts = []

        def add(measure: str, contact: Record, hit: bool) -> None:
            row = self.fact(contact, "contact_id", hit)
            facts.append((measure, contact["insurer_id"], row, contact["contacted_at"]))

        for contact in contacts:
            if contact["human_requested"]:
                add("agent_connected", contact, bool(contact["human_answered"]))
            if contact["rating"] is not None and contact["rating_scale_code"]:
                satisfied_from = float(scales[contact["rating_scale_code"]]["satisfied_from"])
                add("agent_satisfied", contact, contact["rating"] >= satisfied_from)
            reply = self.limit("agent_response", contact["contacted_at"])
            is_prompt = within(contact["contacted_at"], contact["responded_at"], reply)
            add("first_response_on_time", contact, is_prompt and bool(contact["reply_valid"]))
        for (insurer_id, _), case in cases.items():
            first = case[0]
            alone = f"alone {first['contact_id']}"
            same_topic = topics[insurer_id, first["customer_key"] or alone, first["topic"]]
            repeats = self.limit("repeat_contact", first["contacted_at"])
            later = same_topic[same_topic.index(first) + 1 :]
            is_repeated = any(within(first["contacted_at"], row["contacted_at"], repeats) for row in later)
            add("first_contact_resolved", first, not is_repeated)
            channels = defaultdict(set)
            for contact in case:
                channels[contact["topic"]].add(contact["contact_channel"])
            add("channel_repeated", first, any(len(used) > 1 for used in channels.values()))
        return facts

    @cached_property
    def policy_facts(self) -> list[tuple[str, str, Row, datetime]]:
        long_term = {row["product_id"] for row in self.table("policy.products") if row["is_long_term"]}
        facts = []
        for policy in self.of_known_insurers("policy.applications"):
            is_issued_in_order = _in_order(policy, "started_at", "issued_at")
            if not is_issued_in_order or not _in_order(policy, "issued_at", "delivered_at"):
                continue

            def add(measure: str, moment: datetime, hit: bool, policy: Record = policy) -> None:
                row = self.fact(policy, "application_id", hit)
                facts.append((measure, policy["insurer_id"], row, moment))

            issued, surrendered = policy["issued_at"], policy["surrendered_at"]
            if issued is not None:
                limit = self.limit("epolicy_delivery", issued)
                add("epolicy_on_time", issued, within(issued, policy["delivered_at"], limit))
                if policy["cooling_off_ends_at"] is not None:
                    is_withdrawn = surrendered is not None and surrendered <= policy["cooling_off_ends_at"]
                    add("cooling_off_surrendered", issued, is_withdrawn)
            call_by, called = policy["callback_due_at"], policy["callback_done_at"]
            if call_by is not None:
                add("callback_done", call_by, called is not None and called <= call_by)
            started = policy["started_at"]
            if not policy["declined"]:
                limit = self.limit("application_issue", started)
                add("application_completed", started, within(started, issued, limit))
            due = policy["first_renewal_due_at"]
            if due is not None and (surrendered is None or surrendered >= due):
                is_long = policy["product_id"] in long_term
                continued = policy["premium_paid_at"] if is_long else policy["renewed_at"]
                grace = self.limit("renewal_grace", due, "long_term" if is_long else "short_term")
                add("policy_renewed", due, within(due, continued, grace))
        for request in self.of_known_insurers("policy.endorsements"):
            if request["done_at"] is not None and _in_order(request, "requested_at", "done_at"):
                row = self.fact(request, "endorsement_id", days(request["requested_at"], request["done_at"]))
                facts.append(("endorsement_days", request["insurer_id"], row, request["done_at"]))
        return facts

    @cached_property
    def complaint_facts(self) -> list[tuple[str, str, Row, datetime]]:
        causes = {row["cause_found"]: row["cause_code"] for row in self.seed("complaint_causes")}
        volumes = [code for code, row in self.measures.items() if row["measure_unit"] == "cases"]
        facts = []
        for complaint in self.of_known_insurers("complaints.complaints"):
            if not _in_order(complaint, "received_at", "closed_at"):
                continue
            attributes = {**complaint, "cause_code": causes.get(complaint["cause"])}
            received, closed = complaint["received_at"], complaint["closed_at"]
            for measure in volumes:
                if self.passes(measure, attributes):
                    row = self.fact(complaint, "complaint_id", 1)
                    facts.append((measure, complaint["insurer_id"], row, received))
            if self.passes("complaint_on_time", attributes):
                extension = complaint["extension_class"] or "none"
                due = complaint["due_at"] or received + self.limit("complaint_closing", received, extension)
                row = self.fact(complaint, "complaint_id", closed is not None and closed <= due)
                facts.append(("complaint_on_time", complaint["insurer_id"], row, due))
        return facts

    @cached_property
    def post_facts(self) -> list[tuple[str, str, Row, datetime]]:
        aliases = {row["alias"].strip().lower(): row["insurer_id"] for row in self.seed("insurer_aliases")}
        platforms = {row["platform_found"] for row in self.seed("platforms")}
        facts = []
        for post in self.table("reviews.posts"):
            insurer_id = aliases.get(post["merchant_name"].strip().lower())
            if insurer_id not in self.insurers or post["platform"] not in platforms:
                continue
            if post["addressed_at"] is None or not _in_order(post, "posted_at", "completed_at"):
                continue
            if not self.passes("post_resolved", {"is_reply": str(bool(post["is_reply"])).lower()}):
                continue
            due = post["addressed_at"] + self.limit("post_resolution", post["addressed_at"])
            is_resolved = post["completed_at"] is not None and post["completed_at"] <= due
            # The author's name on the platform is all that is known of the person.
            author = post["author_token"] or f"alone {post['post_id']}"
            row = Row(f"{post['platform']} {author}", None, Fraction(is_resolved))
            facts.append(("post_resolved", insurer_id, row, due))
        return facts

    # From rows to indicators

    def rows(self, wave_id: str, insurer_id: str) -> dict[str, list[Row]]:
        """The measured rows of an insurer and wave by measure."""
        if (wave_id, insurer_id) not in self._measured:
            rows: dict[str, list[Row]] = defaultdict(list)
            for measure, row in self.survey_rows(wave_id, insurer_id):
                rows[measure].append(row)
            for measure, row in self.operational_rows(wave_id, insurer_id):
                rows[measure].append(row)
            self._measured[wave_id, insurer_id] = rows
        return self._measured[wave_id, insurer_id]

    def total(self, wave_id: str, insurer_id: str, measure: str) -> float | None:
        """An exposure total of the wave; the measure's name is the column's, save for the insured persons."""
        column = {"insured_persons": "insured_person_times"}.get(measure, measure)
        values = [row[column] for row in self.exposures(wave_id) if row["insurer_id"] == insurer_id]
        known = [value for value in values if value is not None]
        return float(sum(known)) if known else None

    def lines(self, wave_id: str, insurer_id: str) -> set[str]:
        return {row["product_line"] for row in self.exposures(wave_id) if row["insurer_id"] == insurer_id}

    @cached_property
    def limited_to(self) -> dict[str, set[str]]:
        limited = defaultdict(set)
        for row in self.seed("indicator_applicability"):
            limited[row["indicator_code"]].add(row["product_line"])
        return limited

    @cached_property
    def catalogue(self) -> dict[str, dict[str, str]]:
        return {row["indicator_code"]: row for row in self.seed("indicators")}

    def persons_needed(self, code: str) -> float:
        """Return from how many persons an indicator is shown: more where it or an operand is sensitive."""
        sensitive = {row["measure_code"] for row in self.seed("sensitive_measures")}
        operands = self.seed("indicator_operands")
        codes = [code, *(row["operand_code"] for row in operands if row["indicator_code"] == code)]
        is_sensitive = any(self.catalogue[one]["numerator_measure"] in sensitive for one in codes)
        name = "sensitive_persons_min" if is_sensitive else "persons_min"
        rules = {(row["rule_code"], row["applies_to"]): row for row in self.seed("disclosure_rules")}
        return float(rules[name, "scores"]["rule_value"])

    def is_applicable(self, wave_id: str, insurer_id: str, code: str) -> bool:
        return code not in self.limited_to or bool(self.limited_to[code] & self.lines(wave_id, insurer_id))

    def indicators(self, wave_id: str, insurer_id: str) -> dict[str, Indicator]:
        """The applicable indicators of an insurer that have a value, derived ones last."""
        rows, found = self.rows(wave_id, insurer_id), {}
        for code, entry in self.catalogue.items():
            if entry["estimator"] == "derived" or not self.is_applicable(wave_id, insurer_id, code):
                continue
            if entry["estimator"] == "exposure_rate":
                indicator = self._exposure_rate(wave_id, insurer_id, entry, rows)
            else:
                indicator = self._ratio(wave_id, insurer_id, entry, rows)
            if indicator is not None:
                found[code] = indicator
        for code, entry in self.catalogue.items():
            if entry["derived_function"] == "change_rate":
                indicator = self._change_rate(wave_id, insurer_id, entry, found)
                if indicator is not None:
                    found[code] = indicator
        return found

    def _per_quarter(self, wave_id: str, entry: dict[str, str]) -> float:
        factor = float(entry["multiplier"])
        if entry["time_basis"] == "per_quarter":
            factor *= MONTHS_OF_A_QUARTER / self.waves[wave_id].months
        return factor

    def _ratio(
        self, wave_id: str, insurer_id: str, entry: dict[str, str], rows: dict[str, list[Row]]
    ) -> Indicator | None:
        """A mean or a share: the ratio of two sums over persons, its linearised error and its interval."""
        allowed = self.limited_to.get(entry["indicator_code"])
        top, bottom = defaultdict(Fraction), defaultdict(Fraction)
        for row in rows[entry["numerator_measure"]]:
            if allowed is None or row.product_line in allowed:
                top[row.person] += rounded(float(row.weight) * float(row.numerator))
        for row in rows[entry["denominator_measure"]]:
            if allowed is None or row.product_line in allowed:
                bottom[row.person] += rounded(float(row.weight) * float(row.denominator))
        total = float(sum(bottom.values()))
        if total == 0:
            return None
        ratio = float(sum(top.values())) / total
        measure = self.measures[entry["denominator_measure"]]
        sampled = self.sampled(wave_id, insurer_id, entry["denominator_measure"])
        kish = total**2 / float(sum(value * value for value in bottom.values()))
        factor, z = self._per_quarter(wave_id, entry), self.rules["confidence_level_z"]
        indicator = self._scored(entry, factor * ratio, sum(value > 0 for value in bottom.values()))
        indicator.effective_base = kish
        if len(sampled) == 1:
            return indicator
        is_survey = measure["source_model"] == "int_responses_screened"
        as_given = self._weights_as_given(wave_id, insurer_id, is_survey, sampled, top, bottom, ratio, total)
        moved = as_given
        if is_survey and self.knows_fitted_weights:
            answers: dict[str, float] = defaultdict(float)
            for row in rows[entry["denominator_measure"]]:
                if allowed is None or row.product_line in allowed:
                    answers[row.response_id] += float(row.numerator - Fraction(ratio) * row.denominator)
            moved = self.margin_fit(wave_id).influences(insurer_id, answers, total)
        error = math.sqrt(sum(part * part for part in moved.values()))
        if entry["estimator"] == "share":
            own = ratio * (1 - ratio) / error**2 if error and 0 < ratio < 1 else kish
            most_rows = kish if is_survey else total
            lower, upper = wilson(ratio, min(most_rows, own), z)
        elif kish >= 2:
            lower, upper = ratio - student(z, kish - 1) * error, ratio + student(z, kish - 1) * error
        else:
            lower = upper = None
        least, most = number(measure["value_min"]), number(measure["value_max"])
        indicator.standard_error = factor * error
        shared = moved if self.covaries_with_fitted_weights else as_given
        indicator.own_variance = sum((factor * part) ** 2 for part in shared.values())
        if lower is not None and upper is not None:
            indicator.lower = factor * (lower if least is None else max(lower, least))
            indicator.upper = factor * (upper if most is None else min(upper, most))
        self._score_interval(entry, indicator)
        indicator.influences = {person: factor * part for person, part in shared.items()}
        return indicator

    def _weights_as_given(
        self,
        wave_id: str,
        insurer_id: str,
        is_survey: bool,
        sampled: set[str],
        top: dict[str, Fraction],
        bottom: dict[str, Fraction],
        ratio: float,
        total: float,
    ) -> dict[str, float]:
        """Influences that ignore how weights were fitted, each with n / (n - 1) of its stratum."""
        strata = {person: "" for person in sampled}
        if is_survey and self.knows_fitted_weights:
            strata = {
                row["person"]: row["stratum"]
                for row in self.responses[wave_id]
                if row["insurer_id"] == insurer_id
            }
        sizes = Counter(strata.values())
        factors = {stratum: math.sqrt(n / (n - 1)) if n > 1 else 1.0 for stratum, n in sizes.items()}
        return {
            person: float(top[person] - Fraction(ratio) * bottom[person]) * factors[strata[person]] / total
            for person in bottom
        }

    def sampled(self, wave_id: str, insurer_id: str, measure: str) -> set[str]:
        """Persons who could have been measured: every respondent, or whoever was."""
        if self.measures[measure]["source_model"] == "int_responses_screened":
            return {row["person"] for row in self.responses[wave_id] if row["insurer_id"] == insurer_id}
        return {row.person for row in ByHand.rows(self, wave_id, insurer_id)[measure]}

    def _exposure_rate(
        self, wave_id: str, insurer_id: str, entry: dict[str, str], rows: dict[str, list[Row]]
    ) -> Indicator | None:
        """Events over a known total: Poisson, so influences are the cases themselves, and Byar's interval."""
        exposed = self.total(wave_id, insurer_id, entry["denominator_measure"])
        if not exposed:
            return None
        top = entry["numerator_measure"]
        if self.measures[top]["source_model"] == "int_exposures_dated":
            events = self.total(wave_id, insurer_id, top)
            if events is None:
                return None
            # Events known as a total only: one entry carries the error of all.
            cases = {f"total {wave_id} {insurer_id} {top}": math.sqrt(events)}
        else:
            cases = Counter()
            for row in rows[top]:
                cases[row.person] += float(row.numerator)
            events = float(sum(cases.values()))
        factor = self._per_quarter(wave_id, entry) / exposed
        lower, upper = byar(events, self.rules["confidence_level_z"])
        indicator = self._scored(entry, factor * events, int(exposed))
        indicator.influences = {person: factor * count for person, count in cases.items()}
        indicator.own_variance = sum(z * z for z in indicator.influences.values())
        indicator.standard_error = math.sqrt(indicator.own_variance)
        indicator.lower, indicator.upper = factor * lower, factor * upper
        # Too few events expected even where the score is zero: a value, not a score.
        if float(entry["goalpost_upper"]) / factor < self.rules["expected_events_min"]:
            indicator.score, indicator.slope = None, 0.0
        else:
            self._score_interval(entry, indicator)
        return indicator

    def _change_rate(
        self, wave_id: str, insurer_id: str, entry: dict[str, str], found: dict[str, Indicator]
    ) -> Indicator | None:
        """(A year ago - now) / a year ago, with the delta rule."""
        operand = next(
            row["operand_code"]
            for row in self.seed("indicator_operands")
            if row["indicator_code"] == entry["indicator_code"]
        )
        begins = _months(self.waves[wave_id].starts_on) - int(entry["lag_months"])
        past_id = next((key for key, wave in self.waves.items() if _months(wave.starts_on) == begins), None)
        if past_id is None or operand not in found:
            return None
        past_rows = self.rows(past_id, insurer_id)
        past = self._ratio(past_id, insurer_id, self.catalogue[operand], past_rows)
        if past is None or past.value == 0:
            return None
        now, factor = found[operand], float(entry["multiplier"])
        base_count = min(now.base_count, past.base_count)
        indicator = self._scored(entry, factor * (past.value - now.value) / past.value, base_count)
        influences = Counter()
        for person, z in now.influences.items():
            influences[person] -= factor / past.value * z
        for person, z in past.influences.items():
            influences[person] += factor * now.value / past.value**2 * z
        indicator.influences = dict(influences)
        # Its own error takes the two waves as independent; persons in both count in composites.
        indicator.own_variance = (factor / past.value * now.standard_error) ** 2 + (
            factor * now.value / past.value**2 * past.standard_error
        ) ** 2
        indicator.standard_error = math.sqrt(indicator.own_variance)
        indicator.effective_base = min(now.effective_base, past.effective_base)
        reach = student(self.rules["confidence_level_z"], indicator.effective_base - 1)
        indicator.lower = indicator.value - reach * indicator.standard_error
        indicator.upper = indicator.value + reach * indicator.standard_error
        self._score_interval(entry, indicator)
        return indicator

    def _score_interval(self, entry: dict[str, str], indicator: Indicator) -> None:
        """The interval of the value through the clipped goalposts: the better end makes the upper score."""
        if indicator.lower is not None and indicator.upper is not None:
            ends = [self._scored(entry, end, 0).score for end in (indicator.lower, indicator.upper)]
            indicator.score_lower, indicator.score_upper = min(ends), max(ends)

    @staticmethod
    def _scored(entry: dict[str, str], value: float, base_count: int) -> Indicator:
        low, high = float(entry["goalpost_lower"]), float(entry["goalpost_upper"])
        part = (high - value if entry["direction"] == "lower" else value - low) / (high - low)
        slope = 100 / (high - low) * (-1 if entry["direction"] == "lower" else 1)
        return Indicator(value, 100 * clip(part, 0, 1), slope if 0 < part < 1 else 0.0, base_count)

    # From indicators to the index

    def index(self, wave_id: str, insurer_id: str) -> Index:
        indicators = self.indicators(wave_id, insurer_id)
        weights, applicable, present = {}, Counter(), Counter()
        not_applicable = set()
        for code, entry in self.catalogue.items():
            weights[code] = float(entry["indicator_weight"])
            if not self.is_applicable(wave_id, insurer_id, code):
                not_applicable.add(code)
                continue
            applicable[entry["dimension_code"]] += weights[code]
            if code in indicators and indicators[code].score is not None:
                present[entry["dimension_code"]] += weights[code]
        scores: dict[str, float | None] = {}
        of_index, covered, whole, required_missing = 0.0, 0.0, 0.0, False
        dimensions = {row["dimension_code"]: row for row in self.seed("dimensions")}
        for dimension, row in dimensions.items():
            scores[dimension] = None
            if not applicable[dimension]:
                continue
            whole += float(row["dimension_weight"])
            coverage = present[dimension] / applicable[dimension]
            if coverage >= self.rules["dimension_coverage_min"]:
                scores[dimension] = (
                    sum(
                        weights[code] * indicator.score
                        for code, indicator in indicators.items()
                        if self.catalogue[code]["dimension_code"] == dimension and indicator.score is not None
                    )
                    / present[dimension]
                )
                of_index += float(row["dimension_weight"])
                covered += float(row["dimension_weight"]) * coverage
            elif row["is_required"] == "true":
                required_missing = True
        if required_missing or covered / whole < self.rules["index_coverage_min"]:
            raise ValueError(f"{insurer_id} has no index in {wave_id}")
        in_dimension = {
            code: weights[code] / present[self.catalogue[code]["dimension_code"]]
            for code, indicator in indicators.items()
            if weights[code] > 0
            and indicator.score is not None
            and scores[self.catalogue[code]["dimension_code"]] is not None
        }
        shares = {
            code: share / of_index * float(dimensions[entry["dimension_code"]]["dimension_weight"])
            for code, entry in self.catalogue.items()
            if (share := in_dimension.get(code)) is not None
        }
        contributions = {code: share * indicators[code].score for code, share in shares.items()}
        unadjusted = sum(contributions.values())
        adjustment = self.adjustment(wave_id, insurer_id)
        score = clip(unadjusted + adjustment, 0, 100)
        estimates = {
            dimension: self._estimate(
                scores[dimension],
                {
                    code: share
                    for code, share in in_dimension.items()
                    if self.catalogue[code]["dimension_code"] == dimension
                },
                indicators,
            )
            for dimension in dimensions
            if scores[dimension] is not None
        }
        estimates["index"] = self._estimate(unadjusted + adjustment, shares, indicators)
        return Index(
            score=score,
            adjustment=adjustment,
            clip_remainder=score - unadjusted - adjustment,
            standard_error=estimates["index"].standard_error,
            estimates=estimates,
            dimensions=scores,
            indicators=indicators,
            contributions=contributions,
            not_applicable=not_applicable,
        )

    def _estimate(
        self, centre: float, shares: dict[str, float], indicators: dict[str, Indicator]
    ) -> Estimate:
        """MOVER: the distances of every indicator, and the covariance that summed influences hold."""
        z = self.rules["confidence_level_z"]
        variance, own, below, above, moved = 0.0, 0.0, 0.0, 0.0, Counter()
        for code, share in shares.items():
            indicator = indicators[code]
            if indicator.standard_error is None:
                continue
            weight = share * indicator.slope
            variance += (weight * indicator.standard_error) ** 2
            own += weight**2 * indicator.own_variance
            for person, influence in indicator.influences.items():
                moved[person] += weight * influence
            if indicator.score_lower is None or indicator.score_upper is None:
                below += (z * weight * indicator.standard_error) ** 2
                above += (z * weight * indicator.standard_error) ** 2
            else:
                below += (share * (indicator.score - indicator.score_lower)) ** 2
                above += (share * (indicator.score_upper - indicator.score)) ** 2
        covariance = sum(influence**2 for influence in moved.values()) - own
        return Estimate(
            standard_error=math.sqrt(max(variance + covariance, 0)),
            lower=clip(centre - math.sqrt(max(below + z**2 * covariance, 0)), 0, 100),
            upper=clip(centre + math.sqrt(max(above + z**2 * covariance, 0)), 0, 100),
        )

    def adjustment(self, wave_id: str, insurer_id: str) -> float:
        points = Counter()
        for row in self.seed("score_adjustments"):
            if (row["wave_id"], row["insurer_id"]) == (wave_id, insurer_id):
                points[row["adjustment_kind"]] += float(row["points"])
        added = min(points["innovation"], self.rules["innovation_points_max"])
        return added - min(points["negative_event"], self.rules["negative_points_max"])


class ByHandPooled(ByHand):
    """The total of an insurer pooled over several waves: rows and exposures of all of them as if of one."""

    knows_fitted_weights = False

    def __init__(self, raw: Path, framework: Path, window: tuple[str, ...]):
        super().__init__(raw, framework)
        self._window = window

    def rows(self, wave_id: str, insurer_id: str) -> dict[str, list[Row]]:
        return self._rows_of(self._window, insurer_id)

    def _rows_of(self, window: Iterable[str], insurer_id: str) -> dict[str, list[Row]]:
        pooled: dict[str, list[Row]] = defaultdict(list)
        for wave_id in window:
            for measure, rows in super().rows(wave_id, insurer_id).items():
                pooled[measure].extend(rows)
        return pooled

    def sampled(self, wave_id: str, insurer_id: str, measure: str) -> set[str]:
        of_wave = super().sampled
        return set().union(*(of_wave(wave, insurer_id, measure) for wave in self._window))

    def total(self, wave_id: str, insurer_id: str, measure: str) -> float | None:
        of_wave = super().total
        known = [of_wave(wave, insurer_id, measure) for wave in self._window]
        return sum(value for value in known if value is not None) or None

    def _exposure_rate(
        self, wave_id: str, insurer_id: str, entry: dict[str, str], rows: dict[str, list[Row]]
    ) -> Indicator | None:
        of_wave, exposed = super().total, entry["denominator_measure"]
        known = [wave for wave in self._window if of_wave(wave, insurer_id, exposed)]
        return super()._exposure_rate(wave_id, insurer_id, entry, self._rows_of(known, insurer_id))

    def _change_rate(
        self, wave_id: str, insurer_id: str, entry: dict[str, str], found: dict[str, Indicator]
    ) -> Indicator | None:
        """None: a year before these windows nothing was pooled."""
        return None

    def indicators(self, wave_id: str, insurer_id: str) -> dict[str, Indicator]:
        """As in one wave; what may be shown is decided by the wave with the fewest persons."""
        found = super().indicators(wave_id, insurer_id)
        for code, indicator in found.items():
            measure = self.catalogue[code]["denominator_measure"]
            if self.catalogue[code]["estimator"] == "exposure_rate":
                continue
            allowed = self.limited_to.get(code)
            counts = [
                len(
                    {
                        row.person
                        for row in ByHand.rows(self, wave, insurer_id)[measure]
                        if allowed is None or row.product_line in allowed
                    }
                )
                for wave in self._window
            ]
            indicator.smallest_base = min(count for count in counts if count)
        return found


class ByHandLine(ByHand):
    """One product line of an insurer as a segment of its own, exposures included."""

    covaries_with_fitted_weights = False

    def __init__(self, raw: Path, framework: Path, product_line: str):
        super().__init__(raw, framework)
        self._product_line = product_line

    def rows(self, wave_id: str, insurer_id: str) -> dict[str, list[Row]]:
        return defaultdict(
            list,
            {
                measure: [row for row in rows if row.product_line == self._product_line]
                for measure, rows in super().rows(wave_id, insurer_id).items()
            },
        )

    def exposures(self, wave_id: str) -> list[Record]:
        return [row for row in super().exposures(wave_id) if row["product_line"] == self._product_line]

    def targets(self, wave_id: str) -> dict[str, dict[object, float]]:
        """Weights are those of the whole survey."""
        return ByHand(self._raw, self._framework).targets(wave_id)

    def adjustment(self, wave_id: str, insurer_id: str) -> float:
        return 0.0


def _age(response: Record) -> tuple[datetime, str]:
    return response["submitted_at"], response["response_id"]


def _utc(day: date, zone: ZoneInfo) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def _period(row: Record) -> tuple[date, date]:
    return row["period_starts_on"], row["period_ends_on"]


def _months(day: date) -> int:
    return 12 * day.year + day.month


def _in_order(row: Record, earlier: str, later: str) -> bool:
    return row[earlier] is None or row[later] is None or row[earlier] <= row[later]


def item_score(value: float, item: dict[str, str], scale: dict[str, str]) -> Fraction:
    """An answer as its measure counts it: 0 to 100, in the top box or not, or promoter less detractor."""
    if item["transform"] == "top_box":
        above = number(item["cut_high"])
        return Fraction(value >= float(item["cut_low"]) and (above is None or value <= above))
    if item["transform"] == "nps":
        return Fraction((value >= float(item["cut_high"])) - (value <= float(item["cut_low"])))
    low, high = Fraction(scale["scale_min"]), Fraction(scale["scale_max"])
    distance = high - Fraction(value) if item["is_reverse_coded"] == "true" else Fraction(value) - low
    return 100 * distance / (high - low)


class MarginFit:
    """Influences less what the margins explain: an unweighted fit over every respondent of the wave."""

    def __init__(self, respondents: list[Record], margins: list[str]):
        self._respondents = respondents
        columns = [
            [float(row[margin] == level) for row in respondents]
            for margin in margins
            for level in sorted({row[margin] for row in respondents})
        ]
        self._design = np.array(columns).T if columns else np.zeros((len(respondents), 1))
        latest: dict[tuple[str, str], Record] = {}
        for row in respondents:
            key = (row["insurer_id"], row["person"])
            if key not in latest or _age(latest[key]) < _age(row):
                latest[key] = row
        self._strata: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for key, row in latest.items():
            self._strata[row["insurer_id"], row["stratum"]].append(key)

    def influences(self, insurer_id: str, answers: dict[str, float], total: float) -> dict[str, float]:
        """How far every respondent moves a ratio, centred in its stratum and scaled to its variance.

        Respondents of other insurers move it through the margins alone; their names carry the insurer.
        """
        per_weight = np.array([answers.get(row["response_id"], 0.0) / total for row in self._respondents])
        fitted = self._design @ np.linalg.lstsq(self._design, per_weight, rcond=1e-10)[0]
        moved: dict[tuple[str, str], float] = Counter()
        for row, left in zip(self._respondents, per_weight - fitted, strict=True):
            moved[row["insurer_id"], row["person"]] += row["weight"] * left
        named = {}
        for (owner, _), keys in self._strata.items():
            mean = math.fsum(moved[key] for key in keys) / len(keys) if len(keys) > 1 else 0.0
            scale = math.sqrt(len(keys) / (len(keys) - 1)) if len(keys) > 1 else 1.0
            for key in keys:
                name = key[1] if owner == insurer_id else f"{owner}: {key[1]}"
                named[name] = scale * (moved[key] - mean)
        return named


def rake(
    start: dict[str, float],
    levels: dict[str, dict[str, object]],
    targets: dict[str, dict[object, float]],
    cap: float,
) -> dict[str, float]:
    """Iterative proportional fitting of the respondents one by one until every margin is met.

    A level without a target (what is unknown of a respondent) keeps its own share of the starting weights;
    the targets share the rest. Every sweep ends by cutting weights above the cap of the insurer.
    """
    if not targets or not start:
        return dict(start)
    weights = dict(start)
    whole = sum(start.values())
    wanted: dict[str, dict[object, float]] = {}
    for margin, shares in targets.items():
        own = Counter()
        for respondent, weight in start.items():
            level = levels[respondent][margin]
            if level not in shares:
                own[level] += weight / whole
        known = 1 - sum(own.values())
        wanted[margin] = {**{level: share * known for level, share in shares.items()}, **own}
    worst = 1.0
    for _ in range(SWEEPS_AT_MOST):
        if worst <= MARGIN_ERROR:
            break
        worst = 0.0
        for margin, shares in wanted.items():
            held = _sums(weights, levels, margin)
            total = math.fsum(held.values())
            worst = max(worst, *(abs(held[level] / total - share) for level, share in shares.items()))
            for respondent in weights:
                level = levels[respondent][margin]
                weights[respondent] *= shares[level] * whole / held[level]
        _cut(weights, levels, cap)
    # Cutting lowers the mean that the cap is a multiple of: cut until nothing is above it.
    while _cut(weights, levels, cap):
        pass
    return weights


def _cut(weights: dict[str, float], levels: dict[str, dict[str, object]], cap: float) -> bool:
    """Cut the weights above the cap; whether there were any by more than the last digits."""
    held = _sums(weights, levels, "insurer_id")
    counts = Counter(levels[respondent]["insurer_id"] for respondent in weights)
    was_above = False
    for respondent, weight in weights.items():
        insurer_id = levels[respondent]["insurer_id"]
        ceiling = cap * held[insurer_id] / counts[insurer_id]
        was_above = was_above or weight > ceiling * (1 + MARGIN_ERROR)
        weights[respondent] = min(weight, ceiling)
    return was_above


def _sums(
    weights: dict[str, float], levels: dict[str, dict[str, object]], margin: str
) -> dict[object, float]:
    parts = defaultdict(list)
    for respondent, weight in weights.items():
        parts[levels[respondent][margin]].append(weight)
    return {level: math.fsum(values) for level, values in parts.items()}


def wilson(share: float, base: float, z: float) -> tuple[float, float]:
    """Wilson's interval of a share on an effective base."""
    centre = (share + z**2 / (2 * base)) / (1 + z**2 / base)
    half = z / (1 + z**2 / base) * math.sqrt(share * (1 - share) / base + z**2 / (4 * base**2))
    return centre - half, centre + half


def byar(events: float, z: float) -> tuple[float, float]:
    """Byar's interval of a number of events; the lower end of none is none."""
    more = events + 1
    lower = events * (1 - 1 / (9 * events) - z / (3 * math.sqrt(events))) ** 3 if events else 0.0
    return lower, more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3


def student(z: float, degrees: float) -> float:
    """Student's quantile from the normal one by the expansion of the statistical core."""
    return (
        z
        + (z**3 + z) / (4 * degrees)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * degrees**3)
    )
