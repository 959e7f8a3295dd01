"""Texts and names as parts of an SQL statement."""

from __future__ import annotations


def literal(text: object) -> str:
    """Return a text as an SQL literal, in single quotes."""
    return "'" + str(text).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return the name of a schema, table or column as an SQL identifier, in double quotes."""
    return '"' + name.replace('"', '""') + '"'
