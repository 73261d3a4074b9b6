from __future__ import annotations

from typing import Literal

import pytest
import torch
from torch import Tensor

from engine.clap.audio_encoder import AudioEncoder
from engine.clap.config import AudioEncoderConfig
from trainer.errors import TrainerError
from trainer.objectives.hidden_patches import take
from trainer.objectives.masked import (
    MaskedColumns,
    MaskedPatches,
    Pretraining,
    draw_patches,
    draw_spans,
    make_pretraining,
)

Kind = Literal["mae", "m2d", "columns"]
Ear = Literal["convnext", "transformer", "mobilenet", "vit"]
MELS = 32
PAIRS: list[tuple[Kind, Ear]] = [
    ("mae", "vit"),
    ("m2d", "vit"),
    ("columns", "convnext"),
    ("columns", "transformer"),
    ("columns", "mobilenet"),
    ("columns", "vit"),
]
EVERY_PAIR = pytest.mark.parametrize(("kind", "ear"), PAIRS)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(kind: Kind, ear: Ear) -> Pretraining:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = AudioEncoderConfig(ear, (4, 8, 8, 16), width=32, blocks=2, heads=2, expansion=2)
        return make_pretraining(kind, AudioEncoder(config, MELS), MELS)


def gratings(seed: int, frames: int = 128) -> Tensor:
    """Levels (8, MELS, frames) of slow waves, each with a phase of its own: what is hidden follows from what is not."""
    phases = 6.3 * torch.rand(8, 1, 1, generator=generator(seed))
    return 1.4 * torch.sin(0.2 * torch.arange(frames) + 0.1 * torch.arange(MELS).unsqueeze(1) + phases)


@EVERY_PAIR
def test_what_is_hidden_is_learned(kind: Kind, ear: Ear) -> None:
    pretraining, losses = make(kind, ear), []
    optimizer = torch.optim.AdamW(pretraining.parameters(), lr=3e-3)
    for step in range(40):
        with torch.autocast("cpu", torch.bfloat16):
            loss = pretraining.loss(gratings(step), generator(step))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        pretraining.after_step(step / 40)
        losses.append(loss.item())
    assert sum(losses[-5:]) < 0.9 * sum(losses[:5])


@EVERY_PAIR
def test_the_same_masks_give_the_same_loss(kind: Kind, ear: Ear) -> None:
    pretraining = make(kind, ear).eval()
    first, again, other = (pretraining.loss(gratings(0), generator(seed)).item() for seed in (1, 1, 2))
    assert first == again
    assert first != other


@EVERY_PAIR
def test_every_row_length_can_be_masked(kind: Kind, ear: Ear) -> None:
    pretraining = make(kind, ear)
    for columns in (1, 4, 25):
        assert pretraining.loss(gratings(0, frames=16 * columns), generator()).isfinite()


@EVERY_PAIR
def test_only_the_encoder_and_the_predictor_learn(kind: Kind, ear: Ear) -> None:
    pretraining = make(kind, ear)
    pretraining.loss(gratings(0), generator()).backward()
    learning = {name.split(".")[0] for name, weight in pretraining.named_parameters() if weight.grad is not None}
    assert learning - {"cover"} == {"encoder", "predictor"}
    owned = set(pretraining.parameters())
    assert all(weight in owned for weight in pretraining.encoder.parameters())


@pytest.mark.parametrize("kind", ["mae", "m2d"])
def test_hidden_patches_do_not_reach_what_is_said_of_them(kind: Literal["mae", "m2d"]) -> None:
    pretraining = make(kind, "vit")
    assert isinstance(pretraining, MaskedPatches)
    before = gratings(0)
    said, patches, hidden = pretraining.guess(before, generator())
    rows = pretraining.stem.rows
    after = before.clone()
    for row, places in enumerate(hidden.tolist()):
        for column, band in (divmod(place, rows) for place in places):
            after[row, 16 * band : 16 * (band + 1), 16 * column : 16 * (column + 1)] += 3.0
    said_after, patches_after, hidden_after = pretraining.guess(after, generator())
    assert torch.equal(hidden, hidden_after)
    assert not torch.equal(take(patches, hidden), take(patches_after, hidden))
    torch.testing.assert_close(said, said_after, rtol=0, atol=0)
    elsewhere, _, _ = pretraining.guess(before + 3.0, generator())
    assert (said - elsewhere).abs().max() > 1e-3


@pytest.mark.parametrize("ear", ["convnext", "transformer", "mobilenet", "vit"])
def test_covered_columns_do_not_reach_what_is_said_of_them(ear: Ear) -> None:
    pretraining = make("columns", ear)
    assert isinstance(pretraining, MaskedColumns)
    covered = draw_spans(8, 8, generator())
    frames = covered.repeat_interleave(16, dim=1).unsqueeze(1)
    levels = gratings(0)
    said = pretraining.guess(levels, covered)
    torch.testing.assert_close(pretraining.guess(levels + 3.0 * frames, covered), said, rtol=0, atol=0)
    assert (pretraining.guess(levels + torch.randn(MELS, 1) * ~frames, covered) - said).abs().max() > 1e-3


def test_a_vit_is_spared_the_hidden_patches() -> None:
    pretraining = make("mae", "vit")
    assert isinstance(pretraining, MaskedPatches)
    seen: list[int] = []
    pretraining.stem.blocks.register_forward_hook(lambda _module, inputs, _output: seen.append(inputs[0].shape[1]))
    pretraining.loss(gratings(0, frames=160), generator())
    assert seen == [4]  # of 20


def test_saying_nothing_costs_one() -> None:
    for pretraining in (make("mae", "vit"), make("columns", "convnext")):
        for parameter in list(pretraining.predictor.parameters())[-2:]:
            torch.nn.init.zeros_(parameter)
        assert pretraining.loss(gratings(0), generator()).item() == pytest.approx(1.0, abs=0.1)


def test_silence_asks_for_nothing() -> None:
    assert make("mae", "vit").loss(torch.full((2, MELS, 64), -2.75), generator()).item() < 2.0


@pytest.mark.parametrize("kind", ["mae", "m2d"])
def test_only_a_vit_hides_patches(kind: Kind) -> None:
    with pytest.raises(TrainerError, match="a convnext can be pretrained on columns"):
        make(kind, "convnext")


def test_every_patch_is_either_visible_or_hidden() -> None:
    visible, hidden = draw_patches(torch.zeros(5, 20, 3), 0.7, generator())
    assert visible.shape == (5, 6)
    assert torch.cat([visible, hidden], dim=1).sort(1).values.tolist() == [list(range(20))] * 5
    assert len({tuple(row) for row in visible.tolist()}) == 5


def test_spans_cover_about_half_of_every_row() -> None:
    covered = draw_spans(1000, 64, generator())
    assert covered.any(1).all()
    assert not covered.all(1).any()
    assert covered.float().mean().item() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(("kind", "ear"), PAIRS[1:])
def test_a_step_moves_the_slow_copy_towards_the_encoder(kind: Kind, ear: Ear) -> None:
    pretraining = make(kind, ear)
    target = pretraining.get_submodule("target")
    before = [parameter.clone() for parameter in target.parameters()]
    with torch.no_grad():
        for parameter in pretraining.encoder.parameters():
            parameter.add_(1.0)
    pretraining.after_step(0.0)
    for was, now in zip(before, target.parameters(), strict=True):
        torch.testing.assert_close(now - was, torch.full_like(was, 0.01), atol=1e-5, rtol=0)
