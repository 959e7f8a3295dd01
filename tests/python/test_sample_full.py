"""The full sample: counts as agreed and truths of the whole series. One run, shared by the tests."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from test_sample import expected_truths, make_paths, read_rows, sheets

import csat.sample
from csat.paths import Paths
from csat.sample.roster import all_insurers


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> tuple[Paths, csat.sample.SampleSummary]:
    paths = make_paths(tmp_path_factory.mktemp("full"))
    return paths, csat.sample.generate(paths, progress=False)


def test_tables_have_the_agreed_size(full):
    _, summary = full
    assert len(summary.waves) == 8 and len(summary.insurers) == 24
    limits = {
        "survey.responses": (70_000, 85_000),
        "survey.invitations": (220_000, 280_000),
        "policy.customers": (120_000, 150_000),
        "policy.applications": (44_000, 52_000),
        "policy.endorsements": (13_000, 17_000),
        "service.contacts": (44_000, 52_000),
        "claims.claims": (36_000, 44_000),
        "reviews.posts": (7_500, 9_500),
    }
    for name, (low, high) in limits.items():
        assert low < summary.rows[name] < high, name


def test_large_insurers_have_the_agreed_respondents_and_claims(full):
    paths, summary = full
    is_small = {insurer.insurer_id: insurer.is_small for insurer in all_insurers()}
    for wave_id in summary.waves:
        rows = sheets(paths, wave_id)
        counts = Counter(row["机构代码"] for row in rows)
        assert all((20 if is_small[name] else 300) <= counts[name] <= 575 for name in summary.insurers), (
            counts
        )
        lines = Counter((row["机构代码"], row["产品线"]) for row in rows)
        for insurer in all_insurers():
            least = 1 if insurer.is_small else 5
            assert all(lines[insurer.insurer_id, line] >= least for line in insurer.line_shares)
    closed = Counter()
    for row in read_rows(paths.landing / "claims" / "claims_all.csv.gz"):
        if row["claim_id"].startswith("L") and row["closed_at"]:
            closed[row["insurer_id"], _quarter(row["closed_at"])] += 1
    for insurer in all_insurers():
        if not insurer.is_small:
            assert min(closed[insurer.insurer_id, wave_id] for wave_id in summary.waves) >= 120


def _quarter(moment: str) -> str:
    return f"{moment[:4]}Q{(int(moment[5:7]) + 2) // 3}"


def test_complaints_and_exposures_lie_near_the_published_medians(full):
    paths, summary = full
    cases, persons = Counter(), Counter()
    for row in read_rows(paths.landing / "complaints" / "complaints_all.csv"):
        is_counted = (row["complaint_channel"], row["validity"]) == ("regulator", "valid")
        if is_counted and row["complaint_id"].startswith("Q"):
            cases[row["insurer_id"], _quarter(row["received_at"])] += 1
    for row in read_rows(paths.landing / "policy" / "exposures_all.csv"):
        if row["insurer_id"] in summary.insurers and row["region"] and row["insured_person_times"].isdigit():
            persons[row["insurer_id"], _quarter(row["period_starts_on"])] += int(row["insured_person_times"])
    large = [insurer.insurer_id for insurer in all_insurers() if not insurer.is_small]
    rates = sorted(cases[name, wave] / persons[name, wave] * 1e4 for name in large for wave in summary.waves)
    assert 0.05 < rates[len(rates) // 2] < 0.12
    assert rates[0] > 0.005
    assert rates[-1] < 0.45
    assert all(1e6 <= persons[name, wave] <= 1e8 for name in large for wave in summary.waves)


def test_truth_covers_the_whole_series(full):
    paths, summary = full
    back = {wave_id: f"{int(wave_id[:4]) - 1}{wave_id[4:]}" for wave_id in summary.waves}
    with Path(paths.data / "truth" / "truth.csv").open(encoding="utf-8", newline="") as handle:
        keys = {(row["wave_id"], row["insurer_id"], row["indicator_code"]) for row in csv.DictReader(handle)}
    missing = expected_truths(summary, back) - keys
    # The insurer that opened lately has no policy a year old in the first waves.
    assert {insurer_id for _, insurer_id, _ in missing} == {"qiyan_life"}
    assert len({code for _, _, code in missing}) == 1
    assert keys <= expected_truths(summary, back)
