from __future__ import annotations

import pytest
import torch
from torch import nn

from trainer.objectives.hidden_patches import (
    PatchPredictor,
    decay_at,
    draw_kept,
    draw_patches,
    drawn_losses,
    follow,
    heard_losses,
    slow_copy,
    take,
)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(
    ("count", "share", "most", "visible", "hidden"),
    [(752, 0.8, 750, 150, 600), (190, 0.7, 0, 57, 133), (2, 0.8, 0, 1, 1), (5, 0.0, 0, 4, 1)],
)
def test_as_many_patches_are_hidden_as_the_papers_say(
    count: int, share: float, most: int, visible: int, hidden: int
) -> None:
    seen, unseen = draw_patches(count, share, generator(), most)
    assert (len(seen), len(unseen)) == (visible, hidden)
    both = torch.cat([seen, unseen]).tolist()
    assert len(set(both)) == len(both)
    assert max(both) < count
    assert not torch.equal(seen, draw_patches(count, share, generator(1), most)[0]) or count < 10


def test_of_a_long_sound_some_patches_are_kept_and_of_a_short_one_all() -> None:
    for sounding, share, of_sound in ((1500, 1.0, 512), (100, 1.0, 100), (100, 0.7, 70), (1, 0.3, 1)):
        kept = draw_kept(sounding, 1500, 512, share, generator())
        assert len(set(kept.tolist())) == 512
        assert int((kept < sounding).sum()) == of_sound
    with pytest.raises(ValueError, match="cannot be kept"):
        draw_kept(10, 10, 9, 0.5, generator())


def test_take() -> None:
    values = torch.arange(12.0).reshape(2, 3, 2)
    assert take(values, torch.tensor([[2], [0]])).tolist() == [[[4.0, 5.0]], [[6.0, 7.0]]]


def test_a_drawing_is_compared_with_patches_of_no_level_and_no_contrast() -> None:
    patches = torch.randn(2, 3, 64, generator=generator())
    wanted = (patches - patches.mean(-1, keepdim=True)) / patches.std(-1, correction=0, keepdim=True)
    assert drawn_losses(wanted, 5.0 * patches - 2.0).max() < 1e-3
    assert drawn_losses(torch.zeros_like(patches), patches).tolist() == pytest.approx([1.0, 1.0], abs=0.01)
    assert drawn_losses(torch.zeros(1, 3, 64), torch.full((1, 3, 64), -2.75)).item() == 0.0  # constant: finite


def test_what_is_said_costs_from_zero_to_four() -> None:
    heard = torch.randn(3, 5, 16, generator=generator())
    standardised = (heard - heard.mean(-1, keepdim=True)) / heard.var(-1, correction=0, keepdim=True).sqrt()
    assert heard_losses(3.0 * standardised, heard).abs().max() < 1e-4  # perfect
    assert heard_losses(-standardised, heard).tolist() == pytest.approx([4.0] * 3, abs=1e-4)
    assert heard_losses(torch.zeros_like(heard), heard).tolist() == pytest.approx([2.0] * 3, abs=1e-4)


def test_a_predictor_knows_where_the_hidden_patches_are_and_sees_the_others() -> None:
    predictor = PatchPredictor(12, 7, width=8, layers=2, heads=2, hidden=16, activation="silu").eval()
    seen: list[int] = []
    predictor.blocks[0].register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0].shape[1]))
    encoded, positions = torch.randn(2, 3, 12, generator=generator()), torch.randn(6, 12, generator=generator(1))
    visible, hidden = torch.tensor([[0, 1, 2], [3, 4, 5]]), torch.tensor([[3, 4, 5], [0, 1, 2]])
    said = predictor(encoded, visible, hidden, positions)
    assert said.shape == (2, 3, 7)
    assert seen == [6]
    assert (said[0, 0] - said[0, 1]).abs().max() > 1e-4
    assert (predictor(encoded + torch.randn(12), visible, hidden, positions) - said).abs().max() > 1e-4
    turned = hidden.flip(1)  # what is said belongs to its place, whatever comes beside it
    torch.testing.assert_close(predictor(encoded, visible, turned, positions), said.flip(1), atol=1e-5, rtol=0)


@pytest.mark.parametrize(("first", "last"), [(0.99995, 0.99999), (0.99, 0.9995)])
def test_the_decay_is_exact_at_both_ends(first: float, last: float) -> None:
    assert decay_at(0.0, first, last) == first
    assert decay_at(1.0, first, last) == last
    assert decay_at(0.5, first, last) == pytest.approx((first + last) / 2, abs=1e-12)


@pytest.mark.parametrize("decay", [0.99, 0.5])
def test_a_slow_copy_keeps_so_much_of_itself(decay: float) -> None:
    module = nn.Linear(3, 3)
    copy = slow_copy(module)
    torch.testing.assert_close(copy.weight, module.weight)
    assert not any(parameter.requires_grad for parameter in copy.parameters())
    was = copy.weight.clone()
    with torch.no_grad():
        module.weight.add_(1.0)
    follow(copy, module, decay)
    torch.testing.assert_close(copy.weight, decay * was + (1.0 - decay) * module.weight)
