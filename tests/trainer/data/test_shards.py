from __future__ import annotations

import json
import tarfile
from itertools import islice
from pathlib import Path

import pytest

from engine.audio import read_audio
from tests.tones import write_sound
from trainer.data.packed_sounds import sound_file
from trainer.data.shards import BEGINNING, MANIFEST, Position, ShardStream, write_shards
from trainer.errors import TrainerError
from trainer.manifest import Clip, read_manifest

SOUNDS = 10


@pytest.fixture
def clips(tmp_path: Path) -> list[Clip]:
    names = [f"{number}.{'FLAC' if number % 2 else 'wav'}" for number in range(SOUNDS)]
    return [
        Clip(
            write_sound(tmp_path / "sounds" / name, 100.0 * (number + 1), 0.1),
            "own",
            name,
            "tone",
            f"tone {number}",
            0.1,
            "CC0",
            ("ein Ton",),
        )
        for number, name in enumerate(names)
    ]


@pytest.fixture
def folder(tmp_path: Path, clips: list[Clip]) -> Path:
    write_shards(clips, tmp_path / "shards", clips_per_shard=3)
    return tmp_path / "shards"


def names(stream: ShardStream, count: int, position: Position = BEGINNING) -> list[str]:
    return [each.clip.recording for each in islice(stream.sounds(position), count)]


def test_sounds_stay_as_they_were_encoded_beside_what_is_said_of_them(folder: Path, clips: list[Clip]) -> None:
    assert sorted(path.name for path in folder.glob("*.tar")) == [f"shard-{n:06d}.tar" for n in range(4)]
    original = {clip.recording: clip for clip in clips}
    streamed = list(islice(ShardStream(folder, seed=1).sounds(), SOUNDS))
    assert {each.clip.recording for each in streamed} == set(original)
    for each in streamed:
        assert each.content == original[each.clip.recording].path.read_bytes()
        assert each.clip.captions == original[each.clip.recording].captions
    with tarfile.open(folder / "shard-000000.tar") as tar:
        assert tar.getnames()[0] in {"000000000.flac", "000000000.json"}  # as any WebDataset reader groups them
        described = tar.extractfile("000000000.json")
        assert described is not None
        assert json.load(described)["name"] in {clip.path.name for clip in clips}


def test_a_manifest_of_shards_is_a_manifest_whose_sounds_can_be_read(folder: Path, clips: list[Clip]) -> None:
    packed = read_manifest(folder / MANIFEST)
    assert sorted(clip.recording for clip in packed) == sorted(clip.recording for clip in clips)
    original = {clip.recording: clip for clip in clips}
    for clip in packed:
        with sound_file(clip.path) as path:
            heard = read_audio(path, sample_rate_hz=16000)
        assert not path.exists()
        assert (heard == read_audio(original[clip.recording].path, sample_rate_hz=16000)).all()


def test_the_order_follows_from_seed_and_epoch(folder: Path) -> None:
    first = names(ShardStream(folder, seed=1), 2 * SOUNDS)
    assert first == names(ShardStream(folder, seed=1), 2 * SOUNDS)
    assert sorted(first[:SOUNDS]) == sorted(first[SOUNDS:])
    assert first[:SOUNDS] != first[SOUNDS:]
    assert first != names(ShardStream(folder, seed=2), 2 * SOUNDS)


def test_a_stream_goes_on_where_it_was(folder: Path) -> None:
    stream = ShardStream(folder, seed=1)
    whole = names(stream, 3 * SOUNDS)
    for at, streamed in enumerate(islice(stream.sounds(), 2 * SOUNDS), start=1):
        assert names(stream, 3 * SOUNDS - at, streamed.after) == whole[at:]


def test_whole_shards_are_skipped_unread(folder: Path) -> None:
    stream = ShardStream(folder, seed=1)
    whole = names(stream, SOUNDS)
    stream.shards_of(0)[0].unlink()
    assert names(stream, 2, Position(0, SOUNDS - 2)) == whole[-2:]
    with pytest.raises(TrainerError, match="is damaged"):
        names(stream, 1)


def test_processes_read_different_shards_of_the_same_epoch(folder: Path) -> None:
    parts = [ShardStream(folder, seed=1, part=part, parts=2) for part in range(2)]
    shards = [set(part.shards_of(0)) for part in parts]
    assert not shards[0] & shards[1]
    assert len(shards[0] | shards[1]) == 4
    assert sum(part.sounds_of(0) for part in parts) == SOUNDS
    with pytest.raises(TrainerError, match="too few for 5 processes"):
        ShardStream(folder, seed=1, part=0, parts=5)


def test_a_sound_that_cannot_be_read_is_told_and_the_others_are_written(tmp_path: Path, clips: list[Clip]) -> None:
    clips[3].path.unlink()
    clips[4].path.write_bytes(b"")
    written = write_shards(clips, tmp_path / "shards", bytes_per_shard=4000)
    assert written.clips == SOUNDS - 2
    assert written.shards > 2  # a shard is closed before it is too large
    assert {failure.path.name for failure in written.failures} == {"3.FLAC", "4.wav"}


def test_shards_are_not_written_over(folder: Path, clips: list[Clip]) -> None:
    with pytest.raises(TrainerError, match="holds shards already"):
        write_shards(clips, folder)
    (folder / MANIFEST).unlink()  # as an interrupted run leaves it
    assert write_shards(clips, folder, clips_per_shard=3).shards == 4
    with pytest.raises(TrainerError, match="None of 1 sounds"):
        write_shards([Clip(folder / "no.wav", "", "", "", "", 0.0, "")], folder / "others")


def test_a_damaged_shard_is_named(folder: Path) -> None:
    shard = ShardStream(folder, seed=1).shards_of(0)[0]
    shard.write_bytes(shard.read_bytes()[:1500])
    with pytest.raises(TrainerError, match=shard.name):
        names(ShardStream(folder, seed=1), 1)
