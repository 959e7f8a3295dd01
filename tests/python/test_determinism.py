"""The same input gives the same marts: whatever the order of files and the number of threads."""

from __future__ import annotations

import random
from datetime import date
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace

import pytest

from csat.build import build
from csat.gate import run_gate
from csat.hashes import content_hashes
from csat.paths import Paths
from csat.sample import generate

# Marts about a switch of versions or a proposal: the waves of the small sample have neither.
NEED_A_SWITCH = {"dim_bridge_factors", "rpt_framework_switches", "rpt_framework_proposal"}


def mapping_of(paths: Paths, file: Path) -> Path | None:
    """The mapping folder beside a landing file; none where its source has none."""
    folder = file.parent / "mapping"
    return folder if folder.is_dir() else None


def gate_in_another_order(paths: Paths, received_on: date) -> None:
    """Load the landing files as if they had arrived in another order, a few at a time."""
    files = sorted(
        path for path in paths.landing.rglob("*") if path.is_file() and path.parent.name != "mapping"
    )
    shuffled = list(files)
    random.Random(20260930).shuffle(shuffled)
    assert shuffled != files
    for mapping, group in groupby(shuffled, key=lambda file: mapping_of(paths, file)):
        run_gate(paths, list(group), mapping=mapping, received_on=received_on)


def test_marts_do_not_depend_on_threads_or_the_order_of_files(
    sample_warehouse: Paths, sample_settings: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = Paths(
        project=sample_warehouse.project,
        data=sample_warehouse.project / "data_again",
        framework_source=sample_warehouse.framework_source,
    )
    monkeypatch.setenv("CSAT_KEY", sample_settings.key)
    generate(again, scale=sample_settings.scale, progress=False)
    gate_in_another_order(again, sample_settings.received_on)
    build(again, threads=2, tests=False)
    first, second = content_hashes(sample_warehouse.warehouse), content_hashes(again.warehouse)
    marts = {path.stem for path in (again.project / "models" / "marts").rglob("*.sql")}
    assert set(first) == marts
    different = [name for name in sorted(marts) if first[name] != second[name]]
    assert not different, f"content differs: {', '.join(different)}"
    rows = {name: table.row_count for name, table in first.items()}
    assert {name for name, count in rows.items() if count == 0} <= NEED_A_SWITCH
