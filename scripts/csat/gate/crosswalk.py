"""Which customers are the same person: connected components over shared phones and identity cards."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from csat.contract import Table
from csat.gate.quarantine import private_folder
from csat.gate.rights import removed_by_batch
from csat.gate.store import committed_batches, folder, publish_file, scalar, write_part
from csat.paths import Paths
from csat.sql_text import literal

PHONE_TOUCHES_TWO_CARDS = "phone_touches_two_id_cards"
PERSON_HOLDS_TWO_CARDS = "person_holds_two_id_cards"


def components(count: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the smallest node of the component of each of `count` nodes; edges join left[i], right[i]."""
    label = np.arange(count)
    while True:
        left_label, right_label = label[left], label[right]
        low, high = np.minimum(left_label, right_label), np.maximum(left_label, right_label)
        if np.array_equal(low, high):
            return label
        np.minimum.at(label, high, low)
        while not np.array_equal(label, shortened := label[label]):
            label = shortened


def _distinct_per_owner(owner: np.ndarray, thing: np.ndarray, owners: int) -> np.ndarray:
    """Return for each of `owners` owners how many different things stand beside it."""
    width = int(thing.max()) + 1 if len(thing) else 1
    return np.bincount(np.unique(owner * width + thing) // width, minlength=owners)


def link_persons(
    count: int, phone_links: np.ndarray, card_links: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Apply the linking rules to customers 0..count-1.

    `phone_links` and `card_links` hold distinct rows (customer, token), tokens numbered from 0 each.
    Returns the smallest customer of each customer's person and two masks over `phone_links`: links dropped
    because their phone touches two cards, and links dropped because their person would hold two cards.
    """
    phones = int(phone_links[:, 1].max()) + 1 if len(phone_links) else 0
    cards = int(card_links[:, 1].max()) + 1 if len(card_links) else 0

    # Cards met by each phone: join the links on the customer.
    order = np.argsort(card_links[:, 0], kind="stable")
    holders = card_links[order, 0]
    first = np.searchsorted(holders, phone_links[:, 0], side="left")
    held = np.searchsorted(holders, phone_links[:, 0], side="right") - first
    link = np.repeat(np.arange(len(phone_links)), held)
    offset = np.arange(len(link)) - np.repeat(np.cumsum(held) - held, held)
    met = card_links[order[first[link] + offset], 1]
    cards_of_phone = _distinct_per_owner(phone_links[link, 1], met, phones)
    is_ambiguous = cards_of_phone[phone_links[:, 1]] > 1

    def persons(is_kept: np.ndarray) -> np.ndarray:
        left = np.concatenate([phone_links[is_kept, 0], card_links[:, 0]])
        right = np.concatenate([count + phone_links[is_kept, 1], count + phones + card_links[:, 1]])
        # Customers come first, so the smallest node of a component with a customer is a customer.
        return components(count + phones + cards, left, right)[:count]

    person = persons(~is_ambiguous)
    holds_two = _distinct_per_owner(person[card_links[:, 0]], card_links[:, 1], count) > 1
    is_torn = ~is_ambiguous & holds_two[person[phone_links[:, 0]]]
    if is_torn.any():
        person = persons(~(is_ambiguous | is_torn))
    return person, is_ambiguous, is_torn


def _identity(table: Table, kind: str) -> str | None:
    return next((column.name for column in table.columns if column.identity == kind), None)


def _union(paths: Paths, contract: dict[str, Table], kind: str | None) -> str:
    """Return a query for all customer keys, or for all (customer key, token) pairs of one kind of link."""
    queries = []
    for table in contract.values():
        customer = _identity(table, "customer")
        token = _identity(table, kind) if kind else None
        if not customer or (kind and not token):
            continue
        columns = f"{customer} as customer_key" + (f", {token} as token" if token else "")
        present = f"{customer} is not null" + (f" and {token} is not null" if token else "")
        parts = literal(folder(paths, table) / "part-*.parquet")
        queries.append(f"select {columns} from read_parquet({parts}) where {present}")
    return " union ".join(queries)


def _links(connection: duckdb.DuckDBPyConnection, relation: str) -> np.ndarray:
    columns = connection.execute(
        f"select customer.number as customer, dense_rank() over (order by token) - 1 as token "
        f"from {relation} inner join customer using (customer_key) order by 1, 2"
    ).fetchnumpy()
    return np.column_stack([columns["customer"].astype(np.int64), columns["token"].astype(np.int64)])


def _quarantine_links(
    paths: Paths, table: Table, connection: duckdb.DuckDBPyConnection, ambiguous: np.ndarray, torn: np.ndarray
) -> None:
    target = private_folder(paths, table) / "phone_links.parquet"
    temporary = target.with_name(f".{target.name}.tmp")
    reasons = np.where(ambiguous, PHONE_TOUCHES_TWO_CARDS, np.where(torn, PERSON_HOLDS_TWO_CARDS, ""))
    connection.register(
        "link_verdict", pa.table({"position": np.arange(len(reasons)), "reason_code": pa.array(reasons)})
    )
    dropped = connection.sql(
        """
        select customer_key, token as phone_token, reason_code
        from (
            select customer_key, token, row_number() over (order by number, token) - 1 as position
            from phone inner join customer using (customer_key)
        )
        inner join link_verdict using (position)
        where reason_code <> ''
        order by customer_key, token
        """
    ).to_arrow_table()
    connection.unregister("link_verdict")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as output:
        pq.write_table(dropped, output)
    publish_file(temporary, target)


def _is_current(target: Path, digest: str) -> bool:
    if not target.exists():
        return False
    return (pq.read_metadata(target).metadata or {}).get(b"csat") == digest.encode()


def rebuild_crosswalk(
    paths: Paths, contract: dict[str, Table], connection: duckdb.DuckDBPyConnection
) -> None:
    """Write gate.person_crosswalk from every loaded batch: one row per customer key seen in any table.

    Dropped phone links go to quarantine/gate/person_crosswalk. The order of the batches does not matter; with
    unchanged batches and no row removed from them nothing is written.
    """
    table = contract["gate.person_crosswalk"]
    target = folder(paths, table) / "part-current.parquet"
    removed = sum(removed_by_batch(paths, contract).values())
    state = " ".join(sorted(committed_batches(paths))) + f" without {removed} rows"
    digest = hashlib.sha256(state.encode()).hexdigest()
    if _is_current(target, digest):
        return
    connection.execute(
        "create or replace temp table customer as select customer_key, "
        f"row_number() over (order by customer_key) - 1 as number from ({_union(paths, contract, None)})"
    )
    for kind in ("phone", "id_card"):
        connection.execute(f"create or replace temp table {kind} as {_union(paths, contract, kind)}")
    count = scalar(connection, "select count(*) from customer")
    person, ambiguous, torn = link_persons(count, _links(connection, "phone"), _links(connection, "id_card"))
    _quarantine_links(paths, table, connection, ambiguous, torn)
    connection.register("person", pa.table({"number": np.arange(count), "person": person}))
    write_part(
        connection,
        "select customer.customer_key, head.customer_key as person_key from customer "
        "inner join person using (number) inner join customer as head on person.person = head.number "
        "order by customer.customer_key",
        target,
        note=digest,
    )
    connection.unregister("person")
