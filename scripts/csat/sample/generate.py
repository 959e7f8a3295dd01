"""Writes the landing files and the truth of the sample."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.progress import Progress

from csat.contract import Table, read_contract
from csat.paths import Paths
from csat.sample.careless import FLAGS
from csat.sample.claims import claim_rows
from csat.sample.complaints import complaint_rows
from csat.sample.contacts import contact_rows
from csat.sample.dirty import DirtyLog, Spoiler
from csat.sample.latent import EVENTS, draw_latent
from csat.sample.plan import Plan, make_plan
from csat.sample.policies import application_rows, endorsement_rows, exposure_rows, insurer_rows, product_rows
from csat.sample.population import Pool, customer_rows, draw_pool
from csat.sample.posts import post_rows
from csat.sample.survey import SURVEY_CODE, read_questionnaire, survey_rows
from csat.sample.texts import TextMaker
from csat.sample.truth import indicator_truths, measure_truths, service_limits, write_truth
from csat.sample.write import Columns, concatenate, text_rows, write_csv, write_parquet

# Tables that go into one file each: name below landing/<source>/, whether it begins with a byte-order mark.
FILES = {
    "policy.customers": ("customers_all.parquet", False),
    "policy.applications": ("applications_all.parquet", False),
    "policy.exposures": ("exposures_all.csv", True),
    "policy.endorsements": ("endorsements_all.csv", False),
    "claims.claims": ("claims_all.csv.gz", False),
    "service.contacts": ("contacts_all.csv.gz", False),
    "complaints.complaints": ("complaints_all.csv", True),
    "reviews.posts": ("posts_all.csv", False),
}
SHEET_HEADERS = {
    "response_id": "答卷编号",
    "invitation_id": "邀请编号",
    "insurer_id": "机构代码",
    "product_line": "产品线",
    "customer_no": "客户号",
    "phone": "手机号",
    "started_at": "开始时间",
    "submitted_at": "提交时间",
    "sales_channel": "购买渠道",
    "device": "答题设备",
    "seconds_taken": "答题用时（秒）",
    "age_band": "年龄段",
    "gender": "性别",
    "region": "所在地区",
}
IGNORED = "seconds_taken"
NO_VALUE = "无"
SPOILED_AT_MOST = 1_000
# The first wave's export writes times in Chinese.
CHINESE_TIME, PLAIN_TIME = "%Y年%m月%d日 %H:%M:%S", ""


@dataclass
class SampleSummary:
    """What was written. rows: good rows by table; dirty: (table, kind, rows); truth_rows: of truth.csv."""

    waves: list[str]
    insurers: list[str]
    rows: dict[str, int]
    dirty: list[tuple[str, str, int]]
    truth_rows: int
    files: list[Path] = field(default_factory=list)


def generate(
    paths: Paths, seed: int = 20260930, scale: float = 1.0, progress: bool | Callable[[str], None] = True
) -> SampleSummary:
    """Write landing files below paths.landing and the truth below paths.data/'truth'.

    The same seed and scale give the same bytes. progress: True shows a bar on a terminal, a callable
    receives one line per step, False is silent.
    """
    plan = make_plan(paths.framework_source, seed, scale)
    contract = read_contract(paths.project)
    say = progress if callable(progress) else None
    bar = Progress(transient=True) if progress is True and sys.stderr.isatty() else None
    with bar or nullcontext():
        task = (
            bar.add_task("sample", total=len(plan.insurers) + len(FILES) + len(plan.waves)) if bar else None
        )

        def step(text: str) -> None:
            if bar:
                bar.update(task, advance=1, description=text)
            if say:
                say(text)

        return _Writer(paths, plan, contract, step).run()


class _Writer:
    """One run: draws every insurer, then writes table by table."""

    def __init__(self, paths: Paths, plan: Plan, contract: dict[str, Table], step: Callable[[str], None]):
        self.paths, self.plan, self.contract, self.step = paths, plan, contract, step
        self.log, self.counts, self.files = DirtyLog(), Counter(), []
        self.careless: list[list[str]] = []
        self.questionnaire = read_questionnaire(plan)

    def run(self) -> SampleSummary:
        plan, texts = self.plan, TextMaker()
        latent, limits = draw_latent(plan), service_limits(plan)
        causes = {row["cause_code"]: row["cause_found"] for row in plan.seeds.rows("complaint_causes")}
        parts: dict[str, list[Columns]] = {address: [] for address in FILES}
        invitations: dict[str, list[Columns]] = {wave.wave_id: [] for wave in plan.waves}
        sheets: dict[str, list[Columns]] = {wave.wave_id: [] for wave in plan.waves}
        truths, neighbour = {}, None
        for insurer in plan.insurers:
            pool: Pool = draw_pool(plan, insurer, neighbour)
            exposures = exposure_rows(plan, latent, insurer)
            claims = claim_rows(plan, latent, pool)
            complaints = complaint_rows(plan, latent, pool, texts, causes, limits["complaint_closing"])
            contacts = contact_rows(plan, latent, pool)
            measures = measure_truths(plan, latent, insurer, self.questionnaire, exposures)
            survey = survey_rows(
                plan,
                latent,
                pool,
                self.questionnaire,
                texts,
                claims,
                complaints,
                contacts,
                measures["insured_persons"].values,
            )
            for address, columns in {
                "policy.customers": customer_rows(plan, pool),
                "policy.applications": application_rows(plan, latent, pool),
                "policy.exposures": exposures,
                "policy.endorsements": endorsement_rows(plan, latent, pool),
                "claims.claims": claims.columns,
                "service.contacts": contacts,
                "complaints.complaints": complaints.columns,
                "reviews.posts": post_rows(plan, latent, pool, texts, limits["post_resolution"]["all"]),
            }.items():
                parts[address].append(columns)
            for wave in plan.waves:
                invitations[wave.wave_id].append(survey.invitations[wave.wave_id])
                sheets[wave.wave_id].append(survey.sheets[wave.wave_id])
            truths[insurer.insurer_id] = indicator_truths(plan, measures)
            neighbour = pool
            self.step(f"drew {insurer.insurer_id}")

        self._plain("policy.insurers", "insurers.csv", insurer_rows(plan))
        self._plain("policy.products", "products.csv", product_rows(plan))
        for address, (name, has_bom) in FILES.items():
            self._table(address, name, concatenate(parts[address]), has_bom)
            self.step(f"wrote {address}")
        for place, wave in enumerate(plan.waves):
            self._table(
                "survey.invitations",
                f"invitations_{wave.wave_id}.csv.gz",
                concatenate(invitations[wave.wave_id]),
                False,
                wave.wave_id,
            )
            self._sheets(
                wave.wave_id, concatenate(sheets[wave.wave_id]), CHINESE_TIME if place == 0 else PLAIN_TIME
            )
            self.step(f"wrote survey of {wave.wave_id}")
        self._mapping()
        return self._finish(truths)

    def _landing(self, address: str, name: str) -> Path:
        path = self.paths.landing / address.split(".")[0] / name
        self.files.append(path)
        return path

    def _plain(self, address: str, name: str, columns: Columns) -> None:
        self.counts[address] += len(next(iter(columns.values())))
        write_csv(self._landing(address, name), list(columns), text_rows(columns))

    def _table(self, address: str, name: str, columns: Columns, has_bom: bool, part: str = "") -> None:
        """Write one file of a table with its faulty rows at the end."""
        path, is_parquet = self._landing(address, name), name.endswith(".parquet")
        self.counts[address] += len(next(iter(columns.values())))
        total = len(next(iter(columns.values())))
        rng = self.plan.rng(f"dirty {address} {part}")
        # A typed file needs text for the rows that become faulty only.
        some = rng.integers(total, size=SPOILED_AT_MOST) if is_parquet else slice(None)
        rows = text_rows({name: values[some] for name, values in columns.items()})
        spoiler = Spoiler(self.contract[address], list(columns), rng, is_parquet, part)
        extra = spoiler.spoil(rows, total, self.log, [])
        if is_parquet:
            write_parquet(path, self.contract[address], columns, extra)
        else:
            write_csv(path, list(columns), rows + extra, has_bom)

    def _sheets(self, wave_id: str, columns: Columns, time_format: str) -> None:
        """Write the wide answer sheets of one wave: one row per sheet, one column per question."""
        questionnaire = self.questionnaire
        header = [*SHEET_HEADERS, *questionnaire.headers]
        self.careless += _careless_rows(wave_id, columns)
        columns = {name: columns[name] for name in header}
        self.counts["survey.responses"] += len(columns["response_id"])
        self.counts["survey.answers"] += sum(
            int((columns[name] != np.array(None)).sum()) for name in questionnaire.headers
        )
        rows = text_rows(columns)
        rng = self.plan.rng(f"dirty sheets {wave_id}")
        spoiler = Spoiler(self.contract["survey.responses"], header, rng, False, wave_id)
        rows += spoiler.spoil(rows, len(rows), self.log, [item.header for item in questionnaire.items])
        device = header.index("device")
        times = [header.index(name) for name in ("started_at", "submitted_at")]
        for place, row in enumerate(rows):
            if place % 100 == 99 and len(row) == len(header):
                row[device] = NO_VALUE
            if time_format:
                for column in times:
                    row[column] = _chinese(row[column])
        titles = [SHEET_HEADERS.get(name, name) for name in header]
        write_csv(self._landing("survey.responses", f"wide_{wave_id}.csv"), titles, rows)

    def _mapping(self) -> None:
        """Write the mapping folder that says what the wide answer sheets hold."""
        folder = self.paths.landing / "survey" / "mapping"
        lines = []
        for place, wave in enumerate(self.plan.waves):
            pattern = f"wide_{wave.wave_id}.csv"
            for name, title in SHEET_HEADERS.items():
                is_time = name in ("started_at", "submitted_at")
                lines.append(
                    [
                        pattern,
                        "survey.responses",
                        title,
                        "" if name == IGNORED else name,
                        "",
                        CHINESE_TIME if is_time and place == 0 else "",
                        NO_VALUE if name == "device" else "",
                        "Asia/Shanghai" if is_time else "",
                    ]
                )
            lines.append([pattern, "survey.responses", "", "survey_code", SURVEY_CODE, "", "", ""])
            lines.append(
                [pattern, "survey.answers", SHEET_HEADERS["response_id"], "response_id", "", "", "", ""]
            )
        write_csv(
            folder / "columns.csv",
            [
                "file_pattern",
                "table",
                "source_column",
                "target_column",
                "constant",
                "date_format",
                "null_values",
                "time_zone",
            ],
            lines,
        )
        questions = [[item.header, item.question_code, "raw_value"] for item in self.questionnaire.items]
        attention = self.questionnaire.controls.attention
        questions += [[header, code, "raw_value"] for code, header, _ in attention]
        questions.append([self.questionnaire.open_header, self.questionnaire.open_code, "answer_text"])
        write_csv(folder / "questions.csv", ["header", "question_code", "target"], questions)
        self.files += [folder / "columns.csv", folder / "questions.csv"]

    def _finish(self, truths: dict) -> SampleSummary:
        folder = self.paths.data / "truth"
        truth_rows = write_truth(folder / "truth.csv", self.plan, truths)
        with (folder / "dirty_rows.csv").open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle, lineterminator="\n").writerows(
                [("table_address", "kind", "row_count"), *self.log.rows]
            )
        _write_events(folder / "planted_events.csv", self.plan)
        write_csv(
            folder / "careless_responses.csv", ["wave_id", "insurer_id", "response_id", *FLAGS], self.careless
        )
        names = ("truth.csv", "dirty_rows.csv", "planted_events.csv", "careless_responses.csv")
        self.files += [folder / name for name in names]
        return SampleSummary(
            waves=[wave.wave_id for wave in self.plan.waves],
            insurers=[insurer.insurer_id for insurer in self.plan.insurers],
            rows=dict(self.counts),
            dirty=self.log.rows,
            truth_rows=truth_rows,
            files=sorted(self.files),
        )


def _chinese(value: str) -> str:
    """'2024-10-02 09:05:00' as '2024年10月02日 09:05:00'; other text as it is."""
    if len(value) != 19 or value[4] != "-":
        return value
    return f"{value[:4]}年{value[5:7]}月{value[8:10]}日{value[10:]}"


def _careless_rows(wave_id: str, columns: Columns) -> list[list[str]]:
    """The sheets of a wave in which anything careless is planted, and what."""
    planted = np.column_stack([columns[flag] for flag in FLAGS])
    return [
        [
            wave_id,
            columns["insurer_id"][row],
            columns["response_id"][row],
            *(str(bool(flag)).lower() for flag in planted[row]),
        ]
        for row in np.flatnonzero(planted.any(axis=1))
    ]


def _write_events(path: Path, plan: Plan) -> None:
    """List the planted events that the kept waves and insurers show."""
    ids = {insurer.number: insurer.insurer_id for insurer in plan.insurers}
    rows = []
    for event in EVENTS:
        place = len(plan.waves) - 1 - event.waves_from_end
        if event.insurer_number in ids and place >= 0:
            rows.append(
                [
                    plan.waves[place].wave_id,
                    ids[event.insurer_number],
                    event.stage,
                    str(event.shift),
                    str(event.lasts),
                    event.note,
                ]
            )
    write_csv(path, ["wave_id", "insurer_id", "stage", "latent_shift", "waves", "note"], rows)
