"""Publishing: readers keep what they opened, new ones see the new file, a failure changes nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT
from csat import publish as publishing
from csat.errors import PublishError
from csat.hashes import TableHash, content_hashes
from csat.paths import Paths
from csat.publish import AuditSummary, PublishSummary, publish, published_file
from csat.ranking import read_ranking

READER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print(connection.execute("select sum(number) from fct_numbers").fetchone()[0], flush=True)
sys.stdin.readline()
print(connection.execute("select sum(number) from fct_numbers").fetchone()[0], flush=True)
"""


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A project whose models score nothing, and so keep nothing hidden."""
    gate = Path("models", "staging", "gate")
    shutil.copytree(PROJECT / gate, tmp_path / gate)
    return Paths(project=tmp_path, data=tmp_path / "data", framework_source=tmp_path / "framework")


def write_warehouse(paths: Paths, number: int) -> None:
    paths.data.mkdir(exist_ok=True)
    paths.warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(paths.warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute("create schema intermediate")
        connection.execute("create table intermediate.int_secret as select 'name' as customer_name")
        connection.execute(f"create table marts.fct_numbers as select {number} as number, 'it''s' as note")
        connection.execute("create table marts.dim_empty (name varchar, score double)")
        connection.execute("create view marts.rpt_view as select 1 as number")
        connection.execute("comment on table marts.fct_numbers is 'One row per number; it''s small. 数'")
        connection.execute("comment on column marts.fct_numbers.number is 'A number.'")
        connection.execute("comment on column marts.rpt_view.number is 'Not copied.'")


def read(file: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_only_marts_are_published_with_their_comments(paths: Paths) -> None:
    write_warehouse(paths, 1)
    summary = publish(paths)
    file = published_file(paths)
    assert read(file, "select table_name, comment from duckdb_tables() order by all") == [
        ("dim_empty", None),
        ("fct_numbers", "One row per number; it's small. 数"),
    ]
    assert read(file, "select comment from duckdb_columns() where comment is not null") == [("A number.",)]
    assert summary.tables == content_hashes(paths.warehouse)
    assert summary.lines() == [f"Published 2 tables with 1 rows to {file}."]
    assert file.stat().st_mode & 0o777 == 0o444
    assert [path.name for path in paths.published.iterdir()] == ["csat.duckdb"]


def test_that_nothing_is_scored_is_said(paths: Paths) -> None:
    def lines(**row_counts: int) -> list[str]:
        tables = {name: TableHash(count, "") for name, count in row_counts.items()}
        return PublishSummary(paths.warehouse, tables, AuditSummary(0, 0, 0)).lines()[1:]

    (sentence,) = lines(fct_indicator_scores=0, fct_index_scores=0, fct_regulator_scores=0, dim_waves=7)
    assert sentence.startswith("Nothing is scored: perhaps no wave of waves.csv in the framework covers")
    assert "is none of policy.insurers" in sentence
    assert lines(fct_indicator_scores=1, fct_index_scores=0, fct_regulator_scores=0) == []
    assert lines(dim_waves=7) == []


def test_the_file_has_the_storage_version_of_old_clients(paths: Paths) -> None:
    write_warehouse(paths, 1)
    publish(paths)
    (version,) = read(published_file(paths), "select tags['storage_version'] from duckdb_databases() limit 1")
    assert "v1.2" in version[0]


def test_a_reader_keeps_its_file_and_the_next_one_sees_the_new(paths: Paths) -> None:
    write_warehouse(paths, 1)
    publish(paths)
    file = published_file(paths)
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout.readline() == "1\n"
        write_warehouse(paths, 2)
        # What a writer that was killed would have left behind.
        file.with_name("csat.duckdb.wal").write_bytes(b"stale")
        file.with_name("csat.next.duckdb").write_bytes(b"half written")
        publish(paths)
        output, _ = reader.communicate("\n", timeout=30)
        assert output == "1\n"
    assert read(file, "select number from fct_numbers") == [(2,)]
    assert [path.name for path in paths.published.iterdir()] == ["csat.duckdb"]


def test_a_copy_that_differs_leaves_the_old_file(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    write_warehouse(paths, 1)
    publish(paths)
    before = published_file(paths).read_bytes()
    write_warehouse(paths, 2)
    monkeypatch.setattr(
        publishing,
        "content_hashes",
        lambda *_: {"dim_empty": TableHash(0, ""), "fct_numbers": TableHash(7, "")},
    )
    with pytest.raises(PublishError, match="the previous file is unchanged") as caught:
        publish(paths)
    assert caught.value.exit_code == 6
    assert published_file(paths).read_bytes() == before
    assert [path.name for path in paths.published.iterdir()] == ["csat.duckdb"]


def test_a_release_that_is_not_swapped_in_leaves_the_ledger(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_warehouse(paths, 1)
    release = paths.data / "release-000001.parquet"
    release.touch()
    swap = os.replace
    monkeypatch.setattr(publishing, "_append_to_ledger", lambda paths, file: release)
    monkeypatch.setattr(os, "replace", lambda source, target: swap("nowhere", target))
    with pytest.raises(PublishError, match=r"could not be published .*; the previous file is unchanged"):
        publish(paths)
    assert not release.exists()
    assert list(paths.published.iterdir()) == []


@pytest.mark.parametrize(("companions", "builds"), [(lambda number: [str(number)], 5), (lambda _: ["1"], 1)])
def test_what_no_round_protects_is_not_published(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, companions: Callable, builds: int
) -> None:
    """Five rounds that each find more to hide, and one that asks for what is hidden already."""
    write_warehouse(paths, 1)
    attacks, held, built = count(1), [], []

    def attack(paths: Paths, file: Path) -> object:
        return publishing._Found(7, "the hidden score can be narrowed", companions(next(attacks)), ["old"])

    monkeypatch.setattr(publishing, "_attack", attack)
    monkeypatch.setattr(publishing, "write_held_cells", lambda paths, further: held.append(set(further)))
    monkeypatch.setattr("csat.build.rebuild", lambda paths, select: built.append(select))
    with pytest.raises(PublishError, match=f"narrowed; hiding {builds} further cells did not help"):
        publish(paths)
    assert len(built) == builds
    assert held[-1] == {"old", *(str(number + 1) for number in range(builds))}
    assert list(paths.published.iterdir()) == []


def test_without_a_warehouse_or_marts_nothing_is_published(paths: Paths) -> None:
    with pytest.raises(PublishError, match="run csat build first"):
        publish(paths)
    paths.data.mkdir()
    duckdb.connect(str(paths.warehouse)).close()
    with pytest.raises(PublishError, match="the schema marts holds no table"):
        publish(paths)
    paths.warehouse.write_bytes(b"no database")
    with pytest.raises(PublishError, match="could not be published"):
        publish(paths)
    assert not published_file(paths).exists()


def test_hashes_see_content_and_not_order(tmp_path: Path) -> None:
    def hashes(name: str, *statements: str) -> TableHash:
        file = tmp_path / name
        with duckdb.connect(str(file)) as connection:
            connection.execute("create schema marts")
            for statement in statements:
                connection.execute(statement)
        return content_hashes(file)["t"]

    table = "create table marts.t (a varchar, b varchar)"
    one = hashes("one", table, "insert into marts.t values ('x', null), ('y', '')")
    assert one == hashes("two", table, "insert into marts.t values ('y', ''), ('x', null)")
    assert one.row_count == 2
    different = [
        hashes("three", table, "insert into marts.t values ('x', ''), ('y', '')"),
        hashes("four", table, "insert into marts.t values ('x', null), ('y', ''), ('y', '')"),
        hashes("five", table, "insert into marts.t values (null, 'x'), ('', 'y')"),
        hashes("six", table.replace("b v", "c v"), "insert into marts.t values ('x', null), ('y', '')"),
        hashes("seven", table),
    ]
    assert len({one.sha256, *(other.sha256 for other in different)}) == 6


def test_the_ranking_shows_the_last_wave(paths: Paths) -> None:
    paths.published.mkdir(parents=True)
    with duckdb.connect(str(published_file(paths))) as connection:
        connection.execute(
            "create table dim_waves as "
            "from (values ('w1', timestamp '2025-01-01'), ('w2', timestamp '2025-04-01')) "
            "as waves (wave_id, starts_at_utc)"
        )
        connection.execute(
            "create table dim_insurers as from (values ('a', '甲', 'A'), ('b', '乙', 'B'), ('c', '丙', 'C'))"
            " as insurers (insurer_id, insurer_name_zh, insurer_name_en)"
        )
        connection.execute(
            "create table fct_index_scores as from (values "
            "('w1', 'a', 'all', '1', true, 1, 1, 1, 90.0, 88.0, 92.0, 'AA', 300, 'published'), "
            "('w2', 'a', 'all', '1', true, 2, 2, 22, 71.04, 69.0, 73.0, 'B', 280, 'published'), "
            "('w2', 'b', 'all', '1', true, 1, 1, 2, 80.0, 78.0, 82.0, 'BBB', 310, 'published'), "
            "('w2', 'a', 'all', '0', false, 1, 1, 1, 99.0, 98.0, 100.0, 'AAA', 280, 'published'), "
            "('w2', 'c', 'all', '1', true, null, null, null, null, null, null, null, 4, 'small_n'), "
            "('w2', 'b', 'region', '1', true, null, null, null, 60.0, 55.0, 65.0, 'CC', 90, 'published')) "
            "as scores (wave_id, insurer_id, segment_type, framework_version, is_official_version, "
            "rank, rank_lower, rank_upper, score, score_lower, score_upper, grade_code, base_count, "
            "disclosure_status)"
        )
    assert read_ranking(paths).lines()[1:-1] == [
        "  1 1-2    乙 B: 80.0 (78.0-82.0), BBB, n = 310",
        "  2 2-22   甲 A: 71.0 (69.0-73.0), B, n = 280",
        "  -        丙 C: small_n",
    ]
    os.remove(published_file(paths))
    with pytest.raises(PublishError, match="nothing is published"):
        read_ranking(paths)


def test_a_project_that_scores_publishes_nothing_without_its_score_marts(paths: Paths) -> None:
    write_warehouse(paths, 1)
    ledger = Path("models", "staging", "disclosure")
    shutil.copytree(PROJECT / ledger, paths.project / ledger)
    with pytest.raises(PublishError, match=r"has no score marts, .* run csat build without --select"):
        publish(paths)
    assert not published_file(paths).exists()
