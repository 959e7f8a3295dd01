"""What all tests share: how dbt is started by the builds they make in this process."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import dbt.cli.main
import pytest
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import SeedNode
from dbt.parser.manifest import PARTIAL_PARSE_FILE_NAME, extended_mashumuro_decoder

# What dbt parses of a project, besides the names of its seeds.
PARSED = ("dbt_project.yml", "profiles.yml", "analyses", "macros", "models", "tests")
DEBUG_LOG = ("--log-level-file", "debug")


class ParsedOnce(dbtRunner):
    """A runner that starts from what another build in this session parsed out of the same files.

    dbt would parse them anew for every data folder, variable and number of threads. What it finds here
    depends on none of these, but for the place of the seeds. The debug log, which no test reads, is left out.
    """

    _parsed: ClassVar[dict[str, bytes]] = {}

    def invoke(self, args: list[str], **kwargs: Any) -> dbtRunnerResult:
        options = dict(pairwise(args))
        project = Path(options["--project-dir"])
        target = Path(options.get("--target-path") or os.environ["DBT_TARGET_PATH"])
        args = ["info" if pair == DEBUG_LOG else pair[1] for pair in pairwise(["", *args])]
        key = _fingerprint(project, options.get("--target", ""))
        if key in self._parsed:
            self.manifest = Manifest.from_msgpack(self._parsed[key], decoder=extended_mashumuro_decoder)
            _move_seeds(self.manifest, project)
            return super().invoke(args, **kwargs)
        saved = target / PARTIAL_PARSE_FILE_NAME
        saved_at = saved.stat().st_mtime_ns if saved.is_file() else None
        result = super().invoke(args, **kwargs)
        # A file left by an earlier build with other files of the project is none of this one.
        if saved.is_file() and saved.stat().st_mtime_ns != saved_at:
            self._parsed[key] = saved.read_bytes()
        return result


def _fingerprint(project: Path, target: str) -> str:
    """A digest of all that parsing depends on."""
    digest = hashlib.sha256(repr((target, Path(os.environ["CSAT_WAREHOUSE"]).name)).encode())
    seeds = sorted(file.name for file in (project / os.environ["CSAT_SEED_PATH"]).iterdir())
    digest.update(repr(seeds).encode())
    for name in PARSED:
        for file in sorted([project / name, *(project / name).rglob("*")]):
            if file.suffix in (".sql", ".yml", ".md") and file.is_file():
                digest.update(repr((str(file.relative_to(project)), file.read_bytes())).encode())
    return digest.hexdigest()


def _move_seeds(manifest: Manifest, project: Path) -> None:
    """Let seeds be read from the framework copy of this build."""
    for node in manifest.nodes.values():
        if isinstance(node, SeedNode):
            node.root_path = str(project)
            node.original_file_path = f"{os.environ['CSAT_SEED_PATH']}/{node.path}"
    manifest.build_flat_graph()


@pytest.fixture(scope="session", autouse=True)
def _dbt_of_the_tests() -> Iterator[None]:
    """Builds parse the same files once, and leave dbt's unit tests to the sample that `make test` builds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt.cli.main, "dbtRunner", ParsedOnce)
        patch.setenv("DBT_EXCLUDE_RESOURCE_TYPES", "unit_test")
        yield
