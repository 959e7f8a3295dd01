"""Builds of a small project: what replaces the warehouse and what leaves it alone."""

from __future__ import annotations

import multiprocessing
import os
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from csat.build import build
from csat.errors import BuildError, FrameworkError, LockedError
from csat.hashes import content_hashes
from csat.lock import run_lock
from csat.paths import Paths


def numbers(paths: Paths) -> list[int]:
    with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
        return [row[0] for row in connection.execute("select number from marts.fct_numbers").fetchall()]


def write_mart(paths: Paths, sql: str) -> None:
    (paths.project / "models" / "marts" / "fct_numbers.sql").write_text(sql, encoding="utf-8")


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_success_swaps_and_failure_leaves_the_warehouse_as_it_was(mini: Paths) -> None:
    framework_before = bytes_of(mini.framework_source)
    seen: list[tuple[int, int, str]] = []
    folder = Path.cwd()
    summary = build(mini, progress=lambda *event: seen.append(event))
    assert numbers(mini) == [1]
    assert sum(summary.nodes.values()) == len(seen) == seen[-1][1]
    assert summary.lines()[0].startswith(f"Built {len(seen)} nodes on duckdb in ")
    assert bytes_of(mini.framework_source) == framework_before
    assert bytes_of(mini.framework_copy) == framework_before
    assert Path.cwd() == folder
    first = content_hashes(mini.warehouse)

    # A second build in the same process replaces what the first one left, not the file it wrote to. Built
    # from the raw tables as they are, it may be published again.
    mini.warehouse_outdated.touch()
    write_mart(mini, "select 2 as number\n")
    build(mini, tests=False)
    assert numbers(mini) == [2]
    assert content_hashes(mini.warehouse) != first
    assert sorted(path.name for path in mini.data.glob("warehouse*")) == ["warehouse.duckdb"]
    before = mini.warehouse.read_bytes()

    write_mart(mini, "select cast('two' as int) as number\n")
    with pytest.raises(BuildError) as broken_model:
        build(mini, tests=False)
    assert "model fct_numbers (models/marts/fct_numbers.sql)" in str(broken_model.value)
    assert "'two'" in str(broken_model.value) and "dbt.log" in str(broken_model.value)

    write_mart(mini, "select 11 as number\n")
    with pytest.raises(BuildError) as broken_test:
        build(mini)
    assert "1 failing rows, first: number = 11" in str(broken_test.value)
    assert "in_range" in str(broken_test.value) and "\n" not in str(broken_test.value)

    write_mart(mini, "select {{ nothing }\n")
    with pytest.raises(BuildError) as broken_template:
        build(mini)
    assert "fct_numbers" in str(broken_template.value) and "\n" not in str(broken_template.value)
    assert mini.warehouse.read_bytes() == before
    assert not mini.warehouse_next.exists()

    # Selected nodes are rebuilt on a copy, so that the rest of the warehouse stays, outdated as it was.
    mini.warehouse_outdated.touch()
    write_mart(mini, "select 3 as number\n")
    summary = build(mini, select="fct_numbers", as_of=datetime(2026, 1, 31), threads=1)
    assert numbers(mini) == [3] and sum(summary.nodes.values()) == 2
    assert mini.warehouse_outdated.exists()
    with duckdb.connect(str(mini.warehouse), read_only=True) as connection:
        assert connection.execute("select count(*) from framework.waves").fetchone() != (0,)


def test_a_broken_framework_stops_before_dbt(mini: Paths) -> None:
    (mini.framework_source / "waves.csv").unlink()
    with pytest.raises(FrameworkError, match=r"waves\.csv: the file is missing"):
        build(mini)
    assert not (mini.data / "logs").exists()


def test_without_loaded_data_the_gate_is_asked_for(mini: Paths) -> None:
    (mini.raw / "gate" / "files" / "part-b.parquet").unlink()
    # The second time the raw tables are there, and empty.
    for _ in range(2):
        with pytest.raises(BuildError, match=r"no data are loaded, .* run csat gate first") as caught:
            build(mini)
        assert "dbt" not in str(caught.value).removeprefix(str(mini.raw))
    assert not (mini.data / "logs").exists()


def test_an_absolute_seed_path_is_refused(mini: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSAT_SEED_PATH", str(mini.framework_source))
    with pytest.raises(FrameworkError, match="set CSAT_FRAMEWORK_DIR to that folder instead"):
        build(mini)


def _hold(paths: Paths, ready: object, done: object) -> None:
    with run_lock(paths):
        ready.set()
        done.wait(30)


def test_a_second_run_is_refused_by_the_number_of_the_first(mini: Paths) -> None:
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(mini, ready, done))
    holder.start()
    try:
        assert ready.wait(30)
        with pytest.raises(LockedError, match=f"process {holder.pid} is writing to this folder"):
            build(mini)
    finally:
        done.set()
        holder.join(30)
    with run_lock(mini):
        assert (mini.data / ".lock").read_text() == str(os.getpid())


def test_the_key_stays_out_of_reach_of_dbt(mini: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSAT_KEY", "00" * 32)
    write_mart(mini, "select cast(length('{{ env_var('CSAT_KEY', '') }}') as int) as number\n")
    build(mini, tests=False)
    assert numbers(mini) == [0]
    assert os.environ["CSAT_KEY"] == "00" * 32
