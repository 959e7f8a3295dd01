"""Errors a user can act on: one sentence with place, value, what is allowed and the remedy."""

from __future__ import annotations

import re

_PART = re.compile(r"""['"]([^'"]+/(?:part-)?([0-9a-f]{16}|current|empty)\.parquet)['"]""")
_NO_SPACE = re.compile("no space left", re.IGNORECASE)


class CsatError(Exception):
    """A problem the user can fix. Its text is one sentence; its exit code says which kind it is."""

    exit_code = 1


class InputError(CsatError):
    """A landing file or a mapping folder cannot be used."""

    exit_code = 3


class FrameworkError(CsatError):
    """A seed of the framework is broken."""

    exit_code = 4


class BuildError(CsatError):
    """A node of the dbt project failed."""

    exit_code = 5


class PublishError(CsatError):
    """The published file could not be written or did not pass its checks."""

    exit_code = 6


class LockedError(CsatError):
    """Another run is writing to the same data folder."""

    exit_code = 7


def sentence_of_library(error: BaseException) -> str | None:
    """Return what to do about a full disk or a damaged file that DuckDB or Arrow met; none for others."""
    if not type(error).__module__.lstrip("_").startswith(("duckdb", "pyarrow")):
        return None
    reason = str(error)
    if _NO_SPACE.search(reason):
        return (
            "There is no space left on the disk of the data folder; free some and run again, what was half "
            "written does not count."
        )
    part = _PART.search(reason)
    if part is None:
        return None
    file, batch_id = part.groups()
    if len(batch_id) < 16:
        return f"{file}: this file is damaged; delete it and run csat gate, which makes it anew."
    return (
        f"{file}: this file is damaged; delete raw/gate/files/part-{batch_id}.parquet in the data folder and "
        "run csat gate, which loads that batch again from its landing file."
    )
