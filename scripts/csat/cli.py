"""The command line: one command per step, one sentence per error, an exit code per kind of error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from csat.errors import CsatError, InputError, sentence_of_library
from csat.paths import Paths

if TYPE_CHECKING:
    from csat.gate import GateResult, Removals
    from csat.hashes import TableHash

EXIT_CODES = (
    "Exit codes: 0 done; 1 unexpected error; 2 wrong usage; 3 a landing file or mapping cannot be used; "
    "4 the framework is broken; 5 a node of the build failed; 6 publishing failed; "
    "7 another run is writing to the same data folder."
)
DAY = ["%Y-%m-%d"]
# The sample's last wave may lie ahead of a machine whose clock is behind.
_DAYS_AHEAD = 3650
MOMENT = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]

app = typer.Typer(
    name="csat",
    help="Measure customer satisfaction in internet insurance: files in, scores with intervals out.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, for machines.")]


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Declare the option that main() takes out of the arguments, so that --help names it."""


def main() -> None:
    """Run the command line; an error ends in one sentence on stderr and the exit code of its kind."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    for stream in (sys.stdout, sys.stderr):
        # A terminal without Chinese shows escapes instead of ending the run.
        stream.reconfigure(errors="backslashreplace")
    try:
        app(args=arguments)
    except Exception as error:
        if len(arguments) < len(sys.argv) - 1:
            raise
        if isinstance(error, CsatError):
            print(error, file=sys.stderr)
            sys.exit(error.exit_code)
        if isinstance(error, OSError) and error.strerror:
            place = f"{error.filename}: " if error.filename else ""
            print(
                f"{place}{error.strerror}; look at free space and at the rights of the folder.",
                file=sys.stderr,
            )
            sys.exit(1)
        if sentence := sentence_of_library(error):
            print(sentence, file=sys.stderr)
            sys.exit(1)
        reason = " ".join(str(error).split())
        print(
            f"Unexpected {type(error).__name__}: {reason}; run again with --debug to see where.",
            file=sys.stderr,
        )
        sys.exit(1)


@app.command(epilog=EXIT_CODES)
def sample(
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the random numbers.")] = None,
    scale: Annotated[float, typer.Option(min=0.01, help="Size relative to the full sample.")] = 1.0,
    check: Annotated[
        bool, typer.Option("--check", help="Compare the built warehouse with what the sample planted.")
    ] = False,
) -> None:
    """Write made-up landing files of two dozen insurers, or check what a build found in them."""
    import csat.sample
    from csat.lock import run_lock

    paths = Paths.from_environment()
    if check:
        _print_lines(csat.sample.check(paths, paths.warehouse))
        return
    options = {"scale": scale} if seed is None else {"seed": seed, "scale": scale}
    with run_lock(paths):
        summary = csat.sample.generate(paths, **options, progress=sys.stderr.isatty())
    print(
        f"Wrote {sum(summary.rows.values()):,} rows of {len(summary.insurers)} insurers "
        f"and {len(summary.waves)} waves in {len(summary.files)} files to {paths.landing}."
    )


@app.command(epilog=EXIT_CODES)
def gate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Landing files; without any, everything in the landing folder."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Table or source the files belong to, such as survey.answers.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="Folder with columns.csv and questions.csv.", file_okay=False)
    ] = None,
    received_on: Annotated[
        datetime | None,
        typer.Option(formats=DAY, help="Day the files were received; default today.", metavar="YYYY-MM-DD"),
    ] = None,
    replay: Annotated[
        bool,
        typer.Option(
            "--replay",
            help="Only loaded files with rows in quarantine or a mapping that changed, anew under today's "
            "mapping.",
        ),
    ] = False,
    database: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Read tables with contract names from a database: duckdb:PATH, or postgres: and what libpq "
            "takes, such as postgres://reader@host/database or postgres:service=warehouse.",
            metavar="DATABASE",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read landing files, replace identities by tokens and write typed Parquet with a manifest.

    The framework is checked and copied too, so that a plain dbt build works from here on.
    """
    from csat.build import install_framework
    from csat.gate import DATABASES, FilesRefused, gate_database, gate_landing, run_gate
    from csat.lock import run_lock

    paths = Paths.from_environment()
    kind, _, place = (database or "").partition(":")
    if database and (kind not in DATABASES or not place or files or replay or source):
        raise typer.BadParameter(
            "write duckdb:PATH or postgres:WHERE, without files, --source or --replay", param_hint="--from"
        )
    if not database and not files and not _has_landing_files(paths):
        raise InputError(
            f"{paths.landing}: there are no files to read; put them into {paths.landing}/<source>/, "
            "or set CSAT_DATA_DIR to the folder that holds yours."
        )
    day = received_on.date() if received_on else None
    if day and day > date.today() + timedelta(days=_DAYS_AHEAD):
        raise typer.BadParameter("no file is received years from now", param_hint="--received-on")
    with run_lock(paths):
        install_framework(paths)
        try:
            if database:
                result = gate_database(paths, kind, place, mapping, day)
            elif files:
                result = run_gate(paths, files, source, mapping, day, is_replay=replay)
            else:
                result = gate_landing(paths, day, is_replay=replay)
        except FilesRefused as refused:
            _print_gate_result(refused.result, as_json)
            raise
    _print_gate_result(result, as_json)


@app.command(epilog=EXIT_CODES)
def inspect(
    file: Annotated[Path, typer.Argument(help="An export to look at: CSV, XLSX, JSON or Parquet.")],
    source: Annotated[
        str | None, typer.Option(help="Table or source the file belongs to, if its header does not say it.")
    ] = None,
    insurer: Annotated[
        str | None, typer.Option(help="insurer_id of a file that names no insurer, or one of its own.")
    ] = None,
    survey: Annotated[
        str | None, typer.Option(help="Code of the questionnaire; default the name of the file.")
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(help="Mapping folder to write to.", file_okay=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recognise an export, show its columns and write a mapping folder to check in Excel."""
    from csat.inspection import inspect as run_inspect

    result = run_inspect(Paths.from_environment(), file, source, insurer, survey, mapping)
    if as_json:
        _print_json(asdict(result))
    else:
        _print_lines(result.lines())


@app.command(epilog=EXIT_CODES)
def adopt(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Mapping folders; without any, those of all sources in the landing folder.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add the checked options.csv, aliases.csv and waves.csv of csat inspect to the framework."""
    from csat.adoption import adopt as run_adopt
    from csat.lock import run_lock

    paths = Paths.from_environment()
    with run_lock(paths):
        results = run_adopt(paths, folders or [])
    if as_json:
        _print_json([asdict(result) for result in results])
    else:
        _print_lines([result.line() for result in results] or ["Nothing is proposed for the framework."])


@app.command(epilog=EXIT_CODES)
def rotate(
    drop_unknown: Annotated[
        bool,
        typer.Option(
            "--drop-unknown",
            help="Let entries of the register go that belong to nobody in the landing files; name these "
            "persons with csat forget afterwards.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring every landed batch under the key that is set now; build and publish afterwards.

    Needs every landing file as it was when it was loaded, and stops by name where one is missing. Persons of
    the register are carried over with the former key, named in CSAT_KEY_FORMER_FILE.
    """
    from csat.gate.rotate import rotate as run_rotate
    from csat.lock import run_lock

    paths = Paths.from_environment()
    with run_lock(paths):
        count = run_rotate(paths, None if as_json else _say, drop_unknown)
    if count:
        line = f"{paths.raw}: {count} batches are under the new key now; run csat build and csat publish."
    else:
        line = f"{paths.raw}: every batch is under this key already; nothing was changed."
    _print_line(line, {"batches": count}, as_json)


@app.command(epilog=EXIT_CODES)
def forget(
    list_file: Annotated[
        Path | None,
        typer.Argument(
            help="CSV file; its first line names columns among insurer_id, customer_no, phone, id_card, "
            "author_name and token. Without it the list is read from standard input.",
            metavar="[FILE]",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Remove persons from raw and quarantine and keep them out; numbers are never given as arguments."""
    from csat.gate import forget as run_forget
    from csat.gate import read_requests
    from csat.lock import run_lock

    paths = Paths.from_environment()
    text, place = read_requests(list_file, sys.stdin.buffer.read)
    with run_lock(paths):
        result = run_forget(paths, text, place)
    if as_json:
        document = {
            "requested": result.requested,
            "found": result.found,
            "by_number_alone": result.by_number_alone,
        }
        _print_json(document | _removals_as_json(result.removals))
    else:
        _print_lines(result.lines())


@app.command(epilog=EXIT_CODES)
def retain(
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=DAY, help="Day that judges ages; default today.", metavar="YYYY-MM-DD"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Remove what is too old, withdrawn or forgotten from raw and quarantine, without reading files."""
    from csat.gate import retain as run_retain
    from csat.lock import run_lock

    paths = Paths.from_environment()
    with run_lock(paths):
        removals = run_retain(paths, as_of.date() if as_of else None)
    if as_json:
        _print_json(_removals_as_json(removals))
    else:
        _print_lines(removals.lines() or ["Nothing is too old, withdrawn or forgotten."])


@app.command(epilog=EXIT_CODES)
def refused(
    output: Annotated[Path, typer.Argument(help="CSV file to write, for a spreadsheet.")],
    as_json: AsJson = False,
) -> None:
    """Write the list of refused rows: where, why and the masked value at fault, not the rows themselves."""
    from csat.gate import write_refused

    paths = Paths.from_environment()
    count = write_refused(paths, output)
    _print_line(f"Wrote {count:,} refused rows to {output}.", {"file": str(output), "rows": count}, as_json)


@app.command(epilog=EXIT_CODES)
def check(as_json: AsJson = False) -> None:
    """Check the framework alone: every seed, its references, weights and shares."""
    from csat.framework import check_framework

    paths = Paths.from_environment()
    check_framework(paths.framework_source, paths.project)
    _print_line(f"{paths.framework_source}: the framework is sound.", {"framework": "sound"}, as_json)


@app.command(epilog=EXIT_CODES)
def build(
    target: Annotated[str, typer.Option(help="duckdb or spark.")] = "duckdb",
    select: Annotated[
        str | None, typer.Option(help="Rebuild only these nodes (dbt's selection syntax) on a copy.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=MOMENT,
            help="Moment (UTC) that judges waits and which waves have begun; default the latest event.",
        ),
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of dbt and DuckDB; default 2.")] = None,
    framework_version: Annotated[
        str | None,
        typer.Option(
            help="Shadow run: score this proposed version (next: the only one) beside the live one, into "
            "warehouse.proposal.duckdb; the warehouse and what is published stay.",
            metavar="next|VERSION",
        ),
    ] = None,
    no_tests: Annotated[
        bool, typer.Option("--no-tests", help="Build without the data and unit tests.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="List the ten slowest nodes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check the framework, build the warehouse beside the current one and swap it in."""
    from csat.build import TARGETS
    from csat.build import build as run_build
    from csat.proposal import read_proposal

    if target not in TARGETS:
        raise typer.BadParameter(f"{target!r} is not one of {', '.join(TARGETS)}", param_hint="--target")
    paths = Paths.from_environment()
    with _progress(as_json) as progress:
        summary = run_build(paths, target, as_of, threads, not no_tests, select, progress, framework_version)
    proposal = None
    if framework_version and target == "duckdb" and not select:
        proposal = read_proposal(paths.warehouse_proposal)
    if as_json:
        _print_json(asdict(summary) | ({"proposal": proposal.as_json()} if proposal else {}))
    else:
        _print_lines(summary.lines(verbose))
        _print_lines(proposal.lines() if proposal else [])


@app.command(epilog=EXIT_CODES)
def publish(as_json: AsJson = False) -> None:
    """Copy the marts into a new read-only file, check it and swap it in."""
    from csat.publish import publish as run_publish

    summary = run_publish(Paths.from_environment(), None if as_json else _say)
    if as_json:
        tables = _hashes_as_json(summary.tables)
        _print_json({"file": str(summary.file), "tables": tables, "audit": asdict(summary.audit)})
    else:
        _print_lines(summary.lines())


@app.command(epilog=EXIT_CODES)
def ranking(as_json: AsJson = False) -> None:
    """Print the last wave's ranking from the published file."""
    from csat.ranking import read_ranking

    result = read_ranking(Paths.from_environment())
    if as_json:
        _print_json(result.as_json())
    else:
        _print_lines(result.lines())


@app.command(epilog=EXIT_CODES)
def scores(
    insurer: Annotated[
        str | None, typer.Option(help="insurer_id; needed where several insurers are published.")
    ] = None,
    wave: Annotated[
        str | None, typer.Option(help="wave_id; default the last wave in which the insurer has a value.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print one insurer's index, dimensions and indicators of a wave from the published file."""
    from csat.scores import read_scores

    result = read_scores(Paths.from_environment(), insurer, wave)
    if as_json:
        _print_json(result.as_json())
    else:
        _print_lines(result.lines())


@app.command(epilog=EXIT_CODES)
def calibrate(as_json: AsJson = False) -> None:
    """Propose goalposts that would give the index the shape scoring_rules aims at; nothing is changed."""
    from csat.calibrate import calibrate as run_calibrate

    result = run_calibrate(Paths.from_environment())
    if as_json:
        _print_json(result.as_json())
    else:
        _print_lines(result.lines())


@app.command(epilog=EXIT_CODES)
def draws(as_json: AsJson = False) -> None:
    """Draw weights around the published ones and write them into the framework."""
    from csat.draws import write_draws
    from csat.lock import run_lock

    paths = Paths.from_environment()
    with run_lock(paths):
        summary = write_draws(paths)
    if as_json:
        _print_json(asdict(summary))
    else:
        _print_lines(summary.lines())


@app.command(name="hash", epilog=EXIT_CODES)
def hash_marts(as_json: AsJson = False) -> None:
    """Print the content hash of every mart: the same input gives the same hashes."""
    from csat.hashes import content_hashes

    paths = Paths.from_environment()
    if not paths.warehouse.is_file():
        raise CsatError(f"{paths.warehouse}: there is no warehouse to hash; run csat build first.")
    tables = content_hashes(paths.warehouse)
    if as_json:
        _print_json(_hashes_as_json(tables))
    else:
        _print_lines(f"{table.sha256}  {name}  {table.row_count} rows" for name, table in tables.items())


@app.command(epilog=EXIT_CODES)
def demo(
    scale: Annotated[float, typer.Option(min=0.01, help="Size relative to the full sample.")] = 1.0,
) -> None:
    """Run every step on made-up data: sample, gate, build, publish, ranking.

    Landing files that are there already are kept, so a second run changes nothing.
    """
    from csat.gate.keys import demo_key
    from csat.publish import published_file
    from csat.sample import as_of_time

    paths = Paths.from_environment()
    demo_key(paths, report=_say)
    if _has_landing_files(paths):
        _say(f"{paths.landing} holds files already; no sample is written.")
        received_on = None
    else:
        _say(f"Writing sample data to {paths.landing} …")
        sample(scale=scale)
        # A machine whose clock is behind the sample's last wave must not refuse its events.
        received_on = max(datetime.now(), as_of_time(paths.framework_source))
    _say("Reading the landing files through the gate …")
    gate(received_on=received_on)
    _say("Building and testing the warehouse …")
    build()
    publish()
    ranking()
    _print_lines(
        [
            f"Landing files   {paths.landing}",
            f"Raw Parquet     {paths.raw}",
            f"Refused rows    {paths.quarantine}",
            f"Warehouse       {paths.warehouse}",
            f"Published marts {published_file(paths)}",
        ]
    )


@app.command(epilog=EXIT_CODES)
def bench(
    step: Annotated[str, typer.Argument(help="What to measure: gate or audit.", metavar="STEP")],
    kind: Annotated[
        str, typer.Option(help="Rows to gate: answers (typed, one in twenty a text) or complaints (texts).")
    ] = "answers",
    rows: Annotated[int, typer.Option(min=10_000, help="Rows to gate.")] = 1_000_000,
    repeats: Annotated[int, typer.Option(min=1, help="Runs the medians are taken of.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Measure the cost of a step: of gate CPU seconds net of the start and peak memory on made-up rows, of
    audit the attack on the published file.
    """
    import csat.bench

    if step not in ("gate", "audit"):
        raise typer.BadParameter("write gate or audit", param_hint="STEP")
    if step == "audit":
        attack = csat.bench.audit(Paths.from_environment(), repeats)
        _print_line(attack.line(), asdict(attack), as_json)
        return
    if kind not in csat.bench.KINDS:
        raise typer.BadParameter(f"write one of {', '.join(csat.bench.KINDS)}", param_hint="--kind")
    cost = csat.bench.gate(Paths.from_environment(), kind, rows, repeats)
    _print_line(cost.line(), cost.document(), as_json)


def _has_landing_files(paths: Paths) -> bool:
    return paths.landing.is_dir() and any(path.is_file() for path in paths.landing.rglob("*"))


def _say(line: str) -> None:
    """Report progress on stderr, so that stdout holds results only."""
    print(line, file=sys.stderr, flush=True)


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)


def _print_json(document: Any) -> None:
    print(json.dumps(document, ensure_ascii=False, default=str))


def _print_line(line: str, document: Any, as_json: bool) -> None:
    if as_json:
        _print_json(document)
    else:
        print(line)


def _print_gate_result(result: GateResult, as_json: bool) -> None:
    """Print the counts per file and table; the refused files are the error's text."""
    if not as_json:
        _print_lines([table.line() for table in result.tables] + result.kept)
        _print_lines(result.removals.lines() + result.notes)
        return
    tables = []
    for table in result.tables:
        reasons = [
            {"column": column, "reason": reason, "rows": rows}
            for (column, reason), rows in table.reasons.items()
        ]
        tables.append(asdict(table) | {"reasons": reasons})
    document = {"tables": tables, "kept": result.kept, "refused": result.refused, "notes": result.notes}
    _print_json(document | _removals_as_json(result.removals))


def _removals_as_json(removals: Removals) -> dict[str, Any]:
    rows = [
        {"table": table, "layer": layer, "cause": cause, "rows": count}
        for (table, layer, cause), count in sorted(removals.rows.items())
    ]
    return {"removed": rows, "files": sorted(removals.files)}


def _hashes_as_json(tables: dict[str, TableHash]) -> dict[str, Any]:
    return {name: asdict(table) for name, table in tables.items()}


@contextmanager
def _progress(as_json: bool) -> Iterator[Callable[[int, int, str], None] | None]:
    """Give a progress bar on a terminal and nothing elsewhere."""
    if as_json or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("starting dbt", total=None)

        def show(done: int, total: int, name: str) -> None:
            bars.update(task, completed=done, total=total, description=name)

        yield show


if __name__ == "__main__":
    main()
