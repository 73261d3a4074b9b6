from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from tests.tones import write_sound
from trainer.data.leaks import remove_leaks
from trainer.manifest import Clip


def clip(path: Path, source: str, recording: str, seconds: float = 0.2) -> Clip:
    return Clip(path, source, recording, "", "", seconds, "")


@pytest.fixture
def measured(tmp_path: Path) -> list[Clip]:
    return [
        clip(write_sound(tmp_path / "dev" / "1-77777-A.wav", 440.0, 0.2), "esc10", "1-77777-A.ogg"),
        clip(write_sound(tmp_path / "dev" / "b.wav", 500.0, 0.2), "loops", "b"),
    ]


def test_what_was_cut_from_a_measured_recording_or_sounds_the_same_is_removed_and_said_why(
    tmp_path: Path, measured: list[Clip]
) -> None:
    cut = clip(write_sound(tmp_path / "cut.wav", 900.0, 0.1), "fsd50k", "freesound:77777")
    copy = clip(tmp_path / "copy.flac", "own", "mine", seconds=9.0)  # whatever a manifest says
    soundfile.write(copy.path, *soundfile.read(measured[1].path, dtype="int16"))
    other = clip(write_sound(tmp_path / "other.wav", 501.0, 0.2), "own", "b")
    longer = clip(write_sound(tmp_path / "longer.wav", 500.0, 2.0), "own", "c")
    broken = clip(tmp_path / "broken.wav", "own", "d")
    broken.path.write_bytes(b"RIFF and nothing")

    report = remove_leaks([cut, copy, other, longer, broken], measured)
    assert [(leak.clip, leak.measured, leak.reason) for leak in report.leaks] == [
        (cut, measured[0], "same recording"),
        (copy, measured[1], "same sound"),
    ]
    assert report.kept == [other, longer, broken]
    assert [failure.path for failure in report.unreadable] == [broken.path]


@pytest.mark.parametrize("suffix", ["mp3", "ogg", "flac"])
def test_a_copy_is_found_in_every_format(suffix: str, tmp_path: Path) -> None:
    original = write_sound(tmp_path / f"a.{suffix}", 300.0, 0.5)
    (tmp_path / f"b.{suffix}").write_bytes(original.read_bytes())
    found = remove_leaks(
        [clip(tmp_path / f"b.{suffix}", "own", "b")], [clip(original, "loops", "a"), clip(tmp_path, "loops", "none")]
    )
    assert [leak.reason for leak in found.leaks] == ["same sound"]
    assert [failure.path for failure in found.unreadable] == [tmp_path]


def test_by_recording_alone_no_sound_is_opened(tmp_path: Path, measured: list[Clip]) -> None:
    copy = clip(tmp_path / "absent.wav", "loops", "b")
    report = remove_leaks([copy, clip(tmp_path / "absent.wav", "own", "b")], measured, by_sound=False)
    assert [leak.clip for leak in report.leaks] == [copy]
    assert len(report.kept) == 1
    assert report.unreadable == []
