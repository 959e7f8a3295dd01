"""Where a run reads and writes: one folder, `data/` unless CSAT_DATA_DIR says otherwise."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from csat.errors import CsatError

_PATTERN_MARKS = ("*", "?", "[")


def find_project() -> Path:
    """Return the folder of the dbt project: CSAT_PROJECT_DIR, or the nearest above the working directory."""
    configured = os.environ.get("CSAT_PROJECT_DIR")
    start = Path(configured) if configured else Path.cwd()
    for folder in [start, *start.parents]:
        if (folder / "dbt_project.yml").is_file():
            return folder.resolve()
    raise CsatError(
        f"{start}: no dbt_project.yml here or in any folder above; "
        "run csat inside the project or set CSAT_PROJECT_DIR to its folder."
    )


@dataclass(frozen=True)
class Paths:
    """The folders of one installation; all absolute."""

    project: Path
    data: Path
    framework_source: Path

    @classmethod
    def from_environment(cls) -> Paths:
        """Read CSAT_PROJECT_DIR, CSAT_DATA_DIR and CSAT_FRAMEWORK_DIR; defaults lie inside the project."""
        project = find_project()
        # A variable that is set but empty counts as not set.
        data = Path(os.environ.get("CSAT_DATA_DIR") or project / "data")
        if any(mark in str(data) for mark in _PATTERN_MARKS):
            raise CsatError(
                f"CSAT_DATA_DIR: {data} holds one of {' '.join(_PATTERN_MARKS)}, which would be read as a "
                "pattern of file names; choose a folder without them."
            )
        framework = Path(os.environ.get("CSAT_FRAMEWORK_DIR") or project / "seeds" / "framework")
        return cls(project=project, data=data.absolute(), framework_source=framework.absolute())

    @property
    def landing(self) -> Path:
        return self.data / "landing"

    @property
    def raw(self) -> Path:
        return self.data / "raw"

    @property
    def quarantine(self) -> Path:
        return self.data / "quarantine"

    @property
    def rights(self) -> Path:
        """What must outlive a fresh load: the register of persons who are not to come back."""
        return self.data / "rights"

    @property
    def warehouse(self) -> Path:
        return self.data / "warehouse.duckdb"

    @property
    def warehouse_next(self) -> Path:
        return self.data / "warehouse.next.duckdb"

    @property
    def warehouse_outdated(self) -> Path:
        """An empty file, there while the warehouse holds rows or tokens that have left the raw tables."""
        return self.data / "warehouse.outdated"

    @property
    def warehouse_proposal(self) -> Path:
        """The warehouse of the last shadow run; nothing is published from it."""
        return self.data / "warehouse.proposal.duckdb"

    @property
    def published(self) -> Path:
        return self.data / "published"

    @property
    def framework_copy(self) -> Path:
        """The copy of the framework that dbt seeds from. It lies inside the project: dbt resolves seed
        paths against the project and would write compiled SQL over the files of an absolute one."""
        if self.data.is_relative_to(self.project):
            return self.data / "framework"
        digest = hashlib.sha256(str(self.data).encode()).hexdigest()[:12]
        return self.project / "data" / f"framework_{digest}"

    @property
    def seed_path(self) -> str:
        """The framework copy relative to the project, for dbt's seed-paths."""
        return self.framework_copy.relative_to(self.project).as_posix()
