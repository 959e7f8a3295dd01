"""The SQL that types the text of a batch and names the first fault of each row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from csat.contract import Column
from csat.gate.mapping import TableFeed
from csat.gate.store import quote, sql_type

RAGGED_ROW = "ragged_row"
REQUIRED_MISSING = "required_missing"
TYPE_MISMATCH = "type_mismatch"
VALUE_NOT_ALLOWED = "value_not_allowed"
OUT_OF_RANGE = "out_of_range"
EVENT_IN_FUTURE = "event_in_future"
KEY_CONFLICT = "key_conflict"

_DATE = "[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_CLOCK = "[T ][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]{1,9})?)?"
_MIDNIGHT = "[T ]0{1,2}:0{1,2}(:0{1,2}([.]0{1,9})?)?"
_OFFSET = " ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
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
    return f"timezone('UTC', timezone({quote(time_zone)}, {expression}))"


def _timestamp(text: str, date_format: str | None, time_zone: str) -> str:
    if date_format:
        parsed = f"try_strptime({text}, {quote(date_format)})"
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


def _typed(column: Column, date_format: str | None, time_zone: str) -> str:
    text = text_name(column)
    kind = column.data_type
    if kind == "string":
        return text
    if kind == "timestamp":
        return _timestamp(text, date_format, time_zone)
    if kind == "date":
        if date_format:
            return f"cast(try_strptime({text}, {quote(date_format)}) as date)"
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


def _range_condition(column: Column) -> str | None:
    if column.data_type in ("date", "timestamp"):
        return f"year({column.name}) < {_FIRST_YEAR}"
    limits = []
    if column.minimum is not None:
        limits.append(f"{column.name} < {column.minimum}")
    if column.maximum is not None:
        limits.append(f"{column.name} > {column.maximum}")
    if column.minimum_exclusive is not None:
        limits.append(f"{column.name} <= {column.minimum_exclusive}")
    return " or ".join(limits) or None


def checks(feed: TableFeed, received_on: date) -> list[Check]:
    """Return the faults in the order in which the first one counts: by reason, then by contract column."""
    columns = [column for column in feed.table.columns if column.name in fed_names(feed)]
    limit = future_limit(received_on, feed.table.time_zone)
    found = [
        Check(REQUIRED_MISSING, column.name, f"{text_name(column)} is null")
        for column in columns
        if column.is_required
    ]
    found += [
        Check(TYPE_MISMATCH, column.name, f"{text_name(column)} is not null and {column.name} is null")
        for column in columns
        if column.data_type != "string"
    ]
    found += [
        Check(
            VALUE_NOT_ALLOWED,
            column.name,
            f"{text_name(column)} not in ({', '.join(quote(value) for value in column.allowed)})",
        )
        for column in columns
        if column.allowed
    ]
    found += [
        Check(OUT_OF_RANGE, column.name, condition)
        for column in columns
        if (condition := _range_condition(column))
    ]
    found += [
        Check(EVENT_IN_FUTURE, column.name, f"{column.name} >= timestamp '{limit}'")
        for column in columns
        if column.is_event
    ]
    return found


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


def typing_query(feed: TableFeed, found: list[Check], relation: str) -> str:
    """Return the query that turns a relation of texts (x_<column>, ordinal, row_number) into staged rows.

    Its columns: ordinal, row_number, the contract columns typed, fault (position in `found`, null for a good
    row), offending (the text at fault), key_hash (null in a table without key).
    """
    fed = fed_names(feed)
    typed = []
    for column in feed.table.columns:
        rule = feed.feeds.get(column.name)
        time_zone = (rule.time_zone if rule else None) or feed.table.time_zone
        value = (
            _typed(column, rule.date_format if rule else None, time_zone) if column.name in fed else "null"
        )
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
    return (
        f"select ordinal, row_number, {names}, fault, {offending} as offending, {key_hash} as key_hash "
        f"from (select *, {fault} as fault from (select *, {', '.join(typed)} from {relation}))"
    )
