"""Indicator weights of other people's software, reproduced through gate, build and models.

A framework of two dimensions: Saaty's drinks, judged in pairs by one expert, have no figures; six criteria
have the figures of 15 alternatives, filed as published figures of 15 insurers. One build gives the weights of
AHP, entropy and CRITIC, and shows that indicators without scores are left out with a reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime
from itertools import combinations
from pathlib import Path

import duckdb
import pytest
from small_framework import (
    change_rules,
    gate_and_build,
    installation,
    read_reference,
    write_framework,
)

from csat.errors import BuildError
from csat.paths import Paths

TOLERANCE = 1e-8
# No indicator uses it, but a framework needs a measure.
MEASURE = {
    "measure_code": "premium_income",
    "source_model": "int_exposures_dated",
    "event_column": "period",
    "measure_unit": "yuan",
    "row_is": "premium income of a period",
}
WAVE = "2020"
EXPERT = "saaty"
DRINKS = "drinks"
CRITERIA = "criteria"
MATRIX = "drinks_saaty_2008"
# As ahp_expected_consistency.csv of the reference folder derives it, with the random index of 2005.
PUBLISHED_RATIO = 0.0218


def judgements() -> list[dict[str, str]]:
    return read_reference("ahp_pairwise.csv")


def figures() -> list[dict[str, str]]:
    return read_reference("weights_decision_matrix.csv")


def ordered(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def framework_rows(contradiction: bool) -> dict[str, list[dict]]:
    """Return the rows of the seeds; every other seed is a default or empty.

    With a contradiction one judgement of the expert is turned around.
    """
    version = {"framework_version": "reference"}
    drinks = ordered([row["row_item"] for row in judgements()])
    criteria = ordered([row["criterion"] for row in figures()])
    given = {(row["row_item"], row["column_item"]): row["judgement"] for row in judgements()}
    if contradiction:
        given["coffee", "wine"] = str(1 / 9)
    names = {"name_zh": "名", "name_en": "name"}
    return {
        "framework_versions": [
            {
                **version,
                "status": "released",
                "valid_from": "2020-01-01",
                "approver": "Tests",
                "approved_on": "2020-01-01",
            }
        ],
        "waves": [
            {
                "wave_id": WAVE,
                "wave_name_zh": WAVE,
                "wave_name_en": WAVE,
                "starts_on": f"{WAVE}-01-01",
                "ends_on": f"{WAVE}-12-31",
                "time_zone": "UTC",
                "length_months": 12,
                "starts_at_utc": f"{WAVE}-01-01 00:00:00",
                "ends_at_utc": f"{int(WAVE) + 1}-01-01 00:00:00",
            }
        ],
        "dimensions": [
            {
                **version,
                "dimension_code": code,
                **{f"dimension_{column}": name for column, name in names.items()},
                "position": position,
                "dimension_weight": 50,
                "aggregation": "arithmetic",
                "is_required": "false",
            }
            for position, code in enumerate((DRINKS, CRITERIA), start=1)
        ],
        "measures": [MEASURE],
        "segments": [
            {
                "segment_type": "all",
                "segment_code": "all",
                **{f"segment_{column}": name for column, name in names.items()},
                "position": 1,
            }
        ],
        "indicators": [
            {
                **version,
                "indicator_code": code,
                **{f"indicator_{column}": name for column, name in names.items()},
                "definition_zh": code,
                "definition_en": code,
                "dimension_code": dimension,
                "indicator_role": "core",
                "multiplier": 1,
                "estimator": "published",
                "indicator_unit": "points",
                "direction": "higher",
                "goalpost_lower": 0,
                "goalpost_upper": 10,
                "normalisation": "goalposts",
                "time_basis": "none",
                "indicator_weight": 50 / len(codes),
            }
            for dimension, codes in ((DRINKS, drinks), (CRITERIA, criteria))
            for code in codes
        ],
        "expert_judgements": [
            {
                **version,
                "expert_code": EXPERT,
                "group_code": group,
                "row_code": row,
                "column_code": column,
                "judgement": given.get((row, column), 1),
            }
            for group, codes in (("index", [DRINKS, CRITERIA]), (DRINKS, drinks), (CRITERIA, criteria))
            for row, column in combinations(codes, 2)
        ],
    }


def landing_tables() -> dict[str, list[dict]]:
    """Every alternative as an insurer of the same size, with one published figure per criterion."""
    insurers = ordered([row["alternative"] for row in figures()])
    period = {"period_starts_on": f"{WAVE}-01-01", "period_ends_on": f"{WAVE}-12-31"}
    return {
        "policy.insurers": [
            {"insurer_id": insurer, "insurer_name_zh": insurer, "opened_on": "2000-01-01"}
            for insurer in insurers
        ],
        "policy.exposures": [
            {"insurer_id": insurer, "product_line": "any", **period, "insured_person_times": 100}
            for insurer in insurers
        ],
        "published.figures": [
            {
                "provider": "reference",
                "insurer_id": row["alternative"],
                "indicator_code": row["criterion"],
                **period,
                "figure_value": row["value"],
            }
            for row in figures()
        ],
    }


def build_reference(folder: Path, seeds: dict[str, list[dict]], select: str | None = None) -> Paths:
    """Gate the figures and build with all tests, every insurer eligible; with select those nodes only."""
    paths = installation(folder)
    write_framework(paths.framework_source, seeds)
    floors = ("reportable_responses", "reportable_claims_closed", "reportable_fiscal_years")
    change_rules(paths.framework_source, dict.fromkeys(floors, 0))
    gate_and_build(paths, landing_tables(), date(2021, 12, 31), datetime(2021, 12, 31), select)
    return paths


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    paths = build_reference(tmp_path_factory.mktemp("weights"), framework_rows(contradiction=False))
    with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
        yield connection


def test_ahp_weights_are_those_of_other_software_and_the_published_ones(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = dict(
        warehouse.execute(
            "select item_code, local_weight from intermediate.int_expert_weights_derived "
            "where group_code = ? and expert_code = ?",
            [DRINKS, EXPERT],
        ).fetchall()
    )
    pooled = dict(
        warehouse.execute(
            "select item_code, local_weight from intermediate.int_expert_weights_derived "
            "where group_code = ? and expert_code = 'all'",
            [DRINKS],
        ).fetchall()
    )
    assert len(found) == 7 and pooled == pytest.approx(found, abs=1e-12)
    compared = 0
    for row in read_reference("ahp_expected_weights.csv"):
        expected, weight = float(row["weight"]), found[row["item"]]
        if row["source"].startswith("published"):
            assert round(weight, 3) == expected, row
        elif row["method"].startswith("eigenvector"):
            # AHPy prints twelve decimals.
            assert weight == pytest.approx(expected, rel=TOLERANCE, abs=1e-12), row
        else:
            continue
        compared += 1
    assert compared == 28


def test_the_consistency_ratio_is_the_published_one_with_the_random_index_of_2005(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    [(eigenvalue, index, ratio)] = warehouse.execute(
        "select distinct eigenvalue, consistency_index, consistency_ratio "
        "from intermediate.int_expert_weights_derived where group_code = ? and expert_code = ?",
        [DRINKS, EXPERT],
    ).fetchall()
    expected = {
        row["statistic"]: float(row["value"])
        for row in read_reference("ahp_expected_consistency.csv")
        if row["source"] == "numpy.linalg.eig" or "Saaty 2005" in row["convention"]
    }
    assert eigenvalue == pytest.approx(expected["lambda_max"], rel=TOLERANCE)
    assert index == pytest.approx(expected["consistency_index"], rel=TOLERANCE)
    assert ratio == pytest.approx(expected["consistency_ratio"], rel=TOLERANCE)
    assert round(ratio, 4) == PUBLISHED_RATIO


@pytest.mark.parametrize("method", ["entropy", "critic"])
def test_objective_weights_are_those_of_other_software(
    warehouse: duckdb.DuckDBPyConnection, method: str
) -> None:
    rows = warehouse.execute(
        f"select indicator_code, {method}_weight / 100, {method}_status, insurer_count "
        "from marts.rpt_weight_audit"
    ).fetchall()
    found = {code: weight for code, weight, status, count in rows if (status, count) == ("estimated", 15)}
    assert len(found) == 6
    # The drinks have no figures.
    assert sum(row[1:] == (None, "missing", 0) for row in rows) == 7
    compared = 0
    for row in read_reference("weights_expected_objective_weights.csv"):
        # pyDecision adds 1e-9 under the logarithm, so its entropy weights agree to six decimals only.
        if row["method"] != method or row["status"] != "ok":
            continue
        tolerance = 1e-5 if (row["library"], method) == ("pyDecision", "entropy") else TOLERANCE
        assert found[row["criterion"]] == pytest.approx(float(row["weight"]), rel=tolerance), row
        compared += 1
    assert compared >= 18


def test_combined_weights_are_those_of_clipping_and_renormalising(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = warehouse.execute(
        "select indicator_code, ahp_weight, critic_weight, combined_weight from marts.rpt_weight_audit "
        "where critic_weight is not null"
    ).fetchall()
    proportions = {code: math.sqrt(ahp * critic) for code, ahp, critic, _ in rows}
    low, high = (factor * 100 / len(rows) for factor in (0.5, 2))
    expected = dict(proportions)
    for _ in range(1000):
        total = sum(expected.values())
        expected = {code: min(max(100 * weight / total, low), high) for code, weight in expected.items()}
    assert {code: weight for code, _, _, weight in rows} == pytest.approx(expected, rel=TOLERANCE)


def test_an_expert_who_contradicts_himself_stops_the_build_unless_waived(tmp_path: Path) -> None:
    seeds = framework_rows(contradiction=True)
    select = "resource_type:seed int_judgement_matrices_completed+1 int_expert_weights_derived"
    with pytest.raises(BuildError) as caught:
        build_reference(tmp_path / "refused", seeds, select)
    message = str(caught.value)
    assert "assert_expert_judgements_are_complete_and_consistent" in message
    assert f"group {DRINKS}: the judgements have a consistency ratio of" in message
    assert f"expert {EXPERT}" in message or "all experts together" in message
    seeds["weight_waivers"] = [
        {
            "framework_version": "reference",
            "expert_code": expert,
            "group_code": DRINKS,
            "reason": "The expert is known to be fond of wine.",
        }
        for expert in (EXPERT, "all")
    ]
    build_reference(tmp_path / "waived", seeds, select)


def test_an_inconsistent_triple_has_the_ratio_of_its_closed_form(tmp_path: Path) -> None:
    """Of 2, 4 and 1 for 8: the eigenvalue of a triple is 1 + x + 1/x with x the cube root of 8, here 3.5."""
    seeds = framework_rows(contradiction=False)
    codes = ordered([row["row_item"] for row in judgements()])[:3]
    for row in seeds["indicators"]:
        row["indicator_weight"] = 50 / 3 if row["indicator_code"] in codes else 0
        row["indicator_weight"] = row["indicator_weight"] if row["dimension_code"] == DRINKS else 50 / 6
    pairs = dict(zip(combinations(codes, 2), (2, 1, 4), strict=True))
    kept = [row for row in seeds["expert_judgements"] if row["group_code"] != DRINKS]
    seeds["expert_judgements"] = kept + [
        {**kept[0], "group_code": DRINKS, "row_code": one, "column_code": other, "judgement": judgement}
        for (one, other), judgement in pairs.items()
    ]
    seeds["weight_waivers"] = [
        {"framework_version": "reference", "expert_code": expert, "group_code": DRINKS, "reason": "Test."}
        for expert in (EXPERT, "all")
    ]
    select = "resource_type:seed int_judgement_matrices_completed+1 int_expert_weights_derived"
    paths = build_reference(tmp_path, seeds, select)
    with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select item_code, local_weight, consistency_ratio from intermediate.int_expert_weights_derived "
            "where group_code = ? and expert_code = ?",
            [DRINKS, EXPERT],
        ).fetchall()
    weights = {code: weight for code, weight, _ in rows}
    assert weights == pytest.approx(dict(zip(codes, (0.4, 0.4, 0.2), strict=True)), rel=TOLERANCE)
    assert [ratio for *_, ratio in rows] == pytest.approx([0.25 / 0.52] * 3, rel=TOLERANCE)
