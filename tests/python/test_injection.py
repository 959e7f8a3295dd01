"""Hostile texts in data, names, headers, file names and settings do nothing but stand where they stood."""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from conftest import KEY, PROJECT, SAMPLE_PARTS, _link
from csat.build import build
from csat.contract import Table
from csat.errors import CsatError, InputError
from csat.gate import forget, gate_landing, run_gate, write_refused
from csat.gate.identity import Tokeniser
from csat.gate.mapping import read_mapping
from csat.paths import Paths
from csat.publish import publish, published_file
from csat.spreadsheet import formula_plain, formula_safe, write_csv

RECEIVED_ON = date(2026, 11, 30)

# CANARY stands for a file that must never come to be.
PAYLOADS = {
    "sql_quote": "x'; copy (select 1) to 'CANARY'; --",
    "sql_double_quote": 'x"; drop table claims; --',
    "sql_union": "x' union select * from read_text('/etc/hostname') --",
    "sql_comment": "x/*",
    "sql_dollar": "$$; attach 'CANARY' as a; $$",
    "sql_backslash": "x\\' or 1=1 --",
    "jinja_expression": "{{ 7 * 7 }}",
    "jinja_statement": "{% do run_query('drop schema raw cascade') %}",
    "jinja_environment": "{{ env_var('CSAT_KEY') }}",
    "jinja_open": "{{ x {% y {# z",
    "shell_substitution": "$(touch CANARY)",
    "shell_backtick": "`touch CANARY`",
    "shell_semicolon": "x; touch CANARY #",
    "path_up": "../../../CANARY",
    "path_absolute": "/etc/passwd",
    "formula_equals": "=HYPERLINK(CONCATENATE(A1),B1)",
    "formula_command": "=cmd|' /C touch CANARY'!A0",
    "formula_plus": "+1+cmd|x",
    "formula_minus": "-2+3+cmd|x",
    "formula_at": "@SUM(1+1)",
    "formula_full_width": "＝1+1",
    "html_script": "<script>fetch('//x')</script>",
    "html_image": "<img src=x onerror=alert(1)>",
    "python_format": "{0.__class__} %s %(x)s",
    "glob": "*?[a-z]",
    "sql_setting": "x' union all select current_setting('home_directory') --",
    "sql_attach": "'; attach 'CANARY' as other; --",
    "jinja_log": "{% do log(env_var('CSAT_KEY'), info=true) %}",
    "shell_pipe": "x | tee CANARY",
    "shell_and": "x && touch CANARY",
    "path_windows": "..\\..\\CANARY",
    "html_svg": "<svg/onload=alert(1)>",
}
HOSTILE_FOLDER = "it's {{ 7 * 7 }} $(touch x); data"


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "canary"
    yield path
    assert not path.exists()


def write(path: Path, header: list[str], *rows: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def armed(canary: Path) -> dict[str, str]:
    return {name: text.replace("CANARY", str(canary)) for name, text in PAYLOADS.items()}


def stored(paths: Paths, address: str, columns: str) -> list[tuple]:
    folder = paths.raw / address.replace(".", "/")
    return duckdb.sql(
        f"select {columns} from read_parquet(?)", params=[f"{folder}/part-*.parquet"]
    ).fetchall()


def test_values_are_stored_as_they_came(paths: Paths, canary: Path) -> None:
    texts = armed(canary)
    header = ["claim_id", "insurer_id", "product_line", "customer_no", "team_code", "policy_id"]
    rows = [[text] * len(header) + ["2026-01-01"] for text in texts.values()]
    header.append("reported_at")
    file = write(paths.landing / "claims.csv", header, *rows)
    table = run_gate(paths, [file], "claims.claims", received_on=RECEIVED_ON).tables[0]
    assert table.accepted == len(texts) >= 30
    found = stored(paths, "claims.claims", "claim_id, insurer_id, product_line, team_code, policy_id")
    assert sorted(found) == sorted((text,) * 5 for text in texts.values())
    customers = [key for (key,) in stored(paths, "claims.claims", "customer_key")]
    assert len(set(customers)) == len(texts)


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_hostile_header_is_refused_in_one_sentence_or_mapped(paths: Paths, canary: Path, name: str) -> None:
    text = armed(canary)[name]
    header = ["claim_id", "insurer_id", "reported_at", text]
    file = write(paths.landing / "claims.csv", header, ["C1", "x", "2026-01-01", text])
    with pytest.raises(InputError) as caught:
        run_gate(paths, [file], "claims.claims", received_on=RECEIVED_ON)
    # Long names are shortened.
    assert f"column '{text[:20]}" in str(caught.value) and "' is unknown" in str(caught.value)
    assert "\n" not in str(caught.value)
    mapping = paths.data / "mapping"
    columns = ["file_pattern", "table", "source_column", "target_column", "constant"]
    write(
        mapping / "columns.csv",
        columns,
        ["claims.csv", "claims.claims", text, "team_code", ""],
        ["claims.csv", "claims.claims", "", "product_line", text],
    )
    run_gate(paths, [file], mapping=mapping, received_on=RECEIVED_ON)
    assert stored(paths, "claims.claims", "team_code, product_line") == [(text, text)]


def test_hostile_file_names_are_names(paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Names hold no slash, so that what they would write is in the working folder.
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    names = [f"claims_{text.replace('/', '_')}.csv" for text in PAYLOADS.values()]
    for number, name in enumerate(names):
        header = ["claim_id", "insurer_id", "reported_at", "outcome"]
        rows = [f"C{number}", "x", "2026-01-01", ""], [f"D{number}", "x", "2026-01-01", "bad"]
        write(paths.landing / "claims" / name, header, *rows)
    result = gate_landing(paths, RECEIVED_ON)
    assert sorted(table.source_file for table in result.tables) == sorted(names)
    assert sorted(stored(paths, "claims.claims", "source_file")) == sorted((name,) for name in names)
    # Only batch numbers become file names.
    assert {part.stem.removeprefix("part-") for part in paths.raw.glob("claims/claims/*.parquet")} == {
        "empty", *(table.batch_id for table in result.tables)
    }  # fmt: skip
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("date_format", "%Y'); copy (select 1) to 'CANARY'; --"),
        ("date_format", "{{ 7 * 7 }}%Y"),
        ("time_zone", "../../../../etc/passwd"),
        ("time_zone", "Asia/Shanghai'; select 1; --"),
        ("table", "claims.claims'; drop table x; --"),
        ("target_column", "outcome, (select 1)"),
        ("null_values", "x' or 1=1 --"),
    ],
)
def test_hostile_cells_of_a_mapping_are_refused_or_inert(
    paths: Paths, contract: dict[str, Table], canary: Path, column: str, text: str
) -> None:
    text = text.replace("CANARY", str(canary))
    rule = {"file_pattern": "c.csv", "table": "claims.claims", "source_column": "when"}
    rule |= {"target_column": "reported_at", column: text}
    mapping = paths.data / "mapping"
    write(
        mapping / "columns.csv",
        list(rule),
        list(rule.values()),
    )
    file = write(paths.landing / "c.csv", ["claim_id", "insurer_id", "when"], ["C1", "x", "2026-01-01"])
    try:
        result = run_gate(paths, [file], mapping=mapping, received_on=RECEIVED_ON)
    except CsatError as error:
        assert "\n" not in str(error)
        return
    assert column in ("null_values", "date_format") and result.tables[0].read == 1
    assert read_mapping(mapping, contract).rules[0].line == 2


@pytest.mark.parametrize("text", ["x'; drop", "{{ 7 * 7 }}", "../x", "survey answers; touch x"])
def test_hostile_settings_are_refused_in_one_sentence(paths: Paths, text: str) -> None:
    file = write(paths.landing / "c.csv", ["claim_id"], ["C1"])
    with pytest.raises(InputError, match="is unknown") as caught:
        run_gate(paths, [file], source=text)
    assert "\n" not in str(caught.value)
    with pytest.raises(CsatError) as caught:
        build(paths, framework_version=text)
    assert "nothing to score" in str(caught.value) and "\n" not in str(caught.value)


def test_a_data_folder_that_reads_as_a_pattern_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSAT_PROJECT_DIR", str(PROJECT))
    for name in ("/secure/data*", "/secure/[a]", "/secure/?"):
        monkeypatch.setenv("CSAT_DATA_DIR", name)
        with pytest.raises(CsatError, match="CSAT_DATA_DIR"):
            Paths.from_environment()


# CSV for spreadsheets


@pytest.mark.parametrize("name", [name for name in PAYLOADS if name.startswith("formula")])
def test_formulas_reach_a_spreadsheet_as_texts(name: str) -> None:
    for text in (PAYLOADS[name], f" {PAYLOADS[name]}", f"\t{PAYLOADS[name]}", f"'{PAYLOADS[name]}"):
        assert formula_safe(text).startswith("'") and formula_plain(formula_safe(text)) == text


@pytest.mark.parametrize("text", ["-5", "+8.50", "1e-3", "a=b", "'", "'a", "", "x-y", "2026-01-01", "邮箱@"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert formula_safe(text) == formula_plain(text) == text


def test_the_list_of_refused_rows_is_safe_and_private(paths: Paths, tmp_path: Path) -> None:
    texts = [text for name, text in PAYLOADS.items() if name.startswith("formula")]
    rows = [[f"C{n}", "x", "2026-01-01", text] for n, text in enumerate(texts)]
    file = write(paths.landing / "=claims.csv", ["claim_id", "insurer_id", "reported_at", "outcome"], *rows)
    run_gate(paths, [file], "claims.claims", received_on=RECEIVED_ON)
    output = tmp_path / "refused.csv"
    assert write_refused(paths, output) == len(texts)
    assert output.stat().st_mode & 0o777 == 0o600
    with output.open(encoding="utf-8-sig", newline="") as handle:
        listed = list(csv.DictReader(handle))
    assert [row["offending_value"] for row in listed] == [f"'{text}" for text in texts]
    assert {row["source_file"] for row in listed} == {"'=claims.csv"}
    # What is kept for a second try is as it came.
    kept = [
        pq.read_table(part)["original"].to_pylist() for part in paths.quarantine.glob("claims/*/*.parquet")
    ]
    assert [text.encode() in original for text, original in zip(texts, kept[0], strict=True)] == [True] * 6
    with pytest.raises(InputError, match="cannot be written"):
        write_refused(paths, tmp_path / "absent" / "x.csv")


def test_numbers_of_a_csv_stay_numbers(tmp_path: Path) -> None:
    assert write_csv(tmp_path / "a.csv", ["=a", "b"], [["-1", -1], [None, "=1"]]) == 2
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig") == "'=a,b\n-1,-1\n,'=1\n"


# Through the whole path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Paths, Path]]:
    """A hostile installation: names, folder and texts of the payloads, a person forgotten, built, published.

    The last wave has one respondent, who is the one forgotten.
    """
    root = tmp_path_factory.mktemp("hostile")
    project, canary = root / "project", root / "canary"
    for name in SAMPLE_PARTS:
        _link(project, name)
    paths = Paths(project, root / HOSTILE_FOLDER, project / "seeds" / "framework")
    texts = armed(canary)
    insurers = [[f"i{n}", text, text] for n, text in enumerate(texts.values())]
    write(
        paths.landing / "policy" / "insurers.csv",
        ["insurer_id", "insurer_name_zh", "insurer_name_en"], *insurers,
    )  # fmt: skip
    responses = [
        [f"r{n}", f"i{n % len(texts)}", f"c{n}", "2026-05-02", text, text]
        for n, text in enumerate([*texts.values()] * 2)
    ]
    responses.append(["last", "i0", "last", "2026-07-02", "", ""])
    write(
        paths.landing / "survey" / "responses.csv",
        ["response_id", "insurer_id", "customer_no", "submitted_at", "region", "product_line"], *responses,
    )  # fmt: skip
    answers = [
        [row[0], "overall", "9", text] for row, text in zip(responses, [*texts.values()] * 3, strict=False)
    ]
    write(
        paths.landing / "survey" / "answers.csv",
        ["response_id", "question_code", "raw_value", "answer_text"], *answers,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("CSAT_")]:
            patch.delenv(name)
        patch.setenv("CSAT_KEY", KEY)
        gate_landing(paths, RECEIVED_ON)
        assert forget(paths, "insurer_id,customer_no\ni0,last\n", "list").found == 1
        build(paths, threads=2, tests=False)
        publish(paths)
    yield paths, canary
    shutil.rmtree(root, ignore_errors=True)


def test_hostile_texts_reach_the_published_file_unchanged(built: tuple[Paths, Path]) -> None:
    paths, canary = built
    with duckdb.connect(str(published_file(paths)), read_only=True) as connection:
        names = connection.execute(
            "select insurer_name_zh, insurer_name_en from dim_insurers where insurer_id <> 'industry'"
        ).fetchall()
    assert sorted(names) == sorted((text, text) for text in armed(canary).values())
    assert not canary.exists() and not (paths.data.parent / "x").exists() and not Path("x").exists()


def texts_of(database: Path) -> Iterator[tuple[str, str]]:
    """Every table of a database and the texts of its rows."""
    with duckdb.connect(str(database), read_only=True) as connection:
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall():
            for row in connection.execute(f'select * from "{schema}"."{table}"').fetchall():
                yield f"{schema}.{table}", str(row)


def test_a_forgotten_person_is_in_no_table_and_an_emptied_wave_is_gone(built: tuple[Paths, Path]) -> None:
    paths, _ = built
    tokeniser = Tokeniser(bytes.fromhex(KEY))

    def places(number: str, insurer: str) -> set[str]:
        import pyarrow as pa

        (token,) = tokeniser.tokens("customer", pa.array([number]), pa.array([insurer])).to_pylist()
        found = {table for table, row in warehouse + published if token in row}
        for file in [*paths.raw.rglob("*.parquet"), *paths.quarantine.rglob("*.parquet")]:
            if token in str(pq.read_table(file).to_pylist()):
                found.add(str(file.relative_to(paths.data)))
        return found

    warehouse, published = list(texts_of(paths.warehouse)), list(texts_of(published_file(paths)))
    assert places("last", "i0") == set()
    # The scan sees who is there, and the published file names nobody at all.
    assert len(places("c1", "i1")) > 2
    assert [table for table, row in published if re.search("[0-9a-f]{64}", row)] == []
    with duckdb.connect(str(published_file(paths)), read_only=True) as connection:
        waves = connection.execute("select max(wave_id) from dim_waves").fetchall()
        scored = connection.execute("select distinct wave_id from fct_answer_distribution").fetchall()
    assert (waves, scored) == ([("2026Q2",)], [("2026Q2",)])
