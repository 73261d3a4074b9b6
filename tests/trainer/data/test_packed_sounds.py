from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from engine.errors import UnreadableAudio
from tests.tones import write_sound
from trainer.data.packed_sounds import packed_content, sound_file


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    path = tmp_path / "shard-000000.tar"
    with tarfile.open(path, "w") as tar:
        for name in ("a.wav", "b.wav"):
            tar.add(write_sound(tmp_path / name, seconds=0.1), arcname=name)
    return path


def test_a_packed_sound_is_a_file_for_as_long_as_it_is_read(shard: Path) -> None:
    with sound_file(shard / "b.wav") as path:
        assert path.read_bytes() == (shard.parent / "b.wav").read_bytes()
    assert not path.exists()
    with sound_file(shard.parent / "a.wav") as path:
        assert path == shard.parent / "a.wav"


def test_another_shard_under_the_same_name_is_read_anew(shard: Path) -> None:
    before = packed_content(shard / "a.wav")
    with tarfile.open(shard, "w") as tar:
        tar.add(write_sound(shard.parent / "longer.wav", seconds=0.2), arcname="a.wav")
    assert len(packed_content(shard / "a.wav")) > len(before)


def test_what_a_shard_does_not_hold_is_unreadable(shard: Path) -> None:
    with pytest.raises(UnreadableAudio, match="does not hold it"):
        packed_content(shard / "c.wav")
    packed_content(shard / "b.wav")
    shard.write_bytes(b"no tar file at all" * 100)
    with pytest.raises(UnreadableAudio, match="is damaged"):
        packed_content(shard / "b.wav")
