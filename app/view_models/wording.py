"""How times, formats, sizes and counts read in the window."""

from __future__ import annotations

import math
import re
from datetime import datetime

SHORT_MOMENT_S = 2.0  # shorter moments are shown with tenths of a second

_CHANNELS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
_FLOAT_BITS = {"FLOAT": 32, "DOUBLE": 64}
_ENCODINGS = {
    "VORBIS": "Vorbis",
    "OPUS": "Opus",
    "MPEG_LAYER_III": "MP3",
    "MPEG_LAYER_II": "MP2",
    "ULAW": "μ-law",
    "ALAW": "A-law",
    "IMA_ADPCM": "ADPCM",
    "MS_ADPCM": "ADPCM",
    "WMAV1": "WMA",
    "WMAV2": "WMA",
    "WMAPRO": "WMA Pro",
    "WMALOSSLESS": "WMA lossless",
}


# --- times ------------------------------------------------------------------------------------------------------------


def clock(seconds: float) -> str:
    """Rounded to whole seconds: 0:42, 3:10, 1:02:07."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def clock_with_tenths(seconds: float) -> str:
    """0:42.3, 1:02:07.0"""
    whole, tenth = divmod(round(seconds * 10), 10)
    return f"{clock(whole)}.{tenth}"


def duration(seconds: float | None) -> str:
    """3:10, 1:02:07, under a second 0.4 s; nothing where it is not known."""
    if seconds is None:
        return ""
    if seconds < 0.095:
        return f"{seconds:.2f} s"
    return f"{seconds:.1f} s" if seconds < 0.95 else clock(seconds)


def moment(start_s: float, end_s: float | None) -> str:
    """The whole seconds that a span touches by more than a tenth, 0:42–0:44; a short span with tenths, 0:42.3–0:42.9.

    Without an end, where it begins.
    """
    if end_s is None:
        return clock(math.floor(start_s))
    if end_s - start_s < SHORT_MOMENT_S:
        return f"{clock_with_tenths(start_s)}–{clock_with_tenths(end_s)}"
    return f"{clock(math.floor(start_s))}–{clock(math.ceil(end_s - 0.1))}"


def spoken_duration(seconds: float) -> str:
    """For a screen reader: 3 minutes 10 seconds."""
    if seconds < 1:
        return f"{seconds:.1f} seconds"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "hour"), (minutes, "minute"), (rest, "second")]
    return " ".join(counted(number, thing) for number, thing in parts if number)


def day(seconds_since_epoch: float) -> str:
    """In local time and in an order that sorts: 2026-11-20."""
    moment_of_day = _local(seconds_since_epoch)
    return f"{moment_of_day:%Y-%m-%d}" if moment_of_day else ""


def day_and_time(seconds_since_epoch: float) -> str:
    """20 November 2026, 14:05"""
    moment_of_day = _local(seconds_since_epoch)
    return f"{moment_of_day.day} {moment_of_day:%B %Y, %H:%M}" if moment_of_day else ""


def _local(seconds_since_epoch: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds_since_epoch)
    except (OverflowError, OSError, ValueError):  # file systems hold dates that no calendar knows
        return None


# --- numbers ----------------------------------------------------------------------------------------------------------


def count(number: int) -> str:
    """41,203"""
    return f"{number:,}"


def counted(number: int, thing: str) -> str:
    """1 file, 1,200 files"""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def size(size_bytes: int) -> str:
    """In powers of a thousand, as file managers and drives count: 812 bytes, 34 kB, 3.4 MB."""
    if size_bytes < 1000:
        return counted(size_bytes, "byte")
    scales = ((1e3, "kB"), (1e6, "MB"))
    scale, unit = next((each for each in scales if size_bytes < 999.5 * each[0]), (1e9, "GB"))
    amount = size_bytes / scale
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:,.0f} {unit}"


# --- formats ----------------------------------------------------------------------------------------------------------


def format_label(container: str | None, encoding: str | None, sample_rate_hz: int | None) -> str:
    """For a column: WAV 24/48, WAV 32f/96, Opus 48, M4A 44.1; as much of it as is known."""
    name = _short_name(container or "", encoding or "")
    numbers = "/".join(part for part in (_short_depth(encoding or ""), _thousands(sample_rate_hz)) if part)
    return f"{name} {numbers}".strip()


def format_details(
    container: str | None, encoding: str | None, sample_rate_hz: int | None, channels: int | None
) -> str:
    """For a tooltip: FLAC 24-bit · 48 kHz · stereo; as much of it as is known."""
    kind = " ".join(dict.fromkeys(part for part in (container, _encoding_name(encoding or "")) if part))
    rate = f"{_thousands(sample_rate_hz)} kHz" if sample_rate_hz else ""
    return " · ".join(part for part in (kind, rate, channel_layout(channels)) if part)


def channel_layout(channels: int | None) -> str:
    """mono, stereo, 5.1, 4 channels"""
    return _CHANNELS.get(channels, f"{channels} channels") if channels else ""


def _short_name(container: str, encoding: str) -> str:
    """Ogg says little where Opus says all."""
    return "Opus" if encoding == "OPUS" else container


def _short_depth(encoding: str) -> str:
    bits, is_float = _depth(encoding)
    return f"{bits}f" if is_float else str(bits or "")


def _encoding_name(encoding: str) -> str:
    bits, is_float = _depth(encoding)
    if bits:
        return f"{bits}-bit float" if is_float else f"{bits}-bit"
    return _ENCODINGS.get(encoding, encoding)


def _depth(encoding: str) -> tuple[int | None, bool]:
    """Bits of one sample, and whether they are a floating point number: of libsndfile's and FFmpeg's names."""
    if encoding in _FLOAT_BITS:
        return _FLOAT_BITS[encoding], True
    # PCM_24, PCM_S8, PCM_S24LE, PCM_F32LE, ALAC_16
    found = re.fullmatch(r"(?:PCM|ALAC)_([SUF]?)(\d+)(?:[LB]E)?", encoding)
    return (int(found[2]), found[1] == "F") if found else (None, False)


def _thousands(sample_rate_hz: int | None) -> str:
    """48, 44.1, 11.025"""
    return f"{sample_rate_hz / 1000:.6g}" if sample_rate_hz else ""
