"""Data folders and frameworks of the simulations; nothing of the user's is read or written."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from real_case import DEFAULT_SEEDS

from csat.framework.seeds import default_folder, read_schema
from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]


def truth_folder() -> Path:
    """Where simulations, builds and result tables lie."""
    return Path(os.environ.get("CSAT_TEST_TRUTH_DATA") or PROJECT / "target" / "truth_data")


def truth_scale() -> float:
    """1 simulates in full; less is a trial run whose shares are too rough for a verdict."""
    return float(os.environ.get("CSAT_TEST_TRUTH_SCALE") or 1)


def installation(name: str) -> Paths:
    """Return the paths of one simulation inside the truth folder."""
    folder = truth_folder() / name
    return Paths(project=PROJECT, data=folder, framework_source=folder / "framework_source")


def write_framework(paths: Paths, own: Path, rules: dict[str, float]) -> None:
    """Write the framework of a simulation: its own seeds, the project's for what models look up by name with
    some rules changed, and no rows for the rest. Declared columns that its own seeds lack stay empty."""
    paths.framework_source.mkdir(parents=True, exist_ok=True)
    for name in read_schema(PROJECT):
        sources = [own / f"{name}.csv"]
        if name in DEFAULT_SEEDS:
            sources.append(default_folder(PROJECT) / f"{name}.csv")
        source = next((source for source in sources if source.is_file()), None)
        write_seed(paths, name, _rows(source) if source else [])
    change_rules(paths.framework_source / "scoring_rules.csv", rules)


def _rows(file: Path) -> list[dict[str, object]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_seed(paths: Paths, name: str, rows: Iterable[dict[str, object]]) -> None:
    """Write the rows of one seed; declared columns that they lack stay empty."""
    columns = list(read_schema(PROJECT)[name].types)
    with (paths.framework_source / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows(rows)


def change_rules(file: Path, rules: dict[str, float]) -> None:
    """Give rules of scoring_rules.csv other values."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    known = {row[0] for row in rows}
    assert known >= set(rules), f"{file} has no rules {set(rules) - known}"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([row[0], rules.get(row[0], row[1]), *row[2:]] for row in rows)
