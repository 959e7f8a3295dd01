"""Fixtures shared by the tests: no test reads or writes the user's data folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the user's settings away from the tests."""
    for name in [name for name in os.environ if name.startswith("CSAT_")]:
        monkeypatch.delenv(name)


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
    return Paths(project=project, data=project / "data", framework_source=project / "seeds" / "framework")
