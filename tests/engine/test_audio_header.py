"""A file is complete when it keeps the word of its own header."""

from __future__ import annotations

import functools
import io
import struct
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from engine.audio import AudioDecoder, read_info
from engine.audio_header import AudioHeader, aiff_chunks, read_header, wav_chunks
from engine.errors import IncompleteAudio, UnreadableAudio
from tests.sound_files import RATE_HZ, append_wav_chunk, make_sweep, wav_chunk, write_with_ffmpeg, write_with_libsndfile

Writer = Callable[[Path, np.ndarray], Path]


def by_libsndfile(kind: str, encoding: str | None = None) -> Writer:
    return partial(write_with_libsndfile, kind=kind, encoding=encoding)


def by_ffmpeg(kind: str, codec: str, *, piped: bool = False) -> Writer:
    return partial(write_with_ffmpeg, kind=kind, codec=codec, piped=piped)


THOSE_THAT_PROMISE: dict[str, Writer] = {
    "pcm.wav": by_libsndfile("WAV"),
    "adpcm.wav": by_libsndfile("WAV", "MS_ADPCM"),
    "a.rf64": by_libsndfile("RF64"),
    "a.w64": by_libsndfile("W64"),
    "a.aiff": by_libsndfile("AIFF"),
    "a.caf": by_libsndfile("CAF"),
    "a.au": by_libsndfile("AU"),
    "a.flac": by_libsndfile("FLAC"),
    "a.ogg": by_libsndfile("OGG", "VORBIS"),
    "a.opus": by_libsndfile("OGG", "OPUS"),
    "a.mp3": by_libsndfile("MP3"),
    "a.m4a": by_ffmpeg("ipod", "aac"),
    "a.mov": by_ffmpeg("mov", "pcm_s16le"),
    "a.wma": by_ffmpeg("asf", "wmav2"),
    "a.mka": by_ffmpeg("matroska", "flac"),
    "a.webm": by_ffmpeg("webm", "libopus"),
}


@functools.cache
def whole_file(name: str) -> bytes:
    """Three seconds in a file of one of these kinds."""
    with tempfile.TemporaryDirectory() as folder:
        return THOSE_THAT_PROMISE[name](Path(folder) / name, make_sweep(3.0)).read_bytes()


def decode(path: Path) -> int:
    """The number of frames that come out."""
    with AudioDecoder(path) as decoder:
        return sum(map(len, decoder))


@pytest.mark.parametrize("part", [0.3, 0.5, 0.9])
@pytest.mark.parametrize("name", THOSE_THAT_PROMISE)
def test_a_file_that_is_still_being_copied_is_incomplete(tmp_path: Path, name: str, part: float) -> None:
    whole = whole_file(name)
    (tmp_path / name).write_bytes(whole[: int(part * len(whole))])

    with pytest.raises(IncompleteAudio):
        decode(tmp_path / name)


@pytest.mark.parametrize("name", THOSE_THAT_PROMISE)
def test_the_same_file_once_copied_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(whole_file(name))

    assert decode(tmp_path / name) == pytest.approx(3 * RATE_HZ, abs=4096)


@pytest.mark.parametrize("name", THOSE_THAT_PROMISE)
def test_the_first_bytes_alone_are_never_sound(tmp_path: Path, name: str) -> None:
    for size in (1, 12, 30, 44):
        (tmp_path / name).write_bytes(whole_file(name)[:size])
        with pytest.raises(UnreadableAudio):
            decode(tmp_path / name)


@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.w64", "a.au"])
def test_the_promised_length_is_told_though_half_is_missing(tmp_path: Path, name: str) -> None:
    path = write_with_libsndfile(tmp_path / name, make_sweep(1.0), kind=name[2:].upper())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 3 // 5])

    info = read_info(path)

    assert info.frames == pytest.approx(RATE_HZ, abs=2)
    assert info.duration_s == pytest.approx(1.0, abs=1e-4)


def with_data_size(path: Path, size: int) -> Path:
    """Make a WAV claim another size of its sound."""
    stored = path.read_bytes()
    where = stored.index(b"data") + 4
    path.write_bytes(stored[:where] + struct.pack("<I", size) + stored[where + 4 :])
    return path


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFF000, 0x80000000])
def test_a_wav_from_a_program_that_streams_is_as_long_as_its_file(tmp_path: Path, size: int) -> None:
    path = write_with_libsndfile(tmp_path / "a.wav", make_sweep(0.5), kind="WAV")

    assert decode(with_data_size(path, size)) == RATE_HZ // 2


@pytest.mark.parametrize(
    ("name", "kind", "codec"),
    [
        ("a.wav", "wav", "pcm_s16le"),
        ("a.w64", "w64", "pcm_s16le"),
        ("a.aiff", "aiff", "pcm_s16be"),
        ("a.au", "au", "pcm_s16be"),
        ("a.flac", "flac", "flac"),
        ("a.mp3", "mp3", "libmp3lame"),
        ("a.wma", "asf", "wmav2"),
        ("a.mka", "matroska", "aac"),
    ],
)
def test_what_ffmpeg_writes_into_a_pipe_is_read_to_its_end(tmp_path: Path, name: str, kind: str, codec: str) -> None:
    path = write_with_ffmpeg(tmp_path / name, make_sweep(2.0), kind=kind, codec=codec, piped=True)

    assert decode(path) == pytest.approx(2 * RATE_HZ, abs=4096)


def test_tags_after_an_empty_wav_are_not_taken_for_sound(tmp_path: Path) -> None:
    path = write_with_libsndfile(tmp_path / "a.wav", make_sweep(0.0), kind="WAV")
    append_wav_chunk(path, b"LIST", b"INFO" + wav_chunk(b"ICMT", b"no sound " * 1000))

    with pytest.raises(UnreadableAudio, match="holds no sound"):
        decode(path)


def test_a_wav_that_lost_only_tags_at_its_end_is_complete(tmp_path: Path) -> None:
    path = write_with_libsndfile(tmp_path / "a.wav", make_sweep(0.5), kind="WAV")
    append_wav_chunk(path, b"LIST", b"INFO" + wav_chunk(b"ICMT", b"a comment " * 100))
    path.write_bytes(path.read_bytes()[:-500])

    assert decode(path) == RATE_HZ // 2


def test_bytes_appended_to_an_mp4_do_not_make_it_incomplete(tmp_path: Path) -> None:
    path = write_with_ffmpeg(tmp_path / "a.m4a", make_sweep(0.5), kind="ipod", codec="aac")
    with path.open("ab") as file:
        file.write(b"TAG".ljust(128, b" "))

    assert decode(path) == pytest.approx(RATE_HZ // 2, abs=4096)


def test_an_ogg_recording_that_was_stopped_after_a_whole_page_is_read(tmp_path: Path) -> None:
    path = write_with_libsndfile(tmp_path / "a.ogg", make_sweep(5.0, channels=1), kind="OGG", encoding="VORBIS")
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b"OggS")])

    assert 0 < decode(path) < 5 * RATE_HZ


def test_an_mp3_without_a_stated_length_is_read_to_its_end(tmp_path: Path) -> None:
    loud_after_silence = np.concatenate([np.zeros((RATE_HZ, 2), np.float32), make_sweep(2.0)])
    path = write_with_libsndfile(tmp_path / "a.mp3", loud_after_silence, kind="MP3")
    stored = path.read_bytes()
    second_frame = stored.index(stored[:2], 4)
    path.write_bytes(stored[second_frame:])  # without the first frame, which holds the Xing header

    assert read_info(path).frames is None
    assert decode(path) == pytest.approx(3 * RATE_HZ, abs=3 * 1152)


def test_an_mp3_states_its_length_after_a_large_tag(tmp_path: Path) -> None:
    path = write_with_libsndfile(tmp_path / "a.mp3", make_sweep(0.5), kind="MP3")
    tag = b"ID3\x04\0\0" + bytes([0, 0, 100, 0]) + bytes(100 * 128)
    path.write_bytes(tag + path.read_bytes())

    assert read_info(path).frames == RATE_HZ // 2


@pytest.mark.parametrize("start", [b"", b"RIFF", b"fLaC", b"a text", b"\0" * 64, b"RIFF\0\0\0\0AVI LIST"])
def test_an_unknown_kind_of_file_promises_nothing(start: bytes) -> None:
    assert read_header(io.BytesIO(start), len(start)) == AudioHeader()


def test_chunks_after_the_sound_of_an_rf64_are_found(tmp_path: Path) -> None:
    path = write_with_libsndfile(tmp_path / "a.rf64", make_sweep(0.1), kind="RF64")
    with path.open("ab") as file:
        file.write(wav_chunk(b"iXML", b"<BWFXML/>"))

    with path.open("rb") as file:
        assert b"iXML" in [chunk_id for chunk_id, _, _ in wav_chunks(file)]


def test_the_chunks_of_aiff_are_listed_and_of_nothing_else(tmp_path: Path):
    aiff = write_with_libsndfile(tmp_path / "a.aiff", make_sweep(0.1), kind="AIFF")
    wav = write_with_libsndfile(tmp_path / "a.wav", make_sweep(0.1), kind="WAV")
    with aiff.open("rb") as file:
        places = {chunk_id: offset + size for chunk_id, offset, size in aiff_chunks(file)}
    assert {b"COMM", b"SSND"} <= places.keys()
    assert places[b"SSND"] == aiff.stat().st_size
    with wav.open("rb") as file:
        assert list(aiff_chunks(file)) == []
