"""Which header of a landing file feeds which column of which table."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb

from csat.contract import Column, Table
from csat.errors import InputError
from csat.gate.encodings import ENCODINGS
from csat.gate.layouts import is_never_loaded, recognise
from csat.gate.rows import FileSettings, shown

ANSWERS = "survey.answers"
ANSWER_TARGETS = ("raw_value", "answer_text")
COLUMNS_HEADER = (
    "file_pattern",
    "table",
    "source_column",
    "target_column",
    "constant",
    "date_format",
    "null_values",
    "time_zone",
)
QUESTIONS_HEADER = ("header", "question_code", "target", "choices", "null_values")
FILES_HEADER = ("file_pattern", "encoding", "separator", "header_rows", "sheet")
INSURERS_HEADER = ("insurer_found", "insurer_id")
CATEGORIES_HEADER = ("table", "target_column", "found", "value")
_SEPARATORS = {"comma": ",", ",": ",", "semicolon": ";", ";": ";", "tab": "\t", "bar": "|", "|": "|"}
# Source columns that every file has.
ROW_NUMBER, FILE_NAME = "{row}", "{file}"
_FILE_NAMES = ("columns.csv", "questions.csv", "files.csv", "insurers.csv", "categories.csv")
# A date_format that begins so is none: the text is a duration, counted back from another time of the row.
BEFORE = "before "
_NAMES_SHOWN = 30
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True)
class Feed:
    """One value of a table: the header or the constant it comes from, and how its text is read.

    `joined` are the further parts of a value that several headers or constants make up, in order; the date
    format and the time zone of the first part hold for the whole. `translation` replaces texts as found by
    the codes of the contract; other texts stay as they are. `before` names the column of the table that a
    duration is counted back from.
    """

    column: Column
    header: str | None
    constant: str | None = None
    date_format: str | None = None
    null_values: tuple[str, ...] = ()
    time_zone: str | None = None
    joined: tuple[Feed, ...] = ()
    translation: tuple[tuple[str, str], ...] = ()
    before: str | None = None


@dataclass(frozen=True)
class Question:
    """One header of a wide questionnaire: the question asked and the column of survey.answers it fills.

    `choices` separates the choices of one cell, each of which is an answer of its own; `null_values` are
    texts that are no answer. `line` is that of questions.csv.
    """

    line: int
    header: str
    question_code: str
    target: str
    choices: str = ""
    null_values: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableFeed:
    """Everything one file gives to one table. With questions, each non-empty cell of theirs is a row."""

    table: Table
    feeds: dict[str, Feed]
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class _ColumnRule:
    line: int
    file_pattern: str
    table: str
    source_column: str
    target_column: str
    constant: str
    date_format: str
    null_values: tuple[str, ...]
    time_zone: str


@dataclass(frozen=True)
class Mapping:
    """A mapping folder: columns.csv and the other files, which are optional.

    `files` are patterns of file names with what is declared of those files; `translations` are texts as found
    and their codes by (table, target column), the table '' for all.
    """

    folder: Path
    rules: tuple[_ColumnRule, ...]
    questions: tuple[Question, ...]
    files: tuple[tuple[str, FileSettings], ...]
    translations: dict[tuple[str, str], dict[str, str]]
    content: bytes = field(repr=False)

    def settings_for(self, file_name: str) -> FileSettings:
        """Return what files.csv declares of a file; the first pattern that fits counts."""
        return next(
            (settings for pattern, settings in self.files if fnmatch(file_name, pattern)), FileSettings()
        )

    def translation_for(self, table: str, column: str) -> tuple[tuple[str, str], ...]:
        """Return the texts as found and the codes of one column."""
        found = self.translations.get(("", column), {}) | self.translations.get((table, column), {})
        return tuple(found.items())

    def rules_for(self, file_name: str) -> tuple[_ColumnRule, ...]:
        """Return the rows of columns.csv whose pattern fits the file name.

        What feeds a column of the very file comes in place of what feeds it in all files of a pattern.
        """
        fitting = [rule for rule in self.rules if fnmatch(file_name, rule.file_pattern)]
        own = [rule for rule in fitting if rule.file_pattern in (file_name, pattern_of_name(file_name))]
        fed = {(rule.table, rule.target_column) for rule in own if rule.target_column}
        return tuple(rule for rule in fitting if rule in own or (rule.table, rule.target_column) not in fed)


def pattern_of_name(file_name: str) -> str:
    """Return the pattern that fits a file name and no other."""
    return re.sub(r"([\[?*])", r"[\1]", file_name)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a phrase that names the closest known name, or the known names when none is close."""
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if close:
        return f"the nearest known name is '{shown(close[0])}'"
    more = f" and {len(known) - _NAMES_SHOWN:,} more" if len(known) > _NAMES_SHOWN else ""
    return "known names are " + ", ".join(shown(one) for one in known[:_NAMES_SHOWN]) + more


def quoted(text: str) -> str:
    """Return a text that a spreadsheet does not take for a formula; `unquoted` gives the text back."""
    is_formula = text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def unquoted(text: str) -> str:
    """Return the text that `quoted` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


def refuse_link(path: Path) -> None:
    """Raise InputError when a file of a mapping folder is a link: it may lead to the key."""
    if path.is_symlink():
        raise InputError(f"{path}: this is a link, and links are not followed; copy the file itself.")


def read_mapping_rows(
    path: Path, header: tuple[str, ...], required: tuple[str, ...] = ()
) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a file of a mapping folder by line, the cells of columns it lacks empty.

    Raises InputError for a link, for a file that is not UTF-8 and for an unknown or a missing column.
    """
    refuse_link(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: this file is not UTF-8; save it as 'CSV UTF-8'.") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = reader.fieldnames or []
    for name in names:
        if name not in header:
            raise InputError(f"{path}: column '{shown(name)}' is unknown; {nearest(name, header)}.")
    for name in required:
        if name not in names:
            raise InputError(f"{path}: column '{name}' is missing; allowed columns are {', '.join(header)}.")
    rows = []
    for row in reader:
        if None in row:
            raise InputError(
                f"{path}, line {reader.line_num}: more fields than the header; quote fields with commas."
            )
        rows.append((reader.line_num, {name: unquoted((row.get(name) or "").strip()) for name in header}))
    return rows


def _read_questions(path: Path) -> tuple[Question, ...]:
    questions = []
    headers: dict[str, int] = {}
    for line, row in read_mapping_rows(path, QUESTIONS_HEADER, QUESTIONS_HEADER[:2]):
        target = row["target"] or ANSWER_TARGETS[0]
        if target not in ANSWER_TARGETS:
            raise InputError(
                f"{path}, line {line}: target '{target}' is not allowed; write {' or '.join(ANSWER_TARGETS)}."
            )
        if not row["header"] or not row["question_code"]:
            raise InputError(f"{path}, line {line}: header and question_code must both be filled.")
        if headers.setdefault(row["header"], line) != line:
            raise InputError(
                f"{path}, line {line}: header '{shown(row['header'])}' repeats line "
                f"{headers[row['header']]}; one "
                "header asks one question, so remove one of them."
            )
        if row["choices"] and target != ANSWER_TARGETS[0]:
            raise InputError(
                f"{path}, line {line}: choices are split in raw_value only; empty one of the two."
            )
        null_values = _null_values(row["null_values"])
        code = row["question_code"]
        questions.append(Question(line, row["header"], code, target, row["choices"], null_values))
    return tuple(questions)


def _null_values(text: str) -> tuple[str, ...]:
    return tuple(value.strip() for value in text.split("|") if value.strip())


def _read_files(path: Path) -> tuple[tuple[str, FileSettings], ...]:
    files = []
    for line, row in read_mapping_rows(path, FILES_HEADER, FILES_HEADER[:1]):
        place = f"{path}, line {line}"
        if not row["file_pattern"]:
            raise InputError(f"{place}: file_pattern is empty; write a pattern such as survey_*.csv.")
        encoding, separator, count = row["encoding"].lower(), row["separator"].lower(), row["header_rows"]
        if encoding and encoding not in ENCODINGS:
            raise InputError(
                f"{place}: encoding '{encoding}' is not read; write one of utf-8, utf-16, gb18030."
            )
        if separator and separator not in _SEPARATORS:
            raise InputError(
                f"{place}: separator '{separator}' is not read; write one of comma, semicolon, tab, bar."
            )
        if count and (not count.isascii() or not count.isdigit() or not 1 <= int(count) <= 10):
            raise InputError(f"{place}: header_rows '{count}' is not a number from 1 to 10.")
        settings = FileSettings(
            encoding or None, _SEPARATORS.get(separator), int(count) if count else None, row["sheet"] or None
        )
        files.append((row["file_pattern"], settings))
    return tuple(files)


def _read_translations(folder: Path, contract: dict[str, Table]) -> dict[tuple[str, str], dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}

    def add(place: str, slot: tuple[str, str], text: str, value: str) -> None:
        if not text or not value:
            raise InputError(f"{place}: what is found and what it stands for must both be filled.")
        if found.setdefault(slot, {}).setdefault(text, value) != value:
            raise InputError(f"{place}: '{shown(text)}' stands for two values; remove one of the rows.")

    path = folder / "insurers.csv"
    if path.is_file():
        for line, row in read_mapping_rows(path, INSURERS_HEADER, INSURERS_HEADER):
            add(f"{path}, line {line}", ("", "insurer_id"), row["insurer_found"], row["insurer_id"])
    path = folder / "categories.csv"
    if path.is_file():
        for line, row in read_mapping_rows(path, CATEGORIES_HEADER, CATEGORIES_HEADER):
            place = f"{path}, line {line}"
            table = contract.get(row["table"])
            if table is None:
                raise InputError(
                    f"{place}: table '{row['table']}' is unknown; {nearest(row['table'], contract)}."
                )
            names = [column.name for column in table.columns if column.identity is None]
            if row["target_column"] not in names:
                raise InputError(
                    f"{place}: target_column '{row['target_column']}' is no column of {table.address} that "
                    "can be "
                    f"translated; {nearest(row['target_column'], names)}."
                )
            add(place, (table.address, row["target_column"]), row["found"], row["value"])
    return found


def _is_date_format(text: str) -> bool:
    with duckdb.connect() as connection:
        try:
            connection.execute("select try_strptime('', ?)", [text]).fetchall()
        except duckdb.Error:
            return False
    return "%" in text


def _check_before(place: str, row: dict[str, str], contract: dict[str, Table]) -> None:
    """Raise InputError unless a duration is counted back from one time of a table to give another."""
    moments = [column.name for column in contract[row["table"]].columns if column.data_type == "timestamp"]
    start = row["date_format"].removeprefix(BEFORE).strip()
    if start not in moments or row["target_column"] not in moments or start == row["target_column"]:
        raise InputError(
            f"{place}: date_format '{row['date_format']}' for '{row['target_column']}' counts a duration "
            f"back from one time of {row['table']} to another; its times are {', '.join(moments) or 'none'}."
        )


def read_mapping(folder: Path, contract: dict[str, Table]) -> Mapping:
    """Read a mapping folder.

    columns.csv has file_pattern, table ('survey.answers'), source_column, target_column, constant,
    date_format (strptime, or 'before <column>' for a duration that ends at that time), null_values (separated
    by |) and time_zone. Rows of one file_pattern with the same target_column join their values with a blank,
    in their order; a value that lacks a part is missing. Rows whose file_pattern is the name of the file come
    in place of those of a pattern for the same target_column.
    questions.csv has header, question_code and optionally target (raw_value or answer_text), choices (what
    separates several choices in a cell) and null_values. files.csv declares encoding, separator, header_rows
    and sheet by file_pattern. insurers.csv (insurer_found, insurer_id) and categories.csv (table,
    target_column, found, value) turn texts into codes. Raises InputError naming file, line and remedy.
    """
    columns_file, questions_file = folder / "columns.csv", folder / "questions.csv"
    if not columns_file.is_file():
        raise InputError(f"{columns_file}: no such file; a mapping folder needs a columns.csv.")
    rules = []
    for line, row in read_mapping_rows(columns_file, COLUMNS_HEADER, COLUMNS_HEADER[:2]):
        place = f"{columns_file}, line {line}"
        if not row["file_pattern"]:
            raise InputError(f"{place}: file_pattern is empty; write a pattern such as survey_*.csv.")
        is_ignored = bool(row["source_column"]) and not row["target_column"]
        if row["table"] not in contract and not (is_ignored and not row["table"]):
            raise InputError(
                f"{place}: table '{row['table']}' is unknown; {nearest(row['table'], contract)}."
            )
        if row["source_column"] and row["constant"]:
            raise InputError(f"{place}: source_column and constant are both filled; leave one of them empty.")
        if row["constant"] and not row["target_column"]:
            raise InputError(f"{place}: a constant needs a target_column.")
        if row["target_column"] and not (row["source_column"] or row["constant"]):
            raise InputError(
                f"{place}: target_column '{row['target_column']}' needs a source_column or a constant."
            )
        if row["time_zone"]:
            try:
                ZoneInfo(row["time_zone"])
            except (ZoneInfoNotFoundError, ValueError):
                raise InputError(
                    f"{place}: time_zone '{row['time_zone']}' is unknown; write a name such as Asia/Shanghai."
                ) from None
        if row["date_format"].startswith(BEFORE):
            _check_before(place, row, contract)
        elif row["date_format"] and not _is_date_format(row["date_format"]):
            raise InputError(
                f"{place}: date_format '{row['date_format']}' is not a strptime format; write one such as "
                "%d.%m.%Y %H:%M."
            )
        null_values = _null_values(row.pop("null_values"))
        rules.append(_ColumnRule(line=line, null_values=null_values, **row))
    present = [folder / name for name in _FILE_NAMES if (folder / name).is_file()]
    return Mapping(
        folder=folder,
        rules=tuple(rules),
        questions=_read_questions(questions_file) if questions_file in present else (),
        files=_read_files(folder / "files.csv") if folder / "files.csv" in present else (),
        translations=_read_translations(folder, contract),
        content=b"\0".join(path.read_bytes() for path in present),
    )


_SUFFIXES = re.compile(r"(\.(csv|tsv|txt|xlsx|json|jsonl|ndjson|parquet|gz))+$", re.IGNORECASE)


def bare_name(file_name: str) -> str:
    """Return the name of a file without the endings that say its kind."""
    return _SUFFIXES.sub("", file_name)


def table_of(path: Path, contract: dict[str, Table], landing: Path, source: str | None) -> Table:
    """Find the table a file without a mapping feeds.

    `source` may be an address ('survey.answers') or a source name ('survey'). Without it the source is the
    nearest parent folder below `landing` that bears a source's name. Inside a source the table is the one
    whose name begins the file's name ('answers_2026Q3.csv'), the longest such name, or the only table there
    is; a file outside every source folder is called 'survey.answers….csv' or 'survey__answers….csv'. Raises
    InputError naming the tables to choose from.
    """
    tables = {address: table for address, table in contract.items() if not table.is_written_by_gate}
    if source in tables:
        return tables[source]
    source_names = {table.source for table in tables.values()}
    if source is not None and source not in source_names:
        raise InputError(
            f"{path.name}: source '{source}' is unknown; {nearest(source, source_names | set(tables))}."
        )
    if source is None and path.is_relative_to(landing):
        parents = reversed(path.relative_to(landing).parts[:-1])
        source = next((name for name in parents if name in source_names), None)
    candidates = [table for table in tables.values() if source in (None, table.source)]
    stem = bare_name(path.name.lower())
    fitting = []
    for table in candidates:
        names = (table.name, table.address, table.identifier) if source else (table.address, table.identifier)
        fitting += [
            (len(name), table)
            for name in names
            if stem.startswith(name) and not stem[len(name) : len(name) + 1].isalpha()
        ]
    if fitting:
        return max(fitting, key=lambda item: item[0])[1]
    if source and len(candidates) == 1:
        return candidates[0]
    choices = ", ".join(table.name if source else table.address for table in candidates)
    raise InputError(
        f"{path.name}: the name does not say which table the file feeds; begin it with one of {choices}, "
        "or give a mapping folder with a columns.csv row for it."
    )


def _target(table: Table, rule: _ColumnRule, folder: Path) -> Column:
    for column in table.columns:
        if rule.target_column in (column.name, column.landing_name):
            return column
    known = nearest(rule.target_column, [column.name for column in table.columns])
    raise InputError(
        f"{folder / 'columns.csv'}, line {rule.line}: target_column '{rule.target_column}' is not a column "
        f"of {table.address}; {known}."
    )


def _mapped_feeds(
    file_name: str,
    header: list[str],
    rules: tuple[_ColumnRule, ...],
    mapping: Mapping,
    contract: dict[str, Table],
) -> dict[str, dict[str, Feed]]:
    feeds: dict[str, dict[str, Feed]] = {}
    first_rules: dict[tuple[str, str], _ColumnRule] = {}
    for rule in rules:
        if not rule.table:
            continue
        table_feeds = feeds.setdefault(rule.table, {})
        if not rule.target_column:
            continue
        source = "" if rule.source_column == FILE_NAME else rule.source_column
        if source not in ("", ROW_NUMBER, *header):
            raise InputError(
                f"{file_name}: column '{shown(rule.source_column)}' of {mapping.folder / 'columns.csv'}, "
                f"line {rule.line}, is not in the header; {nearest(rule.source_column, header)}."
            )
        column = _target(contract[rule.table], rule, mapping.folder)
        feed = Feed(
            column=column,
            header=source or None,
            constant=(bare_name(file_name) if rule.source_column == FILE_NAME else rule.constant) or None,
            date_format=rule.date_format or None,
            null_values=rule.null_values,
            time_zone=rule.time_zone or None,
        )
        if rule.date_format.startswith(BEFORE):
            feed = replace(feed, date_format=None, before=rule.date_format.removeprefix(BEFORE).strip())
        first = first_rules.setdefault((rule.table, column.name), rule)
        if first is rule:
            table_feeds[column.name] = feed
        elif (first.file_pattern, first.date_format, first.time_zone) == (
            rule.file_pattern,
            rule.date_format,
            rule.time_zone,
        ):
            whole = table_feeds[column.name]
            table_feeds[column.name] = replace(whole, joined=(*whole.joined, feed))
        else:
            raise InputError(
                f"{mapping.folder / 'columns.csv'}, line {rule.line}: target_column '{column.name}' "
                f"of {rule.table} is fed twice for {file_name}; remove one of the rows, or let it repeat the "
                f"file_pattern, date_format and time_zone of line {first.line} to join the two values."
            )
    return feeds


def _check_questions(questions: tuple[Question, ...], path: Path) -> None:
    """Raise InputError when two headers of one file feed the same question; those of other files may."""
    first: dict[tuple[str, str], Question] = {}
    for question in questions:
        other = first.setdefault((question.question_code, question.target), question)
        if other is not question:
            raise InputError(
                f"{path}, line {question.line}: header '{shown(question.header)}' with question "
                f"'{question.question_code}' repeats line {other.line}; one header feeds one "
                f"{question.target} of "
                "one question, so remove one of them."
            )


def resolve(
    path: Path,
    header: list[str],
    contract: dict[str, Table],
    mapping: Mapping | None,
    landing: Path,
    source: str | None,
) -> list[TableFeed]:
    """Return what the file feeds: one TableFeed per table, in the order of columns.csv.

    Headers that columns.csv does not mention feed the column of the same landing name in every table of the
    file; headers listed in questions.csv become rows of survey.answers. Raises InputError for a repeated
    header, an unknown header or a required column that nothing feeds.
    """
    seen: set[str] = set()
    for name in header:
        if name in seen:
            raise InputError(
                f"{path.name}: column '{shown(name)}' stands twice in the header; rename or remove one of "
                "the two."
            )
        seen.add(name)
    rules = mapping.rules_for(path.name) if mapping else ()
    layout = recognise(header)
    never = {name for name in header if is_never_loaded(layout, name)}
    for rule in rules:
        if rule.source_column in never and rule.target_column:
            raise InputError(
                f"{mapping.folder / 'columns.csv'}, line {rule.line}: column '{rule.source_column}' of an "
                "export of "
                f"{layout.title} names a person or a machine and is never loaded; leave its target_column "
                "empty."
            )
    feeds = _mapped_feeds(path.name, header, rules, mapping, contract) if mapping else {}
    if not feeds:
        feeds = {table_of(path, contract, landing, source).address: {}}
    mentioned = {rule.source_column for rule in rules}
    questions: tuple[Question, ...] = ()
    if mapping and rules:
        questions = tuple(question for question in mapping.questions if question.header in seen)
        _check_questions(questions, mapping.folder / "questions.csv")
        if questions:
            feeds.setdefault(ANSWERS, {})
    question_headers = {question.header for question in questions}

    used = mentioned | question_headers | never
    for name in header:
        if name in used:
            continue
        for address, table_feeds in feeds.items():
            column = next((c for c in contract[address].columns if c.landing_name == name), None)
            if column and column.name not in table_feeds:
                table_feeds[column.name] = Feed(column=column, header=name)
                used.add(name)
    if questions and "response_id" not in feeds[ANSWERS]:
        # The other tables of the file say which header numbers the answer sheet.
        sibling = next((table["response_id"] for table in feeds.values() if "response_id" in table), None)
        if sibling:
            feeds[ANSWERS]["response_id"] = sibling
    if questions:
        for target in feeds[ANSWERS].keys() & {"question_code", "choice_number", *ANSWER_TARGETS}:
            raise InputError(
                f"{path.name}: {target} of {ANSWERS} is fed by a column of its own and by the questions of "
                f"{mapping.folder / 'questions.csv'}; ignore the column or remove the questions."
            )

    for name in header:
        if name not in used:
            known = {c.landing_name for address in feeds for c in contract[address].columns} - used
            known |= (
                {rule.source_column for rule in mapping.rules if rule.source_column} if mapping else set()
            )
            known |= {question.header for question in mapping.questions} if mapping else set()
            hint = "ignore it with a columns.csv row that has an empty target_column"
            raise InputError(
                f"{path.name}: column '{shown(name)}' is unknown to {', '.join(feeds)}; "
                f"{nearest(name, known)}; "
                f"rename it, map it, or {hint}."
            )

    result = []
    for address, table_feeds in feeds.items():
        for feed in table_feeds.values():
            if feed.before and (feed.before not in table_feeds or table_feeds[feed.before].before):
                raise InputError(
                    f"{path.name}: '{feed.header}' is a duration before {feed.before} of {address}, which no "
                    f"time of the file feeds; map a header to {feed.before} in "
                    f"{mapping.folder / 'columns.csv'}, or ignore '{feed.header}'."
                )
        table_questions = questions if address == ANSWERS else ()
        filled = set(table_feeds) | ({"question_code", *ANSWER_TARGETS} if table_questions else set())
        for column in contract[address].columns:
            if column.is_required and column.name not in filled:
                raise InputError(
                    f"{path.name}: column '{column.landing_name}' required by {address} is missing from the "
                    f"header ({', '.join(shown(name) for name in header[:_NAMES_SHOWN])}); add it, map "
                    "another "
                    "header to it, or give it a constant "
                    "in columns.csv."
                )
        if mapping and rules:
            table_feeds = {
                name: replace(feed, translation=mapping.translation_for(address, name))
                for name, feed in table_feeds.items()
            }
        result.append(TableFeed(contract[address], table_feeds, table_questions))
    return result
