from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from tests.small_pairs import make_pairs
from trainer.tasks.held_out import by_example_figures, evaluating, heard_by, queries_of, retrieval_figures


def test_retrieval_by_hand() -> None:
    sounds = torch.tensor([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
    captions = [("a", "b"), ("a",), ("c",)]
    queries = queries_of(captions)
    assert queries == ["a", "b", "c"]
    texts = torch.tensor([[1.0, 0.0], [0.8, 0.6], [1.0, 0.0]])  # b finds its sound second, c last
    figures = retrieval_figures(sounds, captions, queries, texts)
    assert figures["map"] == pytest.approx((1.0 + 1 / 2 + 1 / 3) / 3)
    assert figures["r1"] == pytest.approx(1 / 3)
    assert figures["r10"] == 1.0
    # sounds are on the mean at (.6, .533), what is first said of them at (1, 0)
    assert figures["modality_gap"] == pytest.approx(float(np.hypot(0.4, 1.6 / 3)), abs=1e-6)


def test_a_sound_finds_others_of_its_name_and_not_itself() -> None:
    sounds = torch.tensor([[1.0, 0.1], [1.0, -0.1], [-1.0, 0.2], [-1.0, -0.2], [0.0, 3.0]])
    figures = by_example_figures(sounds, ["a", "a", "b", "b", ""])
    assert figures == {"by_example_map": 1.0, "by_example_r1": 1.0}
    assert by_example_figures(sounds, ["a", "b", "c", "", ""]) == {}


def test_every_sound_is_heard_whole_in_its_place() -> None:
    pairs = make_pairs(40, seed=3)
    frames = heard_by(lambda levels, frames: frames.float().unsqueeze(1), pairs.levels, most_frames=60)
    assert frames[:, 0].tolist() == [min(60, pairs.levels.frames_of(at)) for at in range(40)]
    means = heard_by(
        lambda levels, frames: torch.stack([row[:, :n].mean(1) for row, n in zip(levels, frames, strict=True)]),
        pairs.levels,
        most_frames=1000,
    )
    torch.testing.assert_close(means[7], pairs.levels.stretch(7, 0, pairs.levels.frames_of(7)).mean(0))


def test_the_mode_is_put_back() -> None:
    module = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.9))
    with evaluating(module) as device:
        assert not module.training
        assert not module(torch.ones(1, 2)).requires_grad
        assert device.type == "cpu"
    assert module.training
