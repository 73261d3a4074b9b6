"""A region of a sound as a file of its own, to be dragged somewhere: a WAV in the folder of such files."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import platformdirs
import soundfile

from engine.audio import AudioDecoder, AudioInfo
from engine.errors import EngineError, IncompleteAudio, display_path

KEPT_S = 7 * 24 * 3600.0
_BLOCK_S = 1.0
_LONGEST_STEM_BYTES = 120
_MOST_WAV_BYTES = 2**32 - 2**20  # the format counts in 32 bits
_FLOAT_ENCODINGS = {"FLOAT", "DOUBLE", "PCM_32", "PCM_S32LE", "PCM_F32LE", "PCM_F64LE"}
_SHORT_ENCODINGS = {"PCM_16", "PCM_U8", "PCM_S8", "PCM_S16LE", "PCM_S16BE", "ULAW", "ALAW"}
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')  # on Windows, or on a stick that was formatted there
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


class UnwritableRegion(EngineError):
    """The file for a region could not be written."""


def region_folder() -> Path:
    """Where such files lie unless another folder is named. It need not exist yet."""
    return platformdirs.user_cache_path("Earmark", appauthor=False) / "regions"


def write_region(
    path: Path, start_s: float, end_s: float, folder: Path, is_wanted: Callable[[], bool] = lambda: True
) -> Path | None:
    """Write a part of a sound file, which is only read, as a WAV of the same rate and channels into `folder`.

    16-bit samples stay what they are, so do 24-bit ones; what was coded lossily becomes 24-bit, and what holds more
    becomes 32-bit float. None if `is_wanted` said no meanwhile; then no file is left.
    Raises UnreadableAudio, or UnwritableRegion.
    """
    if not 0 <= start_s < end_s:
        raise ValueError(f"a region needs 0 <= start < end, not {start_s} and {end_s}")
    with AudioDecoder(path, block_s=_BLOCK_S, start_s=start_s, duration_s=end_s - start_s) as decoder:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            unfinished = folder / f".{time.monotonic_ns()}.part"
            try:
                if not _write(decoder, unfinished, end_s - start_s, is_wanted):
                    return None
                # of two windows that write the same region at once, the later one wins, which does no harm
                return unfinished.rename(_free_name(folder, region_name(path, start_s, end_s)))
            finally:
                with suppress(OSError):
                    unfinished.unlink(missing_ok=True)
        except (OSError, soundfile.SoundFileError) as error:
            raise UnwritableRegion(_sentence(path, folder, error)) from error


def region_name(path: Path, start_s: float, end_s: float) -> str:
    """ "street_07 0m42.3s-0m44.1s.wav": safe on every system, whatever the sound's own name is."""
    stem = _FORBIDDEN.sub("_", display_path(path.stem)).strip(" .")
    stem = stem.encode()[:_LONGEST_STEM_BYTES].decode("utf-8", "ignore").rstrip(" .") or "sound"
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return f"{stem} {_moment(start_s)}-{_moment(end_s)}.wav"


def remove_old_regions(folder: Path, kept_s: float = KEPT_S) -> None:
    """Remove what was written longer ago; what cannot be removed stays."""
    oldest_s = time.time() - kept_s
    for found in [*folder.glob("*.wav"), *folder.glob(".*.part")]:
        with suppress(OSError):
            if found.stat().st_mtime < oldest_s:
                found.unlink()


def _write(decoder: AudioDecoder, path: Path, duration_s: float, is_wanted: Callable[[], bool]) -> bool:
    info = decoder.info
    encoding = _encoding(info)
    size_bytes = duration_s * info.sample_rate_hz * info.channels * (2 if encoding == "PCM_16" else 4)
    kind = "WAV" if size_bytes < _MOST_WAV_BYTES else "RF64"
    with soundfile.SoundFile(path, "w", info.sample_rate_hz, info.channels, encoding, format=kind) as file:
        with suppress(IncompleteAudio):  # what there is of a file that breaks off can be used
            for block in decoder:
                if not is_wanted():
                    return False
                file.write(block)
        if file.frames == 0:
            raise OSError("there is no sound in this region")
    return True


def _encoding(info: AudioInfo) -> str:
    if info.encoding in _FLOAT_ENCODINGS:
        return "FLOAT"
    return "PCM_16" if info.encoding in _SHORT_ENCODINGS else "PCM_24"


def _moment(moment_s: float) -> str:
    """0m42.3s, 1h02m07.0s"""
    tenths = round(moment_s * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m{tenths / 10:04.1f}s" if hours else f"{minutes}m{tenths / 10:.1f}s"


def _free_name(folder: Path, name: str) -> Path:
    wanted = folder / name
    number = 2
    while wanted.exists():
        wanted = folder / f"{name.removesuffix('.wav')} ({number}).wav"
        number += 1
    return wanted


def _sentence(path: Path, folder: Path, error: Exception) -> str:
    reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
    return (
        f"The region of {display_path(path.name)} could not be written to {display_path(folder)} "
        f"({reason.rstrip('.')}); the sound itself was only read."
    )
