"""Tables of a PostgreSQL database that bear names of the contract, copied into the landing folder.

A database goes on changing, so what is loaded is a copy: every table is written to a file of its own, all as
of one moment. From there on it is a landing file like any other, replayed and brought under a new key alike.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from csat.contract import Table, read_contract
from csat.errors import InputError
from csat.gate.databases import fitting_tables, quoted
from csat.gate.encodings import digest_of
from csat.gate.rows import check_header, plain, shown
from csat.paths import Paths

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Cursor

# Nothing can be changed, every table is read as it was when the first one was, and times, dates and letters
# have one spelling.
_SETTINGS = (
    "begin isolation level repeatable read read only",
    "set local timezone = 'UTC'",
    "set local datestyle = 'ISO'",
    "set local client_encoding = 'UTF8'",
)
_TABLES = (
    "select n.nspname::text, c.relname::text from pg_catalog.pg_class as c "
    "inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid "
    "where c.relkind in ('r', 'p', 'v', 'm', 'f') and has_table_privilege(c.oid, 'select')"
)
# Types that are one text, number, date, time or truth value; uuid stands in the category of all others.
_COLUMNS = (
    "select a.attname::text, format_type(a.atttypid, null)::text, "
    "t.typcategory in ('B', 'D', 'E', 'N', 'S') or t.typname = 'uuid' "
    "from pg_catalog.pg_attribute as a inner join pg_catalog.pg_type as t on a.atttypid = t.oid "
    "where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum"
)


def land_tables(paths: Paths, place: str) -> list[Path]:
    """Write the tables of a database that bear names of the contract to the landing folder; return the files.

    `place` is what libpq takes: a URI without its scheme (//reader@host/database) or words such as
    'service=warehouse' and 'dbname=core'. What it leaves out, and always the password, comes from the PG*
    variables and ~/.pgpass. Names of tables as in csat.gate.databases.fitting_tables. A file is named by the
    beginning of its SHA-256, so that a table that did not change is the file it was. Raises InputError when
    there is no driver, no connection, no such table, or a column that no text can hold.
    """
    try:
        import adbc_driver_manager
        from adbc_driver_postgresql import dbapi
    except ImportError:
        raise InputError(
            "--from postgres: the driver is not installed; run make postgres, or pip install with "
            "--require-hashes --requirement requirements/postgres.lock."
        ) from None
    if _names_password(place):
        raise InputError(
            "--from postgres: a password among the arguments of a command can be read by every user of this "
            "machine; put it into ~/.pgpass or PGPASSWORD."
        )
    where = "postgresql:" + place if place.startswith("//") else place
    try:
        with dbapi.connect(where, autocommit=True) as connection, connection.cursor() as cursor:
            for setting in _SETTINGS:
                cursor.execute(setting)
            cursor.execute(_TABLES)
            found = set(cursor.fetchall())
            fitting = fitting_tables(found, read_contract(paths.project), "--from postgres")
            return [_land(paths, cursor, table, schema, name) for table, schema, name in fitting]
    except adbc_driver_manager.Error as error:
        raise _unreadable(error) from None


def _unreadable(error: Exception) -> InputError:
    reason = plain(str(error).replace("[libpq]", "").split(": ", 1)[-1])
    return InputError(
        f"--from postgres: the database cannot be read ({reason[:300]}); check the name of the host, the "
        "database and the user, and whether the user may read the tables."
    )


def _batches(cursor: Cursor) -> Iterator[pa.RecordBatch]:
    try:
        yield from cursor.fetch_record_batch()
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(error) from None


def _names_password(place: str) -> bool:
    if place.startswith("//"):
        parts = urlsplit("postgresql:" + place)
        return parts.password is not None or "password=" in parts.query
    return re.search(r"\bpassword\s*=", place) is not None


def _land(paths: Paths, cursor: Cursor, table: Table, schema: str, name: str) -> Path:
    relation = f"{quoted(schema)}.{quoted(name)}"
    cursor.execute(_COLUMNS, (relation,))
    described = cursor.fetchall()
    header = check_header(Path(name), [column for column, _, _ in described])
    for column, type_name, is_plain in described:
        if not is_plain:
            raise InputError(
                f"--from postgres: column '{shown(column)}' of {schema}.{name} is of type {type_name}; "
                "make a view with plain columns of text, numbers, dates or times."
            )
    keys = {column.landing_name for column in table.keys}
    # The same rows make the same file, in whatever order the database keeps them.
    order = sorted(range(1, len(header) + 1), key=lambda position: header[position - 1] not in keys)
    columns = ", ".join(f'{quoted(column)}::text collate "C" as {quoted(column)}' for column in header)
    schema_written = pa.schema([(column, pa.string()) for column in header])
    folder = paths.landing / table.source
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{table.name}_postgres.parquet"
    try:
        cursor.execute(f"select {columns} from {relation} order by {', '.join(map(str, order))}")
        # The file holds identities: only its owner may read it.
        with (
            open(unfinished, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file,
            pq.ParquetWriter(file, schema_written) as writer,
        ):
            for batch in _batches(cursor):
                writer.write_batch(batch.cast(schema_written))
        path = folder / f"{table.name}_postgres_{digest_of(unfinished).hexdigest()[:12]}.parquet"
        return unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
