"""The two builds that all tests of the truth read, and the tables printed at the end."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import blocks_build
import coverage_build
import pytest
from comparison import Result, table, write
from installation import installation, truth_folder, truth_scale
from simulation import Design

from csat.paths import Paths

FULL_BLOCKS = 20

TABLES: list[str] = []


@pytest.fixture(scope="session", autouse=True)
def _own_environment() -> None:
    """Take the user's settings away from the tests, for as long as they run."""
    for name in [name for name in os.environ if name.startswith("CSAT_")]:
        if not name.startswith(("CSAT_TEST_", "CSAT_MEMORY_LIMIT", "CSAT_THREADS")):
            del os.environ[name]


@pytest.fixture(scope="session")
def design() -> Design:
    return Design(truth_scale())


@pytest.fixture(scope="session")
def blocks() -> int:
    return max(round(FULL_BLOCKS * truth_scale()), 2)


def _say(text: str) -> None:
    print(text, flush=True)


@pytest.fixture(scope="session")
def coverage_paths(design: Design) -> Paths:
    """The build with every chain; one that is there already is read again."""
    paths = installation("coverage")
    if not paths.warehouse.is_file():
        coverage_build.make(paths, design, _say)
    return paths


@pytest.fixture(scope="session")
def blocks_paths(blocks: int) -> Paths:
    """The build with the blocks of the sample; one that is there already is read again."""
    paths = installation("blocks")
    if not paths.warehouse.is_file():
        blocks_build.make(paths, blocks, _say)
    return paths


@pytest.fixture
def show() -> object:
    """Keep results as a CSV file and for the end of the run."""

    def keep(name: str, results: Sequence[Result]) -> Sequence[Result]:
        target: Path = truth_folder() / f"{name}.csv"
        write(target, results)
        TABLES.append(f"{target}\n{table(results)}")
        return results

    return keep


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for text in TABLES:
        terminalreporter.write_line("")
        terminalreporter.write_line(text)
