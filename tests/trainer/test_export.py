from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.clap import checkpoint
from engine.embedding import Embedder
from engine.errors import DamagedCheckpoint
from tests.small_corpora import SMALL_KINDS, SMALL_RECIPE, make_clip, make_untrained_network
from tests.small_networks import TAGS
from tests.tones import make_waveform
from trainer.corpus import Corpus
from trainer.distill import train
from trainer.export import describe, export
from trainer.manifest import Clip
from trainer.student import Student


@pytest.fixture
def student(small_corpus: Corpus, tmp_path: Path) -> Student:
    return train(SMALL_RECIPE, small_corpus, make_untrained_network(), SMALL_KINDS, tmp_path / "run")


def test_the_exported_network_hears_and_reads_as_the_student_does(student: Student, tmp_path: Path) -> None:
    checkpoint_id = export(student, SMALL_RECIPE, tmp_path / "network", tags=TAGS, clips=[])
    loaded = Embedder.load(tmp_path / "network")
    assert (loaded.name, loaded.checkpoint_id, loaded.dim) == ("small", checkpoint_id, 20)
    before = Embedder(student.network, "the student itself")
    sound = make_waveform([300.0, 2000.0, 0.0], 1.5, loaded.sample_rate_hz)
    for found, expected in zip(
        (
            loaded.embed_audio(sound).segments,
            loaded.embed_audio(sound).clip,
            loaded.embed_text(["a dog barks", "rain"]),
        ),
        (
            before.embed_audio(sound).segments,
            before.embed_audio(sound).clip,
            before.embed_text(["a dog barks", "rain"]),
        ),
        strict=True,
    ):
        np.testing.assert_allclose(found, expected, atol=0.02)  # weights are rounded to float16, and int8 for text
        assert np.all((found * expected).sum(axis=-1) > 0.9995)


def test_the_card_lists_every_source_with_its_licence_and_the_recipe(student: Student, tmp_path: Path) -> None:
    clips = [
        make_clip("zoo", "a", seconds=1800.0),
        make_clip("farm", "b", seconds=3600.0),
        make_clip("farm", "c", seconds=1800.0),
        Clip(Path("d"), "farm", "d", "", "", 0.0, "MIT"),
    ]
    export(student, SMALL_RECIPE, tmp_path, tags=TAGS, clips=clips)
    card = (tmp_path / checkpoint.CARD).read_text()
    assert card.startswith("# small\n")
    assert "Trained on 4 clips, 2.0 h, from 2 sources" in card
    assert "| farm | CC0 | 2 |\n| farm | MIT | 1 |\n| zoo | CC0 | 1 |\n" in card
    assert "YAMNet (Apache-2.0)" in card
    recipe = json.loads(card.split("```json\n")[1].split("```")[0])
    assert recipe["optimizer"]["steps"] == 6
    assert recipe["data"]["held_out_sources"] == ["south"]


def test_a_card_can_be_replaced_without_making_another_network_of_it(student: Student, tmp_path: Path) -> None:
    checkpoint_id = export(student, SMALL_RECIPE, tmp_path, tags=TAGS, clips=[])
    assert describe(tmp_path, "# Measured since\n") == checkpoint_id
    assert (tmp_path / checkpoint.CARD).read_text() == "# Measured since\n"
    assert checkpoint.verify(tmp_path) == checkpoint_id


def test_a_damaged_network_is_not_sealed_anew(student: Student, tmp_path: Path) -> None:
    export(student, SMALL_RECIPE, tmp_path, tags=TAGS, clips=[])
    weights = tmp_path / checkpoint.AUDIO_WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(DamagedCheckpoint, match=r"audio\.safetensors"):
        describe(tmp_path, "# Measured since\n")
