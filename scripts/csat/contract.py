"""The raw contract: the tables and columns the gate writes, read from the project's source YAML."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from csat.errors import CsatError

IDENTITY_KINDS = ("customer", "phone", "id_card", "name")

# Columns the gate adds to every landing table; staging carries them so that a row can be traced to its file.
LINEAGE_COLUMNS = {"batch_id": "string", "source_file": "string", "source_row_number": "bigint"}


@dataclass(frozen=True)
class Column:
    """One column of a raw table and the rules its values obey."""

    name: str
    data_type: str
    is_key: bool = False
    is_required: bool = False
    is_event: bool = False
    is_free_text: bool = False
    is_masked: bool = False
    identity: str | None = None
    landing_name: str = ""
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    minimum_exclusive: float | None = None


@dataclass(frozen=True)
class Table:
    """One raw table: `source.name` is its address, `identifier` the view dbt reads."""

    source: str
    name: str
    identifier: str
    time_zone: str
    is_written_by_gate: bool
    columns: tuple[Column, ...] = field(default_factory=tuple)

    @property
    def address(self) -> str:
        return f"{self.source}.{self.name}"

    @property
    def word_columns(self) -> dict[str, str]:
        """Name of the column that holds the words of each column of free text, by that column's name."""
        return {column.name: f"{column.name}_words" for column in self.columns if column.is_free_text}

    @property
    def keys(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_key)


def _column(entry: dict) -> Column:
    meta = entry.get("config", {}).get("meta", {})
    return Column(
        name=entry["name"],
        data_type=entry["data_type"],
        is_key=meta.get("key", False),
        is_required=meta.get("required", False),
        is_event=meta.get("event", False),
        is_free_text=meta.get("free_text", False),
        is_masked=meta.get("free_text", False) or meta.get("masked", False),
        identity=meta.get("identity"),
        landing_name=meta.get("from", entry["name"]),
        allowed=tuple(str(value) for value in meta.get("allowed", ())),
        minimum=meta.get("min"),
        maximum=meta.get("max"),
        minimum_exclusive=meta.get("min_exclusive"),
    )


def read_contract(project: Path) -> dict[str, Table]:
    """Return every raw table by its address ('survey.answers'), in the order of the YAML files.

    Raises CsatError when the project holds no source YAML.
    """
    tables: dict[str, Table] = {}
    for path in sorted((project / "models" / "staging").glob("*/_*__sources.yml")):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            meta = source.get("config", {}).get("meta", {})
            for entry in source["tables"]:
                table = Table(
                    source=source["name"],
                    name=entry["name"],
                    identifier=entry["identifier"],
                    time_zone=meta.get("time_zone", "UTC"),
                    is_written_by_gate=meta.get("written_by_gate", False),
                    columns=tuple(_column(column) for column in entry["columns"]),
                )
                tables[table.address] = table
    if not tables:
        raise CsatError(f"{project}/models/staging: no source YAML found; the checkout is incomplete.")
    return tables
