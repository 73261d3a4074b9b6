from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine import examples
from engine.embedding import Embedder
from engine.examples import Examples
from engine.indexing import index_folders
from engine.library import Library
from engine.question import Example

WriteSound = Callable[..., Path]
BAND_400, BAND_2000 = 400 // 125, 2000 // 125


@pytest.fixture
def known(library: Library, sounds: Path, tone_embedder: Embedder, write_sound: WriteSound) -> Path:
    """A file of the library: 2 s of 400 Hz, then 2 s of 2000 Hz."""
    path = write_sound(sounds / "known.wav", hz=[400, 2000], seconds=2)
    index_folders(library, tone_embedder, [sounds])
    return path


@pytest.fixture
def listener(library: Library, tone_embedder: Embedder) -> Examples:
    return Examples(library, tone_embedder)


def test_whole_file_of_the_library_is_its_clip(listener: Examples, library: Library, known: Path) -> None:
    heard = listener.heard(Example(known))
    file = library.file_at(known)
    assert file is not None
    assert (heard.file_id, heard.duration_s, heard.segments.shape) == (file.id, 4.0, (8, 32))
    assert heard.vector[[BAND_400, BAND_2000]] == pytest.approx([0.5**0.5, 0.5**0.5], abs=0.02)


def test_part_is_what_belongs_to_it(listener: Examples, known: Path) -> None:
    heard = listener.heard(Example(known, 2.0, 3.2))
    assert heard.duration_s == pytest.approx(1.2)
    assert heard.segments.shape == (3, 32)  # of 0.5 s: the last one in part
    assert heard.vector[BAND_2000] > 0.99
    assert listener.heard(Example(known, 1.5)).duration_s == 2.5


def test_sound_that_the_library_does_not_know_is_listened_to(
    listener: Examples, known: Path, tmp_path: Path, write_sound: WriteSound
) -> None:
    other = write_sound(tmp_path / "other.flac", hz=[2000, 400], seconds=1)
    heard = listener.heard(Example(other, 1.0))
    assert (heard.file_id, heard.duration_s, len(heard.segments)) == (None, 1.0, 2)
    assert heard.vector[BAND_400] > 0.99


def test_stored_and_listened_to_are_alike(
    listener: Examples, known: Path, tmp_path: Path, write_sound: WriteSound
) -> None:
    copy = tmp_path / "copy.wav"
    copy.write_bytes(known.read_bytes())
    for part in ((0.0, None), (0.0, 2.0), (2.0, 4.0)):
        stored, heard = listener.heard(Example(known, *part)), listener.heard(Example(copy, *part))
        assert stored.vector == pytest.approx(heard.vector, abs=0.01)
        assert stored.duration_s == heard.duration_s


def test_stranger_is_listened_to_once_until_it_changes(
    listener: Examples, tmp_path: Path, write_sound: WriteSound, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_sound(tmp_path / "take.wav", hz=400)
    first = listener.heard(Example(path))
    with monkeypatch.context() as deaf:
        deaf.setattr(examples, "read_audio", lambda *_, **__: np.zeros(0, np.float32))
        assert listener.heard(Example(path)).vector is first.vector
    write_sound(path, hz=2000, seconds=2)
    os.utime(path, (1, 1))
    assert listener.heard(Example(path)).vector[BAND_2000] > 0.99


def test_only_so_many_strangers_are_remembered(
    listener: Examples, tmp_path: Path, write_sound: WriteSound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples, "REMEMBERED", 2)
    paths = [write_sound(tmp_path / f"{number}.wav", hz=400 + 300 * number) for number in range(3)]
    first = listener.heard(Example(paths[0]))
    for path in paths[1:]:
        listener.heard(Example(path))
    again = listener.heard(Example(paths[0]))
    assert again.vector is not first.vector
    assert again.vector.tolist() == first.vector.tolist()
