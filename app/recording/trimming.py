"""What was meant to be recorded, without the silence before and after it."""

from __future__ import annotations

import numpy as np

from app.recording.microphones import NoRecording

MARGIN_S = 0.1  # left on either side, for what begins or ends softly
_FRAME_S = 0.02
_QUIET_FRAMES = 5  # at least so many of the quietest, and at least a twentieth, tell how loud the room is
_QUIET_SHARE = 0.05
_ABOVE_ROOM_DB = 10.0
_LOUDEST_ROOM_DB = -50.0  # a steady sound above this is what was recorded, not the room
_QUIETEST_ROOM_DB = -80.0  # quieter is a gate or a device that rounds to nothing

TOO_SHORT = "The recording is too short to search by; record again, for half a second or longer."
SILENT = (
    "The microphone gave nothing but silence; it may be muted, "
    "or the system may not allow Earmark to use it (see its privacy settings)."
)
ONLY_NOISE = "Nothing was heard above the noise of the room; record again, louder or closer to the microphone."


class NothingHeard(NoRecording):
    """There is nothing in a recording."""


def trimmed(samples: np.ndarray, rate_hz: int) -> np.ndarray:
    """The part of (samples,) in which something is heard, as float32 without offset and with MARGIN_S on either side.

    Heard is what is 10 dB louder than the quietest moments of the recording itself. Samples that are not finite are
    silence. Raises NothingHeard.
    """
    finite = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32)
    frame = max(1, round(_FRAME_S * rate_hz))
    if len(finite) < _QUIET_FRAMES * frame:
        raise NothingHeard(TOO_SHORT)
    sound = finite - np.median(finite)
    levels_db = _levels_db(sound, frame)
    if levels_db.max() == -np.inf:
        raise NothingHeard(SILENT)
    heard = np.flatnonzero(levels_db > _room_db(levels_db) + _ABOVE_ROOM_DB)
    if not len(heard):
        raise NothingHeard(ONLY_NOISE)
    margin = round(MARGIN_S * rate_hz)
    begin = max(0, int(heard[0]) * frame - margin)
    end = min(len(sound), (int(heard[-1]) + 1) * frame + margin)
    return np.ascontiguousarray(sound[begin:end])


def _levels_db(sound: np.ndarray, frame: int) -> np.ndarray:
    """RMS of each frame around the frame's own trend, since a microphone's offset drifts as it wakes up."""
    count = -(-len(sound) // frame)
    frames = np.pad(sound, (0, count * frame - len(sound)), mode="edge").reshape(count, frame).astype(np.float64)
    frames -= frames.mean(axis=1, keepdims=True)
    ramp = np.linspace(-1.0, 1.0, frame)
    frames -= np.outer(frames @ ramp / np.maximum(ramp @ ramp, 1.0), ramp)
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(np.square(frames).mean(axis=1)))


def _room_db(levels_db: np.ndarray) -> float:
    quiet = np.sort(levels_db)[: max(_QUIET_FRAMES, round(_QUIET_SHARE * len(levels_db)))]
    room_db = float(10.0 * np.log10(np.mean(10.0 ** (quiet / 10.0)) + 1e-12))
    return min(_LOUDEST_ROOM_DB, max(_QUIETEST_ROOM_DB, room_db))
