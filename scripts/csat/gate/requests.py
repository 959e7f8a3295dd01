"""Requests to be forgotten: who is meant, and what is removed for it."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from csat.contract import IDENTITY_KINDS, Table, read_contract
from csat.errors import InputError
from csat.gate.crosswalk import rebuild_crosswalk
from csat.gate.identity import Tokeniser
from csat.gate.keys import load_key
from csat.gate.quarantine import refused_parts
from csat.gate.register import EVERY_PURPOSE, FORGOTTEN, Entry, Register, refuse_another_key
from csat.gate.rights import Removals, enforce
from csat.gate.store import folder, remove_leftovers, write_empty_parts
from csat.paths import Paths
from csat.sql_text import literal

# Headers of a list of requests, and the identity each holds.
_KINDS = {"customer_no": "customer", "phone": "phone", "id_card": "id_card", "author_name": "name"}
_HEADER = ("insurer_id", *_KINDS, "token")
_TOKEN = re.compile("[0-9a-f]{64}")


@dataclass
class Forgotten:
    """What became of a list of requests: persons asked for, those among them with rows, and rows removed.

    `by_number_alone` counts those that name a phone or identity card of nobody here.
    """

    requested: int
    found: int
    by_number_alone: int = 0
    removals: Removals = field(default_factory=Removals)

    def lines(self) -> list[str]:
        """Return plain sentences: counts, tables, and what is left to do."""
        lines = [
            f"Registered {self.requested:,} requests; {self.found:,} of them had data here. "
            "They stay forgotten when their landing files are gated again."
        ]
        if self.by_number_alone:
            lines.append(
                f"{self.by_number_alone:,} of them name a phone or identity card that stands beside no "
                "customer yet. It keeps out rows without a customer number alone, because a phone may have a "
                "new owner: name the customer_no with its insurer_id too, as soon as it is known."
            )
        lines += self.removals.lines()
        if self.removals.rows:
            lines.append("Run csat build and csat publish: until then the warehouse still holds the rows.")
        return lines


@dataclass(frozen=True)
class _Request:
    """One line of a list and the (kind, token) it names."""

    line: int
    meant: tuple[tuple[str, str], ...]


def _rows(text: str, place: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and cells of a list of requests. No error quotes a value: it may name a person."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        names = [(name or "").strip() for name in reader.fieldnames or []]
        if not names or any(name not in _HEADER for name in names) or names == ["insurer_id"]:
            raise InputError(
                f"{place}: the first line must name columns among {', '.join(_HEADER)}; for customers write "
                "insurer_id,customer_no."
            )
        if ("customer_no" in names) != ("insurer_id" in names):
            raise InputError(
                f"{place}: a customer_no needs the insurer_id beside it, and the other way round."
            )
        reader.fieldnames = names
        for row in reader:
            cells = {name: (row.get(name) or "").strip() for name in names}
            if None in row or not any(cells.values()):
                raise InputError(f"{place}, line {reader.line_num}: empty, or longer than the first line.")
            if any("\n" in cell or "\r" in cell for cell in cells.values()):
                raise InputError(
                    f"{place}, line {reader.line_num}: a value runs over several lines, so that it would "
                    "swallow the persons on them; remove the quote that opens it."
                )
            yield reader.line_num, cells
    except csv.Error:
        raise InputError(
            f"{place}, line {reader.line_num + 1}: a quote is never closed or stands inside a value, or a "
            "value is too long; numbers need no quotes."
        ) from None


def _insurer(text: str, known: set[str]) -> list[pa.Array]:
    """Return the spellings of an insurer id, each as the array the tokeniser takes."""
    names = {text, text.lower(), text.upper()} | {
        name for name in known if _plain_insurer(name) == _plain_insurer(text)
    }
    return [pa.array([name or None], pa.string()) for name in sorted(names)]


def _plain_insurer(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _requests(text: str, place: str, tokeniser: Tokeniser, insurers: set[str]) -> list[_Request]:
    """Return the requests of a list. An insurer is meant in every spelling: as written, in small and capital
    letters, and as any of `insurers` that differs from it in no more."""
    requests = []
    for line, cells in _rows(text, place):
        meant = []
        if cells.get("token"):
            if not _TOKEN.fullmatch(cells["token"]):
                raise InputError(f"{place}, line {line}: this is not a token; it has 64 hexadecimal digits.")
            meant += [(kind, cells["token"]) for kind in IDENTITY_KINDS]
        for name, kind in _KINDS.items():
            if not cells.get(name):
                continue
            tokens = [
                tokeniser.tokens(kind, pa.array([cells[name]]), spelling)[0].as_py()
                for spelling in (_insurer(cells["insurer_id"], insurers) if kind == "customer" else [None])
            ]
            if None in tokens:
                raise InputError(
                    f"{place}, line {line}: {name} names nobody: too short, a filler, or without insurer_id."
                )
            meant += [(kind, token) for token in tokens]
        if not meant:
            raise InputError(f"{place}, line {line}: an insurer_id alone names nobody.")
        requests.append(_Request(line, tuple(meant)))
    return requests


def _spellings(connection: duckdb.DuckDBPyConnection, paths: Paths, contract: dict[str, Table]) -> set[str]:
    """Return the insurer ids that raw data hold."""
    queries = [
        f"select insurer_id from read_parquet({literal(folder(paths, table) / 'part-*.parquet')})"
        for table in contract.values()
        if table.identity("customer") and any(column.name == "insurer_id" for column in table.columns)
    ]
    return {name for (name,) in connection.execute(" union ".join(queries)).fetchall() if name}


def _match(
    connection: duckdb.DuckDBPyConnection,
    paths: Paths,
    contract: dict[str, Table],
    requests: list[_Request],
    place: str,
) -> tuple[list[tuple[str, str]], set[int]]:
    """Return all (kind, token) meant and the positions of the requests that raw or quarantine knows.

    Whoever is named by a phone or card is also known by the customer numbers beside it. Raises InputError for
    a request that only a phone or card of several persons names: which of them asks cannot be told.
    """
    named = [
        (number, kind, token) for number, request in enumerate(requests) for kind, token in request.meant
    ]
    columns = list(zip(*named, strict=True)) if named else [[], [], []]
    connection.register(
        "request",
        pa.table({"number": pa.array(columns[0], pa.int64()), "kind": columns[1], "token": columns[2]}),
    )
    known: set[int] = set()
    beside: dict[tuple[int, str, str], set[str]] = {}
    for table in contract.values():
        for kind in IDENTITY_KINDS:
            name, customer = table.identity(kind), table.identity("customer")
            if not name or table.is_written_by_gate:
                continue
            parts = literal(folder(paths, table) / "part-*.parquet")
            for number, token, other in connection.execute(
                f"select distinct request.number, request.token, {customer or 'null'} "
                f"from read_parquet({parts}) as held "
                f"inner join request on request.kind = '{kind}' and held.{name} = request.token"
            ).fetchall():
                known.add(number)
                if other and kind in ("phone", "id_card"):
                    beside.setdefault((number, kind, token), set()).add(other)
    for part in refused_parts(paths):
        known |= {
            number
            for (number,) in connection.execute(
                "select distinct request.number from (select unnest(tokens) as token from "
                f"read_parquet({literal(part)})) as held inner join request using (token)"
            ).fetchall()
        }
    connection.unregister("request")
    meant = {(kind, token) for _, kind, token in named}
    person_of = _persons(connection, paths, contract, set().union(*beside.values()))
    for (number, kind, token), customers in beside.items():
        if len({person_of.get(customer, customer) for customer in customers}) == 1:
            meant |= {("customer", customer) for customer in customers}
        elif {other for _, other in requests[number].meant} == {token}:
            raise InputError(
                f"{place}, line {requests[number].line}: this {kind} stands beside customers who are "
                "different persons, so it does not say who asks; name the customer_no with its insurer_id, "
                "or the id_card. Nobody on the list is registered."
            )
        else:
            # The line names the person otherwise; the shared number stays with the others.
            meant.discard((kind, token))
    return sorted(meant), known


def _persons(
    connection: duckdb.DuckDBPyConnection, paths: Paths, contract: dict[str, Table], customers: set[str]
) -> dict[str, str]:
    """Return the person of each customer by the rules of the crosswalk: a phone of two cards links nobody."""
    if not customers:
        return {}
    rebuild_crosswalk(paths, contract, connection)
    part = folder(paths, contract["gate.person_crosswalk"]) / "part-current.parquet"
    connection.register("sought", pa.table({"customer_key": pa.array(sorted(customers), pa.string())}))
    found = connection.execute(
        "select customer_key, person_key from sought inner join "
        f"read_parquet({literal(part)}) using (customer_key)"
    ).fetchall()
    connection.unregister("sought")
    return dict(found)


@contextmanager
def opened(paths: Paths) -> Iterator[tuple[dict[str, Table], duckdb.DuckDBPyConnection]]:
    """Give the contract and a connection on a data folder that is in order."""
    contract = read_contract(paths.project)
    paths.data.mkdir(parents=True, exist_ok=True)
    remove_leftovers(paths)
    write_empty_parts(paths, contract)
    with duckdb.connect() as connection:
        yield contract, connection


def forget(paths: Paths, text: str, place: str, today: date | None = None) -> Forgotten:
    """Register the persons a list names and remove them from raw and quarantine.

    `text` is CSV whose first line names columns among insurer_id, customer_no, phone, id_card, author_name
    and token; `place` names it in errors. Phones and cards that stand beside the forgotten customers and
    beside nobody else are forgotten with them. The caller holds the run lock. Raises InputError, which never
    quotes a value, for a line that names nobody, and when the data are under another key.
    """
    tokeniser = Tokeniser(load_key(paths))
    with opened(paths) as (contract, connection):
        refuse_another_key(paths, tokeniser.key_id)
        requests = _requests(text, place, tokeniser, _spellings(connection, paths, contract))
        meant, known = _match(connection, paths, contract, requests, place)
        since = (today or date.today()).isoformat()
        register = Register.read(paths)
        register.add(
            Entry(tokeniser.key_id, kind, token, EVERY_PURPOSE, FORGOTTEN, since) for kind, token in meant
        )
        register.save()
        removals = enforce(paths, contract, connection, None, tokeniser)
        rebuild_crosswalk(paths, contract, connection)
    by_number_alone = sum(
        number not in known and {kind for kind, _ in request.meant} <= {"phone", "id_card"}
        for number, request in enumerate(requests)
    )
    return Forgotten(len(requests), len(known), by_number_alone, removals)


def retain(paths: Paths, today: date | None = None) -> Removals:
    """Apply consents, the register and the retention days as of a day, today by default, and nothing else.

    The caller holds the run lock. Raises InputError when there is no key or another one, or a rule is wrong.
    """
    tokeniser = Tokeniser(load_key(paths))
    with opened(paths) as (contract, connection):
        refuse_another_key(paths, tokeniser.key_id)
        removals = enforce(paths, contract, connection, today or date.today(), tokeniser)
        rebuild_crosswalk(paths, contract, connection)
    return removals


def apply_register(paths: Paths) -> Removals:
    """Remove before a build what a run of the gate that was cut short may have left; needs no key."""
    with opened(paths) as (contract, connection):
        removals = enforce(paths, contract, connection, None, None)
        if removals.rows:
            rebuild_crosswalk(paths, contract, connection)
    return removals


def read_requests(file: Path | None, read_input: Callable[[], bytes]) -> tuple[str, str]:
    """Return the text of a list of requests and the name errors give it; without file it comes from input.

    Raises InputError, without quoting the argument or the list, when it cannot be read.
    """
    place = file.name if file else "standard input"
    try:
        content = file.read_bytes() if file else read_input()
        return content.decode("utf-8-sig"), place
    except (OSError, UnicodeDecodeError):
        raise InputError(
            "The list cannot be read as a UTF-8 file; customer numbers are given in a file or on standard "
            "input, never as arguments, which other users of the machine can see."
        ) from None
