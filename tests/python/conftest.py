"""Fixtures shared by the tests: no test reads or writes the user's data folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

import csat.gate.requests
import csat.gate.run
import csat.gate.store
from csat.build import build
from csat.contract import Table, read_contract
from csat.gate import gate_landing
from csat.paths import Paths
from csat.sample import generate

PROJECT = Path(__file__).resolve().parents[2]
KEY = "ab" * 32


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the user's settings away from the tests."""
    for name in [name for name in os.environ if name.startswith("CSAT_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def contract() -> dict[str, Table]:
    """The contract of the project, read once."""
    return read_contract(PROJECT)


@pytest.fixture
def paths(tmp_path: Path, contract: dict[str, Table], monkeypatch: pytest.MonkeyPatch) -> Paths:
    """The folders of a gate that has loaded nothing, with a key and the contract of the project."""
    monkeypatch.setenv("CSAT_KEY", KEY)
    # Reading the YAML and flushing to the disk take longer than the loading itself.
    monkeypatch.setattr(csat.gate.run, "read_contract", lambda project: contract)
    monkeypatch.setattr(csat.gate.requests, "read_contract", lambda project: contract)
    monkeypatch.setattr(csat.gate.store, "sync", lambda path: None)
    return Paths(project=PROJECT, data=tmp_path / "data", framework_source=PROJECT / "seeds" / "framework")


def _link(mini: Path, name: str) -> None:
    (mini / name).parent.mkdir(parents=True, exist_ok=True)
    if (PROJECT / name).is_dir():
        shutil.copytree(PROJECT / name, mini / name)
    else:
        shutil.copyfile(PROJECT / name, mini / name)


@pytest.fixture
def mini(tmp_path: Path) -> Paths:
    """A small dbt project: the real configuration, seeds and gate tables, and a single mart of its own."""
    project = tmp_path / "project"
    for name in (
        "dbt_project.yml",
        "profiles.yml",
        "macros",
        "models/_groups.yml",
        "models/framework",
        "models/staging/gate",
        "seeds/framework",
        "tests/generic",
    ):
        _link(project, name)
    marts = project / "models" / "marts"
    marts.mkdir()
    (marts / "fct_numbers.sql").write_text("select 1 as number\n", encoding="utf-8")
    (marts / "_marts__models.yml").write_text(
        "models:\n"
        "  - name: fct_numbers\n"
        "    description: One row per number.\n"
        "    columns:\n"
        "      - name: number\n"
        "        data_type: int\n"
        "        description: A number.\n"
        "        data_tests:\n"
        "          - in_range:\n"
        "              arguments: {min_value: 0, max_value: 10}\n",
        encoding="utf-8",
    )
    paths = Paths(project=project, data=project / "data", framework_source=project / "seeds" / "framework")
    _write_manifest(paths)
    return paths


def _write_manifest(paths: Paths) -> None:
    """One batch in the gate's manifest: dbt refuses to build without any."""
    folder = paths.raw / "gate" / "files"
    folder.mkdir(parents=True)
    duckdb.sql(
        "copy (select 'b' as batch_id, 'survey' as source_name, 'answers' as table_name, "
        "'a.csv' as source_file, '00' as file_sha256, 0::bigint as rows_read, "
        "0::bigint as rows_accepted, 0::bigint as rows_quarantined, "
        "0::bigint as rows_duplicate, timestamp '2026-01-01' as latest_event_at, "
        "date '2026-01-01' as received_on, 1::bigint as load_number, 'k' as key_id, 'r' as segmenter) "
        f"to '{folder / 'part-b.parquet'}' (format parquet)"
    )


SAMPLE_PARTS = (
    "dbt_project.yml",
    "profiles.yml",
    "macros",
    "models",
    "analyses",
    "seeds/framework",
    "tests/generic",
    "tests/singular",
)


@pytest.fixture(scope="session")
def sample_settings() -> SimpleNamespace:
    """What makes the sample the same in every run: its scale, the key of its tokens, the day it came."""
    return SimpleNamespace(scale=0.06, key="5a" * 32, received_on=date(2026, 11, 30))


@pytest.fixture(scope="session")
def sample_warehouse(tmp_path_factory: pytest.TempPathFactory, sample_settings: SimpleNamespace) -> Paths:
    """A copy of the whole project with a small sample of four insurers, gated and built at one thread.

    Shared by all tests: read it, do not write to it. Three waves have a survey; two quarters before them have
    operations only, so the last wave has the year-ago figures of a change rate.
    """
    project = tmp_path_factory.mktemp("sample") / "project"
    for name in SAMPLE_PARTS:
        _link(project, name)
    paths = Paths(project=project, data=project / "data", framework_source=project / "seeds" / "framework")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("CSAT_")]:
            patch.delenv(name)
        patch.setenv("CSAT_KEY", sample_settings.key)
        generate(paths, scale=sample_settings.scale, progress=False)
        gate_landing(paths, sample_settings.received_on)
        build(paths, threads=1, tests=False)
    return paths


@pytest.fixture(scope="module")
def connection(sample_warehouse: Paths) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of the small sample, open for reading."""
    with duckdb.connect(str(sample_warehouse.warehouse), read_only=True) as opened:
        yield opened
