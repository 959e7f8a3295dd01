"""The ledger of releases: which cells every publication showed and hid, and the figures it showed.

One Parquet file per release beside the published file. A cell that a release hid stays hidden in all later
ones; nothing takes a release out of the ledger, neither a rollback nor a person who is forgotten. Hidden
figures are not in it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from csat.audit.cells import KEY, LEDGER, LEDGER_COLUMNS, SCORE_MARTS, STATUSES
from csat.contract import read_contract
from csat.errors import PublishError
from csat.gate.store import batch_part, write_part
from csat.paths import Paths
from csat.sql_text import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

HELD_TABLE = "disclosure.held_cells"
_RELEASE = re.compile(r"release-(\d{6})\.parquet")


def keeps_ledger(paths: Paths) -> bool:
    """Return whether the project's models keep hidden what the ledger says."""
    return HELD_TABLE in read_contract(paths.project)


def releases(paths: Paths) -> list[Path]:
    """Return the files of the ledger, oldest first. Raises PublishError when one is missing."""
    folder = paths.published / "releases"
    files = sorted(file for file in folder.glob("release-*.parquet") if _RELEASE.fullmatch(file.name))
    for number, file in enumerate(files, start=1):
        wanted = _release_file(paths, number)
        if file != wanted:
            raise PublishError(
                f"{wanted}: this file of the ledger of releases is missing; put back a copy of it, because "
                "without it cells that were hidden could open."
            )
    return files


def _release_file(paths: Paths, number: int) -> Path:
    return paths.published / "releases" / f"release-{number:06}.parquet"


def has_score_marts(connection: duckdb.DuckDBPyConnection, published: str) -> bool:
    """Return whether an attached file holds the marts whose cells are audited. Raises PublishError when it
    holds some of them only.
    """
    tables = {
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = ?", [published]
        ).fetchall()
    }
    missing = [mart.mart for mart in SCORE_MARTS if mart.mart not in tables]
    if 0 < len(missing) < len(SCORE_MARTS):
        raise PublishError(
            f"the warehouse lacks {', '.join(missing)}, so what is hidden in the other score marts cannot be "
            "checked; run csat build without --select first."
        )
    return not missing


def read_ledger(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    """Make the temporary table of what releases showed of their cells. Raises PublishError when a file cannot
    be read: what it held would open.
    """
    import duckdb

    connection.execute(
        f"create or replace temp table {LEDGER} "
        f"({', '.join(f'{name} {kind}' for name, kind in LEDGER_COLUMNS.items())})"
    )
    for file in files:
        try:
            connection.execute(
                f"insert into {LEDGER} select {', '.join(LEDGER_COLUMNS)} from read_parquet($file)",
                {"file": str(file)},
            )
        except duckdb.Error as error:
            raise PublishError(
                f"{file}: this file of the ledger of releases cannot be read "
                f"({' '.join(str(error).split())}); put back a copy of it, because "
                "without it cells that were hidden could open."
            ) from error


def count_reopened(connection: duckdb.DuckDBPyConnection, published: str, paths: Paths) -> int:
    """Return how many cells an attached file shows that the releases of the ledger keep hidden."""
    keys = ", ".join(KEY)
    _list_held_cells(connection, paths)
    return connection.execute(
        f"""
        select count(*) from (
            select {keys} from ({_cells(published)}) where disclosure_status = 'published'
            intersect
            select {keys} from held
        )
        """
    ).fetchone()[0]


def check_ledger(paths: Paths, published_file: Path) -> None:
    """Raise PublishError where the ledger lacks what the published file shows: a release was lost."""
    import duckdb

    if not published_file.exists():
        return
    with duckdb.connect(":memory:") as connection:
        try:
            connection.execute(f"attach {literal(published_file)} as published (read_only)")
        except duckdb.Error as error:
            raise PublishError(
                f"{published_file}: the published file cannot be read ({' '.join(str(error).split())}); put "
                "back a copy of it, or remove it to publish anew."
            ) from error
        if not has_score_marts(connection, "published"):
            return
        files = releases(paths)
        if not any(_is_the_same(connection, "published", file) for file in reversed(files)):
            raise PublishError(
                f"{_release_file(paths, len(files) + 1)}: this file of the ledger of releases is missing, "
                f"because none shows what {published_file.name} does; put back a copy of it, because without "
                "it cells that were hidden could open."
            )


def _cells(published: str) -> str:
    return " union all ".join(
        f"""
        select wave_id, framework_version, insurer_id, {mart.segment}, {mart.level} as score_level,
            {mart.code} as score_code, disclosure_status, score, cast({mart.value} as double) as value,
            base_count
        from {published}.{mart.mart} where disclosure_status in {STATUSES}
        """
        for mart in SCORE_MARTS
    )


def append_release(connection: duckdb.DuckDBPyConnection, published: str, paths: Paths) -> Path | None:
    """Write the cells of an attached published file into the ledger; return the file, none without score
    marts or where the last release showed the same.
    """
    if not has_score_marts(connection, published):
        return None
    files = releases(paths)
    if files and _is_the_same(connection, published, files[-1]):
        return None
    number = len(files) + 1
    target = _release_file(paths, number)
    write_part(
        connection,
        f"select {number} as release_number, * from ({_cells(published)}) order by {', '.join(KEY)}",
        target,
    )
    # Beside the published file, but not for its readers.
    target.parent.chmod(0o700)
    return target


def _is_the_same(connection: duckdb.DuckDBPyConnection, published: str, file: Path) -> bool:
    read_ledger(connection, [file])
    columns = ", ".join(LEDGER_COLUMNS)
    sides = f"select {columns} from ({_cells(published)})", f"select {columns} from {LEDGER}"
    return not any(
        connection.execute(f"select 1 from ({one} except all {other}) limit 1").fetchall()
        for one, other in (sides, sides[::-1])
    )


def write_held_cells(paths: Paths, further: Iterable[tuple[str, ...]] = ()) -> int:
    """Write the raw table of cells that stay hidden: those an earlier release hid, and further ones (their
    keys) that protect others.

    A version of the framework that no release showed for a wave hides there what the others hid. Returns how
    many there are. Raises PublishError when a file of the ledger cannot be read.
    """
    import duckdb

    contract = read_contract(paths.project)
    if HELD_TABLE not in contract:
        return 0
    keys = ", ".join(KEY)
    with duckdb.connect() as connection:
        read_ledger(connection, releases(paths))
        _list_held_cells(connection, paths)
        rows = list(further)
        if rows:
            connection.executemany(f"insert into held values ({', '.join('?' * len(KEY))})", rows)
        write_part(
            connection,
            f"select distinct {keys} from held order by {keys}",
            batch_part(paths, contract[HELD_TABLE], "cells"),
        )
        return connection.execute(f"select count(distinct ({keys})) from held").fetchone()[0]


def _list_held_cells(connection: duckdb.DuckDBPyConnection, paths: Paths) -> None:
    """Make the temporary table held of the keys that the ledger read into the connection keeps hidden."""
    connection.execute(
        f"""
        create or replace temp table held as
        with versions as (
            select framework_version from read_csv($versions, all_varchar = true)
            union
            select framework_version from {LEDGER}
        )
        select ledger.* replace (versions.framework_version as framework_version)
        from (select distinct {", ".join(KEY)} from {LEDGER} where disclosure_status <> 'published') as ledger
        inner join versions
            on ledger.framework_version = versions.framework_version
            or not exists (
                select 1 from {LEDGER} as shown
                where shown.wave_id = ledger.wave_id
                    and shown.framework_version = versions.framework_version
            )
        """,
        {"versions": str(paths.framework_source / "framework_versions.csv")},
    )
