"""Validity statistics and calibration, computed a second time with numpy and plain Python."""

from __future__ import annotations

import csv
import json
import shutil
from collections import defaultdict
from pathlib import Path

import duckdb
import numpy as np
import pytest
from test_cli import csat

from csat.calibrate import calibrate
from csat.errors import CsatError, FrameworkError
from csat.framework import check_framework
from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-9
Matrices = dict[tuple[str, str, str], np.ndarray]


@pytest.fixture(scope="module")
def matrices(connection: duckdb.DuckDBPyConnection) -> Matrices:
    """Complete cases as arrays of responses by items, from the answers and the seeds."""
    items: dict[tuple[str, str], set[str]] = defaultdict(set)
    for dimension, measure, question in connection.execute(
        "select i.dimension_code, s.measure_code, s.question_code from framework.indicators as i "
        "join framework.survey_items as s on i.numerator_measure = s.measure_code"
    ).fetchall():
        items["dimension", dimension].add(question)
        items["measure", measure].add(question)
    answers: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for wave, response, question, score in connection.execute(
        "select distinct m.wave_id, a.response_id, a.question_code, "
        "100 * (a.option_value - s.scale_min) / (s.scale_max - s.scale_min) "
        "from intermediate.int_answers_mapped as a "
        "join framework.survey_items as i using (question_code) "
        "join intermediate.int_survey_measured as m "
        "on a.response_id = m.row_id and i.measure_code = m.measure_code "
        "join framework.scales as s on i.scale_code = s.scale_code where a.exclusion_reason is null"
    ).fetchall():
        answers[wave, response][question] = score
    found: dict[tuple[str, str, str], list[list[float]]] = defaultdict(list)
    for (wave, _), given in sorted(answers.items()):
        for subject, questions in items.items():
            if len(questions) > 1 and questions <= given.keys():
                found[wave, *subject].append([given[question] for question in sorted(questions)])
    return {subject: np.array(rows) for subject, rows in found.items()}


def ranks(values: list[float]) -> list[float]:
    """Average ranks, in plain Python."""
    return [
        sum(other < value for other in values) + (sum(other == value for other in values) + 1) / 2
        for value in values
    ]


def correlation(first: list[float], second: list[float]) -> float | None:
    if len(set(first)) == 1 or len(set(second)) == 1:
        return None
    return float(np.corrcoef(first, second)[0, 1])


def test_alpha_and_item_total_correlations_agree_with_numpy(
    connection: duckdb.DuckDBPyConnection, matrices: Matrices
) -> None:
    rows = connection.execute(
        "select wave_id, subject_type, subject_code, item_position, response_count, alpha, "
        "item_total_correlation from intermediate.int_item_reliabilities_estimated"
    ).fetchall()
    assert {row[:3] for row in rows} == set(matrices) and len(rows) > 50
    for *subject, position, count, alpha, item_total in rows:
        scores = matrices[tuple(subject)]
        total, size = scores.sum(axis=1), scores.shape[1]
        expected = size / (size - 1) * (1 - scores.var(axis=0, ddof=1).sum() / total.var(ddof=1))
        item = scores[:, position - 1]
        assert count == len(scores)
        assert alpha == pytest.approx(expected, abs=TOLERANCE, rel=0)
        assert item_total == pytest.approx(np.corrcoef(item, total - item)[0, 1], abs=TOLERANCE, rel=0), (
            subject
        )


def test_the_inverse_and_the_sampling_adequacy_agree_with_numpy(
    connection: duckdb.DuckDBPyConnection, matrices: Matrices
) -> None:
    cells: dict[tuple[str, str], dict[tuple[int, int], float]] = defaultdict(dict)
    for wave, dimension, item, other, inverse in connection.execute(
        "select wave_id, dimension_code, item_position, other_position, inverse_value "
        "from intermediate.int_item_correlations_inverted"
    ).fetchall():
        cells[wave, dimension][item, other] = inverse
    adequacies = {
        row[:2]: row[2]
        for row in connection.execute(
            "select wave_id, dimension_code, sampling_adequacy "
            "from intermediate.int_sampling_adequacy_estimated"
        ).fetchall()
    }
    assert len(cells) > 10 and len(adequacies) > 10
    for (wave, dimension), found in cells.items():
        correlations = np.corrcoef(matrices[wave, "dimension", dimension], rowvar=False)
        inverse = np.linalg.inv(correlations)
        size = len(correlations)
        for (item, other), value in found.items():
            assert value == pytest.approx(inverse[item - 1, other - 1], abs=1e-8, rel=0)
        if size < 3:
            assert (wave, dimension) not in adequacies
            continue
        beside = ~np.eye(size, dtype=bool)
        partial = -inverse / np.sqrt(np.outer(np.diag(inverse), np.diag(inverse)))
        squares, partials = (correlations[beside] ** 2).sum(), (partial[beside] ** 2).sum()
        assert adequacies[wave, dimension] == pytest.approx(squares / (squares + partials), abs=1e-8, rel=0)


def test_correlations_of_indicators_agree_with_plain_python(connection: duckdb.DuckDBPyConnection) -> None:
    scores: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for wave, indicator, insurer, score in connection.execute(
        "select wave_id, indicator_code, insurer_id, score from intermediate.int_indicator_scores_normalised "
        "join intermediate.int_insurers_assessed as a using (wave_id, insurer_id) "
        "semi join (select * from marts.fct_indicator_scores where disclosure_status = 'published') as shown "
        "using (wave_id, framework_version, insurer_id, segment_type, segment_code, indicator_code) "
        "where segment_type = 'all' and is_applicable and indicator_role <> 'component' "
        "and score is not null and a.is_eligible"
    ).fetchall():
        scores[wave, indicator][insurer] = score
    rows = connection.execute(
        "select wave_id, first_code, second_code, insurer_count, score_correlation, rank_correlation "
        "from intermediate.int_indicator_pairs_correlated"
    ).fetchall()
    assert len(rows) > 100
    for wave, first, second, count, score_correlation, rank_correlation in rows:
        both = sorted(scores[wave, first].keys() & scores[wave, second].keys())
        values = [[scores[wave, code][insurer] for insurer in both] for code in (first, second)]
        assert count == len(both)
        ranked = [ranks([round(value, 6) for value in side]) for side in values]
        for found, sides in ((score_correlation, values), (rank_correlation, ranked)):
            expected = correlation(*sides)
            assert (found is None) == (expected is None)
            assert found is None or found == pytest.approx(expected, abs=TOLERANCE, rel=0)


def test_reliability_and_selection_speak_of_every_subject(connection: duckdb.DuckDBPyConnection) -> None:
    (insurers_min, persons_min) = connection.execute(
        "select max(rule_value) filter (rule_code = 'validity_insurers_min'), "
        "max(rule_value) filter (rule_code = 'validity_persons_min') from framework.scoring_rules"
    ).fetchone()
    rows = connection.execute(
        "select statistic, unit, unit_count, statistic_value, verdict from marts.rpt_reliability"
    ).fetchall()
    assert {"cronbach_alpha", "item_total_correlation", "sampling_adequacy", "known_groups_difference"} <= {
        row[0] for row in rows
    }
    for _, unit, count, value, verdict in rows:
        few = count is None or count < (insurers_min if unit == "insurers" else persons_min)
        assert (verdict == "too_few") == few
        assert (value is None) == (verdict in ("too_few", "undefined"))
    waves, indicators, selected = connection.execute(
        "select (select count(distinct wave_id) from intermediate.int_wave_versions), "
        "(select count(*) from intermediate.int_wave_versions join framework.indicators "
        "using (framework_version) where indicator_role <> 'component'), "
        "(select count(*) from marts.rpt_indicator_selection)"
    ).fetchone()
    assert waves > 1 and selected == indicators


def expected_shift(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every index rest on one indicator of weight one whose goalposts are 0 and 100."""
    connection.execute("create schema framework")
    connection.execute("create schema intermediate")
    one = "select 'v' as framework_version, "
    cell = "select 'w' as wave_id, 'i' || range as insurer_id, "
    keys = cell + "'v' as framework_version, 'all' as segment_type, 'all' as segment_code, "
    members = "range::double as score from range(0, 101)"
    tables = {
        "framework.framework_versions": one + "date '2024-01-01' as valid_from",
        "framework.dimensions": one + "'d' as dimension_code, 1 as dimension_weight",
        "framework.indicators": one
        + "'i' as indicator_code, 'higher' as direction, 0.0::double as goalpost_lower, "
        "100.0::double as goalpost_upper, 'm' as numerator_measure, 1 as multiplier, "
        "'mean' as estimator, 1 as indicator_weight",
        "framework.measures": "select 'm' as measure_code, null::int as value_min, null::int as value_max",
        "framework.score_bands": "from (values ('A', 80), ('B', 60), ('C', 0)) as t(band, score_from)",
        "framework.scoring_rules": "from (values ('validity_insurers_min', 10), "
        "('band_a_share_target', 0.2e0), ('band_b_share_min', 0.58e0), ('band_b_share_max', 0.62e0)) "
        "as t(rule_code, rule_value)",
        "intermediate.int_wave_versions": one + "'w' as wave_id, true as is_official",
        "intermediate.int_insurers_assessed": cell + "true as is_eligible from range(0, 101)",
        "intermediate.int_index_scores_aggregated": keys + "0.0::double as adjustment_points, " + members,
        "intermediate.int_dimension_scores_aggregated": keys + "'d' as dimension_code, " + members,
        "intermediate.int_indicator_scores_normalised": keys
        + "'d' as dimension_code, 'i' as indicator_code, true as is_applicable, "
        "1 as indicator_weight, range::double as indicator_value, " + members,
    }
    for name, query in tables.items():
        connection.execute(f"create table {name} as {query}")


def test_calibration_moves_the_quantiles_to_the_bands_and_changes_nothing(tmp_path: Path) -> None:
    # Indices 0, 1 … 100. A fifth is to reach 80, four fifths 60: 80 -> 80 and 20 -> 60, so 53.33 + score / 3.
    paths = Paths(project=PROJECT, data=tmp_path, framework_source=PROJECT / "seeds" / "framework")
    with pytest.raises(CsatError, match="run csat build first"):
        calibrate(paths)
    with duckdb.connect(str(paths.warehouse)) as connection:
        expected_shift(connection)
    before = paths.warehouse.read_bytes()
    proposal = calibrate(paths)
    assert proposal == calibrate(paths)
    assert paths.warehouse.read_bytes() == before
    assert (proposal.framework_version, proposal.insurer_waves) == ("v", 101)
    assert proposal.stretch == pytest.approx(1 / 3, abs=0.01) and proposal.shift == pytest.approx(53.3, abs=1)
    best, second, _ = proposal.bands
    assert (best.present_share, second.present_share) == pytest.approx((21 / 101, 20 / 101))
    assert best.proposed_share == pytest.approx(0.2, abs=0.02)
    assert 0.58 <= second.proposed_share <= 0.62
    (posts,) = proposal.goalposts
    assert (posts.present_lower, posts.present_upper) == (0, 100)
    assert posts.proposed_lower == pytest.approx(-160, abs=5)
    assert posts.proposed_upper == pytest.approx(140, abs=5)
    with duckdb.connect(str(paths.warehouse)) as connection:
        connection.execute("update intermediate.int_index_scores_aggregated set score = score / 2")
    with pytest.raises(CsatError, match="arithmetic means only"):
        calibrate(paths)


def test_the_command_prints_the_proposal_or_says_what_is_missing(tmp_path: Path) -> None:
    paths = Paths(project=PROJECT, data=tmp_path, framework_source=PROJECT / "seeds" / "framework")
    missing = csat("calibrate", paths=paths)
    assert missing.returncode == 1 and "run csat build first" in missing.stderr
    with duckdb.connect(str(paths.warehouse)) as connection:
        expected_shift(connection)
    lines = csat("calibrate", paths=paths).stdout.splitlines()
    assert "nothing was changed" in lines[0]
    assert "band,score_from,target_share,present_share,proposed_share" in lines
    assert lines[-1].startswith("i,0,100,")
    assert json.loads(csat("calibrate", "--json", paths=paths).stdout)["insurer_waves"] == 101


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pair_code": "claim_speed", "first_code": "S4C44"}, "is no indicator, did you mean S4C4"),
        ({"pair_code": "claim_speed", "second_code": ""}, "convergence claim_speed needs it"),
        (
            {"pair_code": "claim_speed", "pair_kind": "calibration"},
            "'S4C1' is no indicator with estimator published; add one",
        ),
        (
            {"pair_code": "claim_speed", "low_group": "paid"},
            "'paid' means nothing to a row of kind convergence",
        ),
        ({"pair_code": "refused_or_paid", "first_code": "claim_paid"}, "is no measure of the survey"),
        ({"pair_code": "refused_or_paid", "group_column": ""}, "known_groups refused_or_paid needs it"),
        (
            {"pair_code": "refused_or_paid", "group_column": "gender"},
            "write one of reference_type, claim_outcome",
        ),
        ({"pair_code": "claim_speed", "pair_kind": "criterion", "second_code": ""}, "is a second criterion"),
    ],
)
def test_a_comparison_that_makes_no_sense_is_refused(
    tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    folder = tmp_path / "framework"
    shutil.copytree(PROJECT / "seeds" / "framework", folder)
    file = folder / "validity_pairs.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if row["pair_code"] == changes["pair_code"]:
            row.update(changes)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(FrameworkError) as caught:
        check_framework(folder, PROJECT)
    assert sentence in str(caught.value)
