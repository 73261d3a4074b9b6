"""Tiles in the background: the newest wishes count."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.pictures.sound_tile import SoundFile, SoundTile, TileKey
from app.view_models.frequency_scale import FrequencyScale
from app.workers.tile_loader import TileLoader
from tests.sound_files import make_sweep, write_with_libsndfile


def write_sound(path: Path, seconds: float) -> Path:
    return write_with_libsndfile(path, make_sweep(seconds), kind="WAV")


@pytest.fixture
def loader(qtbot: QtBot) -> Iterator[TileLoader]:
    loader = TileLoader()
    yield loader
    loader.close()


def looked_at(qtbot: QtBot, loader: TileLoader, path: Path) -> SoundFile:
    with qtbot.waitSignal(loader.looked_at) as found:
        loader.look_at(path)
    file: SoundFile = found.args[0]
    return file


def keys(file: SoundFile, *indices: int) -> list[TileKey]:
    scale = FrequencyScale.of_sound("log", file.sample_rate_hz)
    return [TileKey(file, scale, -8, index) for index in indices]


def test_wanted_tiles_come_in_their_order(qtbot: QtBot, loader: TileLoader, tmp_path: Path) -> None:
    file = looked_at(qtbot, loader, write_sound(tmp_path / "a.wav", seconds=3))
    come: list[SoundTile] = []
    loader.tile_ready.connect(come.append)
    wanted = keys(file, 2, 0, 1)
    assert loader.want(wanted) == []
    qtbot.waitUntil(lambda: len(come) == 3)
    assert [tile.key for tile in come] == wanted


def test_tiles_that_were_seen_are_there_at_once(qtbot: QtBot, loader: TileLoader, tmp_path: Path) -> None:
    file = looked_at(qtbot, loader, write_sound(tmp_path / "a.wav", seconds=3))
    with qtbot.waitSignal(loader.tile_ready):
        loader.want(keys(file, 0))
    assert [tile.key for tile in loader.want(keys(file, 0, 1))] == keys(file, 0)
    loader.clear_cache()
    loader.want(())
    assert loader.want(keys(file, 0)) == []


def test_what_is_not_wanted_any_more_does_not_come(qtbot: QtBot, loader: TileLoader, tmp_path: Path) -> None:
    file = looked_at(qtbot, loader, write_sound(tmp_path / "a.wav", seconds=20))
    come: list[SoundTile] = []
    loader.tile_ready.connect(come.append)
    loader.want(keys(file, *range(10)))
    loader.want(keys(file, 15))
    qtbot.waitUntil(lambda: bool(come))
    assert [tile.key for tile in come] == keys(file, 15)


def test_of_many_files_in_quick_succession_the_last_is_looked_at(
    qtbot: QtBot, loader: TileLoader, tmp_path: Path
) -> None:
    paths = [write_sound(tmp_path / f"{number}.wav", seconds=0.1) for number in range(10)]
    seen: list[SoundFile] = []
    loader.looked_at.connect(seen.append)
    for path in paths:
        loader.look_at(path)
    qtbot.waitUntil(lambda: bool(seen))
    assert [file.path for file in seen] == paths[-1:]


def test_a_file_that_cannot_be_read_is_told_of_once(qtbot: QtBot, loader: TileLoader, tmp_path: Path) -> None:
    with qtbot.waitSignal(loader.failed) as failed:
        loader.look_at(tmp_path / "gone.wav")
    assert failed.args == [f"{tmp_path / 'gone.wav'} cannot be read: it is no longer there."]
    file = looked_at(qtbot, loader, write_sound(tmp_path / "a.wav", seconds=3))
    file.path.unlink()
    sentences: list[str] = []
    loader.failed.connect(sentences.append)
    loader.want(keys(file, 0, 1, 2))
    qtbot.waitUntil(lambda: bool(sentences))
    looked_at(qtbot, loader, write_sound(tmp_path / "b.wav", seconds=0.1))
    assert len(sentences) == 1


def test_closing_ends_what_runs(qtbot: QtBot, tmp_path: Path) -> None:
    loader = TileLoader()
    file = looked_at(qtbot, loader, write_sound(tmp_path / "a.wav", seconds=60))
    with qtbot.assertNotEmitted(loader.tile_ready):
        loader.want(keys(file, *range(60)))
        loader.close()
