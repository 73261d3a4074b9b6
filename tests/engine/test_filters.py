"""Conditions on files, as one types them."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.filters import Filter, filter_at


def read(text: str) -> Filter:
    found = filter_at(text, 0)
    assert found is not None
    assert found[1] == len(text)
    return found[0]


@pytest.mark.parametrize(
    ("typed", "least", "below"),
    [
        ("duration:<2s", -math.inf, 2.0),
        ("duration<2s", -math.inf, 2.0),
        ("duration: <2s", -math.inf, 2.0),
        ("length:>=1.5", 1.5, math.inf),
        ("duration:3+", 3.0, math.inf),
        ("duration:2s", 1.5, 2.5),
        ("duration:1m30s", 89.5, 90.5),
        ("duration:1:30", 89.5, 90.5),
        ("duration:1:00:00", 3599.5, 3600.5),
        ("duration:>500ms", 0.5, math.inf),
        ("duration:1min..2h", 60.0, 7200.0),
        ("rate:48k", 47_500.0, 48_500.0),
        ("samplerate:44.1", 44_050.0, 44_150.0),
        ("sample_rate:>=96khz", 96_000.0, math.inf),
        ("sr:44100", 44_099.5, 44_100.5),
        ("channels:2", 2, 3),
        ("channels:stereo", 2, 3),
        ("ch:5.1", 6, 7),
        ("channels:>mono", 2, math.inf),
        ("rating:4", 4, 5),
        ("stars:>=3", 3, math.inf),
        ("rating:4+", 4, math.inf),
        ("rating:<=2", -math.inf, 3),
        ("rating:2..4", 2, 5),
    ],
)
def test_numbers(typed: str, least: float, below: float) -> None:
    found = read(typed)
    assert (found.least, found.below) == pytest.approx((least, below), rel=1e-12)
    assert found.choices == ()


@pytest.mark.parametrize(
    ("typed", "first", "after"),
    [
        ("date:2024", date(2024, 1, 1), date(2025, 1, 1)),
        ("date:2024-02", date(2024, 2, 1), date(2024, 3, 1)),
        ("date:2024-12-31", date(2024, 12, 31), date(2025, 1, 1)),
        ("date:2020..2022-06", date(2020, 1, 1), date(2022, 7, 1)),
    ],
)
def test_dates(typed: str, first: date, after: date) -> None:
    assert (read(typed).least, read(typed).below) == (first.toordinal(), after.toordinal())


def test_before_and_since_a_year() -> None:
    assert read("date:<2024") == Filter("date", "<2024", below=date(2024, 1, 1).toordinal())
    assert read("date:>2024") == Filter("date", ">2024", least=date(2025, 1, 1).toordinal())


def test_at_most_and_more_meet_without_a_gap() -> None:
    assert read("duration:<=2s").below == read("duration:>2s").least > 2.0


@pytest.mark.parametrize(
    ("typed", "choices"),
    [
        ("format:WAV", ("wav",)),
        ("ext:.wav,.flac", ("wav", "flac")),
        ("tag:dog", ("dog",)),
        ("suggested:Dog,cat", ("dog", "cat")),
        ('folder:"My Sounds, old"', ("my sounds, old",)),
        ("path:rain/roof", ("rain/roof",)),
    ],
)
def test_words(typed: str, choices: tuple[str, ...]) -> None:
    assert read(typed).choices == choices


def test_a_minus_leaves_out() -> None:
    assert read("-format:mp3") == Filter("format", "mp3", ("mp3",), negated=True)


@pytest.mark.parametrize(
    "words",
    [
        "colour:red", "duration:long", "rating:", "duration", "date:2024-02-31", "date:0000", "rating:3..1", "tag:<3",
        "rate:-1", "channels:5.2", "format:,", 'tag:""', "duration:1..2..3", "rating:loud", "duration:<", "durations:2",
        "duration:٢s",
    ],
)  # fmt: skip
def test_what_is_no_condition_stays_words(words: str) -> None:
    assert filter_at(words, 0) is None


def test_it_ends_where_the_value_ends() -> None:
    assert filter_at("rain format:wav, thunder", 5) == (Filter("format", "wav", ("wav",)), 15)


VALUES = ["wav", "wav,flac", '"a b"', "<2s", ">=3", "1..5", "2024", "stereo", "48k", "4+", '"a,b"', "“x y”", "a-b/c"]
FIELDS = ["duration", "length", "format", "folder", "tag", "rating", "rate", "channels", "date"]


@given(st.sampled_from(FIELDS), st.sampled_from(VALUES), st.booleans())
def test_it_is_written_as_it_is_read(field: str, value: str, negated: bool) -> None:
    found = filter_at(f"{'-' * negated}{field}:{value}", 0)
    if found is not None:
        assert read(str(found[0])) == found[0]


@given(st.sampled_from(FIELDS), st.text(max_size=50))
def test_no_value_is_refused_with_an_error(field: str, value: str) -> None:
    found = filter_at(f"{field}:{value}", 0)
    if found is not None:
        assert found[0].least < found[0].below
        assert read(str(found[0])) == found[0]
