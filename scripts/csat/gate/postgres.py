"""Tables of a PostgreSQL database that bear names of the contract, copied into the landing folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pyarrow as pa

from csat.contract import Table, read_contract
from csat.errors import InputError
from csat.gate.databases import Copies, fitting_tables, refuse_column, write_copy
from csat.gate.rows import check_header, plain
from csat.paths import Paths
from csat.sql_text import identifier

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


def land_postgres(paths: Paths, place: str) -> Copies:
    """Copy the tables and views of a PostgreSQL database into the landing folder.

    `place` is what libpq takes: a URI without its scheme (//reader@host/database) or words such as
    'service=warehouse' and 'dbname=core'. What it leaves out, and always the password, comes from the PG*
    variables and ~/.pgpass. Names of tables as in csat.gate.databases.fitting_tables. Raises
    InputError when there is no driver, no connection or no such table.
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
            copies = Copies()
            for table, schema, name in fitting_tables(found, read_contract(paths.project), "--from postgres"):
                cursor.execute("savepoint before_table")
                try:
                    copies.files.append(_land(paths, cursor, table, schema, name))
                except InputError as error:
                    copies.refused.append(str(error))
                    cursor.execute("rollback to savepoint before_table")
            return copies
    except adbc_driver_manager.Error as error:
        raise InputError(
            f"--from postgres: the database cannot be read ({_reason(error)}); check the name of the host, "
            "the database and the user, and whether the user may read the tables."
        ) from None


def _reason(error: Exception) -> str:
    return plain(str(error).replace("[libpq]", "").split(": ", 1)[-1])[:300]


def _batches(relation: str, cursor: Cursor) -> Iterator[pa.RecordBatch]:
    try:
        yield from cursor.fetch_record_batch()
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"{relation}: the rows cannot be read ({_reason(error)}); mend the table, or make a view of the "
            "rows that can."
        ) from None


def _names_password(place: str) -> bool:
    if place.startswith("//"):
        parts = urlsplit("postgresql:" + place)
        return parts.password is not None or "password=" in parts.query
    return re.search(r"\bpassword\s*=", place) is not None


def _land(paths: Paths, cursor: Cursor, table: Table, schema: str, name: str) -> Path:
    relation = f"{identifier(schema)}.{identifier(name)}"
    cursor.execute(_COLUMNS, (relation,))
    described = cursor.fetchall()
    header = check_header(Path(f"{schema}.{name}"), [column for column, _, _ in described])
    for column, type_name, is_plain in described:
        if not is_plain:
            raise refuse_column(f"{schema}.{name}", column, type_name)
    keys = {column.landing_name for column in table.keys}
    # The same rows make the same file, in whatever order the database keeps them.
    order = sorted(range(1, len(header) + 1), key=lambda position: header[position - 1] not in keys)
    columns = ", ".join(f'{column}::text collate "C" as {column}' for column in map(identifier, header))
    cursor.execute(f"select {columns} from {relation} order by {', '.join(map(str, order))}")
    return write_copy(paths, table, "postgres", header, _batches(f"{schema}.{name}", cursor))
