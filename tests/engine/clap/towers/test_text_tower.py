"""From tokens to states: who sees whom, what stands for a text, and the sizes of the papers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import normalize

from engine.clap import checkpoint
from engine.clap.config import TextEncoderConfig
from engine.clap.text_encoder import TextEncoder, from_bytes_per_row, load_tokenizer, tokenize
from engine.clap.towers.config import TextTowerConfig
from engine.clap.towers.encoded import Encoded
from engine.clap.towers.text_tower import TextTower, make_text_tower, take_earmarks_weights
from engine.paths import default_network_folder
from tests.small_networks import SMALL_CONFIG, write_small_network

SMALL = TextTowerConfig(vocabulary=20, width=16, layers=2, heads=2, hidden=32, positions=16, max_tokens=10)
WORDS = torch.tensor([[2, 5, 6, 7, 8, 3]])


def small_tower(**changes: Any) -> TextTower:
    torch.manual_seed(0)
    tower = make_text_tower(replace(SMALL, **changes))
    for weight in tower.parameters():
        weight.data += 0.1 * torch.randn_like(weight)
    return tower.eval().requires_grad_(False)


def states(tower: TextTower, ids: Tensor) -> Tensor:
    return tower(ids, torch.ones_like(ids)).states


@pytest.mark.parametrize("kind", ["bert", "roberta"])
@pytest.mark.parametrize("place", [1, 3, 5])
def test_no_token_of_a_causal_tower_sees_a_later_one(kind: str, place: int) -> None:  # K21
    tower = small_tower(kind=kind, causal=True)
    changed = WORDS.clone()
    changed[0, place] = 11
    torch.testing.assert_close(states(tower, changed)[:, :place], states(tower, WORDS)[:, :place], atol=0, rtol=0)
    assert not torch.allclose(states(tower, changed)[:, place:], states(tower, WORDS)[:, place:], atol=1e-3)


@pytest.mark.parametrize("kind", ["bert", "roberta", "t5"])
def test_each_token_of_any_other_tower_does(kind: str) -> None:
    tower = small_tower(kind=kind)
    changed = WORDS.clone()
    changed[0, 3] = 11
    assert not torch.isclose(states(tower, changed), states(tower, WORDS), atol=1e-3).all(-1).any()


@pytest.mark.parametrize("pooling", ["first", "mean", "last"])
@pytest.mark.parametrize(("kind", "causal"), [("bert", False), ("roberta", True), ("t5", False)])
def test_a_text_does_not_depend_on_longer_ones_beside_it(kind: str, causal: bool, pooling: str) -> None:
    tower = small_tower(kind=kind, causal=causal, pooling=pooling)
    batch = torch.full((2, 9), tower.pad_id)
    batch[0, :6], batch[1] = WORDS[0], 7
    mask = torch.ones_like(batch)
    mask[0, 6:] = 0
    torch.testing.assert_close(tower.pool(tower(batch, mask))[:1], tower.pool(tower(WORDS, torch.ones_like(WORDS))))


@pytest.mark.parametrize(("pooling", "expected"), [("first", 1.0), ("mean", 3.0), ("last", 5.0)])
def test_one_state_stands_for_the_text(pooling: str, expected: float) -> None:
    encoded = Encoded(torch.tensor([1.0, 3.0, 5.0, 100.0]).view(1, 4, 1), torch.tensor([[True, True, True, False]]))
    assert small_tower(pooling=pooling).pool(encoded).item() == expected


@pytest.mark.parametrize(
    ("config", "parameters"),
    [  # published counts less the layer that follows the first token, which nobody here asks for
        (TextTowerConfig(), 109_482_240 - 590_592),
        (
            TextTowerConfig("roberta", 50265, 1024, 24, 16, 4096, positions=514, max_tokens=77),
            355_359_744 - 1_049_600,
        ),
        (TextTowerConfig("t5", 32128, 1024, 24, 16, 2816), 341_231_104),  # of flan-t5-large, the encoder (R08)
    ],
)
def test_towers_have_the_sizes_of_the_published_ones(config: TextTowerConfig, parameters: int) -> None:
    with torch.device("meta"):
        tower = make_text_tower(config)
    assert sum(weight.numel() for weight in tower.parameters()) == parameters


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "t5", "causal": True}, "cannot be causal"),
        ({"kind": "roberta", "max_tokens": 15}, "more than 16 positions"),
        ({"heads": 3}, "not a multiple of 3 heads"),
    ],
)
def test_impossible_towers_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_text_tower(replace(SMALL, **changes))


def test_earmarks_sentence_encoder_gives_the_same_sentence_vectors() -> None:
    folder = default_network_folder()
    encoder = TextEncoder(TextEncoderConfig()).eval()
    encoder.load_state_dict(from_bytes_per_row(load_file(folder / checkpoint.TEXT_WEIGHTS)))
    tower = make_text_tower(TextTowerConfig("bert", 30522, 384, 6, 12, 1536, max_tokens=128, pooling="mean")).eval()
    take_earmarks_weights(tower, folder)
    tokens, mask = tokenize(load_tokenizer(folder / "tokenizer.json", max_tokens=128), ["rain on a roof", "a dog"])
    with torch.inference_mode():
        torch.testing.assert_close(normalize(tower.pool(tower(tokens, mask)), dim=-1), encoder(tokens, mask))


@pytest.mark.parametrize("changes", [{"layers": 1, "width": 32}, {"kind": "roberta"}])
def test_a_tower_of_another_shape_does_not_take_them(tmp_path: Path, changes: dict[str, Any]) -> None:
    write_small_network(tmp_path)
    text = SMALL_CONFIG.text
    fitting = TextTowerConfig(
        "bert", text.vocabulary, text.width, text.layers, text.heads, text.hidden, text.positions, max_tokens=8
    )
    take_earmarks_weights(make_text_tower(fitting), tmp_path)
    with pytest.raises(ValueError, match="Earmark's sentence encoder"):
        take_earmarks_weights(make_text_tower(replace(fitting, **changes)), tmp_path)
