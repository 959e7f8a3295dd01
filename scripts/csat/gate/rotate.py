"""A new key: every landed batch goes through the gate again, and the raw tables change over as a whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from itertools import groupby

from csat.errors import InputError
from csat.gate.carry import Carrier
from csat.gate.crosswalk import rebuild_crosswalk
from csat.gate.identity import Tokeniser
from csat.gate.keys import load_former_key, load_key
from csat.gate.processing import FILE_NAME as PROCESSING_RULES
from csat.gate.register import Register
from csat.gate.requests import opened
from csat.gate.rights import enforce, enforced_until
from csat.gate.run import Candidate, Given, Report, candidates, landing_files, run_files
from csat.gate.store import (
    LoadedBatch,
    finish_rotation,
    loaded_batches,
    mark_ready,
    rotation_paths,
)
from csat.paths import Paths


def rotate(paths: Paths, report: Report | None = None, drops_unknown: bool = False) -> int:
    """Make raw tables, quarantine and register anew under the key that is set now; return the batches gated.

    Every batch of the manifest is read again from the landing folder, in the order and as of the day of its
    first load; where the mapping is not the one it was loaded with, under today's. Persons of the register
    are met while the files are read, by the former key (csat.gate.keys.load_former_key). Nothing changes
    before all is done, and what is done is finished by the next run when this one is cut short. `report`
    receives each sentence of the gate. The caller holds the run lock.

    Raises InputError when nothing is loaded, when a landing file is missing or cannot be read (each is
    named), when a batch does not give the rows it gave before, when the register needs the former key, and
    when it holds tokens that no landing file brings, unless `drops_unknown` lets them go.
    """
    finish_rotation(paths)
    loaded = loaded_batches(paths)
    if not loaded:
        raise InputError(f"{paths.raw}: no batch is loaded, so there is nothing to bring under another key.")
    key = load_key(paths)
    tokeniser, register = Tokeniser(key), Register.read(paths)
    if all(batch.key_id == tokeniser.key_id for batch in loaded) and not register.foreign(tokeniser.key_id):
        return 0
    with opened(paths) as (contract, _):
        day = enforced_until(paths, contract)
    former = load_former_key()
    carrier = Carrier(register, Tokeniser(former) if former else None, tokeniser)
    places, changed = _find(paths, loaded)
    staged = rotation_paths(paths)
    try:
        staged.data.mkdir(mode=0o700, parents=True)
        if (paths.data / PROCESSING_RULES).is_file():
            shutil.copyfile(paths.data / PROCESSING_RULES, staged.data / PROCESSING_RULES)
        for batch in _in_order(loaded):
            if batch.batch_id in changed and report:
                report(f"{batch.source_file}: the mapping has changed; read anew under today's.")
        for received_on, group in groupby(_in_order(loaded), lambda batch: batch.received_on or date.today()):
            files = [places[batch.batch_id] for batch in group]
            run_files(
                staged, iter(files), received_on, report, landing=paths.landing, key=key, carrier=carrier
            )
        _compare([batch for batch in loaded if batch.batch_id not in changed], loaded_batches(staged))
        _carry(staged, register, carrier, tokeniser, day, drops_unknown)
        mark_ready(paths)
    except BaseException:
        shutil.rmtree(staged.data, ignore_errors=True)
        raise
    finish_rotation(paths)
    return len(places)


def _carry(
    staged: Paths,
    register: Register,
    carrier: Carrier,
    tokeniser: Tokeniser,
    day: date | None,
    drops_unknown: bool,
) -> None:
    """Give the new tables the register as it is now, and let it and the retention days as of `day` act."""
    unknown = carrier.unknown()
    if unknown and not drops_unknown:
        raise InputError(
            f"{register.path}: {unknown:,} tokens belong to nobody in the landing files, so what they are "
            "under the new key cannot be seen; run csat rotate --drop-unknown, then name these persons with "
            "csat forget before a new export is landed. Nothing was changed."
        )
    carried = Register.read(staged)
    carried.add(carrier.carried())
    carried.add(entry for entry in register if entry.key_id == tokeniser.key_id)
    if len(register) or len(carried):
        carried.write()
    with opened(staged) as (contract, connection):
        enforce(staged, contract, connection, day, tokeniser)
        rebuild_crosswalk(staged, contract, connection)


def _in_order(loaded: list[LoadedBatch]) -> Iterator[LoadedBatch]:
    """Yield one entry per batch; a batch that feeds several tables stands in the manifest several times."""
    for _, group in groupby(loaded, lambda batch: batch.batch_id):
        yield next(group)


def _find(paths: Paths, loaded: list[LoadedBatch]) -> tuple[dict[str, Given], set[str]]:
    """Return how to load each batch, and the batches whose mapping is not the one they were loaded with.

    Raises InputError naming those whose file is gone or cannot be read as the tables it fed.
    """
    addresses = {batch.address for batch in loaded}
    wanted: dict[str, set[str]] = {}
    fed: dict[str, set[str]] = {}
    for batch in loaded:
        wanted.setdefault(batch.file_sha256, set()).add(batch.batch_id)
        fed.setdefault(batch.batch_id, set()).add(batch.address)
    places: dict[str, Given] = {}
    ways: dict[str, list[Candidate]] = {}
    for path, mapping, _ in landing_files(paths):
        for way in candidates(paths, path, mapping, addresses):
            ways.setdefault(way.file_sha256, []).append(way)
            for batch_id in wanted.get(way.file_sha256, set()) & set(way.batch_ids):
                places.setdefault(batch_id, way.given)
            # Big files are read no oftener than needed.
            if wanted.get(way.file_sha256, set()) <= places.keys():
                break
    changed, missing = set(), []
    for batch in _in_order(loaded):
        if batch.batch_id in places:
            continue
        ways_left = ways.get(batch.file_sha256, [])
        found = next((way.given for way in ways_left if way.addresses >= fed[batch.batch_id]), None)
        if found:
            places[batch.batch_id] = found
            changed.add(batch.batch_id)
            continue
        if ways_left:
            problem = "is in the landing folder, but today's mapping does not feed its tables from it"
        else:
            problem = "is not in the landing folder any more, or cannot be read under today's mapping"
        missing.append(f"{batch.source_file} ({batch.address}, batch {batch.batch_id}) {problem}")
    if missing:
        raise InputError(
            f"{paths.landing}: {'; '.join(missing)}; put it back as it was, because without it its rows "
            "cannot be brought under the new key. Nothing was changed."
        )
    return places, changed


def _compare(before: list[LoadedBatch], after: list[LoadedBatch]) -> None:
    found: dict[tuple[str, str], set[int]] = {}
    for batch in after:
        found.setdefault((batch.file_sha256, batch.address), set()).add(batch.rows_read)
    for batch in before:
        rows = found.get((batch.file_sha256, batch.address), set())
        if batch.rows_read not in rows:
            raise InputError(
                f"{batch.source_file}: {batch.rows_read:,} rows were read for {batch.address}, now "
                f"{max(rows, default=0):,}; land the file as it was. Nothing was changed."
            )
