"""After a whole run neither the key nor a planted identity is anywhere but where the user put it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from planted import MARKS, PER_COLUMN, plant
from secrets_scan import forms_of_key, forms_of_words, in_database, in_files

from conftest import PROJECT, SAMPLE_PARTS
from csat.contract import read_contract
from csat.paths import Paths
from csat.publish import published_file
from csat.sample import generate

# A model that shows all that dbt knows, and one that fails while it does.
_SHOWS = """\
{{ config(materialized='table') }}
{% do log(target, info=true) %}
{% do log(env_var('CSAT_KEY', 'no key') ~ env_var('CSAT_KEY_FILE', 'no file'), info=true) %}
select '{{ target | string | replace("'", '"') }}' as shown, '{{ env_var("CSAT_KEY", "no key") }}' as asked
"""
_FAILS = 'select \'fails {{ target.path }} {{ env_var("CSAT_KEY", "no key") }}\' as a from nowhere\n'


_CSAT = (sys.executable, "-m", "csat.cli")
_DBT = (str(Path(sys.executable).parent / "dbt"),)


def _run(command: Sequence[str], environment: dict[str, str], output: Path, seen: set[bytes]) -> int:
    """Run a command, keep what it prints, and note the arguments of every process meanwhile."""
    with output.open("ab") as file:
        process = subprocess.Popen(
            command,
            cwd=environment["CSAT_PROJECT_DIR"],
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        while process.poll() is None:
            for arguments_file in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(arguments_file.read_bytes())
                except OSError:
                    continue
            time.sleep(0.1)
    return process.returncode


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A small sample with planted identities through gate, build and publish, with every log turned on."""
    project = tmp_path_factory.mktemp("exposed") / "project"
    for name in SAMPLE_PARTS:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copyfile
        copy(PROJECT / name, project / name)
    (project / "models" / "shows_target.sql").write_text(_SHOWS, encoding="utf-8")
    paths = Paths(project=project, data=project / "data", framework_source=project / "seeds" / "framework")
    summary = generate(paths, scale=0.01, progress=False)
    planted = plant(paths.landing, read_contract(project), summary.insurers[0], "motor")
    # Always the same: of thousands of tokens by chance one in a while has the digits of a planted number.
    keys = [hashlib.sha256(name).digest() for name in (b"first", b"second")]
    files = [project.parent / f"{number}.key" for number in range(2)]
    for file, key in zip(files, keys, strict=True):
        file.write_text(key.hex(), encoding="utf-8")
        file.chmod(0o600)
    output = project.parent / "output.txt"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CSAT_")}
    environment |= {
        "CSAT_PROJECT_DIR": str(project),
        "PYTHONPATH": str(PROJECT / "scripts"),
        "DBT_DEBUG": "true",
        # Where csat build has them.
        "DBT_TARGET_PATH": str(paths.data / "target"),
        "DBT_LOG_PATH": str(paths.data / "logs"),
    }
    in_variable = {"CSAT_KEY": keys[0].hex()}
    in_file = {"CSAT_KEY_FILE": str(files[0])}
    rotated = {"CSAT_KEY_FILE": str(files[1]), "CSAT_KEY_FORMER_FILE": str(files[0])}
    forgotten = project.parent / "forgotten.csv"
    with next((paths.landing / "policy").glob("customers*.parquet")).open("rb") as customers:
        person = pq.read_table(customers, columns=["insurer_id", "customer_no"]).slice(0, 1).to_pylist()[0]
    forgotten.write_text("insurer_id,customer_no\n{insurer_id},{customer_no}\n".format(**person), "utf-8")
    complaints = str(next((paths.landing / "complaints").glob("*.csv")))
    seen: set[bytes] = set()
    codes = [
        _run([*_CSAT, "--debug", *arguments], environment | key, output, seen)
        for key, arguments in (
            (in_variable, ["gate", "--received-on", "2026-11-30"]),
            (in_variable, ["gate", str(project / "no_such_file.csv")]),
            (in_file, ["inspect", complaints]),
            (in_variable, ["build", "--no-tests"]),
            (in_variable, ["publish"]),
            (in_file, ["forget", str(forgotten)]),
            (rotated, ["rotate"]),
            (rotated, ["build", "--no-tests"]),
            (rotated, ["publish"]),
        )
    ]
    (project / "models" / "fails.sql").write_text(_FAILS, encoding="utf-8")
    fails = [*_CSAT, "--debug", "build", "--no-tests", "--select", "fails"]
    codes.append(_run(fails, environment | in_variable, output, seen))
    for model in ("fails", "shows_target"):
        (project / "models" / f"{model}.sql").unlink()
    codes.append(_run([*_DBT, "docs", "generate"], environment | in_variable, output, seen))
    return SimpleNamespace(
        paths=paths, keys=keys, output=output, arguments=seen, planted=planted, codes=codes
    )


def everything(run: SimpleNamespace, forms: dict[str, bytes]) -> list[str]:
    """Search all that a run leaves, but the landing files and the quarantine."""
    data = run.paths.data
    found = []
    for folder in (data / "raw", data / "logs", data / "target", data / "published", PROJECT / "docs"):
        assert any(path.is_file() for path in folder.rglob("*")), folder
        found += in_files(folder, forms)
    for database in (run.paths.warehouse, published_file(run.paths)):
        found += in_files(database.parent, forms) if database.parent == data / "published" else []
        found += in_database(database, forms)
    content = run.output.read_bytes() + b"\0".join(run.arguments)
    return found + [f"output or arguments: {name}" for name, form in forms.items() if form in content]


def test_the_run_did_what_it_should(run: SimpleNamespace) -> None:
    # 1: the traceback of --debug for the missing file and for the model that fails.
    assert run.codes == [0, 1, *[0] * 7, 1, 0], run.output.read_text(encoding="utf-8")[-2000:]
    text = run.output.read_text(encoding="utf-8")
    assert "Traceback" in text and "no such file" in text and "nowhere" in text
    log = (run.paths.data / "logs" / "dbt.log").read_text(encoding="utf-8")
    assert (run.paths.data / "target" / "catalog.json").is_file()
    assert "[debug]" in log and "no keyno file" in log and "'target_name'" in log
    assert any(b"csat.cli" in arguments for arguments in run.arguments)
    with duckdb.connect(str(run.paths.warehouse), read_only=True) as connection:
        assert connection.execute("select asked from main.shows_target").fetchall() == [("no key",)]


def test_the_key_is_nowhere(run: SimpleNamespace) -> None:
    for key in run.keys:
        forms = forms_of_key(key)
        assert everything(run, forms) == []
        assert in_files(run.paths.landing, forms) + in_files(run.paths.quarantine, forms) == []


def test_no_planted_identity_leaves_the_gate(run: SimpleNamespace) -> None:
    assert everything(run, forms_of_words(MARKS)) == []


def test_the_planted_rows_went_all_the_way(run: SimpleNamespace) -> None:
    accepted = 0
    with duckdb.connect(str(run.paths.warehouse), read_only=True) as connection:
        for table, columns in run.planted.items():
            [(rows,)] = connection.execute(
                f"select count(*) from raw.{table} where source_file like '%planted%'"
            ).fetchall()
            assert rows > PER_COLUMN / 2, table
            accepted += rows * columns
        assert accepted >= 2000
        masked = connection.execute(
            "select count(*) from raw.survey__answers where source_file like '%planted%' "
            "and (answer_text like '%[%号]%' or answer_text like '%[地址]%')"
        ).fetchone()[0]
        assert masked > PER_COLUMN / 2
        rejected = connection.execute("select count(*) from raw.gate__reasons").fetchone()[0]
        assert rejected > 0


def test_the_search_finds_identities_where_they_may_be(run: SimpleNamespace) -> None:
    for mark in MARKS:
        assert in_files(run.paths.landing, forms_of_words([mark])), mark
        assert in_files(run.paths.quarantine, forms_of_words([mark])) or mark == "N7391", mark


def _plant_key(folder: Path, form: str, key: bytes) -> None:
    text = {
        "raw": key,
        "hexadecimal": key.hex().encode(),
        "upper case": key.hex().upper().encode(),
        "base64": base64.b64encode(key),
        "base64 inside": base64.b64encode(b"a" + key),
        "base64 of the text": base64.urlsafe_b64encode(key.hex().encode()),
        "utf-16": key.hex().encode("utf-16"),
        "escaped": "".join(f"\\x{byte:02x}" for byte in key).encode(),
        "first half": key[:16].hex().encode(),
        "gzip": gzip.compress(b"key " + key.hex().encode()),
    }[form]
    (folder / "some.log").write_bytes(b"before " + text + b" after" if form != "gzip" else text)


@pytest.mark.parametrize(
    "form",
    [
        "raw",
        "hexadecimal",
        "upper case",
        "base64",
        "base64 inside",
        "base64 of the text",
        "utf-16",
        "escaped",
        "first half",
        "gzip",
    ],
)
def test_the_search_finds_a_planted_key_in_every_form(tmp_path: Path, form: str) -> None:
    key = secrets.token_bytes(32)
    _plant_key(tmp_path, form, key)
    assert in_files(tmp_path, forms_of_key(key))
    assert in_files(tmp_path, forms_of_key(secrets.token_bytes(32))) == []


def test_the_search_finds_a_key_in_parquet_and_in_a_database(tmp_path: Path) -> None:
    key = secrets.token_bytes(32)
    planted = pa.table({"a": ["x" * 50] * 1000 + [f"key {key.hex()}"]})
    pq.write_table(planted, tmp_path / "a.parquet", compression="zstd")
    assert in_files(tmp_path, forms_of_key(key))
    with duckdb.connect(str(tmp_path / "a.duckdb")) as connection:
        connection.execute("create table t as select * from planted")
    assert in_database(tmp_path / "a.duckdb", forms_of_key(key))
    assert in_database(tmp_path / "a.duckdb", forms_of_key(secrets.token_bytes(32))) == []
