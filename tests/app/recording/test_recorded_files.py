"""Recordings on disk: one at a time, private, and gone when they are not wanted any more."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.recording.microphones import NoRecording
from app.recording.recorded_files import RecordedFiles, keep

SOUND = np.random.default_rng(0).uniform(-0.5, 0.5, 4000).astype(np.float32)


def test_what_is_written_is_what_was_recorded(tmp_path: Path) -> None:
    path = RecordedFiles(tmp_path).write(SOUND, 44_100)
    read, rate_hz = soundfile.read(path, dtype="float32")
    np.testing.assert_array_equal(read, SOUND)
    assert (rate_hz, path.name[:10], path.suffix) == (44_100, "Recording ", ".wav")


@pytest.mark.skipif(sys.platform == "win32", reason="its permissions are others")
def test_nobody_else_can_look_inside(tmp_path: Path) -> None:
    path = RecordedFiles(tmp_path).write(SOUND, 8_000)
    assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700


def test_the_next_one_takes_its_place_under_another_path(tmp_path: Path) -> None:
    files = RecordedFiles(tmp_path)
    first, second = files.write(SOUND, 8_000), files.write(SOUND, 8_000)
    assert first != second
    assert list(tmp_path.rglob("*.wav")) == [second]


def test_nothing_stays(tmp_path: Path) -> None:
    files = RecordedFiles(tmp_path)
    files.close()  # nothing was recorded: nothing to delete, and no folder was made
    files.remove(files.write(SOUND, 8_000))
    assert list(tmp_path.rglob("*.wav")) == []
    files.write(SOUND, 8_000)
    files.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_program_left_behind_is_deleted_a_day_later(tmp_path: Path) -> None:
    left, fresh = RecordedFiles(tmp_path).write(SOUND, 8_000), RecordedFiles(tmp_path).write(SOUND, 8_000)
    two_days_ago_s = time.time() - 2 * 24 * 3600
    os.utime(left.parent.parent, (two_days_ago_s, two_days_ago_s))
    RecordedFiles(tmp_path).write(SOUND, 8_000)
    assert (left.exists(), fresh.exists()) == (False, True)


def test_a_folder_that_the_system_swept_is_made_again(tmp_path: Path) -> None:
    files = RecordedFiles(tmp_path)
    shutil.rmtree(files.write(SOUND, 8_000).parent.parent)
    assert files.write(SOUND, 8_000).exists()


def test_where_nothing_can_be_stored_one_sentence_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoRecording, match=r"^The recording could not be stored in .*gone \(No such file"):
        RecordedFiles(tmp_path / "gone").write(SOUND, 8_000)


def test_a_recording_is_kept_as_a_copy(tmp_path: Path) -> None:
    files, kept = RecordedFiles(tmp_path), tmp_path / "kept.wav"
    path = files.write(SOUND, 8_000)
    keep(path, kept)
    assert kept.read_bytes() == path.read_bytes()
    files.close()
    assert list(tmp_path.iterdir()) == [kept]


def test_what_cannot_be_kept_is_said_and_replaces_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "kept.wav"
    kept.write_text("something else")
    with pytest.raises(NoRecording, match=r"could not be kept as .*kept\.wav"):
        keep(tmp_path / "never recorded.wav", kept)
    assert kept.read_text() == "something else"
    assert list(tmp_path.iterdir()) == [kept]
