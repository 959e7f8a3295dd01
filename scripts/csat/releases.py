"""The ledger of releases: which cells every publication showed and hid, and the figures it showed.

One Parquet file per release beside the published file. A cell that a release hid stays hidden in all later
ones; nothing takes a release out of the ledger, neither a rollback nor a person who is forgotten. Hidden
figures are not in it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from csat.audit.cells import KEY, SCORE_MARTS, STATUSES
from csat.contract import read_contract
from csat.errors import PublishError
from csat.gate.store import batch_part, quote, write_part
from csat.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

HELD_TABLE = "disclosure.held_cells"
RELEASED, COMPANION = "released", "companion"
_RELEASE = re.compile(r"release-(\d{6})\.parquet")


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


def count_reopened(connection: duckdb.DuckDBPyConnection, published: str, paths: Paths) -> int:
    """Return how many cells an attached file shows that a release of the ledger hid."""
    files = [str(file) for file in releases(paths)]
    if not files:
        return 0
    keys = ", ".join(KEY)
    return connection.execute(
        f"""
        select count(*) from (
            select {keys} from ({_cells(published)}) where disclosure_status = 'published'
            intersect
            select {keys} from read_parquet($files) where disclosure_status <> 'published'
        )
        """,
        {"files": files},
    ).fetchone()[0]


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
    marts.
    """
    if not has_score_marts(connection, published):
        return None
    number = len(releases(paths)) + 1
    target = _release_file(paths, number)
    write_part(
        connection,
        f"select {number} as release_number, * from ({_cells(published)}) order by {', '.join(KEY)}",
        target,
    )
    # Beside the published file, but not for its readers.
    target.parent.chmod(0o700)
    return target


def write_held_cells(paths: Paths, further: Iterable[tuple[str, ...]] = ()) -> int:
    """Write the raw table of cells that stay hidden: those an earlier release hid, and further ones (their
    keys) that protect others.

    Returns how many there are. Raises PublishError when a file of the ledger cannot be read: what it held
    would open.
    """
    import duckdb

    contract = read_contract(paths.project)
    if HELD_TABLE not in contract:
        return 0
    files = releases(paths)
    columns = ", ".join(f"{column} varchar" for column in (*KEY, "held_reason"))
    keys = ", ".join(KEY)
    with duckdb.connect() as connection:
        connection.execute(f"create table held ({columns})")
        for file in files:
            try:
                connection.execute(
                    f"insert into held select {keys}, '{RELEASED}' "
                    f"from read_parquet({quote(str(file))}) where disclosure_status <> 'published'"
                )
            except duckdb.Error as error:
                raise PublishError(
                    f"{file}: this file of the ledger of releases cannot be read "
                    f"({' '.join(str(error).split())}); put back a copy of it, because "
                    "without it cells that were hidden could open."
                ) from error
        rows = [(*key, COMPANION) for key in further]
        if rows:
            connection.executemany(f"insert into held values ({', '.join('?' * (len(KEY) + 1))})", rows)
        connection.execute(
            f"create table listed as select {keys}, max(held_reason) as held_reason from held group by {keys}"
        )
        write_part(
            connection,
            f"select * from listed order by {keys}",
            batch_part(paths, contract[HELD_TABLE], "cells"),
        )
        return connection.execute("select count(*) from listed").fetchone()[0]
