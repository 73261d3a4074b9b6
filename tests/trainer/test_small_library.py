"""A library is made of tones with labels and captions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.embedding import Embedder
from engine.library import Library
from engine.library_rows import Scope
from tests.tones import write_sound
from trainer.errors import TrainerError
from trainer.manifest import Clip
from trainer.small_library import LibraryPlan, choose, make_small_library

LABELS = {"gong": 3, "flute": 4, "boing": 2, "rain": 9}  # with so many sounds
PLAN = LibraryPlan(sounds=10, labels=2, files=3, tagged=2)


@pytest.fixture
def clips(tmp_path: Path) -> list[Clip]:
    """No two sound alike; the last of each label has no caption."""
    found = []
    for label, count in LABELS.items():
        for number in range(count + 1):
            path = tmp_path / "shared" / f"{label}{number}.wav"
            write_sound(path, hz=200.0 + 100.0 * len(found), seconds=0.3)
            found.append(Clip(path, "north", path.name, label, label if number < count else "", 0.3, "CC0"))
    return found


def test_labels_with_enough_captioned_sounds_become_tags(clips: list[Clip]) -> None:
    tagged, others = choose(clips, ["gong", "flute", "boing"], PLAN)
    assert {tag: len(some) for tag, some in tagged.items()} == {"gong": 3, "flute": 3}
    assert len(others) == 4
    assert not {clip.label for clip in others} & tagged.keys()
    assert all(clip.captions for clip in (*others, *tagged["gong"], *tagged["flute"]))
    assert (tagged, others) == choose(clips, ["flute", "boing", "gong"], PLAN)
    assert others != choose(clips, ["gong", "flute"], replace(PLAN, seed=2))[1]


@pytest.mark.parametrize(
    ("labels", "sounds", "reason"),
    [
        (["gong", "boing"], 10, "1 such labels"),
        (["gong", "flute"], 30, "24 other sounds; .* 2 such labels and 11 others"),
    ],
)
def test_too_few_sounds_are_counted(clips: list[Clip], labels: list[str], sounds: int, reason: str) -> None:
    with pytest.raises(TrainerError, match=reason):
        choose(clips, labels, replace(PLAN, sounds=sounds))


def test_a_library_has_tags_and_sounds_that_are_still_to_be_found(
    clips: list[Clip], network: Path, tmp_path: Path
) -> None:
    folder, embedder = tmp_path / "run", Embedder.load(network)
    (folder / "library").mkdir(parents=True)
    (folder / "library" / "index.db").write_bytes(b"left by an interruption")
    tags = make_small_library(clips, ["gong", "flute"], folder, embedder, PLAN)
    assert sorted(tags) == ["flute", "gong"]
    with Library(folder / "library", read_only=True) as library:
        assert len(library.listing()) == PLAN.sounds
        assert not library.needs_embedding(library.roots()[0].id, embedder.checkpoint_id)
        for tag in tags:
            of_tag = {clip.path.read_bytes() for clip in clips if clip.label == tag}
            files = library.files(library.listing(Scope(tags=(tag,))).tolist())
            assert len(files) == PLAN.tagged
            assert {file.path.read_bytes() for file in files.values()} < of_tag
    assert make_small_library([], [], folder, embedder, PLAN) == tags  # what is there is taken


def test_a_sound_that_is_gone_is_named(clips: list[Clip], network: Path, tmp_path: Path) -> None:
    for clip in clips:
        clip.path.unlink()
    with pytest.raises(TrainerError, match=r"There is no sound .*\.wav"):
        make_small_library(clips, ["gong", "flute"], tmp_path / "run", Embedder.load(network), PLAN)
