from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertModel
from transformers.utils import logging

from engine.clap import assembled_checkpoint
from engine.clap.towers.config import TextTowerConfig
from engine.paths import default_network_folder
from tests.small_networks import make_word_tokenizer
from tests.small_pairs import CNN, PATCHES, SMALL, make_network, with_settings
from trainer.assembling import assemble, assemble_audio, load_audio_side, save_audio_side
from trainer.errors import TrainerError
from trainer.sentence_vectors import make_sentence_encoder

RECIPE = with_settings(SMALL, text__vocabulary=30522)  # the words of the network in the box


def test_random_weights_are_those_of_the_seed() -> None:
    one, same, other = (assemble(with_settings(RECIPE, descent__seed=seed)).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(value, same[name]) for name, value in one.items())
    assert not torch.equal(one["audio.project.weight"], other["audio.project.weight"])


@pytest.mark.parametrize(("temperature", "scale"), [(0.07, 1 / 0.07), (0.007, 100.0)])  # C08
def test_the_scale_begins_at_the_temperature_and_never_above_the_most(temperature: float, scale: float) -> None:
    network = assemble(with_settings(RECIPE, loss__temperature=temperature))
    assert network.log_scale.exp().item() == pytest.approx(scale, rel=1e-5)
    assert network.scale().item() == pytest.approx(scale, rel=1e-5)


def test_the_text_tower_can_begin_as_the_sentence_encoder_in_the_box() -> None:
    text = TextTowerConfig(width=384, layers=6, heads=12, hidden=1536, max_tokens=128, pooling="mean")
    network = assemble(replace(RECIPE, text=text, start=replace(RECIPE.start, text="earmark"))).eval()
    sentences = ["a dog barks", "rain on a tin roof, then thunder"]
    encodings = network.tokenizer.encode_batch(sentences)
    ids, mask = (torch.tensor([getattr(each, name) for each in encodings]) for name in ("ids", "attention_mask"))
    with torch.no_grad():
        said = network.text.pool(network.read(ids, mask))
    wanted = make_sentence_encoder("earmark").encode(sentences)
    torch.testing.assert_close(torch.nn.functional.normalize(said, dim=-1), wanted, atol=1e-5, rtol=0)
    with pytest.raises(TrainerError, match="another shape than Earmark's sentence encoder"):
        assemble(with_settings(RECIPE, start__text="earmark"))


def test_the_text_tower_can_begin_with_a_folder_of_transformers(tmp_path: Path) -> None:
    logging.disable_progress_bar()
    config = BertConfig(vocab_size=23, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    published = BertModel(config, add_pooling_layer=False)
    published.save_pretrained(tmp_path)
    make_word_tokenizer().save(str(tmp_path / "tokenizer.json"))
    recipe = with_settings(SMALL, text__vocabulary=23, start__text=str(tmp_path))
    assert torch.equal(
        assemble(recipe).text.model.get_parameter("embeddings.word_embeddings.weight"),
        published.get_parameter("embeddings.word_embeddings.weight"),
    )
    with pytest.raises(TrainerError, match="holds no bert of the recipe's shape"):
        assemble(with_settings(recipe, text__layers=2, text__hidden=48))


def test_an_ear_is_handed_on_with_its_head(tmp_path: Path) -> None:
    first = make_network(SMALL)
    save_audio_side(tmp_path / "run" / "network", SMALL, first.audio, first.audio_head, "A card.\n")
    assert load_audio_side(tmp_path / "run").audio == PATCHES
    recipe = with_settings(RECIPE, start__audio=str(tmp_path / "run"), descent__seed=9)
    for audio, head in ((lambda n: (n.audio, n.audio_head))(assemble(recipe)), assemble_audio(recipe)):
        assert torch.equal(audio.get_parameter("project.weight"), first.audio.get_parameter("project.weight"))
        assert torch.equal(head.get_parameter("project.weight"), first.audio_head.get_parameter("project.weight"))
    wider = assemble(replace(recipe, dim=12))  # another head: it begins anew
    assert wider.audio_head.get_parameter("project.weight").shape == (12, 16)


def test_a_whole_network_can_be_gone_on_with(tmp_path: Path) -> None:
    earlier = assemble(RECIPE)
    assembled_checkpoint.save(tmp_path, earlier, card="A card.\n")
    place = str(tmp_path)
    network = assemble(with_settings(RECIPE, start__audio=place, start__text=place, descent__seed=9))
    begun = network.state_dict()
    for name, value in earlier.state_dict().items():
        if name != "log_scale" and value.is_floating_point():  # the temperature is the recipe's
            torch.testing.assert_close(begun[name], value.half().float())
    with pytest.raises(TrainerError, match="is another than the recipe's"):
        assemble(with_settings(RECIPE, start__text=place, text__layers=2))


def test_an_ear_that_is_not_there_or_another_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match="name the folder of a finished run"):
        assemble(with_settings(RECIPE, start__audio=str(tmp_path)))
    with pytest.raises(TrainerError, match="name the folder of a finished run"):
        load_audio_side(default_network_folder())  # Earmark's own network is of another family
    first = make_network(SMALL)
    save_audio_side(tmp_path, SMALL, first.audio, first.audio_head, "A card.\n")
    with pytest.raises(TrainerError, match=r"they differ in audio.kind, audio.channels"):
        assemble(with_settings(replace(RECIPE, audio=CNN), start__audio=str(tmp_path)))
    with pytest.raises(TrainerError, match=r"they differ in mel.hop_samples"):
        assemble_audio(with_settings(RECIPE, mel__hop_samples=320, start__audio=str(tmp_path)))
    (tmp_path / "audio_tower.safetensors").write_bytes(b"nothing")
    with pytest.raises(TrainerError, match="No audio tower can be taken"):
        load_audio_side(tmp_path)
