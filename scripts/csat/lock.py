"""One writer at a time: a lock on the data folder that the system releases however the process ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from csat.errors import LockedError
from csat.paths import Paths


@contextmanager
def run_lock(paths: Paths) -> Iterator[None]:
    """Hold the lock file of the data folder for the length of the block.

    The lock is not reentrant. Raises LockedError naming the other process when one holds it.
    """
    lock_file = paths.data / ".lock"
    paths.data.mkdir(parents=True, exist_ok=True)
    # Opened without truncation: the holder's process number must survive a second opener.
    descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            raise LockedError(
                f"{paths.data}: process {holder} is writing to this folder; "
                "wait until it ends, or set CSAT_DATA_DIR to another folder."
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
        yield
    finally:
        os.close(descriptor)
