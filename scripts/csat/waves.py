"""The quarters that a framework lacks for the days of an export."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_QUARTERS_ZH = "一二三四"
# Further ahead of the last wave an event is a wrong date sooner than a new wave.
_QUARTERS_MAX = 8


def missing_quarters(waves: Iterable[Mapping[str, str]], day: date) -> list[dict[str, str]]:
    """Return rows of waves.csv for the quarters after the last wave up to the one that holds the day.

    None where the waves are no quarters of the calendar, or where so many would be missing that the day must
    be wrong.
    """
    known = list(waves)
    if not known or not all(_is_quarter(row) for row in known):
        return []
    last = max(known, key=lambda row: row["ends_on"])
    missing: list[dict[str, str]] = []
    starts_on = date.fromisoformat(last["ends_on"]) + timedelta(days=1)
    while starts_on <= day:
        if len(missing) == _QUARTERS_MAX:
            return []
        missing.append(_quarter(starts_on, last["time_zone"]))
        starts_on = _next_quarter(starts_on)
    return missing


def _is_quarter(row: Mapping[str, str]) -> bool:
    starts_on, ends_on = date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"])
    is_first_day = starts_on.day == 1 and starts_on.month % 3 == 1
    return is_first_day and ends_on == _next_quarter(starts_on) - timedelta(days=1)


def _next_quarter(starts_on: date) -> date:
    month = starts_on.month + 3
    return date(starts_on.year + month // 13, (month - 1) % 12 + 1, 1)


def _quarter(starts_on: date, time_zone: str) -> dict[str, str]:
    number, year = (starts_on.month + 2) // 3, starts_on.year
    following = _next_quarter(starts_on)
    return {
        "wave_id": f"{year}Q{number}",
        "wave_name_zh": f"{year}年第{_QUARTERS_ZH[number - 1]}季度",
        "wave_name_en": f"Q{number} {year}",
        "starts_on": str(starts_on),
        "ends_on": str(following - timedelta(days=1)),
        "time_zone": time_zone,
        "length_months": "3",
        "starts_at_utc": _utc(starts_on, time_zone),
        "ends_at_utc": _utc(following, time_zone),
    }


def _utc(day: date, time_zone: str) -> str:
    midnight = datetime.combine(day, time.min, ZoneInfo(time_zone))
    return f"{midnight.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
