"""Errors a user can act on: one sentence with place, value, what is allowed and the remedy."""

from __future__ import annotations


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
