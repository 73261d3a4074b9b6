"""Regions written as files of their own."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app import region_file
from app.region_file import UnwritableRegion, region_folder, region_name, remove_old_regions, write_region
from engine.errors import UnreadableAudio
from tests.sound_files import RATE_HZ, make_sweep, write_with_ffmpeg, write_with_libsndfile


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "regions"


def written(path: Path, start_s: float, end_s: float, folder: Path) -> Path:
    found = write_region(path, start_s, end_s, folder)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("encoding", "kept", "dtype"),
    [
        ("PCM_16", "PCM_16", "int16"),
        ("PCM_24", "PCM_24", "int32"),
        ("FLOAT", "FLOAT", "float32"),
        ("PCM_32", "FLOAT", "float32"),
    ],
)
def test_a_region_is_the_same_samples_at_the_same_rate(
    tmp_path: Path, folder: Path, encoding: str, kept: str, dtype: str
) -> None:
    source = write_with_libsndfile(tmp_path / "street_07.wav", make_sweep(3.0), kind="WAV", encoding=encoding)
    before = source.read_bytes()
    file = written(source, 1.25, 2.5, folder)
    assert file == folder / "street_07 0m1.2s-0m2.5s.wav"
    whole, _ = soundfile.read(source, dtype=dtype)
    region, rate_hz = soundfile.read(file, dtype=dtype)
    np.testing.assert_array_equal(region, whole[round(1.25 * RATE_HZ) : round(2.5 * RATE_HZ)])
    assert (rate_hz, soundfile.info(file).subtype, soundfile.info(file).format) == (RATE_HZ, kept, "WAV")
    assert source.read_bytes() == before
    assert [found.name for found in folder.iterdir()] == [file.name]


def test_what_was_coded_lossily_becomes_24_bit(tmp_path: Path, folder: Path) -> None:
    source = write_with_ffmpeg(tmp_path / "clip.m4a", make_sweep(2.0), kind="ipod", codec="aac")
    info = soundfile.info(written(source, 0.5, 1.5, folder))
    assert (info.subtype, info.channels, info.frames) == ("PCM_24", 2, RATE_HZ)


def test_names_are_safe_on_every_system() -> None:
    assert region_name(Path("street_07.wav"), 42.3, 44.1) == "street_07 0m42.3s-0m44.1s.wav"
    assert region_name(Path("long.wav"), 3727.0, 3730.55) == "long 1h02m07.0s-1h02m10.6s.wav"
    assert region_name(Path('a<b>:"|?*\\c\n.wav'), 0, 59.96) == "a_b_______c_n 0m0.0s-1m0.0s.wav"
    assert region_name(Path("con.wav"), 0, 1) == "_con 0m0.0s-0m1.0s.wav"
    assert region_name(Path("...wav"), 0, 1).startswith("sound ")
    assert region_name(Path(os.fsdecode(b"caf\xe9.wav")), 0, 1) == "caf_xe9 0m0.0s-0m1.0s.wav"
    assert len(region_name(Path("ü" * 120 + ".wav"), 0, 1).encode()) < 200


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path, folder: Path) -> None:
    source = write_with_libsndfile(tmp_path / "a.wav", make_sweep(2.0), kind="WAV")
    names = [written(source, 0.0, 1.0, folder).name for _ in range(3)]
    assert names == ["a 0m0.0s-0m1.0s.wav", "a 0m0.0s-0m1.0s (2).wav", "a 0m0.0s-0m1.0s (3).wav"]


def test_of_a_file_that_breaks_off_there_is_what_there_is(tmp_path: Path, folder: Path) -> None:
    source = write_with_libsndfile(tmp_path / "a.wav", make_sweep(4.0), kind="WAV", encoding="PCM_16")
    os.truncate(source, source.stat().st_size // 2)
    assert soundfile.info(written(source, 1.0, 3.0, folder)).duration == pytest.approx(1.0, abs=0.01)
    with pytest.raises(UnwritableRegion, match="there is no sound in this region"):
        write_region(source, 3.0, 3.5, folder)


def test_what_is_not_wanted_any_more_leaves_no_file(tmp_path: Path, folder: Path) -> None:
    source = write_with_libsndfile(tmp_path / "a.wav", make_sweep(3.0), kind="WAV")
    assert write_region(source, 0.0, 3.0, folder, lambda: False) is None
    assert list(folder.iterdir()) == []


def test_failures_are_one_sentence(tmp_path: Path, folder: Path) -> None:
    source = write_with_libsndfile(tmp_path / "a.wav", make_sweep(1.0), kind="WAV")
    with pytest.raises(UnreadableAudio, match=r"gone\.wav cannot be read: it is no longer there\."):
        write_region(tmp_path / "gone.wav", 0.0, 1.0, folder)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UnwritableRegion, match=r"The region of a\.wav could not be written .* was only read\."):
        write_region(source, 0.0, 1.0, tmp_path / "file" / "regions")
    with pytest.raises(ValueError, match="0 <= start < end"):
        write_region(source, 1.0, 1.0, folder)


def test_a_region_too_long_for_a_wav_becomes_an_rf64(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_with_libsndfile(tmp_path / "a.wav", make_sweep(1.0), kind="WAV")
    monkeypatch.setattr(region_file, "_MOST_WAV_BYTES", 1000)
    assert soundfile.info(written(source, 0.0, 1.0, folder)).format == "RF64"


def test_files_older_than_a_week_are_removed(tmp_path: Path, folder: Path) -> None:
    source = write_with_libsndfile(tmp_path / "a.wav", make_sweep(1.0), kind="WAV")
    old, new = (written(source, start_s, 1.0, folder) for start_s in (0.0, 0.5))
    (folder / ".1.part").touch()
    (folder / "notes.txt").touch()
    for path in (old, folder / ".1.part", folder / "notes.txt"):
        os.utime(path, (0, time.time() - 8 * 24 * 3600))
    remove_old_regions(folder)
    assert sorted(found.name for found in folder.iterdir()) == [new.name, "notes.txt"]
    remove_old_regions(tmp_path / "nowhere")


def test_the_usual_folder_is_a_cache_of_this_person() -> None:
    assert region_folder().name == "regions"
    assert "Earmark" in region_folder().parts
