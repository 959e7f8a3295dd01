"""The build that holds every chain of the simulation as waves, and the truth beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from installation import write_framework, write_seed
from raw_folder import RawFolder, raw_folder
from simulation import (
    GROUP_SHARES,
    GROUPS,
    INSURED_PERSONS,
    INSURERS,
    Chain,
    Design,
    draw,
    draw_raked,
    raked_truth,
    true_values,
)

from csat.build import build
from csat.paths import Paths

FIRST_YEAR = 2000
RAKED_INSURER = "raked"
OWN_SEEDS = Path(__file__).parent / "framework"

# Every insurer counts, rare events are scored and nothing is pooled: the hard cases are the question.
RULES = {
    "reportable_responses": 1,
    "reportable_claims_closed": 0,
    "reportable_fiscal_years": 0,
    "expected_events_min": 0,
}
# What the comparisons read and all it rests on; evidence on the framework is no part of them.
SELECTION = (
    "+fct_indicator_scores +fct_dimension_scores +fct_index_scores "
    "+fct_score_contributions +fct_score_changes"
)

WAVE_STARTS = f"(timestamp '{FIRST_YEAR}-01-01' + to_months(wave))"
WAVE_ID = "printf('w%04d', wave)"
INSURER_ID = "printf('i%02d', insurer + 1)"
PERSON = "'p' || person"


def wave_id(wave: int) -> str:
    return f"w{wave:04d}"


def insurer_id(insurer: int) -> str:
    return f"i{insurer + 1:02d}"


def month(wave: int) -> datetime:
    return datetime(FIRST_YEAR + wave // 12, wave % 12 + 1, 1)


def make(paths: Paths, design: Design, say: Callable[[str], None]) -> None:
    """Simulate, write the raw folder and the truth, and build."""
    write_framework(paths, OWN_SEEDS, RULES)
    write_seed(paths, "waves", _waves(design))
    write_seed(paths, "population_margins", _margins(design))
    with raw_folder(paths) as folder:
        _write_insurers(folder)
        person = 0
        for chain in design.chains:
            _write_chain(folder, chain, person)
            person += INSURERS * chain.customers * chain.waves
            say(f"wrote {chain.name}: {chain.waves} waves of {INSURERS} × {chain.customers} customers")
        _write_raked(folder, design, person)
        say(f"wrote raked: {design.raked.waves} waves of 1 × {design.raked.customers} customers")
    _write_truth(paths.data / "truth.parquet", design)
    # A moment when every wave is over, so that nothing is provisional.
    summary = build(paths, as_of=month(design.waves + 1), tests=False, select=SELECTION)
    for line in summary.lines(verbose=True):
        say(line)


def _waves(design: Design) -> Iterator[dict[str, object]]:
    for wave in range(design.waves):
        starts, ends = month(wave), month(wave + 1)
        yield {
            "wave_id": wave_id(wave),
            "wave_name_zh": wave_id(wave),
            "wave_name_en": wave_id(wave),
            "starts_on": starts.date(),
            "ends_on": ends.date() - timedelta(days=1),
            "time_zone": "UTC",
            "length_months": 1,
            "starts_at_utc": starts,
            "ends_at_utc": ends,
        }


def _margins(design: Design) -> Iterator[dict[str, object]]:
    first = design.raked.first_wave
    for wave in range(first, first + design.raked.waves):
        for group, share in zip(GROUPS, GROUP_SHARES, strict=True):
            yield {"wave_id": wave_id(wave), "margin": "gender", "level": group, "share": share}


def _write_insurers(folder: RawFolder) -> None:
    names = ", ".join(f"('{name}')" for name in [*map(insurer_id, range(INSURERS)), RAKED_INSURER])
    folder.write(
        "insurers",
        {
            "policy.insurers": "select insurer_id, insurer_id as insurer_name_zh, "
            "insurer_id as insurer_name_en, date '1990-01-01' as opened_on "
            f"from (values {names}) as names (insurer_id)"
        },
    )


def _write_chain(folder: RawFolder, chain: Chain, first_person: int) -> None:
    rows = draw(chain, first_person)
    connection, letter = folder.connection, chain.name[:2]
    for name in ("respondents", "claims", "complaints"):
        columns = getattr(rows, name)
        numbered = {"row": np.arange(len(columns["wave"])), **columns}
        connection.register(name, pa.table(numbered))
    ids = f"{INSURER_ID} as insurer_id, {PERSON} as customer_key"
    noon = f"{WAVE_STARTS} + interval 12 hour"
    answers = " union all ".join(
        f"select '{letter}' || row as response_id, '{question}' as question_code, "
        f"cast({question} as varchar) as raw_value from respondents"
        for question in ("overall", "satisfied", "recommend")
    )
    folder.write(
        chain.name,
        {
            "survey.invitations": f"select '{letter}' || row as invitation_id, {ids}, "
            "'truth' as survey_code, 'web' as collection_channel, 'none' as reference_type, design_weight, "
            f"{noon} as sent_at from respondents",
            "survey.responses": f"select '{letter}' || row as response_id, "
            f"'{letter}' || row as invitation_id, {ids}, 'truth' as survey_code, "
            f"{noon} as submitted_at from respondents",
            "survey.answers": answers,
            "claims.claims": f"select '{letter}' || row as claim_id, {ids}, {noon} as closed_at, "
            "case when is_paid then 'paid' else 'refused' end as outcome, "
            f"case when is_paid then {noon} end as paid_at, "
            f"{noon} - to_microseconds(cast(days * 86400000000 as bigint)) as reported_at from claims",
            "complaints.complaints": f"select '{letter}' || row as complaint_id, {ids}, cause, "
            f"'regulator' as complaint_channel, 'valid' as validity, {noon} as received_at from complaints",
            "policy.exposures": f"select distinct {INSURER_ID} as insurer_id, "
            f"cast({WAVE_STARTS} as date) as period_starts_on, "
            f"cast({WAVE_STARTS} + to_months(1) as date) - 1 as period_ends_on, "
            f"{INSURED_PERSONS} as insured_person_times from respondents",
        },
    )


def _write_raked(folder: RawFolder, design: Design, first_person: int) -> None:
    columns = draw_raked(design.raked, first_person)
    folder.connection.register("respondents", pa.table({"row": np.arange(len(columns["wave"])), **columns}))
    folder.write(
        "raked",
        {
            "survey.responses": f"select 'ra' || row as response_id, '{RAKED_INSURER}' as insurer_id, "
            f"{PERSON} as customer_key, 'truth' as survey_code, gender, "
            f"{WAVE_STARTS} + interval 12 hour as submitted_at from respondents",
            "survey.answers": "select 'ra' || row as response_id, 'overall' as question_code, "
            "cast(overall as varchar) as raw_value from respondents",
        },
    )


def _write_truth(target: Path, design: Design) -> None:
    """One row per chain, wave, insurer and indicator with its true value."""
    parts = []
    for chain in design.chains:
        for code, values in true_values(chain).items():
            waves = chain.first_wave + np.arange(chain.waves)
            parts.append(
                pa.table(
                    {
                        "chain": np.repeat(chain.name, values.size),
                        "wave": np.tile(waves, INSURERS).astype(np.int32),
                        "insurer": np.repeat(np.arange(INSURERS, dtype=np.int32), chain.waves),
                        "indicator_code": np.repeat(code, values.size),
                        "true_value": values.ravel(),
                    }
                )
            )
    table = pa.concat_tables(parts)
    raked = design.raked
    with duckdb.connect() as connection:
        connection.register("truth", table)
        connection.execute(
            f"copy (select chain, {WAVE_ID} as wave_id, {INSURER_ID} as insurer_id, indicator_code, "
            "true_value from truth union all "
            f"select 'raked', {WAVE_ID}, '{RAKED_INSURER}', 'mean', {raked_truth()[0]} "
            f"from range({raked.first_wave}, {raked.first_wave + raked.waves}) as waves (wave)) "
            f"to '{target.as_posix()}' (format parquet)"
        )
