"""A wide passenger survey of 14 items on 1 to 5, where 0 says 'not applicable'."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest
from real_case import (
    framework_bytes,
    installation,
    mapping_folder,
    public_file,
    query,
    read_public,
    write_insurers,
)

from csat.build import build
from csat.gate import run_gate
from csat.lock import run_lock
from csat.paths import Paths

pytestmark = pytest.mark.real

FILE = "survey_airline_dev.csv.gz"
GROUPS = {"gender": "Gender", "product_line": "Class"}


@pytest.fixture(scope="module")
def airline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paths]:
    file = public_file(FILE)
    with installation("airline", tmp_path_factory.mktemp("airline")) as paths:
        before = framework_bytes(paths)
        with run_lock(paths):
            run_gate(paths, [write_insurers(paths, {"airline": "Airline"})], "policy.insurers")
            run_gate(paths, [file], mapping=mapping_folder("airline"))
        build(paths)
        assert framework_bytes(paths) == before
        yield paths


@pytest.fixture(scope="module")
def ratings() -> dict[tuple[str, str, str], list[int]]:
    """Return the ratings given by segment type, segment and item, by counting in plain Python."""
    questions = read_questions()
    found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row in read_public(public_file(FILE)):
        for header, question_code in questions.items():
            rating = int(row[header])
            if rating == 0:
                continue
            found["all", "all", question_code].append(rating)
            for segment_type, column in GROUPS.items():
                found[segment_type, row[column], question_code].append(rating)
    return found


def read_questions() -> dict[str, str]:
    lines = (mapping_folder("airline") / "questions.csv").read_text(encoding="utf-8").splitlines()
    return dict(line.split(",") for line in lines[1:])


def test_item_means_leave_out_what_is_not_applicable(
    airline: Paths, ratings: dict[tuple[str, str, str], list[int]]
) -> None:
    measured = query(
        airline,
        "select segment_type, segment_code, indicator_code, value, base_count, disclosure_status "
        "from marts.fct_indicator_scores where insurer_id = 'airline'",
    )
    assert {tuple(row[:3]) for row in measured} == set(ratings)
    assert len(measured) == 14 * (1 + 2 + 3)
    for *key, value, base_count, disclosure_status in measured:
        given = ratings[tuple(key)]
        assert value == pytest.approx(sum(given) / len(given), rel=0, abs=1e-9), key
        assert (base_count, disclosure_status) == (len(given), "published"), key


def test_every_answer_is_used_or_has_a_reason(airline: Paths) -> None:
    rows = read_public(public_file(FILE))
    questions = read_questions()
    zeros = sum(row[header] == "0" for row in rows for header in questions)
    assert zeros > 0
    assert query(
        airline,
        "select rows_read, rows_accepted, rows_used, rows_excluded "
        "from marts.rpt_rows_reconciled where table_address = 'survey.answers'",
    ) == [(14 * len(rows), 14 * len(rows), 14 * len(rows) - zeros, zeros)]
    assert query(
        airline,
        "select reason_code, row_count from marts.rpt_rows_rejected where table_address = 'survey.answers'",
    ) == [("no_opinion", zeros)]


def test_the_index_is_the_weighted_mean_of_the_items(
    airline: Paths, ratings: dict[tuple[str, str, str], list[int]]
) -> None:
    weights = dict(query(airline, "select indicator_code, indicator_weight from framework.indicators"))
    points = 0.0
    for code, weight in weights.items():
        given = ratings["all", "all", code]
        points += weight * 25 * (sum(given) / len(given) - 1)
    [(score,)] = query(
        airline,
        "select score from marts.fct_index_scores where insurer_id = 'airline' and segment_type = 'all'",
    )
    assert score == pytest.approx(points / 100, rel=0, abs=1e-9)
