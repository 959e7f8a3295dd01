"""The raw contract: the tables and columns the gate writes, read from the project's source YAML."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from csat.errors import CsatError
from csat.yaml_text import read_yaml

IDENTITY_KINDS = ("customer", "phone", "id_card", "name")
# Whose rows go: of those who withdrew; also of those whom policy.customers lists without consent where their
# insurer keeps consents on file; of everybody without consent on file.
CONSENT_RULES = ("withdrawn", "on_file", "required")
AGE_STARTS = ("receipt", "event")

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
    references: str | None = None
    landing_name: str = ""
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    minimum_exclusive: float | None = None


@dataclass(frozen=True)
class RowRule:
    """A fault that several values of one row make together: `when` is SQL over its typed columns.

    The rule holds where a file fills all of `columns`; the first of them is the one a reason names.
    """

    code: str
    columns: tuple[str, ...]
    when: str


@dataclass(frozen=True)
class Processing:
    """What persons' rights make of a table; a company may decide otherwise (csat.gate.processing).

    `consent_purpose` is the purpose of consent the rows serve, none where they rest on another basis;
    `consent_rule` is one of CONSENT_RULES. Rows older than `raw_days`, and refused rows received more than
    `quarantine_days` ago, expire; none means never. Ages count from the day of receipt, or where
    `counted_from` is 'event' from the row's latest event if it has one.
    """

    consent_purpose: str | None = None
    consent_rule: str | None = None
    raw_days: int | None = None
    quarantine_days: int | None = None
    counted_from: str = AGE_STARTS[0]


@dataclass(frozen=True)
class Table:
    """One raw table: `source.name` is its address, `identifier` the view dbt reads."""

    source: str
    name: str
    identifier: str
    time_zone: str
    is_written_by_gate: bool
    columns: tuple[Column, ...] = field(default_factory=tuple)
    rules: tuple[RowRule, ...] = ()
    processing: Processing = Processing()

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

    @property
    def events(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_event)

    def identity(self, kind: str) -> str | None:
        """Return the name of the column that holds one kind of token, none where the table has none."""
        return next((column.name for column in self.columns if column.identity == kind), None)


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
        references=meta.get("references"),
        landing_name=meta.get("from", entry["name"]),
        allowed=tuple(str(value) for value in meta.get("allowed", ())),
        minimum=meta.get("min"),
        maximum=meta.get("max"),
        minimum_exclusive=meta.get("min_exclusive"),
    )


def _rules(meta: dict) -> tuple[RowRule, ...]:
    return tuple(
        RowRule(rule["code"], tuple(rule["columns"]), rule["when"]) for rule in meta.get("rules", ())
    )


def _processing(meta: dict) -> Processing:
    consent, keep = meta.get("consent", {}), meta.get("keep", {})
    return Processing(
        consent_purpose=consent.get("purpose"),
        consent_rule=consent.get("rule"),
        raw_days=keep.get("raw_days"),
        quarantine_days=keep.get("quarantine_days"),
    )


def read_contract(project: Path) -> dict[str, Table]:
    """Return every raw table by its address ('survey.answers'), in the order of the YAML files.

    Raises CsatError when the project holds no source YAML.
    """
    tables: dict[str, Table] = {}
    for path in sorted((project / "models" / "staging").glob("*/_*__sources.yml")):
        for source in read_yaml(path.read_text(encoding="utf-8"))["sources"]:
            meta = source.get("config", {}).get("meta", {})
            for entry in source["tables"]:
                own = entry.get("config", {}).get("meta", {})
                table = Table(
                    source=source["name"],
                    name=entry["name"],
                    identifier=entry["identifier"],
                    time_zone=meta.get("time_zone", "UTC"),
                    is_written_by_gate=meta.get("written_by_gate", False),
                    columns=tuple(_column(column) for column in entry["columns"]),
                    rules=_rules(own),
                    processing=_processing(own),
                )
                tables[table.address] = table
    if not tables:
        raise CsatError(f"{project}/models/staging: no source YAML found; the checkout is incomplete.")
    return tables
