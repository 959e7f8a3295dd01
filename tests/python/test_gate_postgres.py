"""Tables of a real PostgreSQL server come in as landing files: typed, of one moment, nothing changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from csat.errors import InputError
from csat.gate import gate_database, gate_landing
from csat.gate.postgres import land_postgres
from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]
RECEIVED_ON = date(2026, 6, 30)


def _programs() -> Path | None:
    """Return the folder of initdb and pg_ctl; Debian keeps them outside the path, one folder per version."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a server of its own that listens on a socket only; return where it is, as libpq takes it."""
    programs = _programs()
    if programs is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs PostgreSQL (Debian: postgresql)")
    # The server refuses to run as root, and the name of a socket must be short.
    owner = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    made = subprocess.check_output(["mktemp", "-d", "-t", "csat-pg-XXXXXX"], text=True, **owner)
    folder = Path(made.strip())

    def run(*command: str) -> None:
        program = programs / command[0]
        subprocess.run(
            [program, "-D", f"{folder}/data", *command[1:]],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
            **owner,
        )

    run("initdb", "-A", "trust", "-U", "owner", "-E", "UTF8", "--no-sync")
    run("pg_ctl", "-o", f"-c listen_addresses='' -k {folder} -F", "-l", f"{folder}/log", "-w", "start")
    try:
        yield f"host={folder} user=owner dbname=postgres"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def place(server: str, request: pytest.FixtureRequest) -> str:
    """Make a database for one test; return where it is."""
    name = f"d{zlib.crc32(request.node.name.encode())}"
    execute(server, f"create database {name}")
    return server.replace("dbname=postgres", f"dbname={name}")


def execute(place: str, *statements: str) -> None:
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(place, autocommit=True) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("CSAT_KEY", "ab" * 32)
    return Paths(project=PROJECT, data=tmp_path / "data", framework_source=PROJECT / "seeds" / "framework")


CLAIMS = (
    "create table claims__claims as select 'A' || n as claim_id, 'x'::char(3) as insurer_id, "
    "timestamptz '2026-01-01 08:00:00+08' as reported_at, 10.50::numeric(9, 2) as paid_amount, "
    "n = 1 as reopened, case n when 3 then 'bad' else 'paid' end as outcome "
    "from generate_series(3, 1, -1) as t (n)"
)
INSURER = "select 'x'::text as insurer_id, '甲保险'::text as insurer_name_zh"


def test_tables_views_and_schemas_come_in_typed(paths: Paths, place: str) -> None:
    execute(
        place,
        CLAIMS,
        "create schema policy",
        f"create view policy.insurers as {INSURER}",
        "create table other as select 1 as a",
        "alter role owner set timezone = 'Asia/Shanghai'",
        "alter role owner set datestyle = 'German'",
    )
    result = gate_database(paths, "postgres", place, received_on=RECEIVED_ON)
    assert {(one.table, one.read, one.accepted, one.quarantined) for one in result.tables} == {
        ("claims.claims", 3, 2, 1),
        ("policy.insurers", 1, 1, 0),
    }
    columns = "claim_id, insurer_id, reported_at, cast(paid_amount as varchar), reopened"
    query = f"select {columns} from '{paths.raw}/claims/claims/part-*.parquet' order by all"
    assert duckdb.sql(query).fetchall() == [
        ("A1", "x", datetime(2026, 1, 1), "10.50", True),
        ("A2", "x", datetime(2026, 1, 1), "10.50", False),
    ]
    name = duckdb.sql(f"select insurer_name_zh from '{paths.raw}/policy/insurers/part-*.parquet'").fetchall()
    assert name == [("甲保险",)]


def test_the_copy_is_a_landing_file_its_owner_alone_can_read(paths: Paths, place: str) -> None:
    execute(place, CLAIMS)
    gate_database(paths, "postgres", place, received_on=RECEIVED_ON)
    (copy,) = (paths.landing / "claims").iterdir()
    assert copy.name.startswith("claims_postgres_") and copy.stat().st_mode & 0o777 == 0o600
    assert pq.read_table(copy)["claim_id"].to_pylist() == ["A1", "A2", "A3"]
    # Loaded once, whichever way it is found again. A changed table is a new file, its known rows duplicates.
    assert all(
        one.is_skipped for one in gate_database(paths, "postgres", place, received_on=RECEIVED_ON).tables
    )
    assert all(one.is_skipped for one in gate_landing(paths, RECEIVED_ON).tables)
    execute(place, "update claims__claims set outcome = 'paid' where claim_id = 'A3'")
    (after,) = gate_database(paths, "postgres", place, received_on=RECEIVED_ON).tables
    assert (after.read, after.accepted, after.quarantined, after.duplicates) == (3, 1, 0, 2)
    assert len(list((paths.landing / "claims").iterdir())) == 2


def test_all_tables_are_read_as_of_one_moment(
    paths: Paths, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program adds a row to the second table while the first is being copied."""
    execute(place, CLAIMS, f"create table policy__insurers as {INSURER}")
    landed = []

    def adding(path: Path, name: str, **settings: object) -> pq.ParquetWriter:
        landed.append(path)
        execute(place, f"insert into policy__insurers values ('y{len(landed)}', '乙')")
        return writer(path, name, **settings)

    writer = pq.ParquetWriter
    monkeypatch.setattr(pq, "ParquetWriter", adding)
    rows = {
        path.name.split("_")[0]: pq.read_table(path).num_rows for path in land_postgres(paths, place).files
    }
    assert len(landed) == 2
    assert rows == {"insurers": 1, "claims": 3}


def test_nothing_of_the_database_can_be_changed(paths: Paths, place: str) -> None:
    execute(
        place,
        "create table kept as select 1 as a",
        "create function hurt() returns text language plpgsql as "
        "$$ begin delete from kept; return 'x'; end $$",
        "create view policy__insurers as select hurt() as insurer_id, '甲' as insurer_name_zh",
    )
    with pytest.raises(InputError, match="cannot execute DELETE in a read-only transaction"):
        gate_database(paths, "postgres", place)
    assert not list(paths.landing.rglob("*.parquet"))


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("create table a as select 1 as b", "no table bears a name of the contract"),
        (
            "create table policy__insurers as select array['x'] as insurer_id",
            r"public\.policy__insurers: column 'insurer_id' is of type text\[\]; make a view with plain",
        ),
        (
            "create table policy__insurers as select 'x' as insurer_id, '{}'::jsonb as insurer_name_zh",
            "public[.]policy__insurers: column 'insurer_name_zh' is of type jsonb",
        ),
        ("create table policy__insurers ()", "the file has no header row"),
    ],
)
def test_tables_that_cannot_be_used_are_one_sentence(
    paths: Paths, place: str, statement: str, sentence: str
) -> None:
    execute(place, statement)
    with pytest.raises(InputError, match=sentence) as caught:
        gate_database(paths, "postgres", place)
    assert len(str(caught.value).splitlines()) == 1


def test_a_table_that_cannot_be_read_stops_itself_only(paths: Paths, place: str) -> None:
    execute(
        place,
        CLAIMS,
        f"create table policy__insurers as {INSURER}",
        "create view policy__products as select 'p' as product_id, (1 / (n - 1))::text as insurer_id from "
        "generate_series(1, 2) as t (n)",
    )
    with pytest.raises(InputError, match=r"public\.policy__products: .*division by zero") as caught:
        gate_database(paths, "postgres", place, received_on=RECEIVED_ON)
    assert len(str(caught.value).splitlines()) == 1
    assert {path.parent.name for path in paths.raw.rglob("part-*.parquet")} >= {"claims", "insurers"}
    rows = duckdb.sql(f"select count(*) from '{paths.raw}/policy/insurers/part-*.parquet'").fetchall()
    assert rows == [(1,)]


def test_text_in_no_known_encoding_is_named(paths: Paths, place: str) -> None:
    execute(place, "create database raw encoding 'SQL_ASCII' locale 'C' template template0")
    raw = place.rpartition("=")[0] + "=raw"
    execute(raw, "create table policy__insurers (insurer_id text)")
    execute(raw, "insert into policy__insurers values (convert_from('\\xb1a3'::bytea, 'SQL_ASCII'))")
    with pytest.raises(
        InputError, match=r"public[.]policy__insurers: the rows cannot be read .*invalid byte sequence"
    ):
        gate_database(paths, "postgres", raw)


def test_names_are_never_read_as_sql(paths: Paths, place: str) -> None:
    execute(
        place,
        "create table kept as select 1 as a",
        """create table policy__insurers as select 'x' as insurer_id, '甲' as insurer_name_zh,
        1 as "a"" from kept; drop table kept; --" """,
    )
    with pytest.raises(InputError, match="drop table kept"):
        gate_database(paths, "postgres", place)
    execute(place, "select a from kept")


@pytest.mark.parametrize(
    "place",
    [
        "//reader:sesame@host/core",
        "//host/core?password=sesame",
        "host=db password=sesame",
        "password = 'sesame'",
    ],
)
def test_a_password_among_the_arguments_is_refused_unseen(paths: Paths, place: str) -> None:
    with pytest.raises(InputError, match=r"put it into ~/\.pgpass") as caught:
        gate_database(paths, "postgres", place)
    assert "sesame" not in str(caught.value)


def test_no_connection_and_no_driver_are_one_sentence(
    paths: Paths, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match=r'cannot be read .*role "nobody" does not exist') as caught:
        gate_database(paths, "postgres", server.replace("user=owner", "user=nobody"))
    assert len(str(caught.value).splitlines()) == 1
    with pytest.raises(InputError, match=r"cannot be read .*invalid"):
        gate_database(paths, "postgres", "colour=red")
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    with pytest.raises(InputError, match="run make postgres"):
        gate_database(paths, "postgres", server)
