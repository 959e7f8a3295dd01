"""Small frameworks and landing files of a test's own, built through gate and models."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from csat.build import build
from csat.framework.seeds import default_folder, read_schema
from csat.gate import run_gate
from csat.lock import run_lock
from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]
# Read on import: the tests run without the user's settings.
REFERENCE = Path(os.environ.get("CSAT_SHARED_DIR", PROJECT.parent / "shared")) / "reference"
# What the models look up by name, and the grades.
KEPT_SEEDS = (
    "disclosure_rules",
    "random_index",
    "score_bands",
    "scoring_rules",
    "screening_rules",
    "service_limits",
)
Rows = list[dict]


def read_rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def read_reference(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of the reference folder; without it skip, but fail in CI."""
    file = REFERENCE / name
    if not file.is_file():
        message = f"{file} is absent; set CSAT_SHARED_DIR to the folder that holds reference/{name}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return read_rows(file)


def write(file: Path, header: Sequence[str], rows: Rows) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header)
        writer.writeheader()
        writer.writerows(rows)
    return file


def change_rules(folder: Path, changed: Mapping[str, float]) -> None:
    """Give rules of scoring_rules other values."""
    file = folder / "scoring_rules.csv"
    rules = read_rows(file)
    for rule in rules:
        rule["rule_value"] = changed.get(rule["rule_code"], rule["rule_value"])
    write(file, list(rules[0]), rules)


def write_framework(folder: Path, seeds: Mapping[str, Rows], kept: Iterable[str] = KEPT_SEEDS) -> None:
    """Write the seeds; of the others those kept are the project's, and the rest have no rows."""
    for name, declaration in read_schema(PROJECT).items():
        if name in kept:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(default_folder(PROJECT) / f"{name}.csv", folder / f"{name}.csv")
        else:
            write(folder / f"{name}.csv", list(declaration.types), seeds.get(name, []))


def write_landing(folder: Path, tables: Mapping[str, Rows]) -> list[Path]:
    """Write a landing file for every table address."""
    return [write(folder / f"{address}.csv", list(rows[0]), rows) for address, rows in tables.items()]


def installation(folder: Path) -> Paths:
    """Data and framework in a folder of their own, models and gate of the project."""
    return Paths(project=PROJECT, data=folder / "data", framework_source=folder / "framework")


def gate_and_build(
    paths: Paths,
    tables: Mapping[str, Rows],
    received_on: date,
    as_of: datetime | None = None,
    select: str | None = None,
    tests: bool = True,
) -> None:
    """Gate the tables and build; with select build those nodes only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CSAT_KEY", "ab" * 32)
        patch.delenv("CSAT_SEED_PATH", raising=False)
        # Of the tests, only those whose models are all built.
        patch.setenv("DBT_INDIRECT_SELECTION", "cautious")
        with run_lock(paths):
            run_gate(paths, write_landing(paths.landing, tables), received_on=received_on)
        try:
            build(paths, as_of=as_of, select=select, tests=tests)
        finally:
            shutil.rmtree(paths.framework_copy, ignore_errors=True)
