"""Rows of the warehouse, and what is near enough to be the same."""

from __future__ import annotations

import duckdb
import pytest

TOLERANCE = 1e-9
Rows = list[dict[str, object]]


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str, parameters: list | None = None) -> Rows:
    relation = connection.execute(sql, parameters or [])
    names = [column[0] for column in relation.description]
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def near(value: float | None, tolerance: float = TOLERANCE) -> object:
    """Equal within the tolerance; nothing is near nothing only."""
    return None if value is None else pytest.approx(value, abs=tolerance, rel=0)
