"""The sample drawn many times, each draw a block of waves of its own in one build.

Every block is generated and gated as `csat sample` and `csat gate` do, then moved into a common raw folder:
later than the block before by one leap cycle, which keeps quarters and lengths, and with numbers of its own:
no case and no person is in two blocks.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from installation import write_framework
from raw_folder import RawFolder, raw_folder

from csat.build import build
from csat.contract import Table
from csat.framework.seeds import default_folder
from csat.gate import gate_landing
from csat.gate.store import folder, quote
from csat.paths import Paths
from csat.sample import generate
from csat.sample.plan import as_of_time

FIRST_SEED = 1
WAVES = 5
SCALE = 1.0
LEAP_CYCLE = 4
# Numbers of insurers and products mean the same in every block.
COMMON_IDS = {"insurer_id", "product_id"}
SHARED_TABLES = ("policy.insurers", "policy.products")
# What a wave's own rows say; adjustments are no part of the truth.
SEEDS_BY_WAVE = ("waves", "population_margins", "score_adjustments")
SELECTION = "+fct_index_scores +fct_dimension_scores +fct_indicator_scores"


def make(paths: Paths, blocks: int, say: Callable[[str], None]) -> None:
    """Draw, gate and move every block, then build them together."""
    parts = paths.data / "blocks"
    source = parts / "framework"
    _write_sample_framework(source)
    draw = partial(_draw_block, paths.project, source, parts)
    with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(draw, block) for block in range(blocks)]):
            say(f"drew and gated block {done.result()}")
    write_framework(paths, default_folder(paths.project), {})
    _repeat_waves(source, paths.framework_source, blocks)
    ends = as_of_time(source)
    with raw_folder(paths) as target:
        for block in range(blocks):
            _move(target, _block(paths.project, source, parts, block), block, ends)
        say(f"moved {blocks} blocks")
    summary = build(paths, as_of=_later(ends, blocks - 1) - timedelta(hours=8), tests=False, select=SELECTION)
    for line in summary.lines(verbose=True):
        say(line)


def wave_id_in_block(wave_id: str, block: int) -> str:
    """'2025Q3' of the sample as named in a block."""
    return f"{int(wave_id[:4]) + LEAP_CYCLE * block}{wave_id[4:]}"


def truth_file(paths: Paths, block: int) -> Path:
    """The truth of one block, with the wave codes of the sample."""
    return paths.data / "blocks" / f"{block:02d}" / "truth" / "truth.csv"


def _later(moment: datetime, block: int) -> datetime:
    return moment.replace(year=moment.year + LEAP_CYCLE * block)


def _rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def _write(file: Path, rows: list[list[str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def _write_sample_framework(target: Path) -> None:
    """The project's framework with its last waves only."""
    target.mkdir(parents=True, exist_ok=True)
    for file in default_folder(Path(__file__).parents[2]).glob("*.csv"):
        shutil.copyfile(file, target / file.name)
    header, *waves = _rows(target / "waves.csv")
    starts = header.index("starts_on")
    kept = sorted(waves, key=lambda row: row[starts])[-WAVES:]
    _write(target / "waves.csv", [header, *kept])
    ids = {row[0] for row in kept}
    header, *margins = _rows(target / "population_margins.csv")
    _write(target / "population_margins.csv", [header, *(row for row in margins if row[0] in ids)])
    header, *_ = _rows(target / "score_adjustments.csv")
    _write(target / "score_adjustments.csv", [header])


def _repeat_waves(source: Path, target: Path, blocks: int) -> None:
    for seed in SEEDS_BY_WAVE:
        header, *rows = _rows(source / f"{seed}.csv")
        dated = [place for place, name in enumerate(header) if name.startswith(("starts_", "ends_"))]
        repeated = []
        for block in range(blocks):
            for row in rows:
                moved = [wave_id_in_block(row[0], block), *row[1:]]
                for place in dated:
                    moved[place] = f"{int(row[place][:4]) + LEAP_CYCLE * block}{row[place][4:]}"
                repeated.append(moved)
        _write(target / f"{seed}.csv", [header, *repeated])


def _block(project: Path, source: Path, parts: Path, block: int) -> Paths:
    return Paths(project=project, data=parts / f"{block:02d}", framework_source=source)


def _draw_block(project: Path, source: Path, parts: Path, block: int) -> int:
    """Generate and gate one block, with a key and so with persons of its own; only raw and truth stay."""
    paths = _block(project, source, parts, block)
    os.environ["CSAT_KEY"] = f"{block:064x}"
    generate(paths, seed=FIRST_SEED + block, scale=SCALE, progress=False)
    gate_landing(paths, received_on=as_of_time(source).date())
    shutil.rmtree(paths.landing)
    shutil.rmtree(paths.quarantine)
    return block


def _move(target: RawFolder, block_paths: Paths, block: int, ends: datetime) -> None:
    tables = {
        address: _moved(table, block_paths, block, ends)
        for address, table in target.contract.items()
        if not table.is_written_by_gate and (block == 0 or address not in SHARED_TABLES)
    }
    target.write(f"b{block:02d}", tables)
    shutil.rmtree(block_paths.raw)


def _moved(table: Table, block_paths: Paths, block: int, ends: datetime) -> str:
    columns = []
    for column in table.columns:
        value = column.name
        if table.address not in SHARED_TABLES:
            if column.data_type in ("timestamp", "date"):
                value = f"{value} + to_years({LEAP_CYCLE * block})"
            elif column.name.endswith("_id") and column.name not in COMMON_IDS:
                value = f"'{block:02d} ' || {value}"
            elif column.is_free_text:
                value = "null"
        if (table.address, column.name) == ("claims.claims", "closed_at"):
            # What is open when the block ends must not be open in later blocks; no wave is left to count it.
            value = f"coalesce({value}, timestamp '{_later(ends, block):%Y-%m-%d %H:%M:%S}')"
        columns.append(f"{value} as {column.name}")
    parts = quote(str(folder(block_paths, table) / "*.parquet"))
    return f"select {', '.join(columns)} from read_parquet({parts})"
