"""Refused rows of a file that is landed again: the later batch has them, the earlier one gives them up.

A file is landed again when its content comes under another mapping, or its name with other content, such as
more rows. Accepted rows of it count as duplicates in the later batch, because raw data are only added to.
Refused rows wait for a repair, which reads the file that is there: they stand in the later batch, and
count as duplicates in the earlier one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from csat.contract import Table
from csat.gate.quarantine import digest_of_row, drop_rows, quarantine_folder
from csat.gate.store import LoadedBatch, batch_part, write_part
from csat.paths import Paths
from csat.sql_text import literal


def first_receipts(paths: Paths, earlier: Iterable[LoadedBatch], table: Table) -> dict[bytes, date]:
    """Return the day on which each row refused by earlier batches of a file was first received."""
    found: dict[bytes, date] = {}
    for one in earlier:
        part = quarantine_folder(paths, table) / f"{one.batch_id}.parquet"
        if one.address != table.address or not part.exists():
            continue
        with pq.ParquetFile(part) as file:
            for block in file.iter_batches(columns=["original", "received_on"]):
                for row in block.to_pylist():
                    digest = digest_of_row(row["original"])
                    found[digest] = min(found.get(digest, row["received_on"]), row["received_on"])
    return found


def hand_over(
    paths: Paths,
    contract: dict[str, Table],
    connection: duckdb.DuckDBPyConnection,
    earlier: Iterable[LoadedBatch],
    file_sha256: str,
    refused: dict[str, Collection[bytes]],
) -> None:
    """Take out of earlier batches of a file the refused rows that the later one has.

    If the content is the same these are all of them. `refused` has the digests of the rows refused now by
    table. Read stays the sum of accepted, quarantined and duplicates in every batch.
    """
    for one in earlier:
        table = contract[one.address]
        part = quarantine_folder(paths, table) / f"{one.batch_id}.parquet"
        if one.address not in refused or not part.exists():
            continue
        rows = pq.read_table(part, columns=["column_name", "reason_code", "original"]).to_pylist()
        is_same = one.file_sha256 == file_sha256
        gone = [
            position
            for position, row in enumerate(rows)
            if is_same or digest_of_row(row["original"]) in refused[one.address]
        ]
        if gone:
            # The rows first: counts taken down twice would be wrong for ever.
            drop_rows(part, np.array(gone, dtype=np.int64))
            counts = Counter((rows[place]["column_name"], rows[place]["reason_code"]) for place in gone)
            _count_as_duplicates(paths, contract, connection, one, counts)


def _count_as_duplicates(
    paths: Paths,
    contract: dict[str, Table],
    connection: duckdb.DuckDBPyConnection,
    one: LoadedBatch,
    counts: Counter[tuple[str, str]],
) -> None:
    is_table = f"source_name || '.' || table_name = {literal(one.address)}"
    files = batch_part(paths, contract["gate.files"], one.batch_id)
    gone = f"case when {is_table} then {counts.total()} else 0 end"
    _replace(
        connection,
        f"select * replace (rows_quarantined - {gone} as rows_quarantined, rows_duplicate + {gone} as "
        f"rows_duplicate) from read_parquet({literal(files)})",
        files,
    )
    reasons = batch_part(paths, contract["gate.reasons"], one.batch_id)
    columns = list(zip(*counts, strict=True))
    connection.register(
        "given_up",
        pa.table({"c": columns[0], "r": columns[1], "n": pa.array(list(counts.values()), pa.int64())}),
    )
    _replace(
        connection,
        f"select held.* replace (rows_quarantined - coalesce(n, 0) as rows_quarantined) from "
        f"read_parquet({literal(reasons)}) as held left join given_up on column_name = c and "
        f"reason_code = r and {is_table} where rows_quarantined > coalesce(n, 0) order by all",
        reasons,
    )
    connection.unregister("given_up")


def _replace(connection: duckdb.DuckDBPyConnection, query: str, part: object) -> None:
    rows = connection.sql(query).to_arrow_table()
    connection.register("replaced", rows)
    write_part(connection, "select * from replaced", part)
    connection.unregister("replaced")
