"""The command line as a user and a scheduler meet it: sentences, exit codes, JSON."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]


def csat(*arguments: str, paths: Paths) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "CSAT_PROJECT_DIR": str(paths.project),
        "CSAT_DATA_DIR": str(paths.data),
        "CSAT_FRAMEWORK_DIR": str(paths.framework_source),
    }
    return subprocess.run(
        [sys.executable, "-m", "csat.cli", *arguments],
        env=environment,
        cwd=paths.project,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_lists_commands_and_exit_codes(mini: Paths) -> None:
    result = csat("--help", paths=mini)
    assert result.returncode == 0
    for word in ("sample", "gate", "build", "publish", "ranking", "hash", "check", "Exit codes"):
        assert word in result.stdout


def test_usage_errors_exit_2(mini: Paths) -> None:
    for arguments in (("build", "--target", "oracle"), ("build", "--as-of", "yesterday"), ("nothing",)):
        assert csat(*arguments, paths=mini).returncode == 2


def test_the_cost_of_loading_is_measured_on_every_kind_of_rows(tmp_path: Path) -> None:
    paths = Paths(project=PROJECT, data=tmp_path / "data", framework_source=PROJECT / "seeds" / "framework")
    for kind, rows in (("answers", 500_000), ("complaints", 100_000)):
        options = ("--kind", kind, "--rows", str(rows), "--repeats", "1", "--json")
        result = csat("bench", "gate", *options, paths=paths)
        assert result.returncode == 0, result.stderr
        cost = json.loads(result.stdout)
        assert (cost["kind"], cost["rows"]) == (kind, rows)
        assert cost["cpu_seconds"] > 0 and 50 < cost["peak_megabytes"] < 2_000
        assert cost["rows_per_cpu_second"] == cost["rows"] / cost["cpu_seconds"]
    assert not paths.data.exists()
    assert csat("bench", "build", paths=paths).returncode == 2
    nothing = csat("bench", "audit", paths=paths)
    assert nothing.returncode == 1
    assert "csat.duckdb: there is nothing to attack; run csat build and csat publish first." in nothing.stderr
    assert csat("bench", "gate", "--kind", "other", paths=paths).returncode == 2


def test_a_sound_framework_is_said_to_be(mini: Paths) -> None:
    assert csat("check", paths=mini).stdout == f"{mini.framework_source}: the framework is sound.\n"
    assert json.loads(csat("check", "--json", paths=mini).stdout) == {"framework": "sound"}


def test_an_error_is_a_sentence_and_an_exit_code(mini: Paths) -> None:
    file = mini.framework_source / "score_bands.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("AA,A,90", "AA,A,ninety"), encoding="utf-8")
    result = csat("check", paths=mini)
    assert result.returncode == 4
    assert result.stderr == (
        f"{file} row 3, column score_from: 'ninety' is not a number; "
        "write a number with a decimal point, without unit or thousands separator.\n"
    )
    assert "Traceback" in csat("check", "--debug", paths=mini).stderr
    assert csat("ranking", paths=mini).returncode == 6
    assert csat("hash", paths=mini).returncode == 1


def test_an_empty_landing_folder_is_said_to_be(mini: Paths) -> None:
    result = csat("gate", paths=mini)
    assert result.returncode == 3
    assert result.stderr.startswith(f"{mini.landing}: there are no files to read; ")


def test_a_look_at_a_file_speaks_json_and_writes_a_mapping(mini: Paths) -> None:
    export = mini.landing / "reviews" / "dp_1.csv"
    export.parent.mkdir(parents=True)
    export.write_text("评论ID,商户名,星级,评论时间,评论内容\n1,甲,5,2026-01-01,好\n", encoding="utf-8")
    shutil.copytree(
        PROJECT / "models" / "staging" / "reviews", mini.project / "models" / "staging" / "reviews"
    )
    result = csat("inspect", str(export), "--json", paths=mini)
    found = json.loads(result.stdout)
    assert (found["layout"], found["table"], found["rows_seen"]) == ("大众点评", "reviews.posts", 1)
    assert (export.parent / "mapping" / "columns.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert csat("inspect", str(export), paths=mini).stdout.endswith("then: csat gate\n")


def test_a_database_is_named_as_such(mini: Paths) -> None:
    for arguments in (("--from", "oracle:x"), ("--from", "duckdb:"), ("--from", "duckdb:a", "--replay")):
        assert csat("gate", *arguments, paths=mini).returncode == 2
    assert csat("gate", "--from", "duckdb:absent.duckdb", paths=mini).returncode == 3


def test_a_replay_with_nothing_to_do_says_so(mini: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSAT_KEY", "ab" * 32)
    export = mini.landing / "policy" / "insurers_1.csv"
    export.parent.mkdir(parents=True)
    export.write_text("insurer_id,insurer_name_zh\nx,甲\n", encoding="utf-8")
    staging = Path("models", "staging")
    shutil.copytree(PROJECT / staging, mini.project / staging, dirs_exist_ok=True)
    # The batch that is there for dbt bears the key of nobody.
    shutil.rmtree(mini.raw)
    assert csat("gate", paths=mini).returncode == 0
    result = csat("gate", "--replay", paths=mini)
    assert (result.returncode, result.stdout.count("nothing was read again")) == (0, 1)
    document = json.loads(csat("gate", "--replay", "--json", paths=mini).stdout)
    assert (document["tables"], [document["notes"][0] in result.stdout]) == ([], [True])


def test_an_unexpected_error_is_a_sentence_too(mini: Paths) -> None:
    mini.warehouse.parent.mkdir(exist_ok=True)
    mini.warehouse.write_bytes(b"no database")
    result = csat("hash", paths=mini)
    assert result.returncode == 1
    assert result.stderr.startswith("Unexpected ") and "--debug" in result.stderr
    assert "Traceback" not in result.stderr


def test_build_publish_and_hash_speak_json(mini: Paths) -> None:
    built = json.loads(csat("build", "--no-tests", "--json", paths=mini).stdout)
    assert built["target"] == "duckdb" and built["seconds"] > 0
    hashes = json.loads(csat("hash", "--json", paths=mini).stdout)
    assert hashes["fct_numbers"]["row_count"] == 1
    published = json.loads(csat("publish", "--json", paths=mini).stdout)
    assert published["tables"] == hashes
    assert published["file"] == str(mini.published / "csat.duckdb")
