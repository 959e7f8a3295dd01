"""Publishing: the marts alone, copied into a new file that replaces the previous one in a single step."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from csat.errors import BuildError, PublishError
from csat.hashes import MARTS_SCHEMA, TableHash, content_hashes, hash_table, table_names
from csat.lock import run_lock
from csat.paths import Paths
from csat.releases import (
    append_release,
    check_ledger,
    count_reopened,
    has_score_marts,
    keeps_ledger,
    read_ledger,
    releases,
    write_held_cells,
)
from csat.sql_text import identifier, literal

if TYPE_CHECKING:
    import duckdb

# The newest storage format that DuckDB 1.x clients, which most BI tools still bundle, can open.
STORAGE_VERSION = "v1.2.0"
PUBLISHED_SCHEMA = "main"
Report = Callable[[str], None]
# Rounds that hide what the attack asks for and build again.
ROUNDS = 5
HELD_MODELS = "int_disclosure_cells_listed+"
# Without a row in any of these nothing was scored.
SCORE_TABLES = ("fct_indicator_scores", "fct_index_scores", "fct_regulator_scores")
NOTHING_SCORED = (
    "Nothing is scored: perhaps no wave of waves.csv in the framework covers the days of the data, or the "
    "insurer_id of their rows is none of policy.insurers; mend that, then run csat gate, csat build and csat "
    "publish."
)


@dataclass(frozen=True)
class AuditSummary:
    """What the attack found: figures hidden for their own sake, rounds that hid further cells, how many."""

    secret_figures: int
    rounds: int
    further_cells: int


@dataclass(frozen=True)
class PublishSummary:
    """What a publication wrote: the file and its tables with their row counts and content hashes."""

    file: Path
    tables: dict[str, TableHash]
    audit: AuditSummary

    @property
    def row_count(self) -> int:
        return sum(table.row_count for table in self.tables.values())

    @property
    def is_unscored(self) -> bool:
        """Whether the score marts are there and empty, which an owner would otherwise see only later."""
        found = [self.tables[name].row_count for name in SCORE_TABLES if name in self.tables]
        return bool(found) and not any(found)

    def lines(self) -> list[str]:
        lines = [f"Published {len(self.tables)} tables with {self.row_count:,} rows to {self.file}."]
        if self.is_unscored:
            lines.append(NOTHING_SCORED)
        if self.audit.secret_figures:
            lines.append(f"Audit: none of {self.audit.secret_figures:,} hidden figures can be worked out.")
        if self.audit.further_cells:
            lines.append(
                f"{self.audit.further_cells:,} further cells are hidden for it (rounds: {self.audit.rounds})."
            )
        return lines


def published_file(paths: Paths) -> Path:
    """Return the file that BI tools and the report read."""
    return paths.published / "csat.duckdb"


def publish(paths: Paths, report: Report | None = None) -> PublishSummary:
    """Copy every table of the warehouse's marts into a new published file and swap it in.

    The new file is checked before the swap; readers of the previous file keep reading it undisturbed.
    `report` is told what takes long.
    Raises PublishError when there is nothing to publish, when rows left the raw tables for a person's
    rights or their age after the warehouse was built, or when the copy does not agree with the warehouse
    (the previous file then stays), LockedError when another run holds the data folder.
    """
    import duckdb

    if not paths.warehouse.is_file():
        raise PublishError(f"{paths.warehouse}: there is no warehouse to publish; run csat build first.")
    target = published_file(paths)
    next_file = target.with_name("csat.next.duckdb")
    with run_lock(paths):
        if paths.warehouse_outdated.exists():
            raise PublishError(
                f"{paths.warehouse}: rows of forgotten or withdrawn persons, or rows too old, were removed "
                "after this warehouse was built, or the key was changed; run csat build first."
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        remove_database(next_file)
        try:
            check_ledger(paths, target)
            written, audit = _write_audited(paths, next_file, report or (lambda _: None))
            _verify(next_file, written)
            _seal(next_file)
            # Before the swap: what is shown once must be known to every later publication.
            release = _append_to_ledger(paths, next_file)
            try:
                _wal_of(target).unlink(missing_ok=True)
                os.replace(next_file, target)
            except OSError:
                if release:
                    release.unlink()
                raise
        except (duckdb.Error, OSError) as error:
            reason = " ".join(str(error).split())
            raise PublishError(
                f"{next_file}: the marts could not be published ({reason}); the previous file is unchanged."
            ) from error
        except BuildError as error:
            raise PublishError(
                f"{error} Nothing was published: cells that protect others could not be hidden."
            ) from error
        finally:
            remove_database(next_file)
        sync_to_disk(target.parent)
    return PublishSummary(file=target, tables=written, audit=audit)


def _write_audited(
    paths: Paths, next_file: Path, report: Report
) -> tuple[dict[str, TableHash], AuditSummary]:
    """Copy the marts and attack the copy; hide what it takes and copy again until the attack finds nothing.

    Raises PublishError when figures stay exposed.
    """
    from csat.build import rebuild

    further: set[tuple[str, ...]] = set()
    for round_number in range(ROUNDS + 1):
        report("Attacking the copy of the marts …")
        written = _copy_marts(paths.warehouse, next_file)
        found = _attack(paths, next_file)
        if found.problem is None:
            return written, AuditSummary(found.secret_figures, round_number, len(further))
        if round_number == ROUNDS or further.issuperset(found.companions):
            break
        further.update(found.companions)
        report(f"Hiding {len(found.companions):,} further cells and building what follows from them …")
        # With more hidden, SQL would do without some of its companions, for which others would be needed.
        write_held_cells(paths, further.union(found.hidden_companions))
        rebuild(paths, HELD_MODELS)
        remove_database(next_file)
    raise PublishError(
        f"{found.problem}; hiding {len(further):,} further cells did not help. The previous file is "
        "unchanged; publish again, which goes on from here, or take the segment type out of segments.csv or "
        "raise persons_min in disclosure_rules.csv."
    )


@dataclass(frozen=True)
class _Found:
    """What an attack found: how many figures are secret, what is wrong with the first that is exposed, the
    cells that protect all that are, and those hidden for others already.
    """

    secret_figures: int = 0
    problem: str | None = None
    companions: Sequence[tuple[str, ...]] = ()
    hidden_companions: Sequence[tuple[str, ...]] = ()


@contextmanager
def attached(paths: Paths, file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection with a published file and the warehouse as `published` and `warehouse`."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach {literal(paths.warehouse)} as warehouse (read_only)")
        connection.execute(f"attach {literal(file)} as published (read_only)")
        yield connection


def _attack(paths: Paths, next_file: Path) -> _Found:
    from csat.audit.attack import read_attack

    with attached(paths, next_file) as connection:
        if not has_score_marts(connection, "published"):
            if keeps_ledger(paths):
                raise PublishError(
                    f"{paths.warehouse}: the warehouse has no score marts, so what the others show cannot be "
                    "checked; run csat build without --select first."
                )
            return _Found()
        read_ledger(connection, releases(paths))
        if reopened := count_reopened(connection, "published", paths):
            raise PublishError(
                f"{paths.warehouse}: {reopened:,} cells are shown that an earlier release hid; run csat "
                "build, which keeps them hidden, and publish again."
            )
        attack = read_attack(connection, "published", "warehouse")
        exposures = attack.exposures()
        if not exposures:
            return _Found(attack.secret_count)
        problem = attack.describe(exposures[0])
        if len(exposures) > 1:
            problem += f", as can {len(exposures) - 1:,} other hidden figures"
        return _Found(attack.secret_count, problem, attack.companions(exposures), attack.hidden_companions())


def _append_to_ledger(paths: Paths, next_file: Path) -> Path | None:
    import duckdb

    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach {literal(next_file)} as published (read_only)")
        return append_release(connection, "published", paths)


def remove_database(file: Path) -> None:
    """Delete a DuckDB file and its write-ahead log, where they exist."""
    file.unlink(missing_ok=True)
    _wal_of(file).unlink(missing_ok=True)


def sync_to_disk(path: Path) -> None:
    """Wait until a file or a folder's entries are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _wal_of(file: Path) -> Path:
    return file.with_name(file.name + ".wal")


def _copy_marts(warehouse: Path, next_file: Path) -> dict[str, TableHash]:
    """Copy the marts with their comments and return the hashes of what the warehouse holds."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        connection.execute(
            f"attach {literal(next_file)} as published (storage_version {literal(STORAGE_VERSION)})"
        )
        # Not for readers before the attack has found nothing.
        next_file.chmod(0o600)
        tables = table_names(connection, "warehouse", MARTS_SCHEMA)
        if not tables:
            raise PublishError(
                f"{warehouse}: the schema {MARTS_SCHEMA} holds no table; run csat build first."
            )
        for table in tables:
            connection.execute(
                f"create table published.{PUBLISHED_SCHEMA}.{identifier(table)} as "
                f"select * from warehouse.{MARTS_SCHEMA}.{identifier(table)}"
            )
        _copy_comments(connection)
        connection.execute("checkpoint published")
        return {table: hash_table(connection, "warehouse", MARTS_SCHEMA, table) for table in tables}


def _copy_comments(connection: duckdb.DuckDBPyConnection) -> None:
    comments = connection.execute(
        "select 'table', table_name, null, comment from duckdb_tables() "
        "where database_name = 'warehouse' and schema_name = $schema and comment is not null "
        "union all "
        "select 'column', table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'warehouse' and schema_name = $schema and comment is not null "
        # A view of the schema is not copied, so neither are the comments on its columns.
        "and table_name in (select table_name from duckdb_tables() where schema_name = $schema)",
        {"schema": MARTS_SCHEMA},
    ).fetchall()
    for kind, table, column, comment in comments:
        target = f"published.{PUBLISHED_SCHEMA}.{identifier(table)}"
        if column is not None:
            target += f".{identifier(column)}"
        connection.execute(f"comment on {kind} {target} is {literal(comment)}")


def _verify(next_file: Path, expected: dict[str, TableHash]) -> None:
    """Read the new file as a reader would and compare every table with the warehouse."""
    found = content_hashes(next_file, PUBLISHED_SCHEMA)
    for table, wanted in expected.items():
        copy = found.get(table, TableHash(row_count=0, sha256=""))
        if copy.row_count != wanted.row_count:
            raise PublishError(
                f"{next_file}: table {table} has {copy.row_count} rows where the warehouse has "
                f"{wanted.row_count}; the previous file is unchanged, run csat publish again."
            )
        if copy.sha256 != wanted.sha256:
            raise PublishError(
                f"{next_file}: table {table} differs from the warehouse in content; "
                "the previous file is unchanged, run csat publish again."
            )


def _seal(file: Path) -> None:
    """Make the file durable and read-only: a writer would leave a log beside it that breaks every reader."""
    sync_to_disk(file)
    file.chmod(0o444)
