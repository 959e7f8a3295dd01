"""Rights of persons: what is forgotten, withdrawn or too old leaves raw and quarantine, and stays away.

Rows are found by tokens alone. Each Parquet file is rewritten whole and carries in its metadata how many of
its rows were removed for which cause, so that counts and content cannot part however a run ends.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from csat.contract import IDENTITY_KINDS, Processing, Table
from csat.gate.consents import CUSTOMERS, consent_columns, consent_purposes
from csat.gate.identity import Tokeniser
from csat.gate.processing import read_processing
from csat.gate.quarantine import drop_rows, quarantine_folder, read_note
from csat.gate.register import (
    EVERY_PURPOSE,
    EXPIRED,
    FORGOTTEN,
    NO_CONSENT,
    WITHDRAWN,
    Entry,
    Register,
    row_tokens,
)
from csat.gate.store import (
    BATCH_PART,
    batch_part,
    committed_batches,
    folder,
    scalar,
    write_part,
)
from csat.paths import Paths
from csat.sql_text import literal

# Rows whose record expired and that have no date of their own: the answers of a questionnaire.
_BY_AGE = "age"


@dataclass
class Removals:
    """What one run removed.

    `rows` counts by (table, layer, cause); `files` names the landing files that rows of forgotten or
    withdrawn persons came from, and which therefore still hold them.
    """

    rows: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    files: set[str] = field(default_factory=set)

    def add(self, other: Removals) -> None:
        """Take over what another step of the run removed."""
        self.rows.update(other.rows)
        self.files |= other.files

    def lines(self) -> list[str]:
        """Return one plain sentence per table and layer."""
        places: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for (table, layer, cause), count in sorted(self.rows.items()):
            places.setdefault((table, layer), []).append((cause, count))
        lines = []
        for (table, layer), causes in places.items():
            total = sum(count for _, count in causes)
            detail = ", ".join(f"{cause} {count:,}" for cause, count in causes)
            lines.append(f"{table}: removed {total:,} rows from {layer} ({detail})")
        if self.files:
            names = ", ".join(sorted(self.files))
            lines.append(f"Landing files that still hold removed persons, for you to clean: {names}")
        return lines


def removed_by_batch(paths: Paths, contract: dict[str, Table]) -> dict[tuple[str, str, str, str, str], int]:
    """Return the rows removed so far by (batch, source, table, layer, cause), as the files themselves say."""
    found = {}
    for table in contract.values():
        for layer, root in (("raw", folder(paths, table)), ("quarantine", quarantine_folder(paths, table))):
            for part in sorted(root.glob("*.parquet")):
                match = BATCH_PART.fullmatch(part.name)
                for cause, count in _noted(part).items() if match else ():
                    found[match[1], table.source, table.name, layer, cause] = count
    return found


def _noted(part: Path) -> dict[str, int]:
    note = read_note(part)
    return json.loads(note)["removed"] if note else {}


def _note(part: Path, causes: Counter[str]) -> str:
    return json.dumps({"removed": dict(sorted((Counter(_noted(part)) + causes).items()))})


def latest_event(connection: duckdb.DuckDBPyConnection, table: Table, part: Path) -> object:
    """Return the latest event (UTC) of the rows of a part, none without part, events or rows."""
    if not table.events or not part.exists():
        return None
    latest = ", ".join(f"max({column.name})" for column in table.events)
    return scalar(connection, f"select greatest({latest}, null) from read_parquet({literal(part)})")


class _Enforcement:
    """One pass over raw and quarantine."""

    def __init__(
        self,
        paths: Paths,
        contract: dict[str, Table],
        connection: duckdb.DuckDBPyConnection,
        today: date | None,
        tokeniser: Tokeniser | None,
    ) -> None:
        self.paths, self.contract, self.connection = paths, contract, connection
        self.today, self.tokeniser = today, tokeniser
        self.rules = read_processing(paths, contract)
        self.register = Register.read(paths)
        self.removals = Removals()
        self.tables = [table for table in contract.values() if not table.is_written_by_gate]
        self.parents = {c.references for table in self.tables for c in table.columns if c.references}

    # What is excluded

    def exclude_persons(self) -> None:
        """Fill `excluded` (purpose, kind, token, cause) from the register and the consents on file."""
        self._create("excluded", "purpose varchar, kind varchar, token varchar, cause varchar")
        self._create("marked", "purpose varchar, kind varchar, id varchar, cause varchar")
        self._insert(
            "excluded", [(entry.purpose, entry.kind, entry.token, entry.cause) for entry in self.register]
        )
        customers = self.contract.get(CUSTOMERS)
        for purpose in sorted(consent_purposes(self.contract)):
            given, withdrawn = consent_columns(customers, purpose)
            # An insurer that keeps no consent on file says nothing by leaving it out for one customer.
            self.connection.execute(
                f"""
                insert into excluded
                select '{purpose}', 'customer', customer_key,
                    case when {withdrawn} is null then '{NO_CONSENT}' else '{WITHDRAWN}' end
                from {self._parts(customers)}
                where not {self._consents(purpose)} and ({withdrawn} is not null or insurer_id in (
                    select insurer_id from {self._parts(customers)} where {given} is not null
                ))
                """
            )
        if self._holds("excluded", f"cause <> '{NO_CONSENT}'"):
            for kind in ("phone", "id_card"):
                self._exclude_links(kind)

    def _exclude_links(self, kind: str) -> None:
        """Exclude the phones or cards that stand beside excluded customers and beside nobody else."""
        pairs = " union ".join(
            f"select {table.identity('customer')} as customer_key, {table.identity(kind)} as token "
            f"from {self._parts(table)}"
            for table in self.tables
            if table.identity("customer") and table.identity(kind)
        )
        for purpose in [EVERY_PURPOSE, *sorted(consent_purposes(self.contract))]:
            found = self.connection.execute(
                f"""
                with persons as (
                    select token as customer_key, min(cause) as cause from excluded
                    where kind = 'customer' and cause <> '{NO_CONSENT}' and purpose in (?, '{EVERY_PURPOSE}')
                    group by token
                )
                select token, min(cause) from ({pairs}) as pairs left join persons using (customer_key)
                where pairs.customer_key is not null and token is not null
                group by token having count(*) = count(persons.cause) order by token
                """,
                [purpose],
            ).fetchall()
            self._insert("excluded", [(purpose, kind, token, cause) for token, cause in found])
            if self.tokeniser:
                key, since = self.tokeniser.key_id, self._since()
                self.register.add(Entry(key, kind, token, purpose, cause, since) for token, cause in found)

    def _consents(self, purpose: str) -> str:
        given, withdrawn = consent_columns(self.contract[CUSTOMERS], purpose)
        return f"({given} is not null and ({withdrawn} is null or {withdrawn} < {given}))"

    def exclude_records(self) -> None:
        """Add what the pass over raw put into the register, so that quarantine is searched for it too."""
        self._insert(
            "excluded",
            [(e.purpose, e.kind, e.token, e.cause) for e in self.register if e.kind in self.parents],
        )

    def _since(self) -> str:
        return (self.today or date.today()).isoformat()

    # Raw

    def clean_raw(self, table: Table) -> None:
        """Remove rows of excluded persons and rows that are too old; mark what belongs to the persons."""
        rule = self.rules[table.address]
        self._meet_orphans(table)
        cause = self._cause(table, rule)
        if cause is None:
            return
        kinds = sorted(kind for kind in self.parents if kind.rpartition(".")[0] == table.address)
        self._mark_records(table, kinds)
        joins, expression = cause
        self.connection.execute(
            f"""
            create or replace temp table gone as
            select * from (
                select filename, file_row_number, source_file, {expression} as cause
                    {"".join(f", {kind.rpartition('.')[2]}" for kind in kinds)}
                from {self._parts(table)} as held {joins}
            ) where cause is not null
            """
        )
        for kind in kinds:
            self.connection.execute(
                f"insert into marked select distinct '{_BY_AGE}', '{kind}', {kind.rpartition('.')[2]}, cause "
                f"from gone where cause = '{EXPIRED}' and {kind.rpartition('.')[2]} is not null"
            )
        self._rewrite(table)

    def _meet_orphans(self, table: Table) -> None:
        """Mark record numbers whose record went in an earlier run: only the register knows them."""
        known: dict[str, dict[str, list[Entry]]] = {}
        for entry in self.register:
            if entry.kind in self.parents:
                known.setdefault(entry.kind, {}).setdefault(entry.token, []).append(entry)
        for column in table.columns:
            entries = known.get(column.references or "")
            if not entries or not self.tokeniser:
                continue
            address, _, name = column.references.rpartition(".")
            orphans = self.connection.execute(
                f"select distinct {column.name} from {self._parts(table)} where {column.name} is not null "
                f"and {column.name} not in (select {name} from {self._parts(self.contract[address])} "
                f"where {name} is not null)"
            ).fetchall()
            numbers = [number for (number,) in orphans]
            self._insert(
                "marked",
                [
                    (entry.purpose, entry.kind, number, entry.cause)
                    for number, token in zip(
                        numbers, row_tokens(self.tokeniser, column.references, numbers), strict=True
                    )
                    for entry in entries.get(token, ())
                ],
            )

    def _persons(self, table: Table, purposes: str) -> tuple[list[str], list[str]]:
        """Return joins to the excluded tokens and records of a table's rows, and the causes they give.

        Other tokens than the customer's count where there is no customer: a phone may have a new owner.
        """
        customer = table.identity("customer")
        joins, causes, others = [], [], []
        for kind in IDENTITY_KINDS:
            name = table.identity(kind)
            if not name:
                continue
            joins.append(
                f"left join (select token, min(cause) as cause from excluded where kind = '{kind}' and "
                f"{purposes} group by token) as by_{kind} on held.{name} = by_{kind}.token"
            )
            (causes if kind == "customer" else others).append(f"by_{kind}.cause")
        for column in table.columns:
            if column.references in self.parents and self._holds("marked", f"kind = '{column.references}'"):
                joins.append(
                    f"left join (select id, min(cause) as cause from marked where "
                    f"kind = '{column.references}' and {purposes} group by id) as by_{column.name} "
                    f"on held.{column.name} = by_{column.name}.id"
                )
                others.append(f"by_{column.name}.cause")
        if others:
            first = f"coalesce({', '.join(others)})"
            causes.append(f"case when held.{customer} is null then {first} end" if customer else first)
        return joins, causes

    def _cause(self, table: Table, rule: Processing) -> tuple[str, str] | None:
        """Return the joins and the SQL of the cause for which a row of a table goes; none if no row can."""
        purposes = [EVERY_PURPOSE, *([rule.consent_purpose] if rule.consent_purpose else [])]
        if not table.events and rule.raw_days:
            purposes.append(_BY_AGE)
        filters = f"purpose in ({', '.join(map(literal, purposes))})"
        if rule.consent_rule == "withdrawn":
            filters += f" and cause <> '{NO_CONSENT}'"
        joins, causes = self._persons(table, filters)
        customer = table.identity("customer")
        if rule.consent_rule == "required" and customer:
            causes.append(
                f"case when held.{customer} not in (select customer_key from "
                f"{self._parts(self.contract[CUSTOMERS])} where {self._consents(rule.consent_purpose)}) "
                f"then '{NO_CONSENT}' end"
            )
        if self.today and rule.raw_days:
            age, received = self._age(table, rule)
            joins += received
            causes.append(f"case when {age} < date '{self.today}' - {rule.raw_days} then '{EXPIRED}' end")
        return ("\n".join(joins), f"coalesce({', '.join(causes)}, null)") if causes else None

    def _age(self, table: Table, rule: Processing) -> tuple[str, list[str]]:
        """Return the SQL of the day a row dates from, and the join it needs."""
        files = literal(folder(self.paths, self.contract["gate.files"]) / "*.parquet")
        joins = [
            "left join (select batch_id, min(received_on) as received_on from read_parquet("
            f"{files}) group by batch_id) as received on held.batch_id = received.batch_id"
        ]
        if rule.counted_from == "receipt" or not table.events:
            return "received.received_on", joins
        events = ", ".join(f"held.{column.name}" for column in table.events)
        return f"coalesce(cast(greatest({events}, null) as date), received.received_on)", joins

    def _mark_records(self, table: Table, kinds: list[str]) -> None:
        """Mark the numbers of records that belong to excluded persons, for every purpose; register them."""
        if not (self._holds("excluded", "true") or self._holds("marked", "true")):
            return
        for kind in kinds:
            name = kind.rpartition(".")[2]
            before = scalar(self.connection, "select count(*) from marked")
            for purpose in [EVERY_PURPOSE, *sorted(consent_purposes(self.contract))]:
                joins, causes = self._persons(table, f"purpose = '{purpose}'")
                if not causes:
                    break
                self.connection.execute(
                    f"""
                    insert into marked
                    select distinct '{purpose}', '{kind}', id, cause from (
                        select held.{name} as id, coalesce({", ".join(causes)}, null) as cause
                        from {self._parts(table)} as held {" ".join(joins)}
                    ) where id is not null and cause is not null
                    """
                )
            if self.tokeniser and scalar(self.connection, "select count(*) from marked") > before:
                self._register_records(kind)

    def _register_records(self, kind: str) -> None:
        found = self.connection.execute(
            "select purpose, id, cause from marked where kind = ? and cause in (?, ?) order by all",
            [kind, FORGOTTEN, WITHDRAWN],
        ).fetchall()
        key, since = self.tokeniser.key_id, self._since()
        tokens = row_tokens(self.tokeniser, kind, [number for _, number, _ in found])
        self.register.add(
            Entry(key, kind, token, purpose, cause, since)
            for (purpose, _, cause), token in zip(found, tokens, strict=True)
        )

    def _rewrite(self, table: Table) -> None:
        counts: dict[str, Counter[str]] = {}
        for name, cause, source_file, count in self.connection.execute(
            "select filename, cause, source_file, count(*) from gone group by all order by all"
        ).fetchall():
            counts.setdefault(name, Counter())[cause] += count
            self._count(table, "raw", cause, count, {source_file})
        # Counted and registered before the rows go: after them nothing could name what belonged to them.
        self.register.save()
        if counts and self.paths.warehouse.is_file():
            self.paths.warehouse_outdated.touch()
        for name, causes in counts.items():
            part, file = Path(name), literal(name)
            query = (
                f"select * exclude (file_row_number) from read_parquet({file}, file_row_number = true) where "
                f"file_row_number not in (select file_row_number from gone where filename = {file}) "
                "order by file_row_number"
            )
            write_part(self.connection, query, part, note=_note(part, causes))

    # Quarantine

    def clean_quarantine(self, table: Table) -> None:
        """Remove refused rows of excluded persons by the tokens beside them, and those kept too long."""
        rule = self.rules[table.address]
        for part in sorted(quarantine_folder(self.paths, table).glob("*.parquet")):
            if BATCH_PART.fullmatch(part.name):
                self._clean_refused(table, rule, part)

    def _clean_refused(self, table: Table, rule: Processing, part: Path) -> None:
        purposes = [EVERY_PURPOSE, *([rule.consent_purpose] if rule.consent_purpose else [])]
        filters = f"purpose in ({', '.join(map(literal, purposes))})"
        if rule.consent_rule == "withdrawn":
            filters += f" and cause <> '{NO_CONSENT}'"
        expired = "null"
        if self.today and rule.quarantine_days:
            expired = (
                f"case when received_on < date '{self.today}' - {rule.quarantine_days} then '{EXPIRED}' end"
            )
        rows = self.connection.execute(
            f"""
            with held as (
                select file_row_number, source_file, tokens, {expired} as expired
                from read_parquet({literal(part)}, file_row_number = true)
            ),
            persons as (
                select file_row_number, min(cause) as cause
                from (select file_row_number, unnest(tokens) as token from held)
                inner join excluded using (token)
                where {filters}
                group by file_row_number
            )
            select file_row_number, coalesce(persons.cause, held.expired) as cause, source_file
            from held left join persons using (file_row_number)
            where persons.cause is not null or held.expired is not null
            """
        ).fetchall()
        if not rows:
            return
        causes = Counter(cause for _, cause, _ in rows)
        for cause, count in causes.items():
            self._count(
                table, "quarantine", cause, count, {name for _, found, name in rows if found == cause}
            )
        drop_rows(part, np.array([row[0] for row in rows], dtype=np.int64), _note(part, causes))

    # Results

    def _count(self, table: Table, layer: str, cause: str, count: int, files: Iterable[str]) -> None:
        self.removals.rows[table.address, layer, cause] += count
        if cause in (FORGOTTEN, WITHDRAWN):
            self.removals.files |= set(files)

    def _state(self) -> dict[str, str | bool | None]:
        """Return what decides which rows stay: a digest, the day ages count to, whether there is a key."""
        digest = hashlib.sha256(" ".join(sorted(committed_batches(self.paths))).encode())
        digest.update(str(sorted(self.rules.items(), key=str)).encode())
        for entry in sorted(self.register, key=str):
            digest.update(str(entry).encode())
        day = self.today.isoformat() if self.today else None
        return {"digest": digest.hexdigest(), "day": day, "keyed": self.tokeniser is not None}

    def is_current(self) -> bool:
        """Whether an earlier pass removed all that this one would."""
        target = self._counts_file()
        note = read_note(target)
        if note is None:
            return False
        before, now = json.loads(note), self._state()
        return (
            before["digest"] == now["digest"]
            and now["day"] in (None, before["day"])
            and (before["keyed"] or not now["keyed"])
        )

    def _counts_file(self) -> Path:
        return folder(self.paths, self.contract["gate.removals"]) / "part-current.parquet"

    def write_counts(self) -> None:
        """Write gate.removals and, where the latest event of a batch went, gate.files."""
        found = removed_by_batch(self.paths, self.contract)
        names = ["batch_id", "source_name", "table_name", "layer", "cause"]
        columns = {name: [place[index] for place in found] for index, name in enumerate(names)}
        counts = pa.table(
            {name: pa.array(values, pa.string()) for name, values in columns.items()}
            | {"rows_removed": pa.array(list(found.values()), pa.int64())}
        )
        self.connection.register("removed", counts)
        write_part(
            self.connection,
            "select * from removed order by all",
            self._counts_file(),
            note=json.dumps(self._state()),
        )
        self.connection.unregister("removed")
        for batch_id in sorted({place[0] for place in found if place[3] == "raw"}):
            self._date_batch(batch_id)

    def _date_batch(self, batch_id: str) -> None:
        files = self.contract["gate.files"]
        part = batch_part(self.paths, files, batch_id)
        stored = self.connection.execute(
            f"select source_name || '.' || table_name, latest_event_at from read_parquet({literal(part)})"
        ).fetchall()
        moved = {}
        for address, before in stored:
            table = self.contract[address]
            latest = latest_event(self.connection, table, batch_part(self.paths, table, batch_id))
            if latest != before:
                moved[address] = latest
        if not moved:
            return
        cases = " ".join(
            f"when {literal(address)} then "
            + (f"timestamp '{latest}'" if latest is not None else "cast(null as timestamp)")
            for address, latest in moved.items()
        )
        rows = self.connection.sql(
            f"select * replace (case source_name || '.' || table_name {cases} else latest_event_at end as "
            f"latest_event_at) from read_parquet({literal(part)})"
        ).to_arrow_table()
        self.connection.register("manifest", rows)
        write_part(self.connection, "select * from manifest", part)
        self.connection.unregister("manifest")

    # Helpers

    def _parts(self, table: Table) -> str:
        parts = sorted(folder(self.paths, table).glob("part-*.parquet"))
        names = ", ".join(literal(part) for part in parts)
        return f"read_parquet([{names}], filename = true, file_row_number = true)"

    def _create(self, name: str, columns: str) -> None:
        self.connection.execute(f"create or replace temp table {name} ({columns})")

    def _insert(self, name: str, rows: list[tuple[str, str, str, str]]) -> None:
        if not rows:
            return
        columns = {
            f"c{index}": pa.array(values, pa.string()) for index, values in enumerate(zip(*rows, strict=True))
        }
        self.connection.register("incoming", pa.table(columns))
        self.connection.execute(f"insert into {name} select * from incoming")
        self.connection.unregister("incoming")

    def _holds(self, name: str, condition: str) -> bool:
        return scalar(self.connection, f"select count(*) from {name} where {condition}") > 0


def _parents_first(tables: list[Table]) -> Iterator[Table]:
    """Yield the tables so that every table comes after those its columns refer to."""
    waiting, done = list(tables), set()
    while waiting:
        for table in waiting:
            needs = {c.references.rpartition(".")[0] for c in table.columns if c.references}
            if needs <= done | {table.address}:
                break
        else:
            raise ValueError(f"the references of {waiting[0].address} form a circle")
        waiting.remove(table)
        done.add(table.address)
        yield table


def enforced_until(paths: Paths, contract: dict[str, Table]) -> date | None:
    """Return the day by which ages were judged last, none if they never were."""
    part = folder(paths, contract["gate.removals"]) / "part-current.parquet"
    note = read_note(part)
    day = json.loads(note)["day"] if note else None
    return date.fromisoformat(day) if day else None


def enforce(
    paths: Paths,
    contract: dict[str, Table],
    connection: duckdb.DuckDBPyConnection,
    today: date | None,
    tokeniser: Tokeniser | None,
) -> Removals:
    """Remove from raw and quarantine what persons' rights and the retention days do not allow to stay.

    Rows older than the retention days go only when `today` is given. Without the tokeniser nothing is added
    to the register: records of a person that arrive after the person has gone are then met at the next run of
    the gate. With unchanged batches, register and rules nothing is read. The caller holds the run lock.
    """
    run = _Enforcement(paths, contract, connection, today, tokeniser)
    if run.is_current():
        return run.removals
    run.exclude_persons()
    for table in _parents_first(run.tables):
        run.clean_raw(table)
    run.register.save()
    run.exclude_records()
    for table in run.tables:
        run.clean_quarantine(table)
    run.write_counts()
    if run.removals.rows:
        # A shadow run's warehouse holds single persons and is never swapped out by a build.
        paths.warehouse_proposal.unlink(missing_ok=True)
    return run.removals
