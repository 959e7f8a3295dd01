"""Loading of landing files: read, type, check, replace identities, settle repeats, write."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csat.contract import Column, Table, read_contract
from csat.errors import CsatError, InputError
from csat.gate.asked import mask_asked
from csat.gate.carry import Carrier
from csat.gate.checks import (
    KEY_CONFLICT,
    RAGGED_ROW,
    Check,
    checks,
    fed_names,
    hashed_keys,
    text_name,
    text_positions,
    typing_query,
    unread_name,
)
from csat.gate.codes import is_label, mask_file_name, mask_labels
from csat.gate.consents import CUSTOMERS, record_consents, withdrawal_columns
from csat.gate.crosswalk import rebuild_crosswalk
from csat.gate.databases import land_duckdb
from csat.gate.encodings import digest_of
from csat.gate.identity import Tokeniser
from csat.gate.keys import load_key
from csat.gate.landed_again import first_receipts, hand_over
from csat.gate.links import unknown_questions, unmatched_references
from csat.gate.mapping import (
    ANSWER_TARGETS,
    ANSWERS,
    ROW_NUMBER,
    Feed,
    Mapping,
    Question,
    TableFeed,
    read_mapping,
    resolve,
)
from csat.gate.mask import mask_array
from csat.gate.postgres import land_postgres
from csat.gate.quarantine import write_quarantine
from csat.gate.readers import open_landing
from csat.gate.register import Register, refuse_another_key
from csat.gate.results import FilesRefused, GateResult, TableResult
from csat.gate.rights import enforce, latest_event
from csat.gate.rows import Batch, FileSettings, LandingFile, plain
from csat.gate.store import (
    LoadedBatch,
    batch_part,
    folder,
    loaded_batches,
    remove_batches,
    remove_leftovers,
    scalar,
    sql_type,
    write_empty_parts,
    write_part,
)
from csat.gate.text_rules import evened, text_faults, without_hidden
from csat.gate.words import SEGMENTER, cut_array
from csat.paths import Paths
from csat.sql_text import literal

Report = Callable[[str], None]
Progress = Callable[[Path, int], None]
# A landing file, its mapping folder and the source or table it belongs to.
Given = tuple[Path, Path | None, str | None]

MAPPING_FOLDER = "mapping"
# What copies the tables of a database into the landing folder, by kind of database.
DATABASES = {"duckdb": land_duckdb, "postgres": land_postgres}
# What 问卷星 puts before the words a respondent typed behind an option.
_FILL_IN = "〖"
_MAX_CHOICES = 1000
_CHUNK_ROWS = 400_000
_MEMORY = "1GB"
_NOTHING_REPLAYED = (
    "No file that is loaded has rows in quarantine or a mapping that changed since; nothing was read again. "
    "Files that are not loaded yet come in with csat gate."
)


@dataclass(frozen=True)
class _Batch:
    """A landing file with the identity of its load.

    `former_id` is the one it had when the whole mapping folder counted, not only what concerns the file.
    """

    batch_id: str
    former_id: str
    file_sha256: str
    file: LandingFile
    feeds: list[TableFeed]


@dataclass
class _Gate:
    """What every file of one run needs.

    `loaded` is kept true while files are loaded; to read it anew for each would take the square of their
    number. `mappings` holds the mapping folders read so far, `questions` the codes that mappings give to the
    questions of the files loaded.
    """

    paths: Paths
    landing: Path
    contract: dict[str, Table]
    tokeniser: Tokeniser
    received_on: date
    connection: duckdb.DuckDBPyConnection
    register: Register
    progress: Progress | None
    is_replay: bool
    loaded: list[LoadedBatch]
    carrier: Carrier | None = None
    mappings: dict[Path, Mapping] = field(default_factory=dict)
    questions: set[str] = field(default_factory=set)

    def mapping_of(self, mapping_folder: Path | None) -> Mapping | None:
        """Return the mapping of a folder, read once. Raises InputError when it cannot be used."""
        if mapping_folder is None:
            return None
        if mapping_folder not in self.mappings:
            self.mappings[mapping_folder] = read_mapping(mapping_folder, self.contract)
        return self.mappings[mapping_folder]


def _identify(
    landing: Path,
    contract: dict[str, Table],
    path: Path,
    mapping: Mapping | None,
    source: str | None,
) -> _Batch:
    file = open_landing(path, mapping.settings_for(path.name) if mapping else None)
    feeds = resolve(path, file.header, contract, mapping, landing, source)
    tables = " ".join(sorted(feed.table.address for feed in feeds)).encode()
    whole, own = b"", b""
    if mapping and mapping.rules_for(path.name):
        whole, own = mapping.content, _reading(feeds, mapping.settings_for(path.name)).encode()
    ids = []
    for content in (own, whole):
        digest = file.digest.copy()
        digest.update(content)
        digest.update(tables)
        ids.append(digest.hexdigest()[:16])
    return _Batch(*ids, file.digest.hexdigest(), file, feeds)


def _reading(feeds: list[TableFeed], settings: FileSettings) -> str:
    """Return what a mapping says of one file: the same text as long as the file is read in the same way."""

    def value(rule: Feed) -> tuple:
        translation = tuple(sorted(rule.translation))
        read_as = (rule.date_format, rule.time_zone, rule.before, rule.null_values)
        return (rule.header, rule.constant, read_as, translation, tuple(value(part) for part in rule.joined))

    tables = [
        (
            feed.table.address,
            sorted((name, value(rule)) for name, rule in feed.feeds.items()),
            sorted((q.header, q.question_code, q.target, q.choices, q.null_values) for q in feed.questions),
        )
        for feed in sorted(feeds, key=lambda feed: feed.table.address)
    ]
    return repr((settings, tables))


class _Texts:
    """Trimmed text of the columns of one batch, each made once however many tables it feeds."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._trimmed: dict[str, pa.Array] = {}

    def header(self, name: str) -> pa.Array:
        if name not in self._trimmed and name == ROW_NUMBER:
            self._trimmed[name] = pa.array(self._batch.row_numbers).cast(pa.string())
        elif name not in self._trimmed:
            text = pc.utf8_trim_whitespace(self._batch.columns[name])
            self._trimmed[name] = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
        return self._trimmed[name]

    def column(self, feed: TableFeed, name: str) -> pa.Array:
        rule = feed.feeds[name]
        text = self._value(rule)
        if rule.joined:
            # A null in one part makes the whole null.
            text = pc.binary_join_element_wise(text, *(self._value(part) for part in rule.joined), " ")
        if rule.translation:
            found, codes = zip(*rule.translation, strict=True)
            code = pa.array(codes, pa.string()).take(pc.index_in(text, pa.array(found, pa.string())))
            text = pc.coalesce(code, text)
        return text

    def parts(self, rule: Feed) -> list[pa.Array]:
        """Return the texts of the headers that make up a value."""
        return [self._value(part) for part in (rule, *rule.joined) if part.header]

    def _value(self, rule: Feed) -> pa.Array:
        if rule.header is None:
            return pa.repeat(pa.scalar(rule.constant, pa.string()), len(self._batch.row_numbers))
        return self.cell(rule.header, rule.null_values)

    def cell(self, header: str, null_values: tuple[str, ...]) -> pa.Array:
        """Return the text of a header, null where it is one of `null_values`."""
        text = self.header(header)
        if not null_values:
            return text
        is_null = pc.is_in(text, pa.array(null_values, pa.string()))
        return pc.if_else(is_null, pa.scalar(None, pa.string()), text)


class _Stage:
    """The rows of one file in one table while they are checked, held in a DuckDB table."""

    def __init__(self, gate: _Gate, feed: TableFeed, position: int) -> None:
        self.feed = feed
        self.name = f"staged_{position}"
        self.checks: list[Check] = checks(feed, gate.received_on)
        self._text_positions = text_positions(self.checks)
        self.unusable_links = 0
        # Where each row is an answer, a column says to what.
        self._asks = "question_code" if "question_code" in feed.feeds else None
        self._gate = gate
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        # A withdrawal counts however much else is wrong with its row.
        self.watched = sorted(withdrawal_columns(gate.contract, feed.table) & set(feed.feeds))
        columns = ", ".join(f"{column.name} {sql_type(column)}" for column in feed.table.columns)
        unread = "".join(f", {unread_name(name)} boolean" for name in self.watched)
        gate.connection.execute(
            f"create or replace temp table {self.name} (ordinal bigint, row_number bigint, {columns}, "
            f"fault smallint, offending varchar, key_hash ubigint{unread})"
        )

    def add(self, texts: _Texts, row_numbers: np.ndarray) -> None:
        """Take one batch; rows reach DuckDB in larger chunks, which its threads share."""
        columns: dict[str, pa.Array] = {"text_fault": pa.nulls(len(row_numbers), pa.int16())}
        for name in self.feed.feeds:
            columns[text_name(self.feed.feeds[name].column)] = self._safe(texts, name, columns)
        columns["row_number"] = pa.array(row_numbers)
        rows = self._answers(texts, columns) if self.feed.questions else self._plain(columns)
        self._waiting.append(rows)
        self._waiting_rows += rows.num_rows
        if self._waiting_rows >= _CHUNK_ROWS:
            self.flush()

    def flush(self) -> None:
        """Type and check the rows that wait."""
        if not self._waiting_rows:
            return
        connection = self._gate.connection
        connection.register("chunk", pa.concat_tables(self._waiting))
        typed = typing_query(self.feed, self.checks, "chunk", self.watched)
        connection.execute(f"insert into {self.name} {typed}")
        connection.unregister("chunk")
        self._waiting, self._waiting_rows = [], 0

    def _safe(self, texts: _Texts, name: str, columns: dict[str, pa.Array]) -> pa.Array:
        """Return a column's text, identities replaced and free text masked: nothing later sees a person.

        Faults of the text as it stood go into columns["text_fault"].
        """
        rule = self.feed.feeds[name]
        column: Column = rule.column
        text = texts.column(self.feed, name)
        # Part by part: a constant and a number together may look like an identity.
        for part in texts.parts(rule) if rule.joined else (text,):
            columns["text_fault"] = self._with_faults(column, part, columns["text_fault"])
        if column.is_masked:
            text = mask_asked(text, rule.header)
            if self._asks:
                text = mask_asked(text, texts.column(self.feed, self._asks))
            return mask_array(without_hidden(text))
        if is_label(column):
            return mask_labels(text)
        if column.identity is None:
            return evened(column, text, bool(rule.date_format or rule.before))
        insurers = None
        if column.identity == "customer":
            if "insurer_id" in self.feed.feeds:
                insurers = texts.column(self.feed, "insurer_id")
            else:
                insurers = pa.nulls(len(text), pa.string())
        tokens = self._gate.tokeniser.tokens(column.identity, text, insurers)
        if self._gate.carrier:
            self._gate.carrier.meet(column.identity, text, insurers)
        if column.identity in ("phone", "id_card"):
            self.unusable_links += tokens.null_count - text.null_count
        return tokens

    def _with_faults(self, column: Column, text: pa.Array, known: pa.Array) -> pa.Array:
        """Add the faults of a column's text to those known; a row keeps the one that counts first."""
        found = text_faults(text, self._text_positions.get(column.name, {}))
        return known if found is None else pc.min_element_wise(known, found)

    @staticmethod
    def _plain(columns: dict[str, pa.Array]) -> pa.Table:
        return pa.table({**columns, "ordinal": columns["row_number"]})

    def _answers(self, texts: _Texts, columns: dict[str, pa.Array]) -> pa.Table:
        """Turn each question's non-empty cells into rows; two headers of one question share a row."""
        by_code: dict[str, dict[str, Question]] = {}
        for question in self.feed.questions:
            by_code.setdefault(question.question_code, {})[question.target] = question
        base = pa.table(columns)
        by_name = {column.name: column for column in self.feed.table.columns}
        parts = []
        for position, (question_code, asked) in enumerate(by_code.items()):
            value, text = (
                texts.cell(asked[target].header, asked[target].null_values)
                if target in asked
                else pa.nulls(len(base), pa.string())
                for target in ANSWER_TARGETS
            )
            is_answered = pc.invert(pc.is_null(pc.coalesce(value, text)))
            rows, value, text = base.filter(is_answered), value.filter(is_answered), text.filter(is_answered)
            place = np.asarray(rows["row_number"]) * len(by_code) + position
            choice = pa.nulls(len(rows), pa.int64())
            if ANSWER_TARGETS[0] in asked and (mark := asked[ANSWER_TARGETS[0]].choices):
                row, choice, value = _split_choices(value, mark)
                rows, place = rows.take(row), place[row]
                text = pc.if_else(pc.equal(pc.fill_null(choice, 1), 1), text.take(row), None)
            value, text = _move_fill_in(value, text)
            # A cell has fewer than _MAX_CHOICES choices, so every answer has a place of its own.
            ordinal = place * _MAX_CHOICES + np.asarray(pc.fill_null(choice, 0))
            faults = rows["text_fault"].combine_chunks()
            for target, cells in zip(ANSWER_TARGETS, (value, text), strict=True):
                faults = self._with_faults(by_name[target], cells, faults)
            for question in (question_code, *(one.header for one in asked.values())):
                value, text = mask_asked(value, question), mask_asked(text, question)
            answer = {
                "x_raw_value": mask_array(without_hidden(value)),
                "x_answer_text": mask_array(without_hidden(text)),
                "x_question_code": pa.repeat(question_code, len(rows)),
                "x_choice_number": choice.cast(pa.string()),
                "ordinal": pa.array(ordinal, pa.int64()),
            }
            for name, column in answer.items():
                rows = rows.append_column(name, column)
            rows = rows.set_column(rows.schema.get_field_index("text_fault"), "text_fault", faults)
            parts.append(rows)
        return pa.concat_tables(parts)


def _split_choices(cells: pa.Array, mark: str) -> tuple[np.ndarray, pa.Array, pa.Array]:
    """Split cells such as 'price┋speed': row of each choice, number of the choice in its cell, its text.

    Empty choices are left out. A cell of _MAX_CHOICES or more is no list of choices and stays one text.
    """
    lists = pc.split_pattern(pc.fill_null(cells, ""), mark)
    lengths = np.asarray(pc.list_value_length(lists))
    row = np.asarray(pc.list_parent_indices(lists))
    text = pc.utf8_trim_whitespace(pc.list_flatten(lists))
    is_choice = np.asarray(pc.not_equal(text, "")) & (lengths[row] < _MAX_CHOICES)
    whole = np.flatnonzero(np.bincount(row[is_choice], minlength=len(cells)) == 0)
    row, text = row[is_choice], text.filter(pa.array(is_choice))
    first = np.searchsorted(row, row, side="left")
    number = pa.array(np.arange(len(row)) - first + 1, pa.int64())
    order = np.argsort(np.concatenate([row, whole]), kind="stable")
    number = pa.concat_arrays([number, pa.nulls(len(whole), pa.int64())]).take(pa.array(order))
    text = pa.concat_arrays([text, cells.take(pa.array(whole))]).take(pa.array(order))
    return np.concatenate([row, whole])[order], number, text


def _move_fill_in(value: pa.Array, text: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Move what a respondent typed behind an option, 'other〖call 138…〗', to the text, which is masked."""
    is_filled = pc.fill_null(pc.match_substring(value, _FILL_IN), False)
    if not pc.any(is_filled).as_py():
        return value, text
    label = pc.utf8_trim_whitespace(pc.replace_substring_regex(value, "〖(?s:.*)$", ""))
    typed = pc.replace_substring_regex(value, "^(?s:.*?)〖((?s:.*?))〗?$", r"\1")
    both = pc.binary_join_element_wise(text, typed, " ", null_handling="skip")
    return pc.if_else(is_filled, label, value), pc.if_else(is_filled, both, text)


def _settle_repeats(gate: _Gate, stage: _Stage) -> None:
    """Fill the table `verdict` (ordinal, is_duplicate) with the rows whose key an earlier row already has.

    Of all rows of a key the one loaded first counts: a later one with the same content is a duplicate, any
    other a conflict. Rows are compared exactly; hashes only find the few candidates.
    """
    connection, table = gate.connection, stage.feed.table
    connection.execute("create or replace temp table verdict (ordinal bigint, is_duplicate boolean)")
    if not table.keys:
        return
    keys = [column.name for column in table.keys]
    hashed = hashed_keys(stage.feed)
    names = [column.name for column in table.columns]
    hashes = connection.execute(f"select key_hash from {stage.name} where fault is null").fetchnumpy()[
        "key_hash"
    ]
    hashes = np.sort(np.asarray(hashes))
    suspects = np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
    earlier_parts = sorted(folder(gate.paths, table).glob("part-*.parquet"))
    earlier = f"read_parquet([{', '.join(literal(part) for part in earlier_parts)}])"
    if len(earlier_parts) > 1:
        met = connection.execute(
            f"select distinct hash({', '.join(hashed)}) as key_hash from {earlier} as earlier where exists "
            f"(select 1 from {stage.name} as staged where staged.fault is null "
            f"and staged.key_hash = hash({', '.join(f'earlier.{key}' for key in hashed)}))"
        ).fetchnumpy()["key_hash"]
        suspects = np.union1d(suspects, np.asarray(met, dtype=np.uint64))
    if not len(suspects):
        return
    connection.register("suspect", pa.table({"key_hash": pa.array(suspects, pa.uint64())}))
    same_key = " and ".join(f"candidate.{key} is not distinct from reference.{key}" for key in keys)
    same_content = " and ".join(f"candidate.{name} is not distinct from reference.{name}" for name in names)
    columns = ", ".join(names)
    connection.execute(
        f"""
        insert into verdict
        with candidate as (
            select ordinal, {columns} from {stage.name}
            where fault is null and key_hash in (select key_hash from suspect)
        ),
        pool as (
            select -1 as ordinal, {columns} from {earlier}
            where hash({", ".join(hashed)}) in (select key_hash from suspect)
            union all
            select ordinal, {columns} from candidate
        ),
        ranked as (
            select *, row_number() over (partition by {", ".join(keys)} order by ordinal) as rank_in_key
            from pool
        ),
        reference as (
            select * from ranked where rank_in_key = 1
        )
        select candidate.ordinal, {same_content}
        from candidate inner join reference on {same_key}
        where candidate.ordinal <> reference.ordinal
        """
    )
    connection.unregister("suspect")


def _record_columns(contract: dict[str, Table], table: Table) -> list[tuple[str, str]]:
    """Return kind and name of the columns whose numbers lead to a person in another table, or from one."""
    parents = {column.references for other in contract.values() for column in other.columns}
    columns = [(column.references, column.name) for column in table.columns if column.references]
    columns += [(f"{table.address}.{column.name}", column.name) for column in table.columns]
    return [(kind, name) for kind, name in columns if kind in parents]


def _show_records(gate: _Gate, carrier: Carrier, stage: _Stage) -> None:
    for kind, name in _record_columns(gate.contract, stage.feed.table):
        if kind in carrier.kinds():
            numbers = gate.connection.execute(
                f"select distinct {name} from {stage.name} where {name} is not null"
            ).fetchall()
            carrier.meet_records(kind, [number for (number,) in numbers])


def _find_persons(gate: _Gate, stages: list[_Stage]) -> None:
    """Fill the table `person` (row_number, tokens, records) with who stands in the rows refused now.

    All tables the file feeds are asked: an answer of a wide questionnaire belongs to the customer of its row.
    """
    queries = []
    for stage in stages:
        tokens = [column.name for column in stage.feed.table.columns if column.identity]
        records = _record_columns(gate.contract, stage.feed.table)
        found = [
            f"[{', '.join(names) or 'cast(null as varchar)'}]"
            for names in (tokens, [f"{literal(kind)} || chr(31) || {name}" for kind, name in records])
        ]
        queries.append(
            f"select row_number, unnest({found[0]}) as token, unnest({found[1]}) as record from {stage.name} "
            "where row_number in (select row_number from rejected)"
        )
    gate.connection.execute(
        "create or replace table person as select row_number, "
        "list(distinct token order by token) filter (token is not null) as tokens, "
        "list(distinct record order by record) filter (record is not null) as records "
        f"from ({' union all '.join(queries)}) group by row_number"
    )


def _write_table(
    gate: _Gate,
    batch: _Batch,
    stage: _Stage,
    stages: list[_Stage],
    earlier: list[LoadedBatch],
    refused: dict[str, Collection[bytes]],
) -> TableResult:
    connection, table, file = gate.connection, stage.feed.table, batch.file
    refused[table.address] = ()
    _settle_repeats(gate, stage)
    ragged = pa.table(
        {
            "row_number": pa.array([row.row_number for row in file.ragged], pa.int64()),
            "offending": pa.array([row.note for row in file.ragged], pa.string()),
        }
    )
    connection.register("ragged", ragged)
    faults = pa.table(
        {
            "fault": pa.array(range(len(stage.checks)), pa.int16()),
            "reason_code": pa.array([check.reason_code for check in stage.checks], pa.string()),
            "column_name": pa.array([check.column_name for check in stage.checks], pa.string()),
        }
    )
    connection.register("fault_names", faults)
    connection.execute(
        f"""
        create or replace table rejected as
        select row_number, ordinal, reason_code, column_name, offending
        from {stage.name} inner join fault_names using (fault)
        union all
        select row_number, ordinal, '{KEY_CONFLICT}', '', null
        from {stage.name} inner join verdict using (ordinal) where not is_duplicate
        union all
        select row_number, 0, '{RAGGED_ROW}', '', offending from ragged
        """
    )
    connection.unregister("ragged")
    connection.unregister("fault_names")
    staged = scalar(connection, f"select count(*) from {stage.name}")
    duplicates = scalar(connection, "select count(*) from verdict where is_duplicate")
    reasons = {
        (column_name, reason_code): count
        for column_name, reason_code, count in connection.execute(
            "select column_name, reason_code, count(*) from rejected group by all order by all"
        ).fetchall()
    }
    quarantined = sum(reasons.values())
    accepted = staged + len(file.ragged) - quarantined - duplicates
    if quarantined:
        _find_persons(gate, stages)
        # A cursor of its own: DuckDB refuses other work on a connection whose result is only half fetched.
        with connection.cursor() as rejects:
            rejects.execute(
                "select row_number, reason_code, column_name, offending, tokens, records "
                "from rejected left join person using (row_number) order by row_number, ordinal"
            )
            refused[table.address] = write_quarantine(
                gate.paths,
                table,
                batch.batch_id,
                file,
                rejects,
                gate.tokeniser,
                gate.received_on,
                first_receipts(gate.paths, earlier, table),
            )
    if accepted:
        names = ", ".join(column.name for column in table.columns)
        words = "".join(f", cut_words({text}) as {name}" for text, name in table.word_columns.items())
        settled = scalar(connection, "select count(*) from verdict")
        unsettled = " and ordinal not in (select ordinal from verdict)" if settled else ""
        write_part(
            connection,
            f"select {names}{words}, {literal(batch.batch_id)} as batch_id, "
            f"{literal(file.path.name)} as source_file, row_number as source_row_number "
            f"from {stage.name} where fault is null{unsettled}",
            batch_part(gate.paths, table, batch.batch_id),
        )
    return TableResult(
        source_file=file.path.name,
        table=table.address,
        batch_id=batch.batch_id,
        read=staged + len(file.ragged),
        accepted=accepted,
        quarantined=quarantined,
        duplicates=duplicates,
        unusable_links=stage.unusable_links,
        unread_withdrawals=len(file.ragged) if stage.watched else 0,
        reasons=reasons,
    )


def _record_consents(gate: _Gate, stages: list[_Stage]) -> None:
    """Put the withdrawals of the file into the register, before the batch counts as loaded."""
    for stage in stages:
        if stage.feed.table.address != CUSTOMERS:
            continue
        record_consents(
            gate.connection,
            gate.contract,
            stage.name,
            fed_names(stage.feed),
            gate.register,
            gate.tokeniser.key_id,
            gate.received_on,
        )
    gate.register.save()


def _commit(gate: _Gate, batch: _Batch, results: list[TableResult]) -> None:
    """Write the batch's rows of gate.reasons and, last, of gate.files: from then on the batch counts."""
    reasons, files = gate.contract["gate.reasons"], gate.contract["gate.files"]
    rows: dict[str, list[dict]] = {reasons.name: [], files.name: []}
    load_number = 1 + max((one.load_number for one in gate.loaded), default=0)
    loaded = []
    for result, feed in zip(results, batch.feeds, strict=True):
        table = feed.table
        place = {"batch_id": batch.batch_id, "source_name": table.source, "table_name": table.name}
        for (column_name, reason_code), count in result.reasons.items():
            rows[reasons.name].append(
                {**place, "column_name": column_name, "reason_code": reason_code, "rows_quarantined": count}
            )
        rows[files.name].append(
            {
                **place,
                "source_file": result.source_file,
                "file_sha256": batch.file_sha256,
                "rows_read": result.read,
                "rows_accepted": result.accepted,
                "rows_quarantined": result.quarantined,
                "rows_duplicate": result.duplicates,
                "latest_event_at": latest_event(
                    gate.connection, table, batch_part(gate.paths, table, batch.batch_id)
                ),
                "received_on": gate.received_on,
                "load_number": load_number,
                "key_id": gate.tokeniser.key_id,
                "segmenter": SEGMENTER,
            }
        )
        loaded.append(
            LoadedBatch(
                batch_id=batch.batch_id,
                source_file=result.source_file,
                file_sha256=batch.file_sha256,
                address=table.address,
                rows_read=result.read,
                rows_quarantined=result.quarantined,
                received_on=gate.received_on,
                load_number=load_number,
                key_id=gate.tokeniser.key_id,
            )
        )
    for table in (reasons, files):
        if not rows[table.name]:
            continue
        names = [column.name for column in table.columns]
        gate.connection.register(
            "manifest", pa.table({name: [row[name] for row in rows[table.name]] for name in names})
        )
        columns = ", ".join(
            f"cast({column.name} as {sql_type(column)}) as {column.name}" for column in table.columns
        )
        write_part(
            gate.connection, f"select {columns} from manifest", batch_part(gate.paths, table, batch.batch_id)
        )
        gate.connection.unregister("manifest")
    gate.loaded.extend(loaded)


def _loaded_before(gate: _Gate, batch: _Batch, batch_id: str) -> list[TableResult]:
    part = batch_part(gate.paths, gate.contract["gate.files"], batch_id)
    rows = gate.connection.execute(
        "select source_file, source_name || '.' || table_name, batch_id, rows_read, rows_accepted, "
        f"rows_quarantined, rows_duplicate from read_parquet({literal(part)}) order by 2"
    ).fetchall()
    return [TableResult(batch.file.path.name, *row[1:], is_skipped=True) for row in rows]


@contextmanager
def _reading_of(path: Path) -> Iterator[None]:
    """Turn whatever a file does to a library that reads it into an InputError of that file."""
    try:
        yield
    except (CsatError, OSError, duckdb.IOException, KeyboardInterrupt, SystemExit):
        # A full disk or another run is no matter of the file.
        raise
    except BaseException as error:
        # What libraries say may quote the cell, and the panic of one is no Exception.
        raise InputError(
            f"{path.name}: the file holds something that cannot be read ({type(error).__name__}); export it "
            "again, as CSV if it is of another kind."
        ) from error


def _load(gate: _Gate, path: Path, mapping: Mapping | None, source: str | None) -> list[TableResult]:
    _check_place(gate.landing, path)
    before = _state_of(path)
    with _reading_of(path):
        batch = _identify(gate.landing, gate.contract, path, mapping, source)
    former: list[LoadedBatch] = []
    if gate.is_replay:
        former = [one for one in gate.loaded if one.file_sha256 == batch.file_sha256]
    else:
        committed = {one.batch_id for one in gate.loaded}
        for batch_id in (batch.batch_id, batch.former_id):
            if batch_id in committed:
                return _loaded_before(gate, batch, batch_id)
    stages = [_Stage(gate, feed, position) for position, feed in enumerate(batch.feeds)]
    # Events are judged by today, rows age from the first receipt: trying a file again makes none younger.
    days = [one.received_on for one in former if one.received_on]
    gate = replace(gate, received_on=min([gate.received_on, *days]))
    rows_read = 0
    with _reading_of(path):
        for rows in batch.file.batches():
            texts = _Texts(rows)
            for stage in stages:
                stage.add(texts, rows.row_numbers)
            rows_read += len(rows.row_numbers)
            if gate.progress:
                gate.progress(path, rows_read)
        for stage in stages:
            stage.flush()
            if gate.carrier:
                _show_records(gate, gate.carrier, stage)
    if _state_of(path) != before:
        raise InputError(
            f"{path.name}: the file changed while it was read; land it again when it is complete."
        )
    earlier = [
        one
        for one in gate.loaded
        if one not in former and (one.file_sha256 == batch.file_sha256 or one.source_file == path.name)
    ]
    remove_batches(gate.paths, {one.batch_id for one in former})
    gate.loaded[:] = [one for one in gate.loaded if one not in former]
    refused: dict[str, Collection[bytes]] = {}
    results = [_write_table(gate, batch, stage, stages, earlier, refused) for stage in stages]
    _record_consents(gate, stages)
    _commit(gate, batch, results)
    gate.questions.update(question.question_code for feed in batch.feeds for question in feed.questions)
    hand_over(gate.paths, gate.contract, gate.connection, earlier, batch.file_sha256, refused)
    if not gate.is_replay:
        return results
    return [replace(result, quarantined_before=_waiting(former, result.table)) for result in results]


def _state_of(path: Path) -> tuple[int, int] | None:
    """Return size and time of the last change of a file, None where it is none."""
    return (path.stat().st_size, path.stat().st_mtime_ns) if path.is_file() else None


def _waiting(former: list[LoadedBatch], address: str) -> int:
    """Return the rows that the batches of a file held in quarantine; a row refused twice counts once."""
    return max((one.rows_quarantined for one in former if one.address == address), default=0)


def _to_replay(gate: _Gate, files: Iterable[Given], result: GateResult) -> Iterator[Given]:
    """Yield the files with rows in quarantine, and those whose mapping changed since they were loaded; note
    the tables with rows in quarantine whose files are not there.

    They come in the order of loading: a row that two files hold stays with the one it was accepted from, and
    the other is not compared with what the former mapping made of it.
    """
    loaded: dict[str, list[LoadedBatch]] = {}
    for one in gate.loaded:
        loaded.setdefault(one.file_sha256, []).append(one)
    order = {digest: place for place, digest in enumerate(loaded)}
    waiting = {one.file_sha256 for one in gate.loaded if one.rows_quarantined}
    found: dict[str, Given] = {}
    for given in files:
        path = given[0]
        digest = digest_of(path).hexdigest() if path.is_file() and not path.is_symlink() else ""
        # The same content twice in the landing folder is one file.
        if digest not in loaded or digest in found:
            continue
        if digest in waiting or _reads_otherwise(gate, given, loaded[digest]):
            found[digest] = given
    for digest in sorted(found, key=order.__getitem__):
        yield found[digest]
    for one in gate.loaded:
        if one.rows_quarantined and one.file_sha256 not in found:
            result.kept.append(
                f"{one.address} · {one.source_file}: {one.rows_quarantined:,} rows stay in quarantine, "
                "because the "
                "file is not there any more; land it again."
            )


def _reads_otherwise(gate: _Gate, given: Given, batches: list[LoadedBatch]) -> bool:
    """Whether today's mapping reads a file otherwise than it was read into any of these batches.

    So does one that cannot be used: the file is then refused with its sentence. A file that would feed none
    of its tables was loaded by a source named then, and is not taken out of its table unasked.
    """
    path, mapping_folder, source = given
    try:
        mapping = gate.mapping_of(mapping_folder)
        with _reading_of(path):
            batch = _identify(gate.landing, gate.contract, path, mapping, source)
    except InputError:
        return True
    fed = {feed.table.address for feed in batch.feeds}
    is_there = any(one.batch_id in (batch.batch_id, batch.former_id) for one in batches)
    return not is_there and not fed.isdisjoint(one.address for one in batches)


@dataclass(frozen=True)
class Candidate:
    """A way to load a landing file: the ids a batch loaded so bears, and the tables it feeds."""

    batch_ids: tuple[str, str]
    file_sha256: str
    addresses: frozenset[str]
    given: Given


def candidates(
    paths: Paths, path: Path, mapping_folder: Path | None, addresses: set[str]
) -> Iterator[Candidate]:
    """Yield every way a landing file may have been loaded, the most likely first.

    A file is tried with its mapping folder and without, by its name and as each table of `addresses`.
    """
    contract = read_contract(paths.project)
    for folder_tried in dict.fromkeys((mapping_folder, None)):
        for source in (None, *sorted(addresses)):
            try:
                mapping = read_mapping(folder_tried, contract) if folder_tried else None
                batch = _identify(paths.landing, contract, path, mapping, source)
            except InputError:
                continue
            yield Candidate(
                (batch.batch_id, batch.former_id),
                batch.file_sha256,
                frozenset(feed.table.address for feed in batch.feeds),
                (path, folder_tried, source),
            )


def _answers_loaded(gate: _Gate, result: GateResult) -> list[Path]:
    """Return the parts with the answers that came in with this run; persons' rights may have emptied one."""
    parts = [
        batch_part(gate.paths, gate.contract[table.table], table.batch_id)
        for table in result.tables
        if table.table == ANSWERS and not table.is_skipped
    ]
    return [part for part in parts if part.is_file()]


def run_files(
    paths: Paths,
    files: Iterable[Given],
    received_on: date | None,
    report: Report | None = None,
    progress: Progress | None = None,
    landing: Path | None = None,
    key: bytes | None = None,
    is_replay: bool = False,
    refused: Iterable[str] = (),
    carrier: Carrier | None = None,
) -> GateResult:
    """Load files as run_gate does, each with a mapping folder and a source of its own.

    `landing` is the folder whose parts name sources and `key` the key of the tokens; by default those of
    `paths`. `refused` are sentences on files that could not be had at all; they stand first. `carrier` is
    shown every identity and record number read.
    """
    contract = read_contract(paths.project)
    tokeniser = Tokeniser(key or load_key(paths))
    paths.data.mkdir(parents=True, exist_ok=True)
    remove_leftovers(paths)
    write_empty_parts(paths, contract)
    refuse_another_key(paths, tokeniser.key_id)
    result = GateResult(refused=[plain(sentence) for sentence in refused])
    cause: BaseException | None = None
    with (
        tempfile.TemporaryDirectory(dir=paths.data, prefix=".gate-") as working,
        duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": working}) as connection,
    ):
        connection.create_function(
            "cut_words", cut_array, ["VARCHAR"], "VARCHAR", type="arrow", null_handling="special"
        )
        day = received_on or date.today()
        # First, too: what expired makes room for a row that an export brings again.
        result.removals.add(enforce(paths, contract, connection, day, tokeniser))
        gate = _Gate(
            paths=paths,
            landing=landing or paths.landing,
            contract=contract,
            tokeniser=tokeniser,
            received_on=day,
            connection=connection,
            register=Register.read(paths),
            progress=progress,
            is_replay=is_replay,
            loaded=loaded_batches(paths),
            carrier=carrier,
        )
        if is_replay:
            files = _to_replay(gate, files, result)
        for path, mapping_folder, source in files:
            try:
                tables = _load(gate, path, gate.mapping_of(mapping_folder), source)
            except InputError as error:
                # A name in the message may hold line breaks or turn the direction of the text.
                lines = [plain(str(error))]
                result.refused += lines
                cause = cause or error.__cause__
            else:
                result.tables += tables
                lines = [table.line() for table in tables]
            for line in lines:
                if report:
                    report(line)
        result.removals.add(enforce(paths, contract, connection, day, tokeniser))
        if is_replay and not (result.tables or result.refused or result.kept):
            result.notes.append(_NOTHING_REPLAYED)
        result.notes += unmatched_references(contract, connection, paths)
        result.notes += unknown_questions(paths, connection, _answers_loaded(gate, result), gate.questions)
        for line in [*result.kept, *result.removals.lines(), *result.notes]:
            if report:
                report(line)
        rebuild_crosswalk(paths, contract, connection)
    if result.refused:
        raise FilesRefused(result) from cause
    return result


def run_gate(
    paths: Paths,
    files: list[Path],
    source: str | None = None,
    mapping: Path | None = None,
    received_on: date | None = None,
    report: Report | None = None,
    progress: Progress | None = None,
    is_replay: bool = False,
) -> GateResult:
    """Load landing files (CSV, JSON, either in gzip, XLSX, Parquet) into data/raw, one after the other.

    `source` is the address of a table ('survey.answers') or a source name; without it the folder and the
    name of each file decide (csat.gate.mapping.table_of). `mapping` is a folder with columns.csv and perhaps
    questions.csv; files it has no row for are read by the contract's landing names. Events later than the end
    of `received_on` (today by default) are refused. `report` receives each sentence of the result as it is
    known, `progress` a file and the rows read of it so far. The caller holds the run lock.

    `is_replay` takes only files with rows in quarantine, or whose mapping changed since they were loaded, and
    reads them anew under today's mapping: the new batch takes the place of the old ones, so that no row
    counts twice, and keeps their first day of receipt.

    A file that cannot be used stops itself, not the others: when all are done FilesRefused (an InputError) is
    raised with one sentence per unusable file and the GateResult of the rest. Raises InputError at once when
    there is no key.
    """
    given = ((path, mapping, source) for path in files)
    return run_files(paths, given, received_on, report, progress, is_replay=is_replay)


def gate_database(
    paths: Paths,
    kind: str,
    place: str,
    mapping: Path | None = None,
    received_on: date | None = None,
    report: Report | None = None,
    progress: Progress | None = None,
) -> GateResult:
    """Copy the tables of a database that bear names of the contract into the landing folder and load them.

    `kind` is one of DATABASES, `place` what its function takes. Where no `mapping` is given the folder
    landing/<source>/mapping/ holds, as for every file there; the rest as in run_gate.
    """
    copies = DATABASES[kind](paths, place)
    given = ((path, mapping or _mapping_folder(paths, path), None) for path in copies.files)
    return run_files(paths, given, received_on, report, progress, refused=copies.refused)


def _mapping_folder(paths: Paths, path: Path) -> Path | None:
    parts = path.relative_to(paths.landing).parts
    folder = paths.landing / parts[0] / MAPPING_FOLDER
    return folder if len(parts) > 1 and folder.is_dir() and not folder.is_symlink() else None


def landing_files(paths: Paths) -> Iterator[Given]:
    """Yield the files of the landing folder in sorted order, each with the mapping folder that holds for it.

    landing/<source>/mapping/ applies to the files of landing/<source>/. Hidden files are passed over.
    """
    for path in sorted(paths.landing.rglob("*")):
        parts = path.relative_to(paths.landing).parts
        is_hidden = any(part.startswith((".", "~$")) for part in parts)
        is_folder = path.is_dir() and not path.is_symlink()
        if is_folder or is_hidden or MAPPING_FOLDER in parts[:-1]:
            continue
        yield path, _mapping_folder(paths, path), None


def _check_place(landing: Path, path: Path) -> None:
    """Raise InputError when a file of the landing folder is a link, or bears a name that cannot be shown."""
    if plain(path.name) != path.name:
        raise InputError(
            f"{path.name}: the name of the file holds characters that cannot be shown, or odd blanks; rename "
            "it."
        )
    if (hidden := mask_file_name(path.name)) != path.name:
        raise InputError(
            f"{hidden}: the name of the file says who a person is, and it is kept with every row; rename it."
        )
    if not path.is_relative_to(landing) or ".." in path.parts:
        return
    for place in (path, *path.parents):
        if place == landing:
            return
        if place.is_symlink():
            raise InputError(
                f"{place.name}: this is a link, and links are not followed in the landing folder; copy the "
                "file "
                "itself."
            )


def gate_landing(
    paths: Paths,
    received_on: date | None = None,
    report: Report | None = None,
    progress: Progress | None = None,
    is_replay: bool = False,
) -> GateResult:
    """Load every file under data/landing, in sorted order; arguments and errors as in run_gate.

    landing/<source>/mapping/ applies to the files of landing/<source>/. Hidden files are passed over.
    """
    return run_files(paths, landing_files(paths), received_on, report, progress, is_replay=is_replay)
