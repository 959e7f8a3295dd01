"""Taking what csat inspect proposed, and a person has checked, over into the framework."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from csat.errors import FrameworkError, InputError
from csat.framework import check_framework
from csat.framework.seeds import read_rows, read_schema
from csat.gate.mapping import read_mapping_rows
from csat.inspection import ADOPTED, MAPPING_HEADERS
from csat.paths import Paths
from csat.spreadsheet import formula_safe

# The cells without which a row says nothing yet; one that is filled is enough.
_DECIDING = {
    "options.csv": ("option_value", "is_missing"),
    "aliases.csv": ("insurer_id",),
    "waves.csv": ("wave_id",),
}


@dataclass(frozen=True)
class Adopted:
    """What one seed of the framework was given."""

    seed: Path
    added: int
    there: int
    undecided: int

    def line(self) -> str:
        undecided = f", {self.undecided:,} without a value left out" if self.undecided else ""
        return f"{self.seed}: {self.added:,} rows added, {self.there:,} were there{undecided}."


def adopt(paths: Paths, folders: Sequence[Path]) -> list[Adopted]:
    """Add the rows of options.csv, aliases.csv and waves.csv to the framework; by default of all sources.

    Rows that are there already are left alone, rows without a value left out. The framework stays as it was
    when a row contradicts one of it, or when it is not sound with the new rows. Raises InputError for a
    proposal that cannot be read and FrameworkError for the framework.
    """
    folders = list(folders) or sorted(paths.landing.glob("*/mapping"))
    missing = [folder for folder in folders if not folder.is_dir()]
    if missing or not folders:
        place = missing[0] if missing else paths.landing / "<source>" / "mapping"
        raise InputError(f"{place}: there is no such folder; run csat inspect on an export first.")
    proposals = [(folder / name, name) for folder in folders for name in ADOPTED]
    proposals = [(file, name) for file, name in proposals if file.is_file()]
    # What is wrong with the framework already is said before anything of it is read as text.
    check_framework(paths.framework_source, paths.project)
    schema = read_schema(paths.project)
    before: dict[Path, bytes] = {}
    results = []
    try:
        for file, name in proposals:
            seed = paths.framework_source / f"{ADOPTED[name]}.csv"
            before.setdefault(seed, seed.read_bytes())
            results.append(_adopt_file(file, name, seed, schema[ADOPTED[name]].key))
        check_framework(paths.framework_source, paths.project)
    except BaseException:
        for seed, content in before.items():
            seed.write_bytes(content)
        raise
    return results


def _adopt_file(file: Path, name: str, seed: Path, key: tuple[str, ...]) -> Adopted:
    known = {tuple(row[column] for column in key): row for row in read_rows(seed)}
    added: list[dict[str, str]] = []
    there = undecided = 0
    for line, row in read_mapping_rows(file, MAPPING_HEADERS[name], MAPPING_HEADERS[name]):
        if all(row[column].lower() in ("", "false") for column in _DECIDING[name]):
            undecided += 1
            continue
        mark = tuple(row[column] for column in key)
        other = known.get(mark)
        if other is None:
            _check_formulas(file, line, row, seed)
            known[mark] = row
            added.append(row)
            continue
        different = [column for column in MAPPING_HEADERS[name] if not _same(row[column], other[column])]
        if different:
            column = different[0]
            raise FrameworkError(
                f"{file}, line {line}: {column} of {' '.join(mark)} is '{row[column]}', in {seed.name} of "
                f"the framework '{other[column]}'; make the two agree or remove this line."
            )
        there += 1
    if added:
        _append(seed, added)
    return Adopted(seed, len(added), there, undecided)


def _check_formulas(file: Path, line: int, row: dict[str, str], seed: Path) -> None:
    """Raise FrameworkError for what a spreadsheet would run: a seed holds texts as they are, for dbt."""
    for column, text in row.items():
        if formula_safe(text) != text:
            raise FrameworkError(
                f"{file}, line {line}: {column} '{text}' is a formula to a spreadsheet, and seeds are opened "
                f"in spreadsheets; remove this line, or add it to {seed.name} of the framework by hand."
            )


def _same(left: str, right: str) -> bool:
    """Whether two cells mean the same: spreadsheets write 9.0 for 9 and FALSE for false."""
    try:
        return float(left) == float(right)
    except ValueError:
        return left.casefold() == right.casefold()


def _append(seed: Path, rows: list[dict[str, str]]) -> None:
    text = seed.read_bytes().decode("utf-8-sig")
    header = next(csv.reader(io.StringIO(text, newline="")))
    output = io.StringIO()
    end = "\r\n" if "\r\n" in text else "\n"
    csv.DictWriter(output, header, lineterminator=end, restval="").writerows(rows)
    glue = "" if text.endswith("\n") else end
    seed.write_bytes((text + glue + output.getvalue()).encode())
