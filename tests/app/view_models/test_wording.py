from __future__ import annotations

import time

import pytest

from app.view_models import wording


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (0.0, "0.00 s"),
        (0.04, "0.04 s"),
        (0.4, "0.4 s"),
        (0.96, "0:01"),
        (42.0, "0:42"),
        (59.6, "1:00"),
        (190.2, "3:10"),
        (3727.0, "1:02:07"),
        (36_000.0, "10:00:00"),
    ],
)
def test_durations_are_as_short_as_they_can_be(seconds: float | None, text: str) -> None:
    assert wording.duration(seconds) == text


@pytest.mark.parametrize(
    ("start_s", "end_s", "text"),
    [
        (42.3, 44.9, "0:42–0:45"),
        (42.3, 47.05, "0:42–0:47"),  # a tenth of a second is no reason to name another one
        (42.3, 42.9, "0:42.3–0:42.9"),
        (59.96, 60.5, "1:00.0–1:00.5"),
        (0.0, 2.0, "0:00–0:02"),
        (3725.0, 3729.0, "1:02:05–1:02:09"),
        (42.9, None, "0:42"),
    ],
)
def test_moments_have_tenths_only_where_they_are_short(start_s: float, end_s: float | None, text: str) -> None:
    assert wording.moment(start_s, end_s) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0.4 seconds"), (1.0, "1 second"), (190.0, "3 minutes 10 seconds"), (3600.0, "1 hour")],
)
def test_a_screen_reader_hears_whole_words(seconds: float, text: str) -> None:
    assert wording.spoken_duration(seconds) == text


def test_dates_sort_and_can_be_read() -> None:
    seconds = time.mktime((2026, 11, 5, 14, 5, 0, 0, 0, -1))
    assert wording.day(seconds) == "2026-11-05"
    assert wording.day_and_time(seconds) == "5 November 2026, 14:05"


def test_a_date_that_no_calendar_knows_is_not_shown() -> None:
    assert wording.day(1e300) == wording.day_and_time(1e300) == ""


def test_counts_have_separators_and_their_plural() -> None:
    assert wording.count(41_203) == "41,203"
    assert [wording.counted(number, "file") for number in (0, 1, 1200)] == ["0 files", "1 file", "1,200 files"]


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (1, "1 byte"),
        (812, "812 bytes"),
        (34_000, "34 kB"),
        (999_600, "1.0 MB"),
        (3_440_000, "3.4 MB"),
        (12_000_000_000, "12 GB"),
        (4_500_000_000_000, "4,500 GB"),
    ],
)
def test_sizes_count_in_thousands(size_bytes: int, text: str) -> None:
    assert wording.size(size_bytes) == text


@pytest.mark.parametrize(
    ("container", "encoding", "sample_rate_hz", "channels", "label", "details"),
    [
        ("WAV", "PCM_24", 48_000, 2, "WAV 24/48", "WAV 24-bit · 48 kHz · stereo"),
        ("FLAC", "PCM_16", 44_100, 1, "FLAC 16/44.1", "FLAC 16-bit · 44.1 kHz · mono"),
        ("WAV", "FLOAT", 96_000, 6, "WAV 32f/96", "WAV 32-bit float · 96 kHz · 5.1"),
        ("WAV", "PCM_S24LE", 48_000, 4, "WAV 24/48", "WAV 24-bit · 48 kHz · 4 channels"),
        ("WAV", "PCM_F32LE", 48_000, 2, "WAV 32f/48", "WAV 32-bit float · 48 kHz · stereo"),
        ("OGG", "OPUS", 48_000, 2, "Opus 48", "OGG Opus · 48 kHz · stereo"),
        ("OGG", "VORBIS", 11_025, 2, "OGG 11.025", "OGG Vorbis · 11.025 kHz · stereo"),
        ("MP3", "MPEG_LAYER_III", 44_100, 2, "MP3 44.1", "MP3 · 44.1 kHz · stereo"),
        ("M4A", "AAC", 44_100, 2, "M4A 44.1", "M4A AAC · 44.1 kHz · stereo"),
        (None, None, None, None, "", ""),  # a file that was never readable
    ],
)
def test_formats_are_named_as_people_write_them(
    container: str | None,
    encoding: str | None,
    sample_rate_hz: int | None,
    channels: int | None,
    label: str,
    details: str,
) -> None:
    assert wording.format_label(container, encoding, sample_rate_hz) == label
    assert wording.format_details(container, encoding, sample_rate_hz, channels) == details
