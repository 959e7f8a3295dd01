"""Rules of the project that no tool checks: where numbers, codes and descriptions live."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from csat.yaml_text import read_yaml

PROJECT = Path(__file__).resolve().parents[2]
FRAMEWORK = PROJECT / "seeds" / "framework"
SQL_FOLDERS = ("models", "macros", "tests", "analyses")

# Numbers SQL may spell out, beside types and the places that decimals are rounded to.
PLAIN_NUMBERS = {"0", "1", "2", "100"}
UNITS = {
    "3": "months of a quarter",
    "12": "months of a year",
    "60": "seconds of a minute",
    "3600": "seconds of an hour",
    "86400": "seconds of a day",
    "365.25": "days of a year",
    "1000000": "microseconds of a second",
}
# Closed formulas of the methodology, with the numbers that belong to the formula and to nothing else.
FORMULAS = {
    "variance_or_zero": {"1e-12"},
    "student_quantile": {"3", "4", "5", "7", "15", "16", "17", "19", "96", "384"},
    "wilson_limit": {"4"},
    "byar_lower": {"3", "9"},
    "byar_upper": {"3", "9"},
    "two_sided_p": {
        "8",
        "1.26551223",
        "1.00002368",
        "0.37409196",
        "0.09678418",
        "0.18628806",
        "0.27886807",
        "1.13520398",
        "1.48851587",
        "0.82215223",
        "0.17087277",
    },
    "z_score_post": {"5"},
    "aggregation_slope": {"4"},
    "spearman_factor": {"6"},
    "quartile": {"4"},
}
# Tolerances of tests are theirs to say.
TOLERANCES = {"tests/singular", "tests/macros"}

MODEL_KEYS = {
    "name",
    "description",
    "access",
    "config",
    "columns",
    "constraints",
    "data_tests",
    "deprecation_date",
    "docs",
    "group",
    "latest_version",
    "versions",
}
COLUMN_KEYS = {"name", "description", "data_type", "config", "constraints", "data_tests", "quote"}
TOP_KEYS = {
    "version",
    "models",
    "seeds",
    "sources",
    "analyses",
    "macros",
    "groups",
    "exposures",
    "unit_tests",
    "data_tests",
}
ENTRY_KEYS = {
    "models": MODEL_KEYS,
    "seeds": {"name", "description", "config", "columns", "data_tests", "docs"},
    "sources": {"name", "description", "schema", "config", "tables", "loader", "database"},
    "analyses": {"name", "description", "config", "columns", "docs"},
    "macros": {"name", "description", "config", "docs", "arguments"},
    "groups": {"name", "description", "owner", "config"},
    "exposures": {"name", "label", "type", "description", "depends_on", "owner", "maturity", "url", "config"},
    "unit_tests": {"name", "description", "model", "given", "expect", "overrides", "config", "versions"},
    "data_tests": {"name", "description", "config"},
}


def sql_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (PROJECT / folder).rglob("*.sql"))


def python_files(folder: str) -> list[Path]:
    return sorted((PROJECT / folder).rglob("*.py"))


def place(path: Path, line: int | None = None) -> str:
    return f"{path.relative_to(PROJECT)}" + (f":{line}" if line else "")


def seed_codes(seed: str, column: str) -> set[str]:
    with (FRAMEWORK / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return {row[column] for row in csv.DictReader(file)}


def without_comments(sql: str) -> str:
    """The SQL with comments blanked out, so that line numbers stay."""

    def blank(found: re.Match) -> str:
        return re.sub(r"[^\n]", " ", found.group())

    return re.sub(r"\{#.*?#\}|/\*.*?\*/|--[^\n]*", blank, sql, flags=re.DOTALL)


def lines_with(pattern: str, text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        for found in re.finditer(pattern, line):
            yield number, found.group()


def codes_in(text: str, indicators: set[str], dimensions: set[str]) -> list[tuple[int, str]]:
    """Indicator codes as words of their own, dimension codes as quoted literals."""
    words = r"(?<![\w.])(?:" + "|".join(sorted(map(re.escape, indicators))) + r")(?!\w)"
    literals = r"(['\"])(?:" + "|".join(sorted(map(re.escape, dimensions))) + r")\1"
    return [*lines_with(words, text), *lines_with(literals, text)]


def numbers_in(sql: str) -> list[tuple[int, str]]:
    """Numbers spelled out in SQL that are neither plain, nor a unit, nor part of a type or a formula."""
    text = re.sub(
        r"(?s)\{%-?\s*macro\s+(\w+).*?endmacro\s*-?%\}",
        lambda found: (
            re.sub(
                r"(?<![\w.])(?:" + "|".join(sorted(FORMULAS[found.group(1)])) + r")(?![\w.])",
                "0",
                found.group(),
            )
            if found.group(1) in FORMULAS
            else found.group()
        ),
        without_comments(sql),
    )
    for harmless in (
        r"'[^'\n]*'",
        r"\bdecimal\s*\(\s*\d+\s*,\s*\d+\s*\)",
        r"(?i)\bround\s*\((?:[^()]|\([^()]*\)|\((?:[^()]|\([^()]*\))*\))*,\s*6\s*\)",
        r"\brange\s*\(\s*\d+\s*(?:,\s*\d+\s*)?\)",
        r"\{%-?\s*set (?:sweeps|rows_per_insert) = \d+\s*-?%\}",
        r"\[\d*:?\d*\]",
    ):
        text = re.sub(harmless, lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    allowed = PLAIN_NUMBERS | set(UNITS)
    return [
        (line, literal)
        for line, literal in lines_with(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.])", text)
        if re.sub(r"\.0+$", "", literal) not in allowed
    ]


def schema_files() -> dict[Path, dict]:
    paths = [path for folder in SQL_FOLDERS for path in sorted((PROJECT / folder).rglob("*.y*ml"))]
    return {path: read_yaml(path.read_text(encoding="utf-8")) or {} for path in paths}


def entries(kind: str) -> dict[str, tuple[Path, dict]]:
    return {
        entry["name"]: (path, entry)
        for path, document in schema_files().items()
        for entry in document.get(kind) or []
    }


def test_names(entry: dict) -> list[str]:
    """Names of the data tests of a model or column; most are mappings of one key."""
    return [test if isinstance(test, str) else next(iter(test)) for test in entry.get("data_tests") or []]


test_names.__test__ = False


def report(problems: list[str]) -> None:
    assert not problems, f"{len(problems)} problems\n" + "\n".join(problems)


def test_no_code_of_the_framework_stands_in_sql_or_python() -> None:
    indicators = seed_codes("indicators", "indicator_code")
    dimensions = seed_codes("dimensions", "dimension_code")
    assert codes_in("when 'S4' then S4C1", {"S4C1"}, {"S4"}) == [(1, "S4C1"), (1, "'S4'")]
    assert not codes_in("cells_S4C1x a.S4C1", {"S4C1"}, {"S4"})
    files = sql_files(*SQL_FOLDERS) + python_files("scripts")
    report(
        [
            f"{place(path, line)}: {code}"
            for path in files
            for line, code in codes_in(path.read_text(encoding="utf-8"), indicators, dimensions)
        ]
    )


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("where base_count >= 30", [(1, "30")]),
        ("score * 0.35", [(1, "0.35")]),
        ("cast(x as decimal(28, 12)) + round(coalesce(a, 0), 6) + 1.0 -- 30", []),
        ("case when unit = 'days' then 86400 end", []),
        ("x + 5e-3", [(1, "5e-3")]),
        ("{% macro wilson_limit(p) -%}\n4 * 5\n{%- endmacro %}", [(2, "5")]),
    ],
)
def test_the_search_for_numbers_finds_them(sql: str, found: list[tuple[int, str]]) -> None:
    assert numbers_in(sql) == found


def test_no_threshold_or_weight_stands_in_sql() -> None:
    files = [
        path
        for path in sql_files(*SQL_FOLDERS)
        if path.parent.relative_to(PROJECT).as_posix() not in TOLERANCES
    ]
    report(
        [
            f"{place(path, line)}: {literal}"
            for path in files
            for line, literal in numbers_in(path.read_text(encoding="utf-8"))
        ]
    )


def test_every_model_has_a_description_and_a_grain() -> None:
    described = entries("models")
    problems = []
    for path in sql_files("models"):
        _, entry = described.get(path.stem, (None, {}))
        if not entry.get("description"):
            problems.append(f"{place(path)}: no description")
        if "unique_grain" not in test_names(entry):
            problems.append(f"{place(path)}: no unique_grain test")
    report(problems)


def test_every_described_thing_exists() -> None:
    models = {path.stem for path in sql_files("models")}
    seeds = {path.stem for path in FRAMEWORK.glob("*.csv")}
    problems = [
        f"{place(entries('models')[name][0])}: model {name}" for name in set(entries("models")) - models
    ]
    problems += [f"{place(entries('seeds')[name][0])}: seed {name}" for name in set(entries("seeds")) - seeds]
    report(sorted(problems))


def test_every_column_of_a_mart_has_a_type_and_a_description() -> None:
    described, problems = entries("models"), []
    for path in sql_files("models/marts"):
        _, entry = described.get(path.stem, (None, {}))
        if not entry.get("columns"):
            problems.append(f"{place(path)}: no columns")
        for column in entry.get("columns") or []:
            for key in ("data_type", "description"):
                if not column.get(key):
                    problems.append(f"{path.stem}.{column['name']}: no {key}")
    report(problems)


def test_every_column_of_a_seed_is_described_and_typed() -> None:
    described, problems = entries("seeds"), []
    for path in sorted(FRAMEWORK.glob("*.csv")):
        _, entry = described.get(path.stem, (None, {}))
        if not entry.get("description"):
            problems.append(f"{path.stem}: no description")
        columns = {column["name"]: column for column in entry.get("columns") or []}
        types = (entry.get("config") or {}).get("column_types") or {}
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        for name in header:
            if not columns.get(name, {}).get("description"):
                problems.append(f"{path.stem}.{name}: no description")
            if name not in types:
                problems.append(f"{path.stem}.{name}: no type")
        problems += [f"{path.stem}.{name}: no such column" for name in set(columns) - set(header)]
    report(problems)


def public_functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Functions and methods without an underscore, also of classes without one."""
    owners: list[ast.Module | ast.ClassDef] = [tree]
    while owners:
        owner = owners.pop()
        for node in owner.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                owners.append(node)
            elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield node


def test_public_python_is_documented_and_annotated() -> None:
    problems = []
    for path in python_files("scripts"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if tree.body and not ast.get_docstring(tree):
            problems.append(f"{place(path)}: no docstring")
        top_level = set(tree.body)
        for function in public_functions(tree):
            where = f"{place(path, function.lineno)} {function.name}"
            if function in top_level and not ast.get_docstring(function):
                problems.append(f"{where}: no docstring")
            if function.returns is None:
                problems.append(f"{where}: no return type")
            arguments = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
            problems += [
                f"{where}: no type of {argument.arg}"
                for argument in arguments
                if argument.annotation is None and argument.arg not in ("self", "cls")
            ]
    report(problems)


def test_nothing_is_left_to_do() -> None:
    marks = r"\b(?:TO" + r"DO|FIX" + r"ME)\b"
    files = sql_files(*SQL_FOLDERS) + python_files("scripts") + python_files("tests") + list(schema_files())
    report(
        [
            f"{place(path, line)}: {mark}"
            for path in files
            for line, mark in lines_with(marks, path.read_text(encoding="utf-8"))
        ]
    )


def test_models_do_not_ask_for_the_engine() -> None:
    files = sql_files("models", "analyses", "tests")
    report(
        [
            f"{place(path, line)}: {found}"
            for path in files
            for line, found in lines_with(r"target\.\w+|adapter\.type", path.read_text(encoding="utf-8"))
        ]
    )


def unknown_keys(path: Path, document: dict) -> list[str]:
    """Keys dbt would pass over in silence."""
    problems = [f"{place(path)}: unknown key {key}" for key in set(document) - TOP_KEYS]
    for kind, known in ENTRY_KEYS.items():
        for entry in document.get(kind) or []:
            where = f"{place(path)}: {kind} {entry.get('name')}"
            problems += [f"{where}: unknown key {key}" for key in set(entry) - known]
            for column in entry.get("columns") or []:
                problems += [
                    f"{where}.{column.get('name')}: unknown key {key}" for key in set(column) - COLUMN_KEYS
                ]
    return problems


def test_no_key_of_the_yaml_is_misspelt() -> None:
    spelt = {
        "models": [{"name": "a", "descripton": "b", "columns": [{"name": "c", "test": []}]}],
        "model": [],
    }
    assert sorted(key.rsplit(" ", 1)[1] for key in unknown_keys(PROJECT / "a.yml", spelt)) == [
        "descripton",
        "model",
        "test",
    ]
    report([problem for path, document in schema_files().items() for problem in unknown_keys(path, document)])


def table_rows(text: str) -> list[list[str]]:
    """The rows of all tables of a document, as their cells."""
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in text.splitlines()
        if line.startswith("| ")
    ]


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_table_of_marts_lists_every_mart_once(name: str) -> None:
    first_cells = [row[0] for row in table_rows((PROJECT / name).read_text(encoding="utf-8"))]
    listed = [cell.strip("`") for cell in first_cells if re.fullmatch(r"`(?:fct|dim|rpt)_\w+`", cell)]
    assert sorted(listed) == sorted(path.stem for path in sql_files("models/marts"))


def test_every_mart_of_the_method_answers_a_question() -> None:
    described = entries("models")
    marts = sql_files("models/marts/method")
    assert marts
    report([place(path) for path in marts if "?" not in described[path.stem][1]["description"]])


def problem_text(sql: str) -> str:
    """What a data test can say: its literals, those that only a line break parts put together."""
    text = re.sub(r"'\s*\|\|\s*'", "", without_comments(sql).replace("''", "’"))
    return "\n".join(re.findall(r"'([^'\n]*)'", text))


def test_operations_name_the_sentence_of_every_data_test() -> None:
    document = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = document.split("| `problem` |")[1].split("| other text |")[0]
    sentences = [text for row in table_rows(section) for text in re.findall(r"`([^`]+)`", row[0])]
    assert len(sentences) > 15
    tests = {path: problem_text(path.read_text(encoding="utf-8")) for path in sql_files("tests/singular")}
    problems = [
        f"{place(path)}: no column problem"
        for path in tests
        if "as problem" not in path.read_text(encoding="utf-8")
    ]
    named: set[Path] = set()
    for sentence in sentences:
        parts = [part.strip(" ,;:") for part in sentence.split("…")]
        said_by = {path for path, text in tests.items() if all(part in text for part in parts)}
        if not said_by:
            problems.append(f"docs/operations.md: no test says {sentence!r}")
        named |= said_by
    problems += [f"{place(path)}: not in docs/operations.md" for path in set(tests) - named]
    report(sorted(problems))
