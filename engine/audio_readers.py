"""The two decoders behind one face: libsndfile for sound files, FFmpeg (PyAV) for AAC, WMA and the sound of films.

FFmpeg also reads Opus (its libopus gives the same samples as libsndfile's in under half the time) and MP3s that do not
state their length (libsndfile would stop where its estimate ends). What one cannot open, the other tries.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
import numpy as np
import soundfile
from av.stream import Discard

from engine.audio_header import AudioHeader, read_header
from engine.errors import IncompleteAudio, UnreadableAudio


@dataclass(frozen=True)
class AudioInfo:
    """What a file is, before any of it is decoded.

    frames : samples per channel promised by the file; None where it does not say
    duration_s : 0.0 if unknown
    container, encoding : such as "WAV" and "PCM_24", "OGG" and "VORBIS", "M4A" and "AAC"
    """

    sample_rate_hz: int
    channels: int
    frames: int | None
    duration_s: float
    container: str
    encoding: str


_PREROLL_S = 0.25  # decoded and dropped before a start in the middle, so that codecs with memory have settled
END_IS_MISSING = "its end is missing; it may still be being copied"


class AudioReader(Protocol):
    """An open sound file. Its methods raise UnreadableAudio."""

    info: AudioInfo
    breaks_off: bool  # the container itself shows that its end is missing
    slack_frames: int  # how far a complete file may fall short of its promise: codecs work in whole frames

    def seek(self, frame: int) -> None:
        """Continue at this frame, or at the end if there are fewer. Only before the first read."""

    def read(self, frames: int) -> np.ndarray:
        """The next (up to frames, channels) float32 samples; no rows at the end."""

    def position(self) -> int:
        """The frame that the next read begins with."""

    def close(self) -> None: ...


def open_reader(path: Path) -> AudioReader:
    """Open a file that exists and is not empty with the decoder that suits it."""
    header = _header_of(path)
    readers: list[Callable[[Path, AudioHeader], AudioReader]] = [LibsndfileReader, FfmpegReader]
    if path.suffix.lower() in FFMPEG_SUFFIXES or header.is_opus or not header.states_length:
        readers.reverse()
    try:
        return readers[0](path, header)
    except UnreadableAudio as refusal:
        with suppress(UnreadableAudio):
            return readers[1](path, header)
        if header.breaks_off:
            raise IncompleteAudio(path, END_IS_MISSING) from refusal
        raise


def _header_of(path: Path) -> AudioHeader:
    try:
        with path.open("rb", buffering=0) as file:
            return read_header(file, os.fstat(file.fileno()).st_size)
    except OSError as error:
        raise UnreadableAudio(path, reason_of(error)) from error


def reason_of(error: OSError) -> str:
    """Why the system would not let a file be read, as the end of a sentence."""
    if isinstance(error, FileNotFoundError):
        return "it is no longer there"
    if isinstance(error, PermissionError):
        return "you do not have permission to read it"
    return f"the system reports {error.strerror or error!r}"


def _read_up_to(reader: AudioReader, frame: int) -> None:
    while reader.position() < frame and len(reader.read(min(frame - reader.position(), reader.info.sample_rate_hz))):
        pass


# --- libsndfile -------------------------------------------------------------------------------------------------------

_NO_FRAME_COUNT = 2**62  # libsndfile reports the largest integer where a stream does not state its length
_UNSUPPORTED_ENCODING = 4  # SF_ERR_UNSUPPORTED_ENCODING
_MP3_SLACK_FRAMES = 2 * 1152


class _SequentialFile(soundfile.SoundFile):  # type: ignore[misc]
    """soundfile seeks after every read, at which MP3 decoders lose what they carry from one frame to the next."""

    def seekable(self) -> bool:
        return False


class LibsndfileReader:
    """Every format of libsndfile."""

    def __init__(self, path: Path, header: AudioHeader) -> None:
        self._path = path
        try:
            # bytes: a name need not be UTF-8. TypeError: a name ending in .raw makes soundfile ask for a sample rate.
            self._file = _SequentialFile(os.fsencode(path))
        except (soundfile.SoundFileError, TypeError) as error:
            unsupported = isinstance(error, soundfile.LibsndfileError) and error.code == _UNSUPPORTED_ENCODING
            reason = "its encoding is not supported" if unsupported else "damaged or of an unknown kind"
            raise UnreadableAudio(path, reason) from error
        self._position = 0
        self.breaks_off = header.breaks_off
        self.info = self._info(header)
        self.slack_frames = _MP3_SLACK_FRAMES if self.info.container == "MP3" else 0

    def _info(self, header: AudioHeader) -> AudioInfo:
        file = self._file
        # libsndfile clips a claim to the size of the file; the header's own figure is held_part times smaller
        frames = round(file.frames / (header.held_part or 1)) if file.frames < _NO_FRAME_COUNT else None
        return AudioInfo(
            sample_rate_hz=file.samplerate,
            channels=file.channels,
            frames=frames if header.states_length else None,
            duration_s=frames / file.samplerate if frames and file.samplerate else 0.0,
            container="WAV" if file.format == "WAVEX" else file.format,
            encoding=file.subtype,
        )

    def seek(self, frame: int) -> None:
        start = min(frame, self._file.frames) - round(_PREROLL_S * self.info.sample_rate_hz)
        with suppress(soundfile.SoundFileError):  # GSM 6.10 and the like cannot seek, but can be read up to there
            self._position = self._file.seek(max(0, start))
        _read_up_to(self, frame)

    def read(self, frames: int) -> np.ndarray:
        frames = min(frames, max(0, self._file.frames - self._position))
        try:
            block: np.ndarray = self._file.read(frames, dtype="float32", always_2d=True)
        except soundfile.SoundFileError as error:
            raise self._failure(error) from error
        self._position += len(block)
        return block

    def _failure(self, error: soundfile.SoundFileError) -> UnreadableAudio:
        if self.info.frames is None:
            return UnreadableAudio(self._path, f"damaged ({_text_of(error)})")
        # a FLAC that is cut off fails here; how much of it is there the decoder does not say
        reason = f"damaged or cut off before its promised {self.info.duration_s:.1f} s ({_text_of(error)})"
        return IncompleteAudio(self._path, reason)

    def position(self) -> int:
        return self._position

    def close(self) -> None:
        self._file.close()


def _text_of(error: Exception) -> str:
    text = error.error_string if isinstance(error, soundfile.LibsndfileError) else str(error)
    return text.strip().removeprefix("Error : ").rstrip(".")


# --- FFmpeg -----------------------------------------------------------------------------------------------------------

FFMPEG_SUFFIXES = frozenset(
    {".m4a", ".m4b", ".aac", ".wma", ".asf", ".mp4", ".m4v", ".mov", ".3gp", ".mkv", ".mka", ".webm", ".wmv"}
)
# FFmpeg may open nothing but one local file of these kinds: a playlist named .m4a must not reach other files or hosts.
_FFMPEG_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,asf,aac,mp3,ogg,flac,wav,w64,aiff,caf,au,avi,mpegts,mpeg,amr,ac3,eac3,dts"
)
_FFMPEG_OPTIONS = {"format_whitelist": _FFMPEG_FORMATS, "protocol_whitelist": "file"}
_FFMPEG_SLACK_FRAMES = 2 * 2048  # two frames of the longest AAC and WMA kinds: encoder delay and the padded last frame


class FfmpegReader:
    """The best audio stream of what FFmpeg can open. Packets that cannot be decoded are left out."""

    def __init__(self, path: Path, header: AudioHeader) -> None:
        self._path = path
        try:
            # An absolute path cannot be mistaken for a protocol such as "concat:"
            self._container = av.open(
                os.path.abspath(path), container_options=_FFMPEG_OPTIONS, metadata_errors="replace"
            )
        except (av.FFmpegError, ValueError) as error:
            raise UnreadableAudio(path, "damaged, cut off or of an unknown kind") from error
        try:
            self._begin()
        except BaseException:
            self._container.close()
            raise
        self.breaks_off = header.breaks_off
        self.slack_frames = _FFMPEG_SLACK_FRAMES

    def _begin(self) -> None:
        stream = self._container.streams.best("audio")
        if not isinstance(stream, av.AudioStream):
            raise UnreadableAudio(self._path, "it holds no sound")
        if getattr(stream, "codec_context", None) is None:  # no decoder, though PyAV's types promise one
            raise UnreadableAudio(self._path, "its encoding is not supported")
        for other in self._container.streams:
            other.discard = Discard.default if other is stream else Discard.all
        self._stream = stream
        self._codec = _decoder_for(stream)
        self._packer = av.AudioResampler(format="flt")  # planar and integer samples to (frames, channels) float32
        self._waiting = av.AudioFifo()  # decoded, not yet read: one array for a block, not one for each packet
        self._position = self._waiting_frames = 0
        self._decoded = self._decode()
        first = next(self._decoded, None)
        if first is None:
            raise UnreadableAudio(self._path, "it holds no sound that can be decoded")
        # what was decoded is certain: an AAC header may give half the rate, or mono where there is stereo
        self._sample_rate_hz, self._channels = first.sample_rate, first.layout.nb_channels
        self.info = self._info()
        self._keep(first)

    def _info(self) -> AudioInfo:
        rate_hz = self._sample_rate_hz
        length_s = _stated_length_s(self._container, self._stream)
        estimate_s = (self._container.duration or 0) / av.time_base
        return AudioInfo(
            sample_rate_hz=rate_hz,
            channels=self._channels,
            frames=None if length_s is None else round(length_s * rate_hz),
            duration_s=max(0.0, float(estimate_s if length_s is None else length_s)),
            container=_container_name(self._container.format.name, self._path),
            encoding=self._stream.codec_context.codec.canonical_name.upper(),
        )

    def _decode(self) -> Iterator[av.AudioFrame]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except av.InvalidDataError:  # the container breaks off; the promised length tells whether that matters
                packet = None
            except av.FFmpegError as error:
                raise UnreadableAudio(self._path, f"it could not be read to its end ({error.strerror})") from error
            with suppress(av.FFmpegError):  # one damaged packet says nothing of the next
                yield from self._codec.decode(packet if packet and packet.size else None)
            if packet is None:
                return

    def _keep(self, frame: av.AudioFrame) -> None:
        if (frame.sample_rate, frame.layout.nb_channels) != (self._sample_rate_hz, self._channels):
            raise UnreadableAudio(self._path, "its sample rate or number of channels changes on the way")
        frame.pts = None  # else the queue insists on unbroken time stamps
        self._waiting.write(frame)
        self._waiting_frames += frame.samples

    def read(self, frames: int) -> np.ndarray:
        while self._waiting_frames < frames:
            frame = next(self._decoded, None)
            if frame is None:
                break
            self._keep(frame)
        return self._take(min(frames, self._waiting_frames))

    def _take(self, frames: int) -> np.ndarray:
        if frames == 0:
            return np.empty((0, self._channels), np.float32)
        parts = [part.to_ndarray() for part in self._packer.resample(self._waiting.read(frames))]
        self._waiting_frames -= frames
        self._position += frames
        return np.concatenate(parts, axis=1).reshape(-1, self._channels)

    def position(self) -> int:
        return self._position

    def seek(self, frame: int) -> None:
        if frame > self._sample_rate_hz:  # else reading up to it is as fast
            self._jump_before(frame)
        _read_up_to(self, frame)

    def _jump_before(self, frame: int) -> None:
        """Continue a little before `frame`, or at the start of the file if the container cannot tell where that is."""
        tick_s = self._stream.time_base or Fraction(1, av.time_base)
        frames_before = self._waiting_frames
        second = next(self._decoded, None)  # decoders may cut the first frame, at the start and after a jump
        if second is None or second.pts is None:
            if second is not None:
                self._keep(second)
            return
        origin = second.pts - frames_before / self._sample_rate_hz / tick_s  # the time stamp of the first sample
        self._restart_at(int(origin + (frame / self._sample_rate_hz - _PREROLL_S) / tick_s))
        next(self._decoded, None)
        landed = next(self._decoded, None)
        if landed is not None and landed.pts is not None:
            self._position = round((landed.pts - origin) * tick_s * self._sample_rate_hz)
            self._keep(landed)
        if not self._waiting_frames or not 0 <= self._position <= frame:
            self._restart_at(self._stream.start_time or 0)
            self._position = 0

    def _restart_at(self, tick: int) -> None:
        try:
            self._container.seek(tick, stream=self._stream)
        except av.FFmpegError as error:
            raise UnreadableAudio(self._path, "damaged: no moment in it can be found") from error
        self._codec.flush_buffers()
        self._waiting, self._waiting_frames = av.AudioFifo(), 0
        self._decoded = self._decode()

    def close(self) -> None:
        self._container.close()


def _decoder_for(stream: av.AudioStream) -> av.AudioCodecContext:
    context = stream.codec_context
    if context.name != "opus":
        return context
    # FFmpeg's own decoder strays from the reference, at 24 kbit/s so far that only 7 dB SNR remain; libopus is exact
    exact = av.CodecContext.create("libopus", "r")
    exact.extradata, exact.layout = context.extradata, context.layout
    exact.options = {"request_sample_fmt": "flt"}
    return exact


# Formats whose duration FFmpeg estimates from the bit rate; ASF's if the file is not as long as its header says
_FORMATS_WITHOUT_LENGTH = {"aac", "mp3", "asf", "amr", "ac3", "eac3", "dts", "mpegts", "mpeg"}


def _stated_length_s(container: av.container.InputContainer, stream: av.AudioStream) -> Fraction | None:
    """The length that the container states for its sound, in seconds."""
    if container.format.name in _FORMATS_WITHOUT_LENGTH:
        return None
    if stream.duration is not None and stream.time_base is not None:
        return stream.duration * stream.time_base - _opus_preskip_s(container, stream)
    if "DURATION" in stream.metadata:  # Matroska: "00:01:02.345000000"
        try:
            hours, minutes, seconds = stream.metadata["DURATION"].split(":")
            return int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)
        except ValueError:
            return None
    if container.duration is not None and len(container.streams) == 1:  # a film may be longer than its sound
        return Fraction(container.duration, av.time_base)
    return None


def _opus_preskip_s(container: av.container.InputContainer, stream: av.AudioStream) -> Fraction:
    """What FFmpeg counts in the duration of an Ogg Opus stream but does not decode (RFC 7845, 4.2 and 5.1)."""
    head = stream.codec_context.extradata or b""
    if container.format.name != "ogg" or not head.startswith(b"OpusHead"):
        return Fraction(0)
    return Fraction(int.from_bytes(head[10:12], "little"), 48_000)


def _container_name(format_name: str, path: Path) -> str:
    """FFmpeg names families ("mov,mp4,m4a,3gp,3g2,mj2"); the suffix says which member was meant."""
    family = [*format_name.split(","), *{"matroska,webm": ["mkv", "mka"], "asf": ["wma", "wmv"]}.get(format_name, [])]
    suffix = path.suffix.lower()[1:]
    return (suffix if suffix in family else family[0]).upper()
