"""The SQL that types the text of a batch and names the first fault of each row."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from csat.contract import Column
from csat.gate.mapping import TableFeed
from csat.gate.store import sql_type
from csat.gate.text_rules import TEXT_RULES
from csat.sql_text import literal

RAGGED_ROW = "ragged_row"
KEY_CONFLICT = "key_conflict"

_DATE = "[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_CLOCK = "[T ][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]{1,9})?)?"
_MIDNIGHT = "[T ]0{1,2}:0{1,2}(:0{1,2}([.]0{1,9})?)?"
_OFFSET = " ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
# 125秒, 2分5秒, 1小时2分钟, 90.5, 02:05 or 1:02:05. Each part has a unit or a place of its own.
_DURATION_UNITS = {"天": 86400, "(?:小时|时)": 3600, "(?:分钟|分)": 60, "秒钟?": 1}
_AMOUNT = "[0-9]{1,9}(?:[.][0-9]{1,6})?"
# Before this year a date is a filler (0001-01-01, 1899-12-30) or a year of two digits.
_FIRST_YEAR = 1900


@dataclass(frozen=True)
class Check:
    """One fault a row can have: `condition` is true for rows at fault."""

    reason_code: str
    column_name: str
    condition: str


def text_name(column: Column) -> str:
    """Return the name of the column that holds a value's text while it is checked."""
    return f"x_{column.name}"


def _to_utc(expression: str, time_zone: str) -> str:
    return f"timezone('UTC', timezone({literal(time_zone)}, {expression}))"


def _timestamp(text: str, date_format: str | None, time_zone: str) -> str:
    if date_format:
        parsed = f"try_strptime({text}, {literal(date_format)})"
        return f"timezone('UTC', {parsed})" if "%z" in date_format.lower() else _to_utc(parsed, time_zone)
    # The shape is checked first: a cast to timestamp ignores an offset and any words after the time. A cast
    # to timestamptz wants the offset without a space before it.
    glued = f"regexp_replace({text}, ' ([Z+-])', '\\1')"
    return (
        f"case when regexp_full_match({text}, '{_DATE}({_CLOCK})?') "
        f"then {_to_utc(f'try_cast({text} as timestamp)', time_zone)} "
        f"when regexp_full_match({text}, '{_DATE}{_CLOCK}{_OFFSET}') "
        f"then timezone('UTC', try_cast({glued} as timestamptz)) end"
    )


def _seconds(text: str) -> str:
    """Return the SQL that reads a duration: in Chinese units, as plain seconds, or as a clock."""
    units = " ?".join(f"(?:{_AMOUNT} ?{unit})?" for unit in _DURATION_UNITS)
    parts = " + ".join(
        f"coalesce(try_cast(regexp_extract({text}, '({_AMOUNT}) ?{unit}', 1) as double), 0) * {seconds}"
        for unit, seconds in _DURATION_UNITS.items()
    )
    clock = " + ".join(
        f"coalesce(try_cast(list_extract(list_reverse(string_split({text}, ':')), {place}) as double), 0)"
        f" * {60 ** (place - 1)}"
        for place in (1, 2, 3)
    )
    return (
        f"case when regexp_full_match({text}, '{_AMOUNT}') then try_cast({text} as double) "
        f"when regexp_full_match({text}, '(?:[0-9]{{1,4}}:)?[0-9]{{1,4}}:[0-9]{{2}}') then {clock} "
        f"when regexp_full_match({text}, '{units}') then {parts} end"
    )


def _moment_before(column: Column, feed: TableFeed) -> str:
    """Return the SQL of a time that a file gives as a duration before another time of the row."""
    end = next(other for other in feed.table.columns if other.name == feed.feeds[column.name].before)
    rule = feed.feeds[end.name]
    moment = _timestamp(text_name(end), rule.date_format, rule.time_zone or feed.table.time_zone)
    # A microsecond is the unit of a timestamp; fractions of it are not kept.
    return f"{moment} - to_microseconds(cast(round(1000000 * ({_seconds(text_name(column))})) as bigint))"


def _typed(column: Column, date_format: str | None, time_zone: str) -> str:
    text = text_name(column)
    kind = column.data_type
    if kind == "string":
        return text
    if kind == "timestamp":
        return _timestamp(text, date_format, time_zone)
    if kind == "date":
        if date_format:
            return f"cast(try_strptime({text}, {literal(date_format)}) as date)"
        return (
            f"case when regexp_full_match({text}, '{_DATE}({_MIDNIGHT})?') "
            f"then cast(try_cast({text} as timestamp) as date) end"
        )
    if kind == "boolean":
        return (
            f"case when lower({text}) in ('true', '1', 'yes', '是') then true "
            f"when lower({text}) in ('false', '0', 'no', '否') then false end"
        )
    # An underscore between digits is DuckDB's liberty, not a number of any export.
    number = f"case when not contains({text}, '_') then try_cast({text} as {kind}) end"
    if kind == "double":
        return f"case when isfinite(try_cast({text} as double)) then {number} end"
    if kind == "bigint":
        # A cast alone would round 1.5 and read hexadecimals.
        return f"case when try_cast({text} as bigint) = try_cast({text} as double) then {number} end"
    return number


def future_limit(received_on: date, time_zone: str) -> datetime:
    """Return the first moment (UTC, naive) after the day of receipt, as that day ends in the zone."""
    midnight = datetime.combine(received_on + timedelta(days=1), time.min, ZoneInfo(time_zone))
    return midnight.astimezone(UTC).replace(tzinfo=None)


def _is_number(column: Column) -> bool:
    return column.data_type in ("bigint", "double") or column.data_type.startswith("decimal")


def _is_moment(column: Column) -> bool:
    return column.data_type in ("date", "timestamp")


def _range_condition(column: Column) -> str:
    if _is_moment(column):
        return f"year({column.name}) < {_FIRST_YEAR}"
    limits = []
    if column.minimum is not None:
        limits.append(f"{column.name} < {column.minimum}")
    if column.maximum is not None:
        limits.append(f"{column.name} > {column.maximum}")
    if column.minimum_exclusive is not None:
        limits.append(f"{column.name} <= {column.minimum_exclusive}")
    return " or ".join(limits)


@dataclass(frozen=True)
class ValueRule:
    """A fault of one typed value: `condition` gives the SQL that is true for rows at fault.

    `condition` takes the column and the first moment that counts as the future. A rule `of_own_spelling`
    holds where dates are read as the contract spells them, not by a date format of the mapping.
    """

    code: str
    applies: Callable[[Column], bool]
    condition: Callable[[Column, datetime], str]
    of_own_spelling: bool = False


def _unread(pattern: str = "") -> Callable[[Column, datetime], str]:
    """Return the condition of a text that has no value of the column's type, and has this shape (RE2)."""

    def condition(column: Column, _: datetime) -> str:
        text = text_name(column)
        shape = f" and regexp_full_match({text}, {literal(pattern)})" if pattern else ""
        return f"{column.name} is null and {text} is not null{shape}"

    return condition


# In the order in which the first one counts; within a rule by contract column.
VALUE_RULES: tuple[ValueRule, ...] = (
    ValueRule(
        "required_missing",
        lambda column: column.is_required,
        lambda column, _: f"{text_name(column)} is null",
    ),
    ValueRule("number_not_finite", _is_number, _unread(r"[+-]?(?i:nan|inf|infinity|∞)")),
    ValueRule("number_grouped", _is_number, _unread(r"[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?")),
    ValueRule(
        "number_with_unit",
        _is_number,
        _unread(
            r"[¥$]?[+-]?[0-9]+([.][0-9]+)? ?(%|元|万元|亿元|分|天|日|年|岁|件|(?i:cny|rmb|yuan))|[¥$][0-9.,]+"
        ),
    ),
    ValueRule(
        "number_not_whole", lambda c: c.data_type == "bigint", _unread(r"[+-]?[0-9]+[.][0-9]*[1-9][0-9]*")
    ),
    ValueRule("number_too_large", _is_number, _unread(r"[+-]?[0-9]{16,}([.][0-9]*)?")),
    ValueRule(
        "date_ambiguous", _is_moment, _unread(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}([T ].*)?"), True
    ),
    ValueRule(
        "date_two_digit_year",
        _is_moment,
        _unread(r"[0-9]{2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?([T ].*)?"),
        True,
    ),
    ValueRule("date_serial_number", _is_moment, _unread(r"[1-9][0-9]{4}([.][0-9]+)?"), True),
    ValueRule("date_impossible", _is_moment, _unread(f"{_DATE}({_CLOCK}({_OFFSET})?)?"), True),
    ValueRule("type_mismatch", lambda column: column.data_type != "string", _unread()),
    ValueRule(
        "value_not_allowed",
        lambda column: bool(column.allowed),
        lambda column, _: (
            f"{text_name(column)} not in ({', '.join(literal(value) for value in column.allowed)})"
        ),
    ),
    ValueRule(
        "out_of_range",
        lambda column: bool(_range_condition(column)),
        lambda column, _: _range_condition(column),
    ),
    ValueRule(
        "event_in_future",
        lambda column: column.is_event,
        lambda column, limit: f"{column.name} >= timestamp '{limit}'",
    ),
)


def _has_format(feed: TableFeed, column: Column) -> bool:
    rule = feed.feeds.get(column.name)
    return rule is not None and bool(rule.date_format or rule.before)


def _condition(rule: ValueRule, feed: TableFeed, column: Column, limit: datetime) -> str:
    """Return the condition of a rule; a duration is not to blame when the time it ends at is missing."""
    condition = rule.condition(column, limit)
    before = feed.feeds[column.name].before if column.name in feed.feeds else None
    return f"{before} is not null and ({condition})" if before else condition


def checks(feed: TableFeed, received_on: date) -> list[Check]:
    """Return the faults in the order in which the first one counts: by rule, then by contract column.

    Texts come first (csat.gate.text_rules), then single values, then what values of one row say together
    (`rules` of the contract).
    """
    fed = fed_names(feed)
    columns = [column for column in feed.table.columns if column.name in fed]
    limit = future_limit(received_on, feed.table.time_zone)
    found: list[Check] = []
    for text_rule in TEXT_RULES:
        for column in columns:
            if text_rule.applies(column):
                found.append(Check(text_rule.code, column.name, f"text_fault = {len(found)}"))
    found += [
        Check(rule.code, column.name, _condition(rule, feed, column, limit))
        for rule in VALUE_RULES
        for column in columns
        if rule.applies(column) and not (rule.of_own_spelling and _has_format(feed, column))
    ]
    found += [
        Check(rule.code, rule.columns[0], rule.when)
        for rule in feed.table.rules
        if fed.issuperset(rule.columns)
    ]
    return found


def text_positions(found: list[Check]) -> dict[str, dict[str, int]]:
    """Return, by column name and code, where the faults of texts stand among the checks."""
    codes = {rule.code for rule in TEXT_RULES}
    positions: dict[str, dict[str, int]] = {}
    for position, check in enumerate(found):
        if check.reason_code in codes:
            positions.setdefault(check.column_name, {})[check.reason_code] = position
    return positions


def fed_names(feed: TableFeed) -> set[str]:
    """Return the names of the columns that the file fills; the others are null."""
    names = set(feed.feeds)
    if feed.questions:
        names |= {"question_code", "choice_number", "raw_value", "answer_text"}
    return names


def hashed_keys(feed: TableFeed) -> list[str]:
    """Return the key columns that the hash of a row is made of: those the file fills, if it fills any."""
    keys = [column.name for column in feed.table.keys]
    return [name for name in keys if name in fed_names(feed)] or keys


def unread_name(column_name: str) -> str:
    """Return the name of the column that says whether a value has a text at fault; see typing_query."""
    return f"is_unread_{column_name}"


def typing_query(feed: TableFeed, found: list[Check], relation: str, watched: Collection[str] = ()) -> str:
    """Return the query that turns a relation of texts into staged rows.

    The relation has x_<column> for each column the file fills, ordinal, row_number and text_fault.

    Its columns: ordinal, row_number, the contract columns typed, fault (position in `found`, null for a good
    row), offending (the text at fault), key_hash (null in a table without key), and for each column of
    `watched` whether its text is at fault, also where that is not the row's first fault.
    """
    fed = fed_names(feed)
    typed = []
    for column in feed.table.columns:
        rule = feed.feeds.get(column.name)
        time_zone = (rule.time_zone if rule else None) or feed.table.time_zone
        if rule and rule.before:
            value = _moment_before(column, feed)
        elif column.name in fed:
            value = _typed(column, rule.date_format if rule else None, time_zone)
        else:
            value = "null"
        typed.append(f"cast({value} as {sql_type(column)}) as {column.name}")
    faults = " ".join(f"when {check.condition} then {position}" for position, check in enumerate(found))
    texts = " ".join(f"when {position} then x_{check.column_name}" for position, check in enumerate(found))
    names = ", ".join(column.name for column in feed.table.columns)
    keys = ", ".join(hashed_keys(feed))
    fault = f"cast(case {faults} end as smallint)" if found else "cast(null as smallint)"
    # Texts are looked up for rows at fault only; a second CASE over all rows would cost as much as the first.
    offending = (
        f"case when fault is not null then case fault {texts} end end" if found else "cast(null as varchar)"
    )
    key_hash = f"hash({keys})" if keys else "cast(null as ubigint)"
    unread = ""
    for name in watched:
        faulty = [f"coalesce({check.condition}, false)" for check in found if check.column_name == name]
        conditions = " or ".join([f"{name} is null", *faulty])
        unread += f", x_{name} is not null and ({conditions}) as {unread_name(name)}"
    return (
        f"select ordinal, row_number, {names}, fault, {offending} as offending, {key_hash} as key_hash"
        f"{unread} from (select *, {fault} as fault from (select *, {', '.join(typed)} from {relation}))"
    )
