"""Scores, errors and contributions of two insurers against a recomputation in plain Python (by_hand.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pytest
from by_hand import ByHand, Index, byar, wilson

from csat.paths import Paths

TOLERANCE = 1e-9
# Twelve sweeps leave weights some 1e-10 from their limit where the cap binds.
ERROR_TOLERANCE = 5e-9


@dataclass(frozen=True)
class Case:
    """One insurer and wave: as recomputed, and as the marts show it."""

    wave_id: str
    insurer_id: str
    by_hand: ByHand
    index: Index
    connection: duckdb.DuckDBPyConnection

    def mart(self, name: str, key: str | None = None) -> dict[str | None, dict]:
        """The rows of a mart for the whole insurer, by their code."""
        relation = self.connection.execute(
            f"select * from marts.{name} where segment_type = 'all' and wave_id = ? and insurer_id = ?",
            [self.wave_id, self.insurer_id],
        )
        names = [column[0] for column in relation.description]
        rows = [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
        return {row[key] if key else None: row for row in rows}


@pytest.fixture(scope="session")
def by_hand(sample_warehouse: Paths) -> ByHand:
    return ByHand(sample_warehouse.raw, sample_warehouse.framework_source)


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(("2026Q1", "yanxi_life"), id="life_with_points_for_innovation"),
        pytest.param(("2026Q3", "huaixu_property"), id="motor_with_a_negative_event_and_a_year_ago"),
    ],
)
def case(request: pytest.FixtureRequest, sample_warehouse: Paths, by_hand: ByHand) -> Iterator[Case]:
    wave_id, insurer_id = request.param
    with duckdb.connect(str(sample_warehouse.warehouse), read_only=True) as connection:
        yield Case(wave_id, insurer_id, by_hand, by_hand.index(wave_id, insurer_id), connection)


def near(value: float, tolerance: float = TOLERANCE) -> object:
    return pytest.approx(value, abs=tolerance, rel=0)


def test_the_cases_hold_what_they_are_chosen_for(by_hand: ByHand) -> None:
    life, motor = by_hand.index("2026Q1", "yanxi_life"), by_hand.index("2026Q3", "huaixu_property")
    assert life.adjustment > 0 > motor.adjustment
    assert "life" in by_hand.lines("2026Q1", "yanxi_life")
    assert "motor" in by_hand.lines("2026Q3", "huaixu_property")
    assert motor.not_applicable and not life.not_applicable
    change_rates = {
        code for code, row in by_hand.catalogue.items() if row["derived_function"] == "change_rate"
    }
    assert change_rates and change_rates <= set(motor.indicators) and not change_rates & set(life.indicators)
    waves = [wave_id for wave_id, responses in by_hand.responses.items() if responses]
    used = sum(len(by_hand.responses[wave_id]) for wave_id in waves)
    known = by_hand.of_known_insurers("survey.responses")
    assert used < len(known) < len(by_hand.table("survey.responses"))
    assert len(set(by_hand.weights(waves[-1]).values())) > used / len(waves) / 4


def test_indicators_agree(case: Case) -> None:
    rows = case.mart("fct_indicator_scores", "indicator_code")
    assert set(rows) == set(case.by_hand.catalogue)
    for code, row in rows.items():
        recomputed = case.index.indicators.get(code)
        assert (row["disclosure_status"] == "not_applicable") == (code in case.index.not_applicable), code
        if row["disclosure_status"] == "published":
            assert row["value"] == near(recomputed.value), code
            assert row["score"] == near(recomputed.score), code
        elif row["disclosure_status"] == "small_n":
            assert recomputed.base_count < 10 and row["value"] is row["score"] is None, code
        else:
            assert recomputed is None, code


def test_dimensions_and_index_agree(case: Case) -> None:
    dimensions = case.mart("fct_dimension_scores", "dimension_code")
    assert {code: row["score"] for code, row in dimensions.items()} == {
        code: near(score) for code, score in case.index.dimensions.items()
    }
    row = case.mart("fct_index_scores")[None]
    assert row["score"] == near(case.index.score)
    assert row["adjustment_points"] == near(case.index.adjustment)
    assert row["clip_remainder"] == near(case.index.clip_remainder)


def test_contributions_add_up_to_the_index(case: Case) -> None:
    rows = case.mart("fct_score_contributions", "indicator_code")
    assert set(rows) == set(case.index.contributions)
    hidden = set()
    for code, row in rows.items():
        if row["disclosure_status"] == "published":
            assert row["contribution_points"] == near(case.index.contributions[code]), code
        else:
            assert row["contribution_points"] is None, code
            hidden.add(code)
    index = case.mart("fct_index_scores")[None]
    shown = sum(row["contribution_points"] for code, row in rows.items() if code not in hidden)
    hidden_points = sum(case.index.contributions[code] for code in hidden)
    total = shown + hidden_points + index["adjustment_points"] + index["clip_remainder"]
    assert index["score"] == near(total)


def test_errors_intervals_and_bases_of_indicators_agree(case: Case) -> None:
    compared = set()
    for code, row in case.mart("fct_indicator_scores", "indicator_code").items():
        entry, recomputed = case.by_hand.catalogue[code], case.index.indicators.get(code)
        if row["disclosure_status"] != "published" or entry["estimator"] == "derived":
            continue
        compared.add(entry["estimator"])
        assert row["value_standard_error"] == near(recomputed.standard_error, ERROR_TOLERANCE), code
        assert row["value_lower"] == near(recomputed.lower, ERROR_TOLERANCE), code
        assert row["value_upper"] == near(recomputed.upper, ERROR_TOLERANCE), code
        error = abs(recomputed.slope) * recomputed.standard_error
        assert row["standard_error"] == near(error, ERROR_TOLERANCE), code
        if entry["estimator"] != "exposure_rate":
            assert row["base_count"] == recomputed.base_count, code
    assert compared == {"mean", "share", "exposure_rate"}


def test_the_error_of_the_index_is_that_of_the_summed_persons(case: Case) -> None:
    error = case.mart("fct_index_scores")[None]["standard_error"]
    assert error == near(case.index.standard_error)


def test_the_closed_forms_agree_with_published_tables() -> None:
    # 81 of 263 (Newcombe 1998, method 3) and the exact Poisson limits of 10 events.
    assert wilson(81 / 263, 263, 1.959963984540054) == (near(0.2553, 5e-5), near(0.3662, 5e-5))
    assert byar(10, 1.959963984540054) == (near(4.7954, 0.01), near(18.3904, 0.01))
    assert byar(0, 1.959963984540054) == (0, near(3.7, 0.05))
