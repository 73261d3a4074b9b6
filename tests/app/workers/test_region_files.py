"""The file of the selected region is ready before it is dragged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from pytestqt.qtbot import QtBot

from app.playing.player import Region
from app.workers.region_files import RegionFiles
from tests.sound_files import make_sweep, write_with_libsndfile


def write_sound(path: Path, seconds: float) -> Path:
    return write_with_libsndfile(path, make_sweep(seconds), kind="WAV")


@pytest.fixture
def files(qtbot: QtBot, tmp_path: Path) -> Iterator[RegionFiles]:
    files = RegionFiles(tmp_path / "regions")
    yield files
    files.close()


def test_a_region_is_written_once(qtbot: QtBot, files: RegionFiles, tmp_path: Path) -> None:
    path, region = write_sound(tmp_path / "a.wav", seconds=2), Region(0.5, 1.0)
    with qtbot.waitSignal(files.ready) as ready:
        files.prepare(path, region)
    file = files.file_for(path, region)
    assert [file] == ready.args
    assert soundfile.info(file).duration == pytest.approx(0.5)
    files.prepare(path, region)
    assert files.file_for(path, region) == file
    assert files.file_for(path, Region(0.5, 1.1)) is None


def test_of_many_regions_the_newest_is_ready(qtbot: QtBot, files: RegionFiles, tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", seconds=2)
    come: list[Path] = []
    files.ready.connect(come.append)
    regions = [Region(0.1, 0.2 + number / 10) for number in range(5)]
    for region in regions:
        files.prepare(path, region)
    qtbot.waitUntil(lambda: bool(come))
    assert come == [files.file_for(path, regions[-1])]


def test_a_region_that_was_dropped_is_not_ready(qtbot: QtBot, files: RegionFiles, tmp_path: Path) -> None:
    path, region = write_sound(tmp_path / "a.wav", seconds=2), Region(0.5, 1.0)
    with qtbot.waitSignal(files.ready):
        files.prepare(path, region)
    files.drop()
    assert files.file_for(path, region) is None


def test_a_failure_is_one_sentence_and_may_be_tried_again(qtbot: QtBot, files: RegionFiles, tmp_path: Path) -> None:
    path, region = tmp_path / "a.wav", Region(0.5, 1.0)
    with qtbot.waitSignal(files.failed) as failed:
        files.prepare(path, region)
    assert "a.wav cannot be read: it is no longer there" in failed.args[0]
    write_sound(path, seconds=2)
    with qtbot.waitSignal(files.ready):
        files.prepare(path, region)
