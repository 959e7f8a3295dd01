"""Scores, errors and contributions of two insurers against a recomputation in plain Python (by_hand.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pytest
from by_hand import ByHand, ByHandLine, ByHandPooled, Index, byar, wilson
from comparing import near, rows_of

from csat.paths import Paths

# Twenty sweeps leave weights some 1e-10 from their limit where the cap binds.
ERROR_TOLERANCE = 5e-9


@dataclass(frozen=True)
class Case:
    """One insurer, wave and segment: as recomputed, and as the marts show it."""

    wave_id: str
    insurer_id: str
    segment: tuple[str, str]
    by_hand: ByHand
    index: Index
    connection: duckdb.DuckDBPyConnection

    def mart(self, name: str, key: str | None = None) -> dict[str | None, dict]:
        """The rows of a mart for the segment, by their code."""
        rows = rows_of(
            self.connection,
            f"select * from marts.{name} where wave_id = ? and insurer_id = ? "
            "and segment_type = ? and segment_code = ?",
            [self.wave_id, self.insurer_id, *self.segment],
        )
        return {row[key] if key else None: row for row in rows}


TOTAL = ("all", "all")
POOLED = ("2026Q1", "yanxi_life", TOTAL)
MOTOR = ("2026Q3", "huaixu_property", TOTAL)
LINE = ("2026Q3", "huaixu_property", ("product_line", "motor"))


@pytest.fixture(scope="session")
def by_hand(sample_warehouse: Paths) -> ByHand:
    return ByHand(sample_warehouse.raw, sample_warehouse.framework_source)


@pytest.fixture(scope="session")
def by_hand_pooled(sample_warehouse: Paths) -> ByHand:
    return ByHandPooled(sample_warehouse.raw, sample_warehouse.framework_source, ("2026Q1", "2025Q4"))


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(POOLED, id="life_pooled_over_two_waves_with_points_for_innovation"),
        pytest.param(MOTOR, id="motor_with_a_negative_event_and_a_year_ago"),
        pytest.param(("2026Q2", "jilan_property", TOTAL), id="property"),
        pytest.param(LINE, id="one_product_line"),
    ],
)
def case(
    request: pytest.FixtureRequest, sample_warehouse: Paths, by_hand: ByHand, by_hand_pooled: ByHand
) -> Iterator[Case]:
    wave_id, insurer_id, segment = request.param
    source = by_hand_pooled if request.param == POOLED else by_hand
    if segment != TOTAL:
        source = ByHandLine(sample_warehouse.raw, sample_warehouse.framework_source, segment[1])
    with duckdb.connect(str(sample_warehouse.warehouse), read_only=True) as connection:
        yield Case(wave_id, insurer_id, segment, source, source.index(wave_id, insurer_id), connection)


def test_the_cases_hold_what_they_are_chosen_for(by_hand: ByHand, by_hand_pooled: ByHand) -> None:
    life, motor = by_hand_pooled.index(*POOLED[:2]), by_hand.index(*MOTOR[:2])
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
            # Of a total that is too small all groups are hidden, also those without anybody.
            needed = case.by_hand.persons_needed(code)
            assert recomputed is None or recomputed.smallest_base < needed, code
            assert row["value"] is row["score"] is None, code
        elif row["disclosure_status"] == "complementary":
            assert recomputed is not None and row["value"] is row["score"] is None, code
        else:
            assert recomputed is None, code


def test_dimensions_and_index_agree(case: Case) -> None:
    dimensions = case.mart("fct_dimension_scores", "dimension_code")
    assert set(dimensions) == set(case.index.dimensions)
    for code, row in dimensions.items():
        if row["disclosure_status"] in ("small_n", "complementary"):
            assert row["score"] is row["score_lower"] is None
        else:
            score = case.index.dimensions[code]
            assert row["score"] == (None if score is None else near(score)), code
    row = case.mart("fct_index_scores")[None]
    assert row["score"] == near(case.index.score)
    assert row["adjustment_points"] == near(case.index.adjustment)
    assert row["clip_remainder"] == near(case.index.clip_remainder)


def test_contributions_add_up_to_the_index(case: Case) -> None:
    rows = case.mart("fct_score_contributions", "indicator_code")
    # Groups that are too small have no row.
    assert set(rows) <= set(case.index.contributions)
    for code, row in rows.items():
        if row["disclosure_status"] == "published":
            assert row["contribution_points"] == near(case.index.contributions[code]), code
        else:
            assert row["contribution_points"] is None, code
    hidden = {
        code
        for code in case.index.contributions
        if code not in rows or rows[code]["contribution_points"] is None
    }
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


def test_errors_and_intervals_of_dimensions_and_index_agree(case: Case) -> None:
    rows = case.mart("fct_dimension_scores", "dimension_code")
    rows["index"] = case.mart("fct_index_scores")[None]
    shown = {code for code, row in rows.items() if row["score"] is not None}
    assert shown <= set(case.index.estimates) and len(shown) > len(rows) / 2
    for code in shown:
        estimate = case.index.estimates[code]
        assert rows[code]["standard_error"] == near(estimate.standard_error), code
        assert rows[code]["score_lower"] == near(estimate.lower), code
        assert rows[code]["score_upper"] == near(estimate.upper), code
    # Asymmetric, and not the linearised interval: the test would not see a formula that leaves MOVER out.
    index = case.index.estimates["index"]
    assert abs(index.upper + index.lower - 2 * case.index.score) > 0.1


def test_a_pooled_total_is_marked_shown_and_not_ranked(case: Case) -> None:
    is_pooled = isinstance(case.by_hand, ByHandPooled)
    for name in ("fct_indicator_scores", "fct_dimension_scores"):
        code = name.removeprefix("fct_").removesuffix("_scores") + "_code"
        rows = list(case.mart(name, code).values())
        assert {row["pooled_wave_count"] for row in rows} == {2 if is_pooled else 1}
        assert {row["estimation_status"] for row in rows} == {"pooled" if is_pooled else "direct"}
        assert not is_pooled or not any(row["is_rankable"] or row["rank"] for row in rows)
    row = case.mart("fct_index_scores")[None]
    assert row["is_reportable"]
    assert row["is_rankable"] == (case.segment == TOTAL and not is_pooled)


def test_the_closed_forms_agree_with_published_tables() -> None:
    # 81 of 263 (Newcombe 1998, method 3) and the exact Poisson limits of 10 events.
    assert wilson(81 / 263, 263, 1.959963984540054) == (near(0.2553, 5e-5), near(0.3662, 5e-5))
    assert byar(10, 1.959963984540054) == (near(4.7954, 0.01), near(18.3904, 0.01))
    assert byar(0, 1.959963984540054) == (0, near(3.7, 0.05))
