"""What a seed is: its declared columns, and its rows as read from the CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from csat.errors import FrameworkError
from csat.yaml_text import read_yaml

# Cells that dbt loads as null.
EMPTY_CELLS = ("", "null")


@dataclass(frozen=True)
class Declaration:
    """A seed as the seed YAML declares it: types by column in header order, and the columns of its key."""

    name: str
    types: dict[str, str]
    key: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One row of a seed. `number` counts as spreadsheets do, the header being row 1; `values` are typed (str,
    float, int, bool, date, datetime) or None where the cell is empty; `cells` are the texts as written."""

    number: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


@dataclass(frozen=True)
class Seed:
    """A seed's declaration, its file and its rows."""

    declaration: Declaration
    file: Path
    rows: list[Row]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def tuples(self, columns: tuple[str, ...]) -> set[tuple]:
        """Return the values of these columns over all rows."""
        return {tuple(row[column] for column in columns) for row in self.rows}


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a framework, as one sentence: place, what is wrong, remedy."""

    file: Path
    found: str
    remedy: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = str(self.file)
        if self.row is not None:
            place += f" row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        return f"{place}: {self.found}; {self.remedy}."


def problem_at(seed: Seed, row: Row, column: str, found: str, remedy: str) -> Problem:
    """Return what is wrong with one cell of a seed."""
    return Problem(seed.file, found, remedy, row=row.number, column=column)


def default_folder(project: Path) -> Path:
    """Return the framework that comes with the project; the codes the models know are the ones it uses."""
    return project / "seeds" / "framework"


def is_empty(cell: str) -> bool:
    """Tell whether dbt loads this cell as null."""
    return cell.strip().lower() in EMPTY_CELLS


def read_rows(file: Path) -> list[dict[str, str]]:
    """Return the rows of a seed that was checked, as texts by column."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def read_schema(project: Path) -> dict[str, Declaration]:
    """Return the declared seeds by name, from models/framework/_framework__seeds.yml.

    Raises FrameworkError when the file is missing.
    """
    file = project / "models" / "framework" / "_framework__seeds.yml"
    if not file.is_file():
        raise FrameworkError(
            f"{file}: the declaration of the seeds is missing; restore the file from the project."
        )
    declarations = {}
    for entry in read_yaml(file.read_text(encoding="utf-8"))["seeds"]:
        grains = [test["unique_grain"] for test in entry.get("data_tests", []) if "unique_grain" in test]
        declarations[entry["name"]] = Declaration(
            name=entry["name"],
            types=entry["config"]["column_types"],
            key=tuple(column for grain in grains for column in grain["arguments"]["columns"]),
        )
    return declarations
