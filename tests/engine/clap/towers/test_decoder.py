"""Words that see what was said before them, and all of the sound."""

from __future__ import annotations

import pytest
import torch

from engine.clap.towers.config import DecoderConfig
from engine.clap.towers.decoder import CaptionTower
from engine.clap.towers.encoded import Encoded

SMALL = DecoderConfig(layers=2, heads=2, hidden=16, dropout=0.0)


def small_tower() -> CaptionTower:
    torch.manual_seed(0)
    return CaptionTower(SMALL, text_width=8, audio_width=6, vocabulary=11).eval().requires_grad_(False)


def states(count: int, width: int, seed: int = 0) -> Encoded:
    generator = torch.Generator().manual_seed(seed)
    return Encoded(torch.randn(2, count, width, generator=generator), torch.ones(2, count, dtype=torch.bool))


@pytest.mark.parametrize("place", [1, 3])
def test_no_word_sees_a_later_one(place: int) -> None:  # K22
    tower, words, sound = small_tower(), states(5, 8), states(4, 6)
    changed = Encoded(words.states.clone(), words.valid)
    changed.states[:, place:] += 1.0
    torch.testing.assert_close(tower(changed, sound)[:, :place], tower(words, sound)[:, :place])
    assert not torch.isclose(tower(changed, sound)[:, place:], tower(words, sound)[:, place:], atol=1e-3).all(-1).any()


def test_every_word_hears_every_state_of_the_sound() -> None:
    tower, words, sound = small_tower(), states(5, 8), states(4, 6)
    for place in range(4):
        changed = Encoded(sound.states.clone(), sound.valid)
        changed.states[:, place] += 1.0
        assert not torch.isclose(tower(words, changed), tower(words, sound), atol=1e-4).all(-1).any()


def test_padding_of_words_and_of_sound_has_no_influence() -> None:
    tower, words, sound = small_tower(), states(5, 8), states(4, 6)
    words.valid[:, 3:] = False
    sound.valid[:, 2:] = False
    alone = tower(Encoded(words.states[:, :3], words.valid[:, :3]), Encoded(sound.states[:, :2], sound.valid[:, :2]))
    torch.testing.assert_close(tower(words, sound)[:, :3], alone)


def test_the_published_size() -> None:  # K22: four layers, 76.46 M
    with torch.device("meta"):
        tower = CaptionTower(DecoderConfig(layers=4), text_width=768, audio_width=768, vocabulary=50265)
    assert round(sum(weight.numel() for weight in tower.parameters()) / 1e6, 2) == 76.46
