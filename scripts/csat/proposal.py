"""A proposed version of the framework: which one a shadow run scores, and what it would change."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from csat.errors import BuildError, FrameworkError
from csat.framework.seeds import read_rows
from csat.framework.versions import PROPOSED

NEXT = "next"


@dataclass(frozen=True)
class ProposedRank:
    """One insurer's index under the live version and under the proposal; ranks are none for the unranked."""

    insurer_id: str
    live_rank: int | None
    proposed_rank: int | None
    live_score: float | None
    proposed_score: float | None


@dataclass(frozen=True)
class Proposal:
    """What a proposal would do to the latest wave it was scored in."""

    wave_id: str
    live_version: str
    proposed_version: str
    insurers: list[ProposedRank]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def lines(self) -> list[str]:
        lines = [
            f"Wave {self.wave_id}: rank and index score under {self.live_version}, then under "
            f"{self.proposed_version}"
        ]
        for insurer in self.insurers:
            live, proposed = _place(insurer.live_rank), _place(insurer.proposed_rank)
            if insurer.live_score is None or insurer.proposed_score is None:
                lines.append(f"{live} -> {proposed}  {insurer.insurer_id}: not published under both")
                continue
            change = insurer.proposed_score - insurer.live_score
            lines.append(
                f"{live} -> {proposed}  {insurer.insurer_id}: {insurer.live_score:.1f} -> "
                f"{insurer.proposed_score:.1f} ({change:+.2f})"
            )
        return lines


def find_proposal(framework: Path, wanted: str) -> str:
    """Return the code of the proposed version: `next` is the only one, else the code itself.

    Raises FrameworkError when the framework proposes no such version.
    """
    file = framework / "framework_versions.csv"
    proposed = [row["framework_version"] for row in read_rows(file) if row["status"] == PROPOSED]
    if wanted in proposed:
        return wanted
    if wanted == NEXT and len(proposed) == 1:
        return proposed[0]
    if not proposed:
        raise FrameworkError(
            f"{file}: no version has the status {PROPOSED}, so there is nothing to score beside the live "
            "one; add the proposal with that status and an empty approved_on."
        )
    raise FrameworkError(
        f"{file}: {wanted!r} is not the one proposed version; name one of {', '.join(sorted(proposed))}."
    )


def read_proposal(warehouse: Path) -> Proposal:
    """Return what the shadow run in a warehouse would change in its latest wave.

    Raises BuildError when it holds no index under a proposal.
    """
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(_QUERY).fetchall()
    if not rows:
        raise BuildError(f"{warehouse}: no wave has an index under the proposal; load data first.")
    return Proposal(*rows[0][:3], insurers=[ProposedRank(*row[3:]) for row in rows])


def _place(rank: int | None) -> str:
    return "  -" if rank is None else f"{rank:3d}"


_QUERY = """
select
    proposal.wave_id,
    proposal.live_version,
    proposal.proposed_version,
    proposal.insurer_id,
    proposal.live_rank,
    proposal.proposed_rank,
    proposal.live_score,
    proposal.proposed_score
from marts.rpt_framework_proposal as proposal
inner join marts.dim_waves as waves
    on proposal.wave_id = waves.wave_id
where proposal.score_level = 'index'
qualify dense_rank() over (order by waves.starts_at_utc desc) = 1
order by
    proposal.proposed_rank nulls last,
    proposal.insurer_id = 'industry',
    proposal.proposed_score desc nulls last,
    proposal.insurer_id
"""
