"""A public file that nobody here wrote, run through gate, build and marts with a framework of its own."""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from csat.cli import app
from csat.framework.seeds import default_folder, read_schema
from csat.paths import Paths
from csat.publish import published_file

PROJECT = Path(__file__).resolve().parents[2]
SHARED_DIR = "CSAT_SHARED_DIR"

# What the models look up by name, and the grades; every other seed of a case is its own or has no rows.
DEFAULT_SEEDS = ("disclosure_rules", "score_bands", "scoring_rules", "screening_rules", "service_limits")


def public_file(name: str) -> Path:
    """Return a file of the data folder that travels beside the project; without it skip, but fail in CI."""
    shared = Path(os.environ.get(SHARED_DIR, PROJECT.parent / "shared"))
    file = shared / "data" / name
    if file.is_file():
        return file
    message = f"{file} is absent; set {SHARED_DIR} to the folder that holds data/{name}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def read_public(file: Path) -> list[dict[str, str]]:
    """Return the rows of a public file as texts by header."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def mapping_folder(case: str) -> Path:
    """Return the mapping that reads the public file of a case."""
    return PROJECT / "tests" / "real" / case / "mapping"


@contextmanager
def installation(case: str, folder: Path) -> Iterator[Paths]:
    """Give a case an empty data folder and a framework: its own seeds over those of DEFAULT_SEEDS.

    The user's settings are away and a key is set for the length of the block.
    """
    own = PROJECT / "tests" / "real" / case / "framework"
    framework = folder / "framework"
    framework.mkdir()
    for name, declaration in read_schema(PROJECT).items():
        target = framework / f"{name}.csv"
        sources = [own / target.name]
        if name in DEFAULT_SEEDS:
            sources.append(default_folder(PROJECT) / target.name)
        source = next((source for source in sources if source.is_file()), None)
        if source:
            shutil.copyfile(source, target)
        else:
            target.write_text(",".join(declaration.types) + "\n", encoding="utf-8")
    paths = Paths(project=PROJECT, data=folder / "data", framework_source=framework)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("CSAT_") and name != SHARED_DIR]:
            patch.delenv(name)
        patch.setenv("CSAT_KEY", "ab" * 32)
        try:
            yield paths
        finally:
            shutil.rmtree(paths.framework_copy, ignore_errors=True)


def framework_bytes(paths: Paths) -> dict[str, bytes]:
    """Return every file of the case's framework folder by its path in it."""
    source = paths.framework_source
    return {str(file.relative_to(source)): file.read_bytes() for file in source.rglob("*") if file.is_file()}


def write_insurers(paths: Paths, names: dict[str, str]) -> Path:
    """Write the landing file of policy.insurers for names by insurer_id."""
    file = paths.landing / "policy" / "insurers.csv"
    file.parent.mkdir(parents=True)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["insurer_id", "insurer_name_zh", "insurer_name_en"])
        writer.writerows((insurer_id, name, name) for insurer_id, name in names.items())
    return file


def run_csat(paths: Paths, *arguments: str) -> str:
    """Run a command on a case, without a process of its own, and return what it prints."""
    environment = {
        "CSAT_PROJECT_DIR": str(paths.project),
        "CSAT_DATA_DIR": str(paths.data),
        "CSAT_FRAMEWORK_DIR": str(paths.framework_source),
    }
    result = CliRunner().invoke(app, arguments, env=environment, catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def query(paths: Paths, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query on the warehouse of a case."""
    with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def query_published(paths: Paths, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query on what a case has published."""
    with duckdb.connect(str(published_file(paths)), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@contextmanager
def published_case(
    case: str, folder: Path, mappings: dict[Path, Path], insurers: dict[str, str]
) -> Iterator[tuple[Paths, dict[str, dict[str, Any]]]]:
    """Gate, build and publish public files, each under its mapping folder, on the command line.

    Gives the gate's counts by file too. Names of insurers are their aliases on platforms as well. Data tests
    are left to the builds that other tests make.
    """
    with installation(case, folder) as paths:
        aliases = paths.framework_source / "insurer_aliases.csv"
        with aliases.open("a", encoding="utf-8", newline="") as stream:
            rows = ((name, insurer_id) for insurer_id, name in insurers.items())
            csv.writer(stream, lineterminator="\n").writerows(rows)
        before = framework_bytes(paths)
        run_csat(paths, "gate", str(write_insurers(paths, insurers)), "--source", "policy.insurers")
        counts = {}
        for file, mapping in mappings.items():
            printed = run_csat(paths, "gate", str(file), "--mapping", str(mapping), "--json")
            [counts[file.name]] = [
                table for table in json.loads(printed)["tables"] if table["table"] != "survey.answers"
            ]
        run_csat(paths, "build", "--no-tests")
        run_csat(paths, "publish")
        assert framework_bytes(paths) == before
        yield paths, counts
