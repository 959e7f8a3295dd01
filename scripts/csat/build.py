"""Building: check and copy the framework, let dbt build a warehouse beside the current one, swap it in."""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csat.errors import BuildError, FrameworkError
from csat.framework import check_framework, seed_files
from csat.lock import run_lock
from csat.paths import Paths
from csat.proposal import find_proposal
from csat.publish import remove_database, sync_to_disk
from csat.releases import write_held_cells

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

TARGETS = ("duckdb", "spark")
FAILED_STATUSES = {"error", "fail", "runtime error", "partial success"}
MESSAGE_LENGTH = 600
SPARK_LOGGING = """\
rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
appender.file.type = File
appender.file.name = file
appender.file.fileName = {file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d %p %c: %m%n
"""

# Called with the nodes done so far, all nodes of the run and the name of the node that ended.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class NodeTime:
    """A node of the project and the seconds it took."""

    name: str
    seconds: float


@dataclass(frozen=True)
class BuildSummary:
    """What a build did: target, nodes by dbt status, wall seconds, warnings, nodes from slow to fast."""

    target: str
    nodes: dict[str, int]
    seconds: float
    warnings: list[str]
    node_times: list[NodeTime]

    def lines(self, verbose: bool = False) -> list[str]:
        counts = ", ".join(f"{count} {status}" for status, count in sorted(self.nodes.items()))
        lines = [
            f"Built {sum(self.nodes.values())} nodes on {self.target} in {self.seconds:.1f} s ({counts})."
        ]
        lines += [f"Warning: {warning}" for warning in self.warnings]
        if verbose:
            lines += [f"{node.seconds:8.2f} s  {node.name}" for node in self.node_times[:10]]
        return lines


def build(
    paths: Paths,
    target: str = "duckdb",
    as_of: datetime | None = None,
    threads: int | None = None,
    tests: bool = True,
    select: str | None = None,
    progress: Progress | None = None,
    framework_version: str | None = None,
) -> BuildSummary:
    """Run `dbt build` on the framework and the raw tables of this installation.

    as_of is UTC; none means the latest event the gate has seen. With select (dbt's selection syntax) only
    those nodes are rebuilt, on a copy of the current warehouse. On DuckDB the warehouse is replaced when
    every node succeeded and otherwise left as it was; on Spark tables are written in place.

    framework_version names a proposed version (`next`: the only one) for a shadow run: it is scored beside
    the live version, into paths.warehouse_proposal, and the warehouse stays as it is.

    Raises LockedError, FrameworkError and BuildError (the first node that failed).
    """
    with run_lock(paths):
        install_framework(paths)
        proposal = find_proposal(paths.framework_source, framework_version) if framework_version else None
        warehouse = paths.warehouse_proposal if proposal else paths.warehouse
        variables = {"proposed_version": proposal or ""}
        if as_of:
            variables["as_of"] = f"{as_of:%Y-%m-%d %H:%M:%S}"
        _prepare_raw(paths)
        remove_database(paths.warehouse_next)
        try:
            if select and target == "duckdb" and warehouse.is_file():
                shutil.copyfile(warehouse, paths.warehouse_next)
            started = time.monotonic()
            result = _run_dbt(paths, target, variables, threads, tests, select, progress)
            failure = _first_failure(paths, target, result)
            if failure:
                raise BuildError(failure)
            summary = _summarise(paths, result, target, time.monotonic() - started)
            if target == "duckdb":
                _swap_warehouse(paths, warehouse)
                if not (proposal or select):
                    paths.warehouse_outdated.unlink(missing_ok=True)
            return summary
        finally:
            remove_database(paths.warehouse_next)


def rebuild(paths: Paths, select: str) -> None:
    """Build nodes (dbt's selection syntax) and their data tests anew on a copy of the warehouse and swap it
    in.

    For a caller that holds the lock; framework, raw tables and moment stay those of the last build. Raises
    BuildError (the first node that failed); the warehouse is then as it was.
    """
    remove_database(paths.warehouse_next)
    try:
        shutil.copyfile(paths.warehouse, paths.warehouse_next)
        exclude = ("--exclude-resource-type", "unit_test")
        result = _run_dbt(paths, "duckdb", {}, None, True, select, None, exclude)
        failure = _first_failure(paths, "duckdb", result)
        if failure:
            raise BuildError(failure)
        _swap_warehouse(paths, paths.warehouse)
    finally:
        remove_database(paths.warehouse_next)


def install_framework(paths: Paths) -> None:
    """Check the framework and make the copy that dbt seeds from hold its files and nothing else.

    Raises FrameworkError when the framework is broken or CSAT_SEED_PATH would let dbt write over its files.
    """
    _refuse_absolute_seed_path()
    check_framework(paths.framework_source, paths.project)
    wanted = seed_files(paths.framework_source, paths.project)
    paths.framework_copy.mkdir(parents=True, exist_ok=True)
    for stale in set(paths.framework_copy.iterdir()) - {paths.framework_copy / file.name for file in wanted}:
        if stale.is_dir():
            shutil.rmtree(stale)
        else:
            stale.unlink()
    for file in wanted:
        shutil.copyfile(file, paths.framework_copy / file.name)


def _refuse_absolute_seed_path() -> None:
    configured = os.environ.get("CSAT_SEED_PATH", "")
    if Path(configured).is_absolute():
        raise FrameworkError(
            f"CSAT_SEED_PATH is {configured}, an absolute path: dbt would write compiled SQL over its files; "
            "unset it and set CSAT_FRAMEWORK_DIR to that folder instead, csat build copies it."
        )


def _prepare_raw(paths: Paths) -> None:
    """Write the raw tables that lack, remove the persons that a gate cut short may have left in them, and
    list the cells that earlier releases hid.

    Raises BuildError when no data are loaded: dbt would only say that its first hook failed.
    """
    from csat.gate import apply_register
    from csat.gate.store import loaded_batches

    apply_register(paths)
    if not loaded_batches(paths):
        raise BuildError(
            f"{paths.raw}: no data are loaded, so there is nothing to build; run csat gate first, or set "
            "CSAT_DATA_DIR to the folder that holds yours."
        )
    write_held_cells(paths)


def _run_dbt(
    paths: Paths,
    target: str,
    variables: dict[str, str],
    threads: int | None,
    tests: bool,
    select: str | None,
    progress: Progress | None,
    further: Sequence[str] = (),
) -> dbtRunnerResult:
    arguments = ["--log-level", "none", "--log-level-file", "debug", "build", "--target", target]
    arguments += ["--project-dir", str(paths.project), "--profiles-dir", str(paths.project)]
    arguments += ["--vars", json.dumps(variables)]
    arguments += further
    if threads:
        arguments += ["--threads", str(threads)]
    if not tests:
        arguments += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    if select:
        arguments += ["--select", *select.split()]
    environment = {
        "CSAT_SEED_PATH": paths.seed_path,
        "CSAT_DATA_DIR": str(paths.data),
        "CSAT_WAREHOUSE": str(paths.warehouse_next),
        "DBT_TARGET_PATH": str(paths.data / "target" / target),
        "DBT_LOG_PATH": str(_log_folder(paths)),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    if target == "spark":
        environment["SPARK_SUBMIT_OPTS"] = _spark_options(paths)
    if threads:
        environment["CSAT_THREADS"] = str(threads)
    with _dbt_environment(environment):
        from dbt.cli.main import dbtRunner

        _close_dbt_connections()
        try:
            return dbtRunner(callbacks=[_progress_callback(progress)] if progress else []).invoke(arguments)
        finally:
            _close_dbt_connections()


def _spark_options(paths: Paths) -> str:
    """Return options for Spark's JVM that send the logs of Spark and Derby to the log folder."""
    logs = _log_folder(paths)
    logs.mkdir(parents=True, exist_ok=True)
    settings = logs / "log4j2.properties"
    settings.write_text(SPARK_LOGGING.format(file=(logs / "spark.log").as_posix()), encoding="utf-8")
    return (
        f"-Dlog4j2.configurationFile={settings.as_uri()} -Dspark.ui.showConsoleProgress=false "
        f"-Dderby.stream.error.file={logs / 'derby.log'}"
    )


@contextmanager
def _dbt_environment(environment: dict[str, str]) -> Iterator[None]:
    """Set what the project reads, keep the gate's key out of dbt's reach, restore all afterwards."""
    before, folder = dict(os.environ), Path.cwd()
    for name in [name for name in os.environ if name.startswith("CSAT_KEY")]:
        del os.environ[name]
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        os.chdir(folder)


def _close_dbt_connections() -> None:
    """Close what dbt-duckdb keeps open: DuckDB hands out the same instance for a path as long as one is
    open, so the next build in this process would otherwise write into the file that was moved away.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters

    reset_adapters()
    DuckDBConnectionManager.close_all_connections()
    gc.collect()


def _progress_callback(progress: Progress) -> Callable[[Any], None]:
    done, total = 0, 0

    def on_event(event: Any) -> None:
        nonlocal done, total
        if event.info.name == "ConcurrencyLine":
            total = event.data.node_count
        elif event.info.name == "NodeFinished":
            done += 1
            progress(done, total, event.data.node_info.node_name)

    return on_event


def _log_folder(paths: Paths) -> Path:
    return paths.data / "logs"


def _first_failure(paths: Paths, target: str, result: dbtRunnerResult) -> str | None:
    """Return one sentence on the first node that failed, none when all succeeded."""
    log = _log_folder(paths) / "dbt.log"
    kept = "the previous warehouse is unchanged; " if target == "duckdb" else ""
    for node_result in getattr(result.result, "results", None) or []:
        if str(node_result.status) not in FAILED_STATUSES:
            continue
        node = node_result.node
        where = getattr(node, "original_file_path", "")
        # dbt's message names the node again before it comes to the point.
        message = re.sub(r"^\w+ Error in \w+ \S+ \(\S+\) ", "", _one_line(node_result.message))
        if node.resource_type == "test" and str(node_result.status) == "fail":
            message = f"{_failing_rows(paths, target, node_result)}; its query is {node.compiled_path}"
        return f"{node.resource_type} {node.name} ({where}): {message}; {kept}dbt's log is {log}."
    if result.exception is not None:
        return f"dbt could not start the build: {_one_line(str(result.exception))}; {kept}dbt's log is {log}."
    if not result.success:
        return f"dbt ended without success; {kept}dbt's log is {log}."
    return None


def _one_line(message: str | None) -> str:
    lines = [line.strip() for line in (message or "no message").splitlines()]
    noise = re.compile(r"$|compiled code at|> (in|called by) macro")
    kept = [line for line in lines if not noise.match(line)]
    text = " ".join(kept).rstrip(".")
    return text if len(text) <= MESSAGE_LENGTH else text[:MESSAGE_LENGTH] + " …"


def _failing_rows(paths: Paths, target: str, result: Any) -> str:
    """Return how many rows a data test found, and on DuckDB the first of them."""
    example = _failing_row(paths, result.node.compiled_code) if target == "duckdb" else ""
    return f"{result.failures} failing rows{example}"


def _failing_row(paths: Paths, query: str) -> str:
    """Return the first failing row of a data test for its sentence; empty when the query has none by now."""
    import duckdb

    try:
        with duckdb.connect(str(paths.warehouse_next), read_only=True) as connection:
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description]
            row = cursor.fetchone()
    except duckdb.Error:
        return ""
    if row is None:
        return ""
    text = ", ".join(f"{name} = {value}" for name, value in zip(names, row, strict=True))
    return f", first: {text[:MESSAGE_LENGTH]}"


def _swap_warehouse(paths: Paths, warehouse: Path) -> None:
    import duckdb

    with duckdb.connect(str(paths.warehouse_next)) as connection:
        connection.execute("checkpoint")
    sync_to_disk(paths.warehouse_next)
    # A log left beside the old warehouse by a killed process would be replayed into the new one.
    warehouse.with_name(warehouse.name + ".wal").unlink(missing_ok=True)
    os.replace(paths.warehouse_next, warehouse)
    sync_to_disk(paths.data)


def _summarise(paths: Paths, result: dbtRunnerResult, target: str, seconds: float) -> BuildSummary:
    # The run's hooks are results too, but no nodes of the project.
    results = [node for node in result.result.results if node.node.resource_type != "operation"]
    return BuildSummary(
        target=target,
        nodes=dict(Counter(str(node.status) for node in results)),
        seconds=seconds,
        warnings=[
            f"{node.node.name}: {_failing_rows(paths, target, node)}"
            for node in results
            if str(node.status) == "warn"
        ],
        node_times=sorted(
            (NodeTime(node.node.name, node.execution_time) for node in results),
            key=lambda node: -node.seconds,
        ),
    )
