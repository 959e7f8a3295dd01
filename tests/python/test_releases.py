"""The real marts over three releases: nothing hidden can be worked out, and what was hidden stays hidden."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from csat.audit.attack import Attack, read_attack
from csat.audit.cells import KEY
from csat.audit.identities import identity_queries
from csat.audit.ranges import HIDDEN, OPEN, Exposure, feasible_range, find_exposures
from csat.bench import audit
from csat.build import build
from csat.gate import forget, gate_landing
from csat.lock import run_lock
from csat.paths import Paths
from csat.publish import attached, publish, published_file
from csat.releases import read_ledger, releases

FORGOTTEN, LATE = 40, 200
ASKED_ONE_BY_ONE = 50
# Of so many secrets without their companions the attacker is asked for a way in.
TRIED = 60
# Means of components need texts with sentiments, versions of one value other goalposts.
NOT_IN_THE_SAMPLE = {"mean of components", "versions of one value"}
OTHER_SUMS = (
    "respondents of the segments",
    "respondents behind an indicator",
    "respondents are the persons of the index",
    "persons of a composite and of one indicator",
    "persons of a composite and of all indicators",
)
ADD_UP = (*OTHER_SUMS[1:], "persons of the segments", "persons of the insurers")


@pytest.fixture
def shop(
    sample_warehouse: Paths,
    sample_settings: SimpleNamespace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Paths:
    """A copy of the small sample with its project, to publish from."""
    monkeypatch.setenv("CSAT_KEY", sample_settings.key)
    project = tmp_path / "project"
    shutil.copytree(sample_warehouse.project, project, ignore=shutil.ignore_patterns("logs"))
    return Paths(project=project, data=project / "data", framework_source=project / "seeds" / "framework")


@contextmanager
def _attack(paths: Paths) -> Iterator[Attack]:
    """The attack on the last release, by someone who has kept all releases before it."""
    with attached(paths, published_file(paths)) as connection:
        read_ledger(connection, releases(paths)[:-1])
        yield read_attack(connection, "published", "warehouse")


def _exposures_without_companions(attack: Attack) -> list[Exposure]:
    places = attack.connection.execute(
        "select distinct place from audit_figures inner join audit_cells using (cell_number) "
        "where disclosure_status = 'complementary'"
    ).fetchnumpy()["place"]
    states, secrets = attack.figures.states.copy(), attack.figures.secrets.copy()
    states[places] = OPEN
    # Of those that share their figure with a companion it would be shown.
    secrets[places] = False
    tried = np.flatnonzero(secrets)[:: max(1, int(secrets.sum()) // TRIED)]
    secrets[:] = False
    secrets[tried] = True
    return find_exposures(replace(attack.figures, states=states, secrets=secrets), attack.least)


def _check_what_it_knows(attack: Attack) -> None:
    """Check that cells have keys of their own, figures with one place are equal and sums hold."""
    [(cells, keys)] = attack.connection.execute(
        f"select count(*), count(distinct ({', '.join(KEY)}, is_pooled)) from audit_cells"
    ).fetchall()
    assert 0 < cells == keys
    [(spread,)] = attack.connection.execute(
        "select max(spread) from "
        "(select max(figure) - min(figure) as spread from audit_figures group by place)"
    ).fetchall()
    assert spread < 1e-6
    sums = attack.connection.execute(
        """
        with figures as (
            select place, figure from audit_figures where is_first
            union all
            select place, figure from audit_others
        ),
        sums as (
            select kind, line, sum(factor * figure) as rest
            from audit_factors inner join figures using (place) group by kind, line
        )
        select kind, max(abs(rest)) from sums group by kind
        """
    ).fetchall()
    rests = dict(sums)
    assert set(rests) >= {*identity_queries()} - NOT_IN_THE_SAMPLE | {*OTHER_SUMS}
    # Other sums give a number that the reader knows, such as what clipping and adjustments add to an index.
    assert {kind: rests[kind] for kind in ADD_UP} == pytest.approx(dict.fromkeys(ADD_UP, 0), abs=1e-6)


def _cells(file: Path, condition: str) -> set[tuple[str, ...]]:
    """Return the keys of the cells of a release that meet a condition."""
    rows = duckdb.execute(f"select {', '.join(KEY)} from read_parquet('{file}') where {condition}")
    return set(rows.fetchall())


def _forget_some(paths: Paths) -> None:
    customers = pq.read_table(next((paths.landing / "policy").glob("customers*.parquet")))
    persons = customers.select(["insurer_id", "customer_no"]).slice(0, FORGOTTEN).to_pylist()
    lines = [f"{person['insurer_id']},{person['customer_no']}" for person in persons]
    with run_lock(paths):
        assert forget(paths, "\n".join(["insurer_id,customer_no", *lines]), "a list").found == FORGOTTEN


def _land_late_complaints(paths: Paths, today: date) -> None:
    """Land complaints of all waves again under new numbers, as an insurer does that had not sent them."""
    first = next((paths.landing / "complaints").glob("*.csv"))
    with first.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    late = first.with_name("complaints_late.csv")
    with late.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [rows[0], *(["L" + row[0][1:], *row[1:]] for row in rows[1 :: len(rows) // LATE])]
        )
    gate_landing(paths, today)


def test_three_releases_tell_nothing_that_is_hidden(shop: Paths, sample_settings: SimpleNamespace) -> None:
    changes = (
        lambda: None,
        lambda: _forget_some(shop),
        lambda: _land_late_complaints(shop, sample_settings.received_on),
    )
    for number, change in enumerate(changes, start=1):
        change()
        if number > 1:
            build(shop, tests=False)
        summary = publish(shop)
        assert summary.audit.secret_figures > 0
        assert len(releases(shop)) == number
        with _attack(shop) as attack:
            _check_what_it_knows(attack)
            assert attack.exposures() == []
            secrets = np.flatnonzero(attack.figures.secrets & (attack.figures.states == HIDDEN))
            for secret in secrets[:: len(secrets) // ASKED_ONE_BY_ONE].tolist():
                low, high = feasible_range(attack.figures, secret)
                assert high - low >= attack.least - 1e-4
            broken = _exposures_without_companions(attack)
            assert broken
    with _attack(shop) as again:
        assert _exposures_without_companions(again) == broken
    cost = audit(shop, repeats=1)
    assert (cost.secrets, cost.exposed) == (summary.audit.secret_figures, 0)
    hidden: set[tuple[str, ...]] = set()
    for file in releases(shop):
        assert not hidden & _cells(file, "disclosure_status = 'published'")
        hidden |= _cells(file, "disclosure_status <> 'published'")
    first, last = releases(shop)[0], releases(shop)[-1]
    changed = duckdb.execute(
        f"select count(*) from read_parquet('{first}') as before "
        f"inner join read_parquet('{last}') as after using ({', '.join(KEY)}) "
        "where before.score <> after.score"
    ).fetchall()
    assert changed != [(0,)]
