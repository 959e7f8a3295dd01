"""Which responses count, in plain Python: flags on their answers, and one response per person.

Written from the methodology, not from the models, for by_hand.py and the tests of screening.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from statistics import median

Record = dict[str, object]
Seed = Callable[[str], list[dict[str, str]]]


class Screening:
    """Flags of responses. responses: usable ones with wave_id, questionnaire, reference_type, insurer_id,
    survey_code, person, started_at and submitted_at; answers: rows of survey.answers by response."""

    def __init__(self, seed: Seed, responses: list[Record], answers: dict[str, list[Record]]):
        self.responses = responses
        self.rules = {
            row["rule_code"]: float(row["rule_value"])
            for row in seed("screening_rules")
            if row["is_active"] == "true"
        }
        self.questions = {row["question_code"]: row for row in seed("questions")}
        self.pairs = seed("contradiction_pairs")
        self.expected = defaultdict(set)
        for row in seed("attention_items"):
            self.expected[row["question_code"]].add(row["expected_value"])
        scale_of = {row["question_code"]: row["scale_code"] for row in seed("survey_items")}
        options = {
            (row["scale_code"], row["raw_value"]): row["option_value"] for row in seed("answer_options")
        }
        self.bounds = {
            row["scale_code"]: (float(row["scale_min"]), float(row["scale_max"])) for row in seed("scales")
        }
        self.answered: dict[str, dict[str, str | None]] = {}
        self.values: dict[str, dict[str, float]] = {}
        self.positions: dict[str, dict[str, float]] = {}
        for response in responses:
            key = response["response_id"]
            rows = [row for row in answers.get(key, []) if row["question_code"] in self.questions]
            self.answered[key] = {
                row["question_code"]: row["raw_value"]
                for row in rows
                if row["raw_value"] is not None or row["answer_text"] is not None
            }
            values, positions = {}, {}
            for question, raw in self.answered[key].items():
                option = options.get((scale_of.get(question), raw))
                if option:
                    low, high = self.bounds[scale_of[question]]
                    values[question] = float(option)
                    positions[question] = 100 * (float(option) - low) / (high - low)
            self.values[key], self.positions[key] = values, positions

    def _is_closed(self, question: str) -> bool:
        return self.questions[question]["is_open"] != "true"

    def completion(self) -> dict[str, float]:
        """Closed questions answered, as a share of those that anybody on the same route answered."""
        asked: dict[tuple, set[str]] = defaultdict(set)
        closed = {
            key: {question for question in given if self._is_closed(question)}
            for key, given in self.answered.items()
        }
        for response in self.responses:
            asked[_route(response)] |= closed[response["response_id"]]
        return {
            response["response_id"]: len(closed[response["response_id"]]) / len(asked[_route(response)])
            for response in self.responses
            if asked[_route(response)]
        }

    def speeders(self) -> set[str]:
        """Responses faster than the share of the median duration of as many questions."""
        least = self.rules["path_group"]
        paths, rates, timed = defaultdict(list), defaultdict(list), []
        for response in self.responses:
            if response["started_at"] is not None:
                seconds = (response["submitted_at"] - response["started_at"]).total_seconds()
                length, sheet = len(self.answered[response["response_id"]]), _sheet(response)
                timed.append((response["response_id"], sheet, length, seconds))
                paths[sheet, length].append(seconds)
                rates[sheet].append(seconds / length if length else None)
        found = set()
        for key, sheet, length, seconds in timed:
            if len(paths[sheet, length]) >= least:
                usual = median(paths[sheet, length])
            elif len(rates[sheet]) >= least:
                usual = median(rate for rate in rates[sheet] if rate is not None) * length
            else:
                continue
            if round(seconds, 6) < round(self.rules["speeder"] * usual, 6):
                found.add(key)
        return found

    def straight_liners(self) -> set[str]:
        """Responses with one value throughout the answered questions of some grid."""
        found = set()
        for key, values in self.values.items():
            grids = defaultdict(list)
            for question, value in values.items():
                if self.questions[question]["grid_code"]:
                    grids[self.questions[question]["grid_code"]].append(value)
            if any(
                len(given) >= self.rules["straight_liner"] and len(set(given)) == 1
                for given in grids.values()
            ):
                found.add(key)
        return found

    def contradictory(self) -> set[str]:
        """Responses with enough pairs of answers that lie too far apart."""
        found = set()
        for key, positions in self.positions.items():
            count = 0
            for pair in self.pairs:
                first, second = (positions.get(pair[name]) for name in ("first_question", "second_question"))
                if first is not None and second is not None:
                    other = 100 - second if pair["is_opposed"] == "true" else second
                    count += round(abs(first - other), 6) > float(pair["difference_max"])
            if count >= self.rules["contradictory"]:
                found.add(key)
        return found

    def inattentive(self) -> set[str]:
        """Responses that failed enough attention items."""
        return {
            key
            for key, given in self.answered.items()
            if sum(
                given.get(question) is not None and given[question] not in right
                for question, right in self.expected.items()
            )
            >= self.rules["attention_failed"]
        }

    def careless(self) -> set[str]:
        """Responses with as many flags on their answers as make them careless."""
        flags = [self.speeders(), self.straight_liners(), self.contradictory(), self.inattentive()]
        return {
            response["response_id"]
            for response in self.responses
            if sum(response["response_id"] in flag for flag in flags) >= self.rules["careless"]
        }

    def counted(self) -> list[Record]:
        """The latest complete response of a person to a questionnaire in a wave, of those not careless."""
        careless = self.careless()
        return [response for response in self.latest() if response["response_id"] not in careless]

    def latest(self) -> list[Record]:
        """The response that stands for a person in a wave: careful before careless, complete, latest."""
        careless, completion = self.careless(), self.completion()
        best: dict[tuple, tuple] = {}
        for response in self.responses:
            key = response["response_id"]
            person = tuple(response[name] for name in ("wave_id", "insurer_id", "survey_code", "person"))
            rank = (
                key not in careless,
                round(completion.get(key, 0), 6) >= self.rules["duplicate"],
                response["submitted_at"],
                key,
            )
            if person not in best or best[person][0] < rank:
                best[person] = (rank, response)
        return [response for _, response in best.values()]


def _sheet(response: Record) -> tuple:
    return response["wave_id"], response["questionnaire"]


def _route(response: Record) -> tuple:
    return *_sheet(response), response["reference_type"]
