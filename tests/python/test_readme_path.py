"""From exports of every known tool to scores, by the commands of the README and nothing else."""

from __future__ import annotations

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from tool_exports import EXPORTS, WAVE, Edits

from csat.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]
HEADINGS = {"README.md": "## Your own data in ten minutes", "README.zh.md": "## 十分钟接入自己的数据"}


def shell_blocks(readme: str) -> list[str]:
    """Return the commands of the section on own data, block by block."""
    text = (PROJECT / readme).read_text(encoding="utf-8")
    section = text.split(HEADINGS[readme])[1].split("\n## ")[0]
    blocks = re.findall(r"^( *)```sh\n(.*?)^\1```$", section, flags=re.MULTILINE | re.DOTALL)
    return ["\n".join(line.removeprefix(indent) for line in block.splitlines()) for indent, block in blocks]


# What a person changes in the framework. Stars count as the README says; and the insurers here have no export
# in common, so indicators that few of them have are scored all the same.
STARS = {"indicator_unit": "stars", "goalpost_lower": "1", "goalpost_upper": "5"}
POST_STARS = {"numerator_measure": "post_stars", "denominator_measure": "post_stars", "multiplier": "1"}
FRAMEWORK_EDITS: Edits = {
    ("indicators.csv", "indicator_code", "OA1"): STARS,
    ("indicators.csv", "indicator_code", "OA1a"): STARS | POST_STARS,
    ("scoring_rules.csv", "rule_code", "availability_min"): {"rule_value": "0.05"},
}


def edit(file: Path, column: str, found: str, cells: dict[str, str]) -> None:
    """Write cells of the rows that hold a text in a column, and save as spreadsheets do: CSV UTF-8."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    mine = [row for row in rows if row[column] == found]
    assert mine, f"{file.name} has no {column} '{found}'"
    for row in mine:
        row.update(cells)
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


class Person:
    """Somebody with a shell who follows the README in a folder of their own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.data, self.framework = place / "data", place / "framework"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("CSAT_")
        } | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        self.exports = ""

    def run(self, commands: str, **names: str) -> str:
        """Run a block of the README with the names of one's own files; exports hold for later blocks."""
        for old, new in {"/secure/place": str(self.place), **names}.items():
            commands = commands.replace(old, new)
        self.exports += "".join(f"{line}\n" for line in commands.splitlines() if line.startswith("export "))
        result = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.exports + commands],
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, f"{commands}\n{result.stdout}{result.stderr}"
        return result.stdout


@dataclass(frozen=True)
class Followed:
    """What the README led to: the person, and what each step printed."""

    person: Person
    inspected: dict[str, str]
    printed: str

    def query(self, sql: str) -> list[tuple]:
        file = self.person.data / "published" / "csat.duckdb"
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    folder, framework, insurers, survey, adopt, other, run = shell_blocks("README.md")
    person = Person(tmp_path_factory.mktemp("own"))
    try:
        for block in (folder, framework, insurers):
            person.run(block)
        with (person.data / "landing/policy/insurers.csv").open("a", encoding="utf-8") as stream:
            stream.writelines(f"{code},{export.insurer_name}\n" for code, export in EXPORTS.items())
        for (file, column, text), cells in FRAMEWORK_EDITS.items():
            edit(person.framework / file, column, text, cells)
        inspected = {}
        for insurer, export in EXPORTS.items():
            (person.place / export.file).write_bytes(export.content)
            block = survey if export.source == "survey" else other
            old = "客户满意度_300.xlsx" if export.source == "survey" else "黑猫投诉.json"
            source = f"cp {shlex.quote(str(person.place / export.file))}"
            names = {
                f"cp {old}": source,
                old: shlex.quote(export.file),
                "landing/reviews": f"landing/{export.source}",
            }
            names |= {"csat_2026Q3": f"survey_{insurer}", "our_company": insurer}
            inspected[insurer] = person.run(block, **names)
            for (file, column, text), cells in export.edits.items():
                edit(person.data / "landing" / export.source / "mapping" / file, column, text, cells)
            # As the README says: after the first export, and again once others were looked at.
            if insurer in (next(iter(EXPORTS)), list(EXPORTS)[-1]):
                person.run(adopt)
        printed = person.run(run, our_company="wjx_labels")
        yield Followed(person, inspected, printed)
    finally:
        shutil.rmtree(Paths(PROJECT, person.data, person.framework).framework_copy, ignore_errors=True)


def test_one_xlsx_and_nothing_else_gives_scores(tmp_path: Path) -> None:
    """What somebody gets who has one file of 问卷星, edits what the README says and leaves out the rest."""
    folder, framework, insurers, survey, adopt, _, run = shell_blocks("README.md")
    export = EXPORTS["wjx_labels"]
    person = Person(tmp_path)
    (tmp_path / export.file).write_bytes(export.content)
    try:
        for block in (folder, framework, insurers):
            person.run(block)
        source = shlex.quote(str(tmp_path / export.file))
        names = {"cp 客户满意度_300.xlsx": f"cp {source}", "客户满意度_300.xlsx": export.file}
        person.run(survey, **names)
        for (file, column, text), cells in export.edits.items():
            edit(person.data / "landing/survey/mapping" / file, column, text, cells)
        person.run(adopt)
        printed = person.run(run)
    finally:
        shutil.rmtree(Paths(PROJECT, person.data, person.framework).framework_copy, ignore_errors=True)
    lines = [line.strip() for line in printed.splitlines()]
    assert f"our_company, wave {WAVE}, framework 2026.1" in lines
    for code, (value, points, persons) in export.expected.items():
        [line] = [line for line in lines if line.startswith(f"{code} ")]
        assert re.search(rf": {value:.4g} \S+( \S+)*, score {points:.1f} ", line), line
        assert line.endswith(f"n = {persons}"), line


@pytest.mark.parametrize("insurer", [insurer for insurer, export in EXPORTS.items() if export.expected])
def test_the_scores_are_those_worked_out_by_hand(followed: Followed, insurer: str) -> None:
    found = followed.query(
        "select indicator_code, value, score, base_count from fct_indicator_scores "
        f"where insurer_id = '{insurer}' and wave_id = '{WAVE}' and segment_type = 'all' "
        "and is_official_version and value is not null"
    )
    expected = EXPORTS[insurer].expected
    indicators = {code for code, *_ in found}
    assert indicators - {"OA1a"} == set(expected)
    for code, value, points, base in found:
        if code in expected:
            assert (value, points, base) == (
                pytest.approx(expected[code][0], rel=0, abs=1e-6),
                pytest.approx(expected[code][1], rel=0, abs=1e-6),
                expected[code][2],
            ), code


def test_every_tool_is_recognised(followed: Followed) -> None:
    tools = {
        insurer: lines.split(" an export of ")[1].split(";")[0]
        for insurer, lines in followed.inspected.items()
    }
    assert tools == {insurer: export.tool for insurer, export in EXPORTS.items()}


def test_the_terminal_shows_the_scores(followed: Followed) -> None:
    lines = [line.strip() for line in followed.printed.splitlines()]
    assert f"wjx_labels, wave {WAVE}, framework 2026.1" in lines
    assert (
        "OC1 总体满意度指数 Overall satisfaction index: 72.22 points, score 72.2 (68.2-76.2), n = 40" in lines
    )
    assert "34 of 40 indicators have no data." in lines
    assert "-        星河保险: below_coverage" in lines


def test_every_row_is_used_or_has_a_reason(followed: Followed) -> None:
    """The careless answer is out, 微博 has nothing that is measured, three questions are nobody's."""
    assert dict(followed.query("select reason_code, row_count from rpt_rows_rejected")) == {
        "careless": 1,
        # Its eight answers that have a score.
        "response_excluded": 8,
        "no_measure_applies": 12,
        "open_answer": 40,
        # Choices of channels: 60 and 1 in 问卷星, 80 in Qualtrics; 40 comments under a header nobody knows.
        "question_unknown": 181,
    }
    refused = followed.query("select sum(rows_quarantined), sum(rows_duplicate) from rpt_rows_reconciled")
    assert refused == [(0, 0)]


def test_nobody_is_named_behind_the_gate(followed: Followed) -> None:
    secrets = [b"13800138", b"13900139", "张三".encode(), b"110105194912310021", b"a@b.cn", b"1.2.3.4"]
    data = followed.person.data
    files = [data / "warehouse.duckdb", *(data / "published").rglob("*"), *(data / "logs").rglob("*")]
    assert [
        (file.name, one) for file in files if file.is_file() for one in secrets if one in file.read_bytes()
    ] == []
    parts = ", ".join(f"'{part}'" for part in (data / "raw" / "survey").rglob("part-*.parquet"))
    texts = duckdb.sql(f"from read_parquet([{parts}], union_by_name = true)").fetchall()
    assert texts
    assert [one for one in secrets if one.decode() in str(texts)] == []


def test_both_readmes_give_the_same_commands() -> None:
    def commands(readme: str) -> list[str]:
        lines = "\n".join(shell_blocks(readme)).splitlines()
        return [line.split("#")[0].rstrip() for line in lines]

    assert commands("README.zh.md") == commands("README.md")
