"""The methodologist's questions under analyses/, compiled by dbt and run against the sample."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import dbt.cli.main
import duckdb
import pytest
from comparing import TOLERANCE, rows_of

from csat.paths import Paths


def compiled(paths: Paths, name: str, variables: str, target_path: Path) -> str:
    """The SQL of an analysis as dbt compiles it for the sample."""
    folder = Path.cwd()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CSAT_SEED_PATH", paths.seed_path)
        patch.setenv("CSAT_DATA_DIR", str(paths.data))
        patch.setenv("CSAT_WAREHOUSE", ":memory:")
        arguments = ["--log-level", "none", "--log-level-file", "none", "compile", "--no-introspect"]
        arguments += ["--select", name, "--vars", variables, "--target-path", str(target_path)]
        arguments += ["--project-dir", str(paths.project), "--profiles-dir", str(paths.project)]
        try:
            result = dbt.cli.main.dbtRunner().invoke(arguments)
        finally:
            os.chdir(folder)
    assert result.success, result.exception
    (node,) = [run.node for run in result.result.results]
    # Compiled for a database in memory, run on the sample's file: only the database's name differs.
    return node.compiled_code.replace('"memory".', "")


def published_weights(paths: Paths) -> dict[str, float]:
    with (paths.framework_source / "dimensions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    newest = max(row["framework_version"] for row in rows)
    return {
        row["dimension_code"]: float(row["dimension_weight"])
        for row in rows
        if row["framework_version"] == newest
    }


def by_weights(connection: duckdb.DuckDBPyConnection, insurer: dict, weights: dict[str, float]) -> float:
    """The index of an insurer under other weights, from the marts alone."""
    scores = dict(
        connection.execute(
            "select dimension_code, score from marts.fct_dimension_scores "
            "where segment_type = 'all' and score is not null and wave_id = ? and insurer_id = ?",
            [insurer["wave_id"], insurer["insurer_id"]],
        ).fetchall()
    )
    mean = sum(weights[code] * score for code, score in scores.items()) / sum(
        weights[code] for code in scores
    )
    return min(max(mean + insurer["adjustment_points"], 0), 100)


def test_what_other_weights_would_do_to_the_ranking(sample_warehouse: Paths, tmp_path: Path) -> None:
    weights = published_weights(sample_warehouse)
    heaviest = max(weights, key=weights.get)
    questions = {
        "{}": dict.fromkeys(weights, 1.0),
        f"{{what_if_weights: {{{heaviest}: 5}}}}": {**weights, heaviest: 5.0},
    }
    with duckdb.connect(str(sample_warehouse.warehouse), read_only=True) as connection:
        published = rows_of(connection, "select * from marts.fct_index_scores where is_rankable")
        latest = max(row["wave_id"] for row in published)
        published = {row["insurer_id"]: row for row in published if row["wave_id"] == latest}
        assert len(published) > 1
        for variables, asked in questions.items():
            rows = rows_of(connection, compiled(sample_warehouse, "weight_what_if", variables, tmp_path))
            assert {row["insurer_id"] for row in rows} == set(published)
            for row in rows:
                insurer = published[row["insurer_id"]]
                assert (row["wave_id"], row["rank"], row["score"]) == (
                    latest,
                    insurer["rank"],
                    insurer["score"],
                )
                assert row["published_weight_score"] == pytest.approx(insurer["score"], abs=TOLERANCE, rel=0)
                expected = by_weights(connection, insurer, asked)
                assert row["what_if_score"] == pytest.approx(expected, abs=TOLERANCE, rel=0)
                assert row["what_if_score"] != pytest.approx(row["score"], abs=0.01)
                assert row["score_change"] == row["what_if_score"] - row["score"]
                assert row["places_gained"] == row["rank"] - row["what_if_rank"]
            best_first = sorted(rows, key=lambda row: -row["what_if_score"])
            assert [row["what_if_rank"] for row in best_first] == list(range(1, len(rows) + 1))


def test_what_moved_the_index(sample_warehouse: Paths, tmp_path: Path) -> None:
    with duckdb.connect(str(sample_warehouse.warehouse), read_only=True) as connection:
        rows = rows_of(connection, compiled(sample_warehouse, "what_moved_the_index", "{}", tmp_path))
        scores = dict(
            connection.execute(
                "select (wave_id, insurer_id), score from marts.fct_index_scores where segment_type = 'all'"
            ).fetchall()
        )
        points = dict(
            connection.execute(
                "select (wave_id, insurer_id, indicator_code), contribution_points "
                "from marts.fct_score_contributions where segment_type = 'all'"
            ).fetchall()
        )
    parts = ("level", "mix", "weight", "missing", "framework", "adjustment", "clip")
    insurers = {row["insurer_id"] for row in rows}
    # In so small a sample indicators come and go hidden: most insurers are shown no parts of their change.
    assert "industry" in insurers
    for row in rows:
        now, before = row["wave_id"], row["before_wave_id"]
        insurer, indicator = row["insurer_id"], row["indicator_code"]
        change = scores[now, insurer] - scores[before, insurer]
        assert row["index_change"] == pytest.approx(change, abs=TOLERANCE, rel=0)
        total = sum(row[f"{part}_points"] for part in parts)
        assert total == pytest.approx(change, abs=TOLERANCE, rel=0)
        moved = points[now, insurer, indicator] - points[before, insurer, indicator]
        assert row["contribution_change"] == pytest.approx(moved, abs=TOLERANCE, rel=0)
    for insurer in insurers:
        own = [row for row in rows if row["insurer_id"] == insurer]
        assert [row["mover_position"] for row in own] == list(range(1, len(own) + 1))
        sizes = [round(abs(row["contribution_change"]), 6) for row in own]
        assert sizes == sorted(sizes, reverse=True)


def test_the_base_of_the_next_wave(sample_warehouse: Paths, tmp_path: Path) -> None:
    with duckdb.connect(str(sample_warehouse.warehouse), read_only=True) as connection:
        plans = {
            margin: rows_of(connection, compiled(sample_warehouse, "base_planning", variables, tmp_path))
            for margin, variables in ((2, "{}"), (4, "{margin_of_error: 4}"))
        }
        wave, version = plans[2][0]["wave_id"], plans[2][0]["framework_version"]
        kish = dict(
            connection.execute(
                "select (indicator_code, insurer_id), base_count / effective_base "
                "from marts.fct_indicator_scores where segment_type = 'all' "
                "and wave_id = ? and framework_version = ?",
                [wave, version],
            ).fetchall()
        )
    assert {row["score_level"] for row in plans[2]} == {"index", "indicator"}
    for row, wider in zip(plans[2], plans[4], strict=True):
        assert row["current_margin"] == pytest.approx(1.959963984540054 * row["standard_error"], rel=1e-12)
        needed = row["base_count"] * (row["current_margin"] / 2) ** 2
        assert row["base_needed"] - 1 < needed * (1 + 1e-12) and row["base_needed"] >= needed * (1 - 1e-12)
        assert row["base_needed"] / 4 <= wider["base_needed"] < row["base_needed"] / 4 + 1
        assert (row["weighting_design_effect"] is None) == (row["score_level"] == "index")
        if row["weighting_design_effect"] is not None:
            fewer = row["base_needed_with_equal_weights"]
            assert fewer == pytest.approx(needed / row["weighting_design_effect"], abs=1)
            assert row["weighting_design_effect"] == pytest.approx(kish[row["score_code"], row["insurer_id"]])
