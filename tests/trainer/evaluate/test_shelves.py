from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.ontology import sound_kinds
from engine.paths import demo_sounds_folder
from tests.tones import write_sound
from trainer.errors import TrainerError
from trainer.evaluate.shelves import NEVER_IN_ESC10, captioned, classified, demonstrated
from trainer.evaluate.systems import NetworkSystem, Sounds
from trainer.manifest import Clip


def test_what_is_never_there_are_kinds_of_the_ontology() -> None:
    assert len(set(NEVER_IN_ESC10)) == len(NEVER_IN_ESC10) > 80
    assert {kind.synonyms[0] for kind in sound_kinds()}.issuperset(NEVER_IN_ESC10)


def test_captions_are_said_of_the_sounds_that_have_one(clips: list[Clip], tone_system: NetworkSystem) -> None:
    silent = Clip(clips[0].path, "loops", "untold", "", "", 1.0, "CC0")
    shelf = captioned(Sounds([silent, *clips], 8000), tone_system)
    assert len(shelf.heard) == len(shelf.recordings) == len(clips)
    assert [list(texts) for texts in shelf.texts] == [[clip.caption] for clip in clips]
    assert shelf.recordings[0] == "1-2000"


def test_classes_are_those_of_esc10_alone(clips: list[Clip], tone_system: NetworkSystem) -> None:
    shelf = classified(Sounds(clips, 8000), tone_system)
    assert len(shelf.heard) == 12
    assert {text for texts in shelf.texts for text in texts} == {"low tone", "middle tone", "high tone"}


def test_demo_sounds_may_be_several_things(tmp_path: Path, tone_system: NetworkSystem) -> None:
    folder = tmp_path / "demo"
    heard = {"both.wav": ["a low tone", "a high tone"], "low.wav": ["a low tone"]}
    for name in heard:
        write_sound(folder / name, hz=300)
    said = {
        name: {"heard": [{"text": text, "start_s": 0, "end_s": 1} for text in texts]} for name, texts in heard.items()
    }
    folder.with_suffix(".json").write_text(json.dumps(said))
    shelf = demonstrated(folder, tone_system)
    assert [list(texts) for texts in shelf.texts] == list(heard.values())
    assert list(shelf.recordings) == list(heard)


def test_every_demo_sound_says_what_is_heard_in_it() -> None:
    said = json.loads(demo_sounds_folder().with_suffix(".json").read_text(encoding="utf-8"))
    assert sorted(said) == sorted(path.name for path in demo_sounds_folder().iterdir())
    assert all(each["heard"] for each in said.values())


def test_demo_sounds_that_are_not_there(tmp_path: Path, tone_system: NetworkSystem) -> None:
    with pytest.raises(TrainerError, match=r"demo\.json"):
        demonstrated(tmp_path / "demo", tone_system)
