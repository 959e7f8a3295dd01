"""Measures what a step costs on the machine at hand: loading in CPU seconds and memory of whole processes,
the attack before publishing in seconds.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from csat.errors import CsatError
from csat.hashes import content_hashes
from csat.paths import Paths

# A file that costs little but the start of the program.
_FEW_ROWS = 1_000
# One answer in twenty is a text, as in a questionnaire with one open question.
_ANSWERS = """
    select
        'R' || (i // 20) as response_id,
        'Q' || (i % 20) as question_code,
        cast(i * 7 % 11 as varchar) as raw_value,
        case when i % 20 = 19 then '理赔很快，客服态度也不错，就是材料太多，来回交了' || (i % 97)
            || '次，等了' || (i % 9973) || '分钟' end as answer_text
    from range({rows}) as t (i)
"""
_COMPLAINTS = """
    select
        'C' || i as complaint_id,
        'x' as insurer_id,
        'regulator' as complaint_channel,
        'valid' as validity,
        timestamp '2026-01-01 08:00:00' + i % 7776000 * interval 1 second as received_at,
        '我在平台上买的医疗险，住院' || (i % 31) || '天，材料交了三次还是说不齐，打客服热线等了' || (i % 57)
        || '分钟没人接，后来说系统升级。保费一天没少交，理赔金额只给了' || (i % 9973)
        || '元，希望尽快核实并给一个书面说明。' as complaint_text
    from range({rows}) as t (i)
"""
KINDS = {
    "answers": ("survey.answers", _ANSWERS),
    "complaints": ("complaints.complaints", _COMPLAINTS),
}


@dataclass(frozen=True)
class Cost:
    """What reading rows costs: medians over the repeats, the start of the program taken off the seconds."""

    kind: str
    rows: int
    repeats: int
    cpu_seconds: float
    wall_seconds: float
    peak_megabytes: float

    @property
    def rows_per_cpu_second(self) -> float:
        return self.rows / self.cpu_seconds

    def line(self) -> str:
        """Say it in one line."""
        return (
            f"{self.kind}: {self.rows:,} rows in {self.cpu_seconds:.1f} CPU seconds "
            f"({self.wall_seconds:.1f} s wall), {self.rows_per_cpu_second:,.0f} rows per CPU second, "
            f"at most {self.peak_megabytes:,.0f} MB; median of {self.repeats}."
        )

    def document(self) -> dict[str, object]:
        """Return it for machines."""
        return asdict(self) | {"rows_per_cpu_second": self.rows_per_cpu_second}


def gate(paths: Paths, kind: str, rows: int, repeats: int) -> Cost:
    """Measure csat gate on a clean CSV of `rows` made-up rows of one table, in a folder deleted afterwards.

    Every repeat reads the file and one of few rows, each with a process and a data folder of its own; the
    difference of the two is the cost. Raises CsatError when a run fails or nothing can be told
    from so few rows.
    """
    address, query = KINDS[kind]
    runs = []
    with tempfile.TemporaryDirectory(prefix="csat-bench-") as folder:
        large, small = (Path(folder) / f"{name}.csv" for name in ("large", "small"))
        for file, count in ((large, rows), (small, _FEW_ROWS)):
            duckdb.sql(f"copy ({query.format(rows=count)}) to '{file}' (header)")
        for repeat in range(repeats):
            costs = []
            for file in (large, small):
                data = Path(folder) / f"{file.stem}_{repeat}"
                costs.append(_run(paths, data, ["gate", str(file), "--source", address]))
            (cpu, wall, peak), (start_cpu, start_wall, _) = costs
            runs.append((cpu - start_cpu, wall - start_wall, peak))
    cpu, wall, peak = (statistics.median(figures) for figures in zip(*runs, strict=True))
    if cpu <= 0:
        raise CsatError(f"{rows:,} rows cost less than this machine's runs differ; measure more with --rows.")
    return Cost(kind, rows, repeats, cpu, wall, peak)


@dataclass(frozen=True)
class AuditCost:
    """What attacking the published file costs: medians over the repeats, and what there was to find."""

    figures: int
    secrets: int
    exposed: int
    repeats: int
    read_seconds: float
    attack_seconds: float

    def line(self) -> str:
        """Say it in one line."""
        return (
            f"audit: {self.secrets:,} hidden of {self.figures:,} figures read in {self.read_seconds:.1f} s "
            f"and attacked in {self.attack_seconds:.1f} s, {self.exposed:,} exposed; "
            f"median of {self.repeats}."
        )


def audit(paths: Paths, repeats: int) -> AuditCost:
    """Measure the attack on the published file by a reader who has kept all releases before it.

    Raises CsatError when nothing is published or the warehouse is not that of the published file.
    """
    from csat.audit.attack import read_attack
    from csat.publish import PUBLISHED_SCHEMA, attached, published_file
    from csat.releases import has_score_marts, read_ledger, releases

    file = published_file(paths)
    if not (file.is_file() and paths.warehouse.is_file()):
        raise CsatError(f"{file}: there is nothing to attack; run csat build and csat publish first.")
    if content_hashes(file, PUBLISHED_SCHEMA) != content_hashes(paths.warehouse):
        raise CsatError(f"{file}: the warehouse has changed since; run csat publish first.")
    runs = []
    for _ in range(repeats):
        started = time.monotonic()
        with attached(paths, file) as connection:
            if not has_score_marts(connection, "published"):
                raise CsatError(f"{file}: it holds no score marts; run csat build and csat publish first.")
            read_ledger(connection, releases(paths)[:-1])
            attack = read_attack(connection, "published", "warehouse")
            read = time.monotonic()
            exposed = len(attack.exposures())
            runs.append((read - started, time.monotonic() - read))
            figures, secrets = len(attack.figures.values), attack.secret_count
    read_seconds, attack_seconds = (statistics.median(seconds) for seconds in zip(*runs, strict=True))
    return AuditCost(figures, secrets, exposed, repeats, read_seconds, attack_seconds)


def _run(paths: Paths, data: Path, arguments: list[str]) -> tuple[float, float, float]:
    """Run a command in a process; return its CPU seconds, wall seconds and peak megabytes."""
    # No data of anybody is read, so the key needs to be nobody's secret.
    own = {"CSAT_DATA_DIR": str(data), "CSAT_PROJECT_DIR": str(paths.project), "CSAT_KEY": "00" * 32}
    environment = os.environ | own
    environment.pop("CSAT_KEY_FILE", None)
    started = time.monotonic()
    process = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "csat.cli", *arguments],
        environment,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(process, 0)
    wall = time.monotonic() - started
    if status:
        raise CsatError(f"csat {arguments[0]} failed; its sentence stands above.")
    # Linux counts kilobytes, macOS bytes.
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / unit
