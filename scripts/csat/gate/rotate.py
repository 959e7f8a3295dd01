"""A new key: every landed batch goes through the gate again, and the raw tables change over as a whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path

from csat.errors import InputError
from csat.gate.identity import Tokeniser
from csat.gate.keys import load_key
from csat.gate.register import Register
from csat.gate.run import Given, Report, batch_ids, landing_files, run_files
from csat.gate.store import LoadedBatch, loaded_batches
from csat.paths import Paths

_WORKING = ".rotation"


def rotate(paths: Paths, report: Report | None = None) -> int:
    """Make the raw tables and the quarantine anew under the key that is set now; return the batches gated.

    Every batch of the manifest is read again from the landing folder, in the order and as of the day of its
    first load. Nothing changes before all of them are done. `report` receives each sentence of the gate. The
    caller holds the run lock. Raises InputError when nothing is loaded, when a landing file is missing or its
    mapping has changed (each is named), and when a batch does not give the rows it gave before.
    """
    loaded = loaded_batches(paths)
    if not loaded:
        raise InputError(f"{paths.raw}: no batch is loaded, so there is nothing to bring under another key.")
    key = load_key(paths)
    if all(batch.key_id == Tokeniser(key).key_id for batch in loaded):
        return 0
    # A forgotten person is known by tokens of the former key only, and landing files bring everybody back.
    Register.read(paths).refuse_other_key(Tokeniser(key).key_id)
    places = _find(paths, loaded)
    working = paths.data / _WORKING
    shutil.rmtree(working, ignore_errors=True)
    staged = replace(paths, data=working)
    try:
        working.mkdir(mode=0o700, parents=True)
        for received_on, group in groupby(_in_order(loaded), lambda batch: batch.received_on or date.today()):
            files = [places[batch.batch_id] for batch in group]
            run_files(staged, iter(files), received_on, report, landing=paths.landing, key=key)
        _compare(loaded, loaded_batches(staged))
        _swap(paths, staged)
    finally:
        shutil.rmtree(working, ignore_errors=True)
    return len(places)


def _in_order(loaded: list[LoadedBatch]) -> Iterator[LoadedBatch]:
    """Yield one entry per batch; a batch that feeds several tables stands in the manifest several times."""
    for _, group in groupby(loaded, lambda batch: batch.batch_id):
        yield next(group)


def _find(paths: Paths, loaded: list[LoadedBatch]) -> dict[str, Given]:
    """Return how each batch was loaded. Raises InputError naming those whose file or mapping is gone."""
    addresses = {batch.address for batch in loaded}
    wanted: dict[str, set[str]] = {}
    for batch in loaded:
        wanted.setdefault(batch.file_sha256, set()).add(batch.batch_id)
    places: dict[str, Given] = {}
    seen: set[str] = set()
    for path, mapping, _ in landing_files(paths):
        for batch_id, file_sha256, given in batch_ids(paths, path, mapping, addresses):
            seen.add(file_sha256)
            if batch_id in wanted.get(file_sha256, ()):
                places.setdefault(batch_id, given)
            # Big files are read no oftener than needed.
            if wanted.get(file_sha256, set()) <= places.keys():
                break
    missing = []
    for batch in _in_order(loaded):
        if batch.batch_id in places:
            continue
        if batch.file_sha256 in seen:
            problem = "is in the landing folder, but its mapping is not the one it was loaded with"
        else:
            problem = "is not in the landing folder any more"
        missing.append(f"{batch.source_file} ({batch.address}, batch {batch.batch_id}) {problem}")
    if missing:
        raise InputError(
            f"{paths.landing}: {'; '.join(missing)}; put it back as it was, because without it its rows "
            "cannot be brought under the new key. Nothing was changed."
        )
    return places


def _compare(before: list[LoadedBatch], after: list[LoadedBatch]) -> None:
    found = {(batch.batch_id, batch.address): batch.rows_read for batch in after}
    for batch in before:
        rows = found.get((batch.batch_id, batch.address))
        if rows != batch.rows_read:
            raise InputError(
                f"{batch.source_file}: {batch.rows_read:,} rows were read for {batch.address}, now "
                f"{rows or 0:,}; land the file as it was. Nothing was changed."
            )


def _swap(paths: Paths, staged: Paths) -> None:
    """Put the new folders in place of the old ones; on an error the old ones are put back."""
    moved: list[tuple[Path, Path]] = []
    try:
        # The manifest lies in raw/: while the old one is there, a rotation cut short can be repeated.
        for new, old in ((staged.quarantine, paths.quarantine), (staged.raw, paths.raw)):
            for source, target in ((old, old.with_name(f".former_{old.name}")), (new, old)):
                shutil.rmtree(target, ignore_errors=True)
                if source.exists():
                    os.replace(source, target)
                    moved.append((source, target))
    except OSError as error:
        for source, target in reversed(moved):
            os.replace(target, source)
        raise InputError(
            f"{paths.raw}: the new tables cannot take its place ({error.strerror}); nothing was changed."
        ) from None
    for old in (paths.quarantine, paths.raw):
        shutil.rmtree(old.with_name(f".former_{old.name}"), ignore_errors=True)
