"""A look at an export before it is loaded: what it is, what is in it, and a mapping to edit."""

from __future__ import annotations

import csv
import difflib
import functools
import io
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pyarrow.compute as pc

from csat.contract import Column, Table, read_contract
from csat.errors import InputError
from csat.gate.asked import QUESTION_NUMBER, asked_kind, labels
from csat.gate.codes import mask_alone
from csat.gate.layouts import (
    Layout,
    ends_at,
    is_meta,
    is_never_loaded,
    layouts,
    recognise,
    split_matrix,
    target_of,
)
from csat.gate.mapping import (
    ANSWERS,
    BEFORE,
    CATEGORIES_HEADER,
    COLUMNS_HEADER,
    FILE_NAME,
    FILES_HEADER,
    INSURERS_HEADER,
    QUESTIONS_HEADER,
    ROW_NUMBER,
    Mapping,
    bare_name,
    nearest,
    pattern_of_name,
    quoted,
    read_mapping,
    read_mapping_rows,
    refuse_link,
    table_of,
)
from csat.gate.mask import mask_text
from csat.gate.name_words import is_name_alone
from csat.gate.readers import CsvFile, open_landing
from csat.gate.rows import LandingFile, plain, shown
from csat.gate.workbooks import WorkbookFile
from csat.paths import Paths
from csat.waves import missing_quarters

RESPONSES = "survey.responses"
POSTS = "reviews.posts"
MAPPING_HEADERS = {
    "files.csv": FILES_HEADER,
    "columns.csv": COLUMNS_HEADER,
    "questions.csv": QUESTIONS_HEADER,
    "insurers.csv": INSURERS_HEADER,
    "categories.csv": CATEGORIES_HEADER,
    "options.csv": ("scale_code", "raw_value", "option_value", "is_missing"),
    "aliases.csv": ("alias", "insurer_id"),
    "waves.csv": (
        "wave_id",
        "wave_name_zh",
        "wave_name_en",
        "starts_on",
        "ends_on",
        "time_zone",
        "length_months",
        "starts_at_utc",
        "ends_at_utc",
    ),
}
# What stands in these is no structure: csat adopt adds it to these seeds of the framework.
ADOPTED = {"options.csv": "answer_options", "aliases.csv": "insurer_aliases", "waves.csv": "waves"}
# The columns that make a row of each file the same row: a row that is there already is left as it is.
_SAME = {
    "files.csv": 1,
    "columns.csv": 1,
    "questions.csv": 1,
    "insurers.csv": 1,
    "categories.csv": 3,
    "options.csv": 2,
    "aliases.csv": 1,
    "waves.csv": 1,
}
_ROWS_READ = 100_000
_CELLS_READ = 5_000_000
_VALUES_KEPT = 200
_SAMPLES = 3
_SAMPLE_LENGTH = 30
_OPEN_LENGTH = 15
_QUESTION_CUTOFF = 0.6
_NAME_CUTOFF = 0.75
_INSURER_CUTOFF = 0.5
_READ_BY_ITSELF = re.compile(r"[0-9]{4}(?:[-/][0-9]{1,2}[-/][0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日)(?![0-9])")
# Labels without a score are listed to be scored; more of them than this are no labels of a scale.
_LABELS_LISTED = 20
# So many different numbers tell on which scale they are.
_NUMBERS_TELLING = 3
_DAY = re.compile(r"([0-9]{4})[-/年]([0-9]{1,2})[-/月]([0-9]{1,2})(?![0-9])")
_DAY_LENGTH = 11
_DATE_FORMATS = [
    day + clock
    for day in ("%Y%m%d", "%Y.%m.%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y")
    for clock in ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
]
_SEPARATOR_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass
class ColumnReport:
    """One column of the inspected file: what it holds and where it would go."""

    header: str
    role: str
    target: str
    samples: list[str]


@dataclass
class Inspection:
    """What csat inspect found in a file, and the rows of the mapping files it proposes."""

    file: str
    kind: str
    table: str
    layout: str | None
    facts: dict[str, str]
    rows_seen: int
    columns: list[ColumnReport]
    mapping: dict[str, list[dict[str, str]]]
    notes: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return the report as plain sentences."""
        facts = ", ".join(f"{name} {value}" for name, value in self.facts.items() if value)
        tool = f"an export of {self.layout}" if self.layout else "no export that is known"
        kind = f"{self.kind}, {facts}" if facts else self.kind
        lines = [f"{self.file}: {tool}; {kind}; feeds {self.table}."]
        for column in self.columns:
            samples = " · ".join(column.samples)
            target = f" → {column.target}" if column.target else ""
            lines.append(
                f"  {shown(column.header)}: {column.role}{target}" + (f"   [{samples}]" if samples else "")
            )
        return lines + self.notes + self.written


def _seed(paths: Paths, name: str) -> list[dict[str, str]]:
    path = paths.framework_source / f"{name}.csv"
    if not path.is_file():
        raise InputError(f"{path}: no such file; set CSAT_FRAMEWORK_DIR to the folder of your framework.")
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def similarity(left: str, right: str) -> float:
    """Return how alike two texts are, from 0 to 1."""
    return difflib.SequenceMatcher(None, left.casefold(), right.casefold(), autojunk=False).ratio()


def _nearest(text: str, known: Iterable[str], cutoff: float) -> str | None:
    scored = [(similarity(text, one), one) for one in known]
    best = max(scored, default=(0.0, ""))
    return best[1] if best[0] >= cutoff else None


def _rows_read(file: LandingFile) -> int:
    return min(_ROWS_READ, _CELLS_READ // len(file.header))


def _values_of(file: LandingFile) -> tuple[dict[str, dict[str, int]], int]:
    """Return the distinct texts of each column with their counts, the first 200, and the rows looked at."""
    values: dict[str, dict[str, int]] = {name: {} for name in file.header}
    seen, wanted = 0, _rows_read(file)
    for batch in file.batches():
        for name, column in batch.columns.items():
            counted = pc.value_counts(pc.utf8_trim_whitespace(column.slice(0, _ROWS_READ))).to_pylist()
            for entry in counted:
                text, known = entry["values"], values[name]
                if text and (text in known or len(known) < _VALUES_KEPT):
                    known[text] = known.get(text, 0) + entry["counts"]
        seen += len(batch.row_numbers)
        if seen >= wanted:
            break
    return values, seen


def _facts(file: LandingFile) -> tuple[str, dict[str, str]]:
    if isinstance(file, CsvFile):
        facts = {
            "encoding": "utf-16" if file.encoding.startswith("utf-16") else file.encoding,
            "separator": _SEPARATOR_NAMES.get(file.separator, file.separator),
            "header_rows": str(file.header_rows),
            "sheet": "",
        }
        return "CSV", facts
    if isinstance(file, WorkbookFile):
        facts = {"encoding": "", "separator": "", "header_rows": str(file.header_rows), "sheet": file.sheet}
        return "XLSX", facts
    return ("JSON" if type(file).__name__ == "JsonFile" else "Parquet"), {}


def _file_pattern(path: Path) -> str:
    """Return a pattern for this file and the next exports of its kind: digits may differ."""
    literal = pattern_of_name(path.name)
    pattern = re.sub(r"[0-9]+(?![^\[]*\])", "*", literal)
    # A name of digits alone would fit every file.
    return pattern if re.search(r"[^\W_]", pattern.split(".")[0]) else literal


def _find_table(
    path: Path,
    header: list[str],
    layout: Layout | None,
    contract: dict[str, Table],
    source: str | None,
    paths: Paths,
) -> Table:
    if source in contract:
        return contract[source]
    if layout:
        return contract[layout.table]
    tables = [table for table in contract.values() if not table.is_written_by_gate]
    try:
        return table_of(path, contract, paths.landing, source)
    except InputError:
        if source is not None and source not in {table.source for table in tables}:
            raise
    known = [table for table in tables if source in (None, table.source)]
    if source is None and path.is_relative_to(paths.landing):
        folders = path.relative_to(paths.landing).parts[:-1]
        known = [table for table in known if table.source in folders] or known
    fits = {table.address: sum(column.landing_name in header for column in table.columns) for table in known}
    best = max(fits, key=lambda address: fits[address])
    if fits[best]:
        return contract[best]
    if any(table.address == RESPONSES for table in known) and source == "survey":
        return contract[RESPONSES]
    raise InputError(
        f"{path.name}: nothing in the header says which table the file feeds; name it with --source, such as "
        f"--source {known[0].address}."
    )


class _Proposal:
    """Collects the roles of the columns and the rows of the mapping files."""

    def __init__(
        self,
        paths: Paths,
        table: Table,
        layout: Layout | None,
        pattern: str,
        header: list[str],
        declared: dict[str, str],
    ) -> None:
        self.paths, self.table, self.layout, self.pattern = paths, table, layout, pattern
        self.declared = declared
        self.header = header
        self.rows: dict[str, list[dict[str, str]]] = {name: [] for name in MAPPING_HEADERS}
        self.reports: list[ColumnReport] = []
        self.notes: list[str] = []
        self.fed: dict[str, str] = {}
        # What any tool calls a column of this table, in case an unknown export calls it so too.
        self._synonyms = {
            header.casefold(): target
            for one in layouts().values()
            if one.table == table.address
            for header, target in (one.columns | one.identities).items()
            if target
        }

    @functools.cached_property
    def insurers(self) -> dict[str, str]:
        """The code of every insurer by its codes, names and aliases."""
        aliases = {row["alias"]: row["insurer_id"] for row in _seed(self.paths, "insurer_aliases")}
        return aliases | _landed_insurers(self.paths)

    def target(self, header: str) -> Column | None:
        """Return the column of the table that a header feeds: as columns.csv says already, by the layout, by
        name or by likeness.
        """
        names = {column.landing_name: column for column in self.table.columns}
        if header in self.declared:
            return names.get(self.declared[header])
        if self.layout and is_meta(self.layout, header):
            return names.get(target_of(self.layout, header) or "")
        wanted = names.get(header) or names.get(self._synonyms.get(header.casefold(), ""))
        if wanted is None:
            # A column that bears the very name is a better match than one that is like it.
            free = [name for name in self.unfed() if name not in self.header]
            close = _nearest(header, free, _NAME_CUTOFF)
            wanted = names.get(close or "")
        return wanted

    def unfed(self) -> list[str]:
        """Return the columns of the table that nothing feeds yet."""
        return [column.landing_name for column in self.table.columns if column.landing_name not in self.fed]

    def column(self, source: str, target: str, constant: str = "", date_format: str = "") -> None:
        table = self.table.address if target else ""
        no_answer = self.layout.no_answer if self.layout and source and target else ()
        row = dict.fromkeys(MAPPING_HEADERS["columns.csv"], "")
        row |= {"file_pattern": self.pattern, "table": table, "source_column": source}
        row |= {"target_column": target}
        row |= {"constant": constant, "date_format": date_format, "null_values": "|".join(no_answer)}
        self.rows["columns.csv"].append(row)

    def report(self, header: str, role: str, target: str, values: Iterable[str]) -> None:
        samples = []
        for value in values:
            text = mask_alone(plain(value))
            samples.append(text if len(text) <= _SAMPLE_LENGTH else text[: _SAMPLE_LENGTH - 1] + "…")
            if len(samples) == _SAMPLES:
                break
        self.reports.append(ColumnReport(mask_alone(header), role, target, samples))


def _date_format(proposal: _Proposal, name: str, values: Iterable[str]) -> str:
    """Return the format of times that the gate does not read by itself, if just one fits all of them."""
    values = list(values)
    odd = [text for text in values if not _READ_BY_ITSELF.match(text)]
    if not odd:
        return ""
    if len(odd) < len(values):
        # A format holds for the whole column: it would refuse what is read without one.
        proposal.notes.append(
            f"{name}: {len(odd):,} of {len(values):,} times are not in the form of the others, such as "
            f"'{shown(mask_alone(odd[0]))}'; their rows will be refused unless you correct them in the file."
        )
        return ""
    fitting = [one for one in _DATE_FORMATS if all(_fits(text, one) for text in odd)]
    if len(fitting) == 1:
        return fitting[0]
    several = f"could be {' or '.join(fitting)}" if fitting else "is not known"
    proposal.notes.append(
        f"{name}: the form of '{shown(mask_alone(odd[0]))}' {several}; fill its date_format in columns.csv."
    )
    return ""


def _fits(text: str, date_format: str) -> bool:
    try:
        datetime.strptime(text, date_format)
    except ValueError:
        return False
    return True


def _naming_nobody(proposal: _Proposal, column: str, values: Iterable[str]) -> list[str]:
    """Return the texts that may stand in a mapping file and on the screen: those that name no person."""
    values = list(values)
    kept = [text for text in values if mask_alone(text) == text]
    if hidden := len(values) - len(kept):
        proposal.notes.append(f"{column}: {hidden:,} texts look like persons and are not listed.")
    return kept


def _propose_codes(proposal: _Proposal, column: Column, values: dict[str, int]) -> None:
    """Propose codes for the texts of a column that takes codes only."""
    known: dict[str, str] = {}
    for row in _seed(proposal.paths, "segments"):
        if row["segment_type"] == column.name:
            known |= dict.fromkeys((row["segment_name_zh"], row["segment_name_en"]), row["segment_code"])
    for code, words in labels()["categories"].get(column.name, {}).items():
        known |= dict.fromkeys(words, code)
    allowed = set(column.allowed) | set(known.values())
    if not allowed:
        return
    unknown = []
    for text in _naming_nobody(proposal, column.name, values):
        if text in allowed:
            continue
        close = _nearest(text, known, _INSURER_CUTOFF) or _nearest(text, allowed, _NAME_CUTOFF)
        if close is None:
            unknown.append(text)
            continue
        row = {"table": proposal.table.address, "target_column": column.name, "found": text}
        proposal.rows["categories.csv"].append(row | {"value": known.get(close, close)})
    if unknown:
        proposal.notes.append(
            f"{column.name}: no code is near to {_listed(unknown)}"
            f"{' and others' if len(unknown) > 5 else ''}; add rows to categories.csv; allowed are "
            f"{', '.join(sorted(allowed)[:20])}."
        )


def _listed(texts: list[str]) -> str:
    return ", ".join(shown(text) for text in texts[:5])


def _landed_insurers(paths: Paths) -> dict[str, str]:
    """Return the code of every insurer of landing/policy by its code and names."""
    known = {}
    for path in sorted((paths.landing / "policy").glob("insurers*.csv")):
        if path.is_symlink():
            continue
        # What is wrong with the file the gate will say; its names are only wanted here.
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
        for row in csv.DictReader(io.StringIO(text, newline="")):
            for name in ("insurer_id", "insurer_name_zh", "insurer_name_en"):
                if row.get(name) and row.get("insurer_id"):
                    known[row[name]] = row["insurer_id"]
    return known


def _check_insurer(paths: Paths, insurer: str | None) -> None:
    """Raise InputError for a code that none of the landed insurers has."""
    codes = set(_landed_insurers(paths).values())
    if insurer and codes and insurer not in codes:
        raise InputError(
            f"--insurer {shown(insurer)}: {paths.landing / 'policy'} has no such insurer; "
            f"{nearest(insurer, codes)}."
        )


def _note_insurers(proposal: _Proposal, header: str, values: dict[str, int]) -> None:
    """Say so where a column that is read as a question names insurers: it may say whose answers these are."""
    known = proposal.insurers
    found = [text for text in values if text in known]
    if not found or sum(values[text] for text in found) * 10 < sum(values.values()):
        return
    proposal.notes.append(
        f"'{shown(mask_alone(header))}' names insurers, such as {shown(found[0])}; if it says whose customer "
        "answered, write it as the source_column of insurer_id in columns.csv in place of the constant, "
        "remove it from questions.csv and run csat inspect again."
    )


def _propose_aliases(proposal: _Proposal, values: Iterable[str], insurer: str | None) -> None:
    """Propose whose names the merchants of third-party posts are; which are nobody's stay without one."""
    aliases = {row["alias"] for row in _seed(proposal.paths, "insurer_aliases")}
    known = proposal.insurers
    unknown = []
    for text in _naming_nobody(proposal, "merchant_name", values):
        if text in aliases:
            continue
        close = text if text in known else _nearest(text, known, _INSURER_CUTOFF)
        code = known[close] if close else insurer
        if code is None:
            unknown.append(text)
        proposal.rows["aliases.csv"].append({"alias": text, "insurer_id": code or ""})
    if unknown:
        proposal.notes.append(
            f"merchant_name: no insurer is near to {_listed(unknown)}"
            f"{' and others' if len(unknown) > 5 else ''}; fill insurer_id in aliases.csv for those of an "
            "insurer, or name the one insurer of the file with --insurer."
        )


def _propose_insurers(proposal: _Proposal, values: dict[str, int], insurer: str | None) -> None:
    known = proposal.insurers
    names_others = any(text in known for text in values)
    unknown = []
    for text in _naming_nobody(proposal, "insurer_id", values):
        if text in known.values():
            continue
        close = text if text in known else _nearest(text, known, _INSURER_CUTOFF)
        # In a file that names known insurers a name that is none of them is somebody else.
        code = known[close] if close else (None if names_others else insurer)
        if code is None:
            unknown.append(text)
        else:
            proposal.rows["insurers.csv"].append({"insurer_found": text, "insurer_id": code})
    if unknown:
        proposal.notes.append(
            f"insurer_id: no insurer is near to {_listed(unknown)}; add rows to insurers.csv, or name the "
            "one insurer of the file with --insurer."
        )


def _personal(header: str, values: Iterable[str]) -> str | None:
    """Return 'phone', 'record' or 'other' for a column that asks for an identity, by its header or values."""
    if kind := asked_kind(header):
        return {"mobile": "phone", "policy_number": "record", "case_number": "record"}.get(kind, "other")
    values = list(values)
    masked = [mask_text(text) for text in values]
    if sum(text == "[手机号]" for text in masked) * 2 > len(values):
        return "phone"
    return "other" if sum(text in ("[邮箱]", "[身份证号]") for text in masked) * 2 > len(values) else None


def _are_names(values: dict[str, int]) -> bool:
    return sum(is_name_alone(text) for text in values) * 2 > len(values)


class _Questions:
    """Finds the question of the framework that a header asks, each question once."""

    def __init__(self, paths: Paths, layout: Layout | None, titles: dict[str, str]) -> None:
        self.layout = layout
        self.titles = titles
        self.questions = {row["question_code"]: row for row in _seed(paths, "questions")}
        self.scales = {row["question_code"]: row["scale_code"] for row in _seed(paths, "survey_items")}

    def _texts(self, header: str) -> list[str]:
        texts = []
        for asked in filter(None, (header, self.titles.get(header))):
            stripped = QUESTION_NUMBER.sub("", asked).strip() or asked
            texts += [asked, stripped]
            if self.layout and (pair := split_matrix(self.layout, stripped)):
                texts += [pair[1], QUESTION_NUMBER.sub("", pair[1])]
        return texts

    def _score(self, header: str, code: str) -> float:
        question = self.questions[code]
        known = [code, question["question_zh"], question["question_en"]]
        return max(similarity(text, one) for text in self._texts(header) for one in known if text and one)

    def match(self, headers: list[str]) -> dict[str, str]:
        """Return the question code of each header that is like a question, the best pairs first."""
        pairs = [(self._score(header, code), header, code) for header in headers for code in self.questions]
        pairs.sort(key=lambda pair: (-pair[0], headers.index(pair[1]), pair[2]))
        found: dict[str, str] = {}
        for score, header, code in pairs:
            if score < _QUESTION_CUTOFF:
                break
            if header not in found and code not in found.values():
                found[header] = code
        return found

    def nearest(self, header: str) -> str:
        """Return the question of the framework nearest to a header, for the report."""
        return max(self.questions, key=lambda code: (self._score(header, code), code))


@functools.cache
def _places() -> dict[str, float]:
    """Return the place of every known word between the lowest (0) and the highest (1) value of a scale."""
    return {word.casefold(): float(place) for place, group in labels()["scales"].items() for word in group}


def _sense(label: str) -> int:
    """Return how often a label is turned into its opposite."""
    padded = f" {label.casefold()} "
    return sum(padded.count(word) for word in labels()["negations"])


def _like(label: str, known: Iterable[str], cutoff: float) -> str | None:
    """Return the known label nearest to one, of those that do not say the opposite."""
    return _nearest(label, (one for one in known if _sense(one) == _sense(label)), cutoff)


@dataclass(frozen=True)
class _Scale:
    """A scale of the framework: its ends, the value from which an answer is satisfied, its labels' values."""

    code: str
    low: float
    high: float
    satisfied_from: float
    labels: dict[str, str]

    def value_of(self, label: str) -> str | None:
        """Return the value of a label: empty where it is no opinion, None where nothing is like it.

        What a label says word for word counts before what it is like.
        """
        word, places = label.casefold(), _places()
        number = re.match(r"\s*(-?[0-9]+(?:\.[0-9]+)?)", label) or re.search(r"([0-9]+)\s*分", label)
        if number and self.low <= float(number[1]) <= self.high:
            return number[1]
        if word in places:
            return self.at(places[word])
        if _nearest(label, labels()["missing"], _NAME_CUTOFF):
            return ""
        if alike := _like(label, (one for one, value in self.labels.items() if value), _NAME_CUTOFF):
            return self.labels[alike]
        close = _like(label, places, _QUESTION_CUTOFF)
        return self.at(places[close]) if close else None

    def at(self, place: float) -> str:
        """Return the value at a place between the lowest (0) and the highest (1)."""
        return f"{self.low + place * (self.high - self.low):g}"


def _scales(paths: Paths) -> dict[str, _Scale]:
    values: dict[str, dict[str, str]] = {}
    for row in _seed(paths, "answer_options"):
        values.setdefault(row["scale_code"], {})[row["raw_value"]] = row["option_value"]
    return {
        row["scale_code"]: _Scale(
            row["scale_code"],
            float(row["scale_min"]),
            float(row["scale_max"]),
            float(row["satisfied_from"]),
            values.get(row["scale_code"], {}),
        )
        for row in _seed(paths, "scales")
    }


def _propose_options(proposal: _Proposal, scale: _Scale, values: Iterable[str]) -> None:
    """Propose scores for the labels of a scale that answer_options.csv of the framework lacks."""
    unknown = []
    # The gate masks an answer before its label is looked for.
    masked = dict.fromkeys(mask_text(text) for text in values)
    for text in _naming_nobody(proposal, f"scale {scale.code}", masked):
        if text in scale.labels:
            continue
        row = {"scale_code": scale.code, "raw_value": text, "option_value": "", "is_missing": "false"}
        value = scale.value_of(text)
        if value is None:
            unknown.append(text)
            continue
        row |= {"option_value": value, "is_missing": "false" if value else "true"}
        proposal.rows["options.csv"].append(row)
    if unknown:
        listed = len(unknown) <= _LABELS_LISTED
        if listed:
            row = {"scale_code": scale.code, "option_value": "", "is_missing": "false"}
            proposal.rows["options.csv"] += [row | {"raw_value": text} for text in unknown]
        proposal.notes.append(
            f"scale {scale.code}: no score is near to "
            f"{_listed(unknown)}; "
            + (
                "fill option_value in options.csv."
                if listed
                else "these are no labels of that scale, so change the code in questions.csv."
            )
        )


def _doubt_scale(
    proposal: _Proposal, scales: dict[str, _Scale], scale: _Scale, values: Iterable[str]
) -> None:
    """Say so where the answers of a file look like those of a questionnaire with another scale."""
    words = [text for text in values if text.casefold() in _places()]
    numbers = [float(text) for text in values if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text)]
    if words and not numbers:
        found = (
            f"counts an answer as satisfied from {scale.satisfied_from:g}, and 满意 (satisfied) is "
            f"{scale.at(0.75)} there"
        )
        is_fitting = float(scale.at(0.75)) >= scale.satisfied_from
        others = [one for one in scales.values() if float(one.at(0.75)) >= one.satisfied_from]
    elif len(numbers) >= _NUMBERS_TELLING and not words:
        found = f"goes to {scale.high:g}, and the answers of this file to {max(numbers):g}"
        is_fitting = max(numbers) == scale.high
        others = [one for one in scales.values() if one.high == max(numbers) and one.low <= min(numbers)]
    else:
        return
    if is_fitting or not others:
        return
    other = min(others, key=lambda one: (one.high - one.low, one.code))
    proposal.notes.append(
        f"scale {scale.code} {found}; if the questionnaire asks on {other.low:g} to {other.high:g}, write "
        f"{other.code} for {scale.code} in survey_items.csv of the framework (a cut_low of "
        f"{scale.satisfied_from:g} becomes {other.satisfied_from:g}), delete options.csv and run csat "
        "inspect again."
    )


def _choices_of(layout: Layout | None, values: Iterable[str]) -> str:
    if layout is None or not layout.choices:
        return ""
    if layout.choices != ",":
        return layout.choices if any(layout.choices in text for text in values) else ""
    is_list = re.compile(r"[0-9]+(,[0-9]+)+")
    return "," if any(is_list.fullmatch(text) for text in values) else ""


def _propose_questions(
    proposal: _Proposal, file: LandingFile, headers: list[str], values: dict[str, dict[str, int]], survey: str
) -> None:
    titles = file.titles if isinstance(file, CsvFile | WorkbookFile) else {}
    questions = _Questions(proposal.paths, proposal.layout, titles)
    found = questions.match(headers)
    scales = _scales(proposal.paths)
    answers: dict[str, dict[str, None]] = {}
    no_answer = proposal.layout.no_answer if proposal.layout else ()
    for position, header in enumerate(headers, start=1):
        texts = [text for text in values[header] if text not in no_answer]
        choices = _choices_of(proposal.layout, texts)
        code = found.get(header, f"{survey}_q{position:02}")
        is_text = not choices and (
            questions.questions[code]["is_open"] == "true"
            if header in found
            else sum(len(text) > _OPEN_LENGTH for text in texts) * 2 > len(texts)
        )
        target = "answer_text" if is_text else "raw_value"
        row = {"header": header, "question_code": code, "target": target, "choices": choices}
        proposal.rows["questions.csv"].append(row | {"null_values": "|".join(no_answer)})
        role = "question" if header in found else "question without a code in the framework"
        if choices:
            role += ", several choices"
        elif is_text:
            role = role.replace("question", "open question", 1)
        proposal.report(header, role, code, texts)
        if header not in found:
            proposal.notes.append(
                f"'{shown(mask_alone(header))}': no question of the framework is alike; the nearest is "
                f"{questions.nearest(header)}. Change the code in questions.csv, or add {code} to "
                "questions.csv of the "
                "framework."
            )
        elif target == "raw_value" and not choices and code in questions.scales:
            answers.setdefault(questions.scales[code], {}).update(dict.fromkeys(texts))
    for code, texts in answers.items():
        _propose_options(proposal, scales[code], texts)
        if texts:
            _doubt_scale(proposal, scales, scales[code], list(texts))


def _day(text: str, date_format: str) -> date | None:
    try:
        if date_format:
            return datetime.strptime(text, date_format).date()
        found = _DAY.match(text)
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _propose_waves(proposal: _Proposal, file: LandingFile, events: dict[str, str]) -> None:
    """Propose the quarters after the last wave in which something of the file happened."""
    waves = _seed(proposal.paths, "waves")
    days: set[date] = set()
    seen, wanted = 0, _rows_read(file)
    for batch in file.batches() if events and waves else ():
        for header, date_format in events.items():
            texts = pc.utf8_trim_whitespace(batch.columns[header])
            if not date_format:
                texts = pc.utf8_slice_codeunits(texts, 0, _DAY_LENGTH)
            days |= {
                day for text in pc.unique(texts).to_pylist() if text and (day := _day(text, date_format))
            }
        seen += len(batch.row_numbers)
        if seen >= wanted:
            break
    if not days:
        return
    first, last = min(row["starts_on"] for row in waves), max(row["ends_on"] for row in waves)
    missing = missing_quarters(waves, max(days))
    proposal.rows["waves.csv"] += missing
    if missing:
        proposal.notes.append(
            f"The file goes up to {max(days)} and the waves of the framework to {last}; waves.csv has those "
            "that follow."
        )
    elif str(max(days)) > last:
        proposal.notes.append(
            f"The file goes up to {max(days)} and the waves of the framework to {last}; add waves to "
            "waves.csv of the framework, or nothing after that day is scored."
        )
    elif str(max(days)) < first:
        proposal.notes.append(
            f"The file ends on {max(days)}, before the first wave of the framework, {first}; add waves to "
            "waves.csv of the framework, or nothing of it is scored."
        )


def _propose_constants(proposal: _Proposal, insurer: str | None, survey: str | None, stem: str) -> None:
    """Fill what the export has no header for; what nobody can know stays empty and stops the gate."""
    constants = dict(proposal.layout.constants) if proposal.layout else {}
    names = proposal.insurers
    known = set(names.values())
    constants |= {"insurer_id": insurer or (next(iter(known)) if len(known) == 1 else "")}
    if proposal.table.address == RESPONSES:
        constants["survey_code"] = survey or stem
    if proposal.table.address == POSTS and constants["insurer_id"]:
        # An export of one's own app or page does not name it.
        own = [name for name, code in names.items() if code == constants["insurer_id"] != name]
        constants["merchant_name"] = own[0] if own else constants["insurer_id"]
        if "merchant_name" not in proposal.fed:
            _propose_aliases(proposal, [constants["merchant_name"]], constants["insurer_id"])
    for column in proposal.table.columns:
        name = column.landing_name
        if name in proposal.fed or not (column.is_required or constants.get(name)):
            continue
        if column.is_key and proposal.layout and proposal.layout.numbered == name:
            proposal.column(FILE_NAME, name)
            proposal.column(ROW_NUMBER, name)
            continue
        proposal.column("", name, constants.get(name, ""))
        if not constants.get(name):
            proposal.notes.append(
                f"{name}: the export does not say it and {proposal.table.address} requires it; fill its "
                "constant in "
                f"columns.csv{' or give --insurer' if name == 'insurer_id' else ''}."
            )


def _keep_apart(proposal: _Proposal, declared: Mapping, file_name: str, asked: set[str]) -> None:
    """Let rows that say of this file what `asked` for bear its name, if its pattern stands for another value.

    The responses of the next questionnaire, numbered from 1 again, are not those of the last one.
    """
    before = {rule.target_column: rule.constant for rule in declared.rules_for(file_name) if rule.constant}
    rows = proposal.rows["columns.csv"]
    changed = {
        row["target_column"]
        for row in rows
        if row["constant"] and before.get(row["target_column"], row["constant"]) != row["constant"]
    }
    for row in rows:
        if row["target_column"] in changed & asked:
            row["file_pattern"] = pattern_of_name(file_name)


def inspect(
    paths: Paths,
    path: Path,
    source: str | None = None,
    insurer: str | None = None,
    survey: str | None = None,
    folder: Path | None = None,
) -> Inspection:
    """Look at a landing file, propose how it is to be read, and write the proposal into a mapping folder.

    `source` is a table or source where the header does not say it; `insurer` the one insurer of a file that
    names none; `survey` the code of the questionnaire, by default the name of the file. `folder` is the
    mapping folder, by default `mapping` below landing/<source>/, or beside the file. Rows that stand in its
    files are kept as they are. Sample values are masked; identities are not shown. Raises InputError.
    """
    contract = read_contract(paths.project)
    path = path.absolute()
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise InputError(f"{plain(path.name)}: the path of the file is not UTF-8; rename it.") from None
    folder = folder or _mapping_folder(paths, path)
    declared = read_mapping(folder, contract) if (folder / "columns.csv").is_file() else None
    settings = declared.settings_for(path.name) if declared else None
    file = open_landing(path, settings)
    layout = recognise(file.header)
    table = _find_table(path, file.header, layout, contract, source, paths)
    values, seen = _values_of(file)
    kind, facts = _facts(file)
    pattern = _file_pattern(path)
    rules = declared.rules_for(path.name) if declared else ()
    mapped = {rule.source_column: rule.target_column for rule in rules if rule.table in ("", table.address)}
    proposal = _Proposal(paths, table, layout, pattern, file.header, mapped)
    if facts:
        proposal.rows["files.csv"].append({"file_pattern": pattern, **facts})
    _check_insurer(paths, insurer)
    questions = []
    events: dict[str, str] = {}
    for header in file.header:
        person = _personal(header, values[header])
        wanted = proposal.target(header)
        if wanted and wanted.identity == "name":
            # The author of a post: replaced by a token, and loaded.
            person = None
        if person == "record":
            # The number of a policy or case links rows where the table has a column for it.
            person = None if wanted else "other"
        if is_never_loaded(layout, header) or person == "other":
            proposal.column(header, "")
            proposal.report(header, "personal, never loaded", "", ())
            continue
        column = proposal.target("phone" if person == "phone" else header)
        if person and (column is None or column.landing_name in proposal.fed):
            proposal.column(header, "")
            proposal.report(header, "personal, not loaded", "", ())
            continue
        if column is None and _are_names(values[header]):
            proposal.column(header, "")
            proposal.report(header, "personal, never loaded", "", ())
            continue
        if column is None or column.landing_name in proposal.fed:
            if table.address == RESPONSES and not (layout and is_meta(layout, header)):
                if header in mapped:
                    proposal.report(header, "not loaded", "", values[header])
                    continue
                if column is None:
                    _note_insurers(proposal, header, values[header])
                questions.append(header)
                continue
            proposal.column(header, "")
            role = "not loaded"
            if not (layout and is_meta(layout, header)):
                close = _nearest(header, proposal.unfed(), _INSURER_CUTOFF)
                role = "unknown, not loaded" + (f" (nearest: {close})" if close else "")
            proposal.report(header, role, "", values[header])
            continue
        name = column.landing_name
        proposal.fed[name] = header
        if name == "response_id" and layout:
            # The tool numbers from 1 in every questionnaire.
            proposal.column("", name, survey or bare_name(path.name))
        date_format = ""
        if end := layout and ends_at(layout, header):
            date_format = BEFORE + end
        elif column.data_type in ("date", "timestamp"):
            times = [text for text in values[header] if not (layout and text in layout.no_answer)]
            date_format = (layout and layout.date_format) or _date_format(proposal, name, times)
            if column.is_event:
                events[header] = date_format
        proposal.column(header, name, date_format=date_format)
        is_identity = column.identity is not None
        role = "identity, replaced by a token" if is_identity else "column"
        proposal.report(header, role, name, () if is_identity else values[header])
        if name == "insurer_id":
            _propose_insurers(proposal, values[header], insurer)
        elif name == "merchant_name":
            _propose_aliases(proposal, values[header], insurer)
        elif not is_identity and column.data_type == "string":
            _propose_codes(proposal, column, values[header])
    _propose_constants(proposal, insurer, survey, bare_name(path.name))
    if declared:
        asked = {"survey_code", "response_id"} if survey else set()
        asked |= {"insurer_id", "merchant_name"} if insurer else set()
        _keep_apart(proposal, declared, path.name, asked)
    if questions:
        _propose_questions(proposal, file, questions, values, survey or bare_name(path.name))
    _propose_waves(proposal, open_landing(path, settings), events)
    inspection = Inspection(
        file=path.name,
        kind=kind,
        table=f"{table.address} and {ANSWERS}" if questions else table.address,
        layout=layout.title if layout else None,
        facts=facts,
        rows_seen=seen,
        columns=proposal.reports,
        mapping={name: rows for name, rows in proposal.rows.items() if rows},
        notes=proposal.notes,
    )
    for name, rows in inspection.mapping.items():
        added = _merge(folder / name, MAPPING_HEADERS[name], rows, _SAME[name])
        there = len(rows) - added
        inspection.written.append(f"{folder / name}: {added:,} rows written, {there:,} were there.")
    is_landed = path.is_relative_to(paths.landing)
    adopted = [name for name in ADOPTED if name in inspection.mapping]
    if adopted:
        command = "csat adopt" if is_landed else f"csat adopt {shlex.quote(str(folder))}"
        inspection.written.append(
            f"Check {', '.join(adopted)}; this adds the rows to {paths.framework_source}: {command}"
        )
    command = (
        "csat gate"
        if is_landed
        else f"csat gate {shlex.quote(str(path))} --mapping {shlex.quote(str(folder))}"
    )
    inspection.written.append(f"Edit these files if needed, then: {command}")
    return inspection


def _mapping_folder(paths: Paths, path: Path) -> Path:
    if path.is_relative_to(paths.landing) and len(path.relative_to(paths.landing).parts) > 1:
        return paths.landing / path.relative_to(paths.landing).parts[0] / "mapping"
    return path.parent / "mapping"


def _merge(path: Path, header: tuple[str, ...], rows: list[dict[str, str]], same: int) -> int:
    """Append the rows that a mapping file lacks, in UTF-8 with the mark Excel needs; return how many."""
    refuse_link(path)
    kept: list[dict[str, str]] = []
    if path.is_file():
        kept = [row for _, row in read_mapping_rows(path, header)]
    there = {tuple(row[name] for name in header[:same]) for row in kept}
    added = [row for row in rows if tuple(row[name] for name in header[:same]) not in there]
    if added or not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, header, lineterminator="\r\n")
            writer.writeheader()
            for row in kept + added:
                writer.writerow({name: quoted(text) for name, text in row.items()})
    return len(added)
