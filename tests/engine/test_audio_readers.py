"""Every kind of file comes out as the sound that went in, with either decoder, from any moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio import AUDIO_SUFFIXES, AudioDecoder, read_info
from engine.errors import UnreadableAudio
from tests.sound_files import RATE_HZ, make_sweep, write_with_ffmpeg, write_with_libsndfile

Writer = Callable[[Path, np.ndarray], Path]


def by_libsndfile(kind: str, encoding: str) -> Writer:
    return partial(write_with_libsndfile, kind=kind, encoding=encoding)


def by_ffmpeg(kind: str, codec: str, *, film: bool = False, piped: bool = False) -> Writer:
    return partial(write_with_ffmpeg, kind=kind, codec=codec, film=film, piped=piped)


# file name, how it is written, container and encoding it should report
KINDS: list[tuple[str, Writer, str, str]] = [
    ("a.wav", by_libsndfile("WAV", "PCM_16"), "WAV", "PCM_16"),
    ("b.wav", by_libsndfile("WAV", "PCM_24"), "WAV", "PCM_24"),
    ("c.wav", by_libsndfile("WAV", "PCM_U8"), "WAV", "PCM_U8"),
    ("d.wav", by_libsndfile("WAV", "FLOAT"), "WAV", "FLOAT"),
    ("e.wav", by_libsndfile("WAV", "DOUBLE"), "WAV", "DOUBLE"),
    ("f.wav", by_libsndfile("WAV", "ULAW"), "WAV", "ULAW"),
    ("g.wav", by_libsndfile("WAV", "MS_ADPCM"), "WAV", "MS_ADPCM"),
    ("h.wav", by_libsndfile("WAVEX", "PCM_32"), "WAV", "PCM_32"),
    ("i.wav", by_libsndfile("RF64", "PCM_24"), "RF64", "PCM_24"),
    ("a.w64", by_libsndfile("W64", "PCM_16"), "W64", "PCM_16"),
    ("a.aiff", by_libsndfile("AIFF", "PCM_24"), "AIFF", "PCM_24"),
    ("b.aif", by_libsndfile("AIFF", "FLOAT"), "AIFF", "FLOAT"),
    ("a.caf", by_libsndfile("CAF", "PCM_16"), "CAF", "PCM_16"),
    ("a.au", by_libsndfile("AU", "PCM_16"), "AU", "PCM_16"),
    ("a.flac", by_libsndfile("FLAC", "PCM_24"), "FLAC", "PCM_24"),
    ("a.ogg", by_libsndfile("OGG", "VORBIS"), "OGG", "VORBIS"),
    ("a.opus", by_libsndfile("OGG", "OPUS"), "OGG", "OPUS"),
    ("a.mp3", by_libsndfile("MP3", "MPEG_LAYER_III"), "MP3", "MPEG_LAYER_III"),
    ("b.mp3", by_ffmpeg("mp3", "libmp3lame", piped=True), "MP3", "MP3"),
    ("a.m4a", by_ffmpeg("ipod", "aac"), "M4A", "AAC"),
    ("b.m4a", by_ffmpeg("ipod", "alac"), "M4A", "ALAC"),
    ("a.aac", by_ffmpeg("adts", "aac"), "AAC", "AAC"),
    ("a.wma", by_ffmpeg("asf", "wmav2"), "WMA", "WMAV2"),
    ("a.mp4", by_ffmpeg("mp4", "aac", film=True), "MP4", "AAC"),
    ("a.mov", by_ffmpeg("mov", "pcm_s16le", film=True), "MOV", "PCM_S16LE"),
    ("a.mkv", by_ffmpeg("matroska", "flac", film=True), "MKV", "FLAC"),
    ("b.mkv", by_ffmpeg("matroska", "aac", piped=True), "MKV", "AAC"),
    ("a.webm", by_ffmpeg("webm", "libopus"), "WEBM", "OPUS"),
]
EVERY_KIND = pytest.mark.parametrize(
    ("name", "container", "encoding"),
    [(name, container, encoding) for name, _, container, encoding in KINDS],
    ids=[f"{container}-{encoding}-{name}" for name, _, container, encoding in KINDS],
)
SWEEP = make_sweep(3.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three seconds of SWEEP in a file of every kind."""
    folder = tmp_path_factory.mktemp("kinds")
    for name, write, _, _ in KINDS:
        write(folder / name, SWEEP)
    return folder


def decode(path: Path, **part: float) -> np.ndarray:
    with AudioDecoder(path, **part) as decoder:
        return np.concatenate([np.empty((0, decoder.info.channels), np.float32), *decoder])


def likeness(decoded: np.ndarray, original: np.ndarray) -> float:
    """Correlation at the best offset within 50 ms: lossy codecs add silence before, after, or both."""
    middle = original[48_000:60_000, 0]
    offsets = range(48_000 - 2400, 48_000 + 2400, 4)
    return max(np.corrcoef(middle, decoded[offset : offset + 12_000, 0])[0, 1] for offset in offsets)


@EVERY_KIND
def test_every_kind_tells_what_it_is(folder: Path, name: str, container: str, encoding: str) -> None:
    info = read_info(folder / name)

    assert (info.container, info.encoding) == (container, encoding)
    assert (info.sample_rate_hz, info.channels) == (RATE_HZ, 2)
    assert info.duration_s == pytest.approx(3.0, abs=0.1) or info.frames is None
    assert (folder / name).suffix in AUDIO_SUFFIXES


@EVERY_KIND
def test_every_kind_gives_back_its_sound(folder: Path, name: str, container: str, encoding: str) -> None:
    decoded = decode(folder / name)

    assert decoded.dtype == np.float32
    assert abs(len(decoded) - len(SWEEP)) <= 4096
    assert likeness(decoded, SWEEP) > 0.98
    assert decoded[:, 1].std() == pytest.approx(decoded[:, 0].std() / 2, rel=0.05)  # channels are not mixed up


@EVERY_KIND
def test_blocks_joined_are_the_whole_file(folder: Path, name: str, container: str, encoding: str) -> None:
    np.testing.assert_array_equal(decode(folder / name, block_s=0.07), decode(folder / name))


@EVERY_KIND
def test_a_part_is_cut_where_it_was_asked_for(folder: Path, name: str, container: str, encoding: str) -> None:
    whole = decode(folder / name)
    # Matroska and ASF count milliseconds; libsndfile places the last page of Vorbis up to 10 ms off
    tolerance_frames = {"MKV": 48, "WMA": 48, "OGG": 480}.get(container, 0)

    for start_s in (0.3, 1.4, 2.2):
        part = decode(folder / name, start_s=start_s, duration_s=0.2)
        start = round(start_s * RATE_HZ)
        offsets = range(-tolerance_frames, tolerance_frames + 1, 2) or [0]
        errors = [np.abs(whole[start + by : start + by + len(part)] - part).max() for by in offsets]

        assert len(part) == round(0.2 * RATE_HZ)
        assert min(errors) < 0.05


@EVERY_KIND
def test_a_start_after_the_end_gives_nothing(folder: Path, name: str, container: str, encoding: str) -> None:
    assert len(decode(folder / name, start_s=60.0)) == 0


def test_opus_is_decoded_as_libsndfile_decodes_it(folder: Path) -> None:
    np.testing.assert_allclose(decode(folder / "a.opus"), soundfile.read(folder / "a.opus")[0], atol=1e-5)


def test_eight_channels_of_aac_are_read(tmp_path: Path) -> None:
    path = write_with_ffmpeg(tmp_path / "surround.m4a", make_sweep(0.5, channels=8), kind="ipod", codec="aac")

    assert decode(path).shape[1] == 8


def test_a_file_with_the_wrong_suffix_is_read_by_what_it_holds(tmp_path: Path) -> None:
    sweep = make_sweep(0.5)
    write_with_ffmpeg(tmp_path / "a.m4a", sweep, kind="ipod", codec="aac").rename(tmp_path / "film.wav")
    write_with_libsndfile(tmp_path / "a.flac", sweep, kind="FLAC").rename(tmp_path / "sound.mp4")
    write_with_libsndfile(tmp_path / "a.wav", sweep, kind="WAV").rename(tmp_path / "sound.raw")

    assert read_info(tmp_path / "film.wav").encoding == "AAC"
    assert read_info(tmp_path / "sound.mp4").container == "FLAC"
    assert read_info(tmp_path / "sound.raw").encoding.startswith("PCM")


def test_a_silent_film_holds_no_sound(tmp_path: Path) -> None:
    import av

    with av.open(str(tmp_path / "silent.mp4"), "w") as container:
        pictures = container.add_stream("mpeg4", rate=25, width=64, height=64, pix_fmt="yuv420p")
        container.mux(pictures.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(pictures.encode(None))

    with pytest.raises(UnreadableAudio, match="it holds no sound"):
        read_info(tmp_path / "silent.mp4")


@pytest.mark.parametrize("name", ["list.m4a", "list.mp4", "list.wav", "list.m3u8"])
def test_a_playlist_opens_no_other_file(tmp_path: Path, name: str) -> None:
    target = write_with_ffmpeg(tmp_path / "real.aac", make_sweep(0.5), kind="adts", codec="aac")
    playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n"
    (tmp_path / name).write_text(playlist.format(target))

    with pytest.raises(UnreadableAudio):
        read_info(tmp_path / name)
