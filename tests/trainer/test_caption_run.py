"""From sentences and sounds to a captioner in a network's folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.clap import captioner, checkpoint
from engine.embedding import Embedder
from tests.small_networks import write_small_network
from tests.tones import write_sound
from trainer.caption_material import WRITTEN
from trainer.caption_recipe import CaptionerRecipe, DecoderConfig, load_captioner_recipe
from trainer.caption_run import CaptionerData, make_captioner, write_captioner
from trainer.errors import TrainerError
from trainer.manifest import Clip


@pytest.fixture
def recipe() -> CaptionerRecipe:
    whole = load_captioner_recipe("captioner")
    return replace(
        whole,
        decoder=DecoderConfig(width=16, layers=1, heads=2, hidden=32, word_width=8, most_words=24, most_pieces=6),
        rows=replace(whole.rows, written=("clotho",), least_uses=1),
        optimizer=replace(whole.optimizer, steps=4, rows_per_step=6, warmup_steps=1),
    )


@pytest.fixture
def data(tmp_path: Path) -> CaptionerData:
    (tmp_path / "captions").mkdir()
    for name, column in WRITTEN["clotho"].items():
        (tmp_path / "captions" / name).write_text(f"{column}\na bell rings\nthe rain falls\na car passes\n")
    clips = []
    for hz, caption in ((300, "a dog barks"), (900, "a bell rings")):
        path = tmp_path / f"{hz}.wav"
        write_sound(path, hz, 1.5)
        clips.append(Clip(path, "source", path.name, "", caption, 1.5, "CC0"))
    return CaptionerData(clips, clips[:1], tmp_path / "captions", refused=["A car passes."])


def test_a_network_gets_a_captioner(recipe: CaptionerRecipe, data: CaptionerData, tmp_path: Path) -> None:
    network = tmp_path / "network"
    before = write_small_network(network)
    decoder = make_captioner(recipe, Embedder.load(network), data, tmp_path / "run")
    added = write_captioner(decoder, network)
    assert added > sum((network / name).stat().st_size for name in checkpoint.OPTIONAL)  # the manifest grows too
    assert checkpoint.verify(network) == before
    loaded = captioner.load(network)
    assert loaded is not None
    assert {"dog", "rain", "then"} <= set(loaded.config.words)
    assert "car" not in loaded.config.words  # what is measured on is not learned


def test_without_sounds_there_is_nothing_to_learn_from(
    recipe: CaptionerRecipe, data: CaptionerData, tmp_path: Path
) -> None:
    write_small_network(tmp_path / "network")
    embedder = Embedder.load(tmp_path / "network")
    with pytest.raises(TrainerError, match="needs sounds with captions"):
        make_captioner(recipe, embedder, replace(data, training=[]), tmp_path / "run")
