"""What is asked about a file rather than about its sound: `duration:<2s`, `format:wav`, `tag:dog`, `date:2024`.

    fields     duration (length), format (type, ext, extension), folder (path), tag (tags), suggested, rating (stars),
               rate (samplerate, sample_rate, sample-rate, sr), channels (ch), date
    numbers    duration:2s  <2s  >=1m30s  500ms..2s  1:30  |  rate:48k  44100  >44.1khz  |  channels:2  mono  stereo
               rating:4  >=3  4+  |  date:2024  2024-05  2024-05-17  >=2023  2020..2022
    words      format:wav,flac (one of them)  folder:"My Sounds"  tag:dog  suggested:dog
    not        -format:mp3

A length or a rate without sign means what is written so when rounded: `duration:2s` is 1.5 s up to 2.5 s.
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

Field = Literal["duration", "format", "folder", "tag", "suggested", "rating", "rate", "channels", "date"]
Bounds = tuple[float, float]  # from .. up to, but not with

_NAMES: dict[str, Field] = {
    "duration": "duration", "length": "duration",
    "format": "format", "type": "format", "ext": "format", "extension": "format",
    "folder": "folder", "path": "folder",
    "tag": "tag", "tags": "tag",
    "suggested": "suggested", "suggestion": "suggested",
    "rating": "rating", "stars": "rating",
    "rate": "rate", "samplerate": "rate", "sample_rate": "rate", "sample-rate": "rate", "sr": "rate",
    "channels": "channels", "ch": "channels",
    "date": "date",
}  # fmt: skip
_VALUE = r'(?:"[^"]*"|“[^"“”]*”|[^\s;{}"“”]+)'
_FILTER = re.compile(
    rf"(-?)({'|'.join(sorted(_NAMES, key=len, reverse=True))})(:\s?|(?=[<>]))({_VALUE})", re.IGNORECASE
)
_PLAIN = re.compile(r'[^\s,;{}"“”]+')  # needs no quotes to be one value
_SIGN = re.compile(r"(<=|>=|<|>|=)?(.*)", re.DOTALL)


@dataclass(frozen=True)
class Filter:
    """A condition on files.

    value : the condition as it was written after the colon, e.g. "<2s"; as one writes it again
    choices : for format, folder, tag and suggested, one of which it must be, lower-case; empty for numbers
    least, below : for numbers, from `least` up to but not including `below`: seconds, hertz, stars, channels, or days
        as `datetime.date.toordinal` counts them
    negated : files that fulfil it are left out
    """

    field: Field
    value: str
    choices: tuple[str, ...] = ()
    least: float = -math.inf
    below: float = math.inf
    negated: bool = False

    def __str__(self) -> str:
        """As one types it."""
        together = len(self.choices) == 1 and not _PLAIN.fullmatch(self.value)
        return f"{'-' if self.negated else ''}{self.field}:" + (f'"{self.value}"' if together else self.value)


def filter_at(text: str, start: int) -> tuple[Filter, int] | None:
    """The filter that begins at a place of a text, and where it ends; None where there is none or it means nothing."""
    found = _FILTER.match(text, start)
    if found is None:
        return None
    minus, name, _, written = found.groups()
    value = written.rstrip(",") if written[0] not in '"“' else written[1:-1]
    field = _NAMES[name.casefold()]
    end = found.end() - (len(written) - len(written.rstrip(",")))
    if field not in _READERS:
        made = _of_words(field, value, quoted=written[0] in '"“', negated=bool(minus))
    else:
        made = _of_numbers(field, value.casefold().rstrip("."), negated=bool(minus))
    return (made, end) if made else None


def _of_words(field: Field, value: str, quoted: bool, negated: bool) -> Filter | None:
    """Quotes hold a value together; without them commas separate choices."""
    parts = [value] if quoted else value.split(",")
    choices = tuple(part.strip().casefold().removeprefix("." if field == "format" else "") for part in parts)
    if not all(choices) or value[:1] in ("<", ">"):
        return None
    return Filter(field, value, choices, negated=negated)


def _of_numbers(field: Field, value: str, negated: bool) -> Filter | None:
    bounds = _bounds(_READERS[field], value)
    if bounds is None or not bounds[0] < bounds[1]:
        return None
    return Filter(field, value, (), *bounds, negated=negated)


# --- numbers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Number:
    """What was written: by itself, and all that is written so when rounded."""

    exactly: Bounds
    roughly: Bounds


def _bounds(read: Callable[[str], _Number | None], value: str) -> Bounds | None:
    """<x, <=x, >x, >=x, x+, x..y, x"""
    first, dots, last = value.partition("..")
    if dots:
        one, other = read(first), read(last)
        return (one.exactly[0], other.exactly[1]) if one and other else None
    found = _SIGN.fullmatch(value)
    sign, number = found.groups() if found else (None, value)
    if sign is None and number.endswith("+"):
        sign, number = ">=", number[:-1]
    written = read(number)
    return _compared(sign, written) if written else None


def _compared(sign: str | None, number: _Number) -> Bounds:
    least, below = number.exactly
    match sign:
        case "<":
            return -math.inf, least
        case "<=":
            return -math.inf, below
        case ">":
            return below, math.inf
        case ">=":
            return least, math.inf
    return number.roughly if sign is None else number.exactly


def _real(value: float, step: float) -> _Number:
    """`step`: one of the last digit that was written."""
    return _Number((value, math.nextafter(value, math.inf)), (value - step / 2, value + step / 2))


def _whole(first: float, last: float) -> _Number:
    return _Number((first, last + 1), (first, last + 1))


def _step(number: str) -> float:
    return float(10.0 ** -len(number.partition(".")[2]))


_SECONDS = {"": 1.0, "s": 1.0, "sec": 1.0, "ms": 0.001, "m": 60.0, "min": 60.0, "h": 3600.0}
_LENGTH = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(ms|min|sec|[smh]?)", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{2}(?:\.\d{1,6})?)|(\d{1,4})m(\d{1,2})s?", re.ASCII)
_RATE = re.compile(r"(\d{1,7}(?:\.\d{1,6})?)(k|khz|hz|)", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_LAYOUTS = {"mono": 1, "stereo": 2, "quad": 4, "5.1": 6, "7.1": 8}


def _length(written: str) -> _Number | None:
    if found := _LENGTH.fullmatch(written):
        number, unit = found.groups()
        return _real(float(number) * _SECONDS[unit], _step(number) * _SECONDS[unit])
    if found := _CLOCK.fullmatch(written):
        hours, minutes, seconds, said_minutes, said_seconds = found.groups()
        minutes, seconds = minutes or said_minutes, seconds or said_seconds
        return _real(3600.0 * float(hours or 0) + 60.0 * float(minutes) + float(seconds), _step(seconds))
    return None


def _rate(written: str) -> _Number | None:
    found = _RATE.fullmatch(written)
    if found is None:
        return None
    number, unit = found.groups()
    in_kilohertz = unit.startswith("k") or (not unit and float(number) < 1000)
    return _real(float(number) * (1000.0 if in_kilohertz else 1.0), 1000.0 * _step(number) if in_kilohertz else 1.0)


def _count(written: str) -> _Number | None:
    return _whole(int(written), int(written)) if re.fullmatch(r"[0-9]{1,3}", written) else None


def _channels(written: str) -> _Number | None:
    return _whole(_LAYOUTS[written], _LAYOUTS[written]) if written in _LAYOUTS else _count(written)


def _date(written: str) -> _Number | None:
    found = _DATE.fullmatch(written)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = date(year or 0, month or 1, day or 1).toordinal()
    except ValueError:  # the 31st of February
        return None
    if day is not None:
        return _whole(first, first)
    return _whole(first, _last_day(year or 0, month))


def _last_day(year: int, month: int | None) -> int:
    return date(year, month or 12, monthrange(year, month or 12)[1]).toordinal()


_READERS: dict[Field, Callable[[str], _Number | None]] = {
    "duration": _length,
    "rate": _rate,
    "rating": _count,
    "channels": _channels,
    "date": _date,
}
