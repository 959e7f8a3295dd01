"""The framework check: a broken framework stops the build before dbt starts, naming the offending rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from csat.errors import FrameworkError
from csat.framework.cells import check_cells, check_structure
from csat.framework.rules import check_rules
from csat.framework.seeds import Seed, default_folder, read_schema
from csat.paths import find_project


def check_framework(folder: Path, project: Path | None = None) -> None:
    """Check the seeds in a framework folder against their declared types and against each other.

    The columns, types and keys come from the seed YAML of the project (the nearest one by default). There are
    three stages, each only when the one before found nothing: files and columns; cells, keys and references;
    rules across rows. Raises FrameworkError whose text has a line for every problem of the stage that failed.
    """
    read_framework(folder, project or find_project())


def read_framework(folder: Path, project: Path, ignored: str | None = None) -> dict[str, Seed]:
    """Check a framework folder and return its seeds with typed rows; raises as check_framework does.

    The ignored seed, one about to be written anew, may be missing or broken and comes back without rows.
    """
    schema = read_schema(project)
    seeds, problems = check_structure(folder, schema)
    if ignored:
        seeds[ignored] = replace(seeds[ignored], rows=[])
        problems = [problem for problem in problems if problem.file != seeds[ignored].file]
    if not problems:
        defaults, _ = check_structure(default_folder(project), schema)
        problems = check_cells(seeds, defaults) or check_rules(seeds, defaults)
    if problems:
        raise FrameworkError("\n".join(str(problem) for problem in problems))
    return seeds


def seed_files(folder: Path, project: Path) -> list[Path]:
    """Return the CSV files of a framework folder, one per seed of the project."""
    return [folder / f"{name}.csv" for name in read_schema(project)]


__all__ = ["Seed", "check_framework", "read_framework", "seed_files"]
