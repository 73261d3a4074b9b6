from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from trainer.objectives.info_nce import info_nce


def rows(seed: int, count: int = 5, dim: int = 8) -> Tensor:
    return functional.normalize(torch.randn(count, dim, generator=torch.Generator().manual_seed(seed)), dim=-1)


def test_a_perfect_batch_costs_nothing_as_the_scale_grows() -> None:
    losses = [info_nce(torch.eye(6), torch.eye(6), torch.tensor(scale)).item() for scale in (1.0, 10.0, 100.0)]
    assert losses[0] == pytest.approx(math.log(1.0 + 5.0 / math.e), abs=1e-6)
    assert losses[0] > losses[1] > losses[2]
    assert losses[2] == pytest.approx(0.0, abs=1e-6)


def test_it_is_the_same_whichever_side_is_called_audio() -> None:
    one, other, scale = rows(0), rows(1), torch.tensor(7.0)
    torch.testing.assert_close(info_nce(one, other, scale), info_nce(other, one, scale))


def test_by_hand() -> None:
    # two pairs, cosines 1 and .6 on the diagonal, 0 and .8 beside it
    audio, text = torch.eye(2), torch.tensor([[1.0, 0.0], [0.8, 0.6]])
    to_text = (math.log(1.0 + math.exp(0.8 - 1.0)) + math.log(1.0 + math.exp(0.0 - 0.6))) / 2
    to_audio = (math.log(1.0 + math.exp(0.0 - 1.0)) + math.log(1.0 + math.exp(0.8 - 0.6))) / 2
    assert info_nce(audio, text, torch.tensor(1.0)).item() == pytest.approx((to_text + to_audio) / 2, abs=1e-6)


def test_swapped_sentences_are_wrong_for_every_sound_and_for_no_sentence() -> None:
    audio, text, scale = rows(0), rows(0), torch.tensor(3.0)
    plain = info_nce(audio, text, scale)
    assert info_nce(audio, text, scale, swapped=rows(2, 3)) > plain
    torch.testing.assert_close(info_nce(audio, text, scale, swapped=rows(2, 0)), plain)
    by_hand = functional.cross_entropy(scale * audio @ torch.cat([text, rows(2, 3)]).T, torch.arange(5))
    by_hand = 0.5 * (by_hand + functional.cross_entropy(scale * text @ audio.T, torch.arange(5)))
    torch.testing.assert_close(info_nce(audio, text, scale, swapped=rows(2, 3)), by_hand)


def test_the_same_words_are_no_wrong_answer() -> None:
    audio, scale = torch.eye(4)[:3], torch.tensor(100.0)
    text = torch.eye(4)[[0, 0, 2]]  # the second sound is far from its caption, which is also that of the first
    captions = torch.tensor([4, 4, 7])
    spared = info_nce(audio, text, scale, captions=captions)
    assert spared < info_nce(audio, text, scale)
    without_first = info_nce(audio[1:], text[1:], scale), info_nce(audio[[0, 2]], text[[0, 2]], scale)
    assert spared.item() == pytest.approx((2 * without_first[0].item() + 2 * without_first[1].item()) / 3, abs=1e-4)
