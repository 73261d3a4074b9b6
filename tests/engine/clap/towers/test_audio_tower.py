from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import Tensor, nn

from engine.clap.config import MelConfig
from engine.clap.towers.audio_tower import AudioTower, make_audio_tower
from engine.clap.towers.config import AudioTowerConfig
from engine.clap.towers.encoded import Encoded, mean_of_valid

MEL = MelConfig(16000, 512, 400, 160, 32, 50, 8000)
PATCHES = AudioTowerConfig("patches", width=16, layers=2, heads=2, hidden=32)
SWIN = AudioTowerConfig("htsat", width=8, depths=(1, 2), heads_of=(1, 2), window_patches=4, square_bands=64)
CONFIGS = {
    "cnn14": AudioTowerConfig("cnn14", channels=(4, 4, 8, 8)),
    "resnet38": AudioTowerConfig("resnet38", channels=(4, 4, 4, 4, 4, 8)),
    "htsat": SWIN,
    "patches": PATCHES,
}
FRAMES_PER_COLUMN = {"cnn14": 8, "resnet38": 32, "htsat": 8, "patches": 16}
ROWS = {"cnn14": 1, "resnet38": 1, "htsat": 1, "patches": 2}
CLASSIFIER = 2048 * 527 + 527  # of PANNs: published counts hold it, towers do not
EVERY_KIND = pytest.mark.parametrize("kind", CONFIGS)


def make_tower(config: AudioTowerConfig) -> AudioTower:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return make_audio_tower(config, MEL).eval().requires_grad_(False)


def levels(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def states_of(encoded: Encoded, row: int) -> Tensor:
    return encoded.states[row][encoded.valid[row]]


def on_paper(config: AudioTowerConfig, mels: int) -> AudioTower:
    """A tower of a published size, without memory for its weights."""
    with torch.device("meta"):
        return make_audio_tower(config, replace(MEL, mels=mels)).eval()


@pytest.mark.parametrize(
    ("config", "mels", "width", "weights"),
    [
        (AudioTowerConfig("cnn14"), 64, 2048, 80_753_615 - CLASSIFIER),  # Kong et al. 2020, table 6
        (AudioTowerConfig("resnet38", channels=(64, 64, 128, 256, 512, 2048)), 64, 2048, 73_783_247 - CLASSIFIER),
        (AudioTowerConfig("htsat", width=128), 64, 1024, 67_824_408),  # the audio side of laion/larger_clap_general
        (AudioTowerConfig("htsat", width=96, depths=(2, 2, 6, 2)), 64, 768, 27_534_488),  # of clap-htsat-unfused
        # K14: Cacophony is published with 85.26 M
        (AudioTowerConfig("patches", heads=8, activation="silu", positions="sinusoidal in time"), 128, 768, 85_259_520),
        (AudioTowerConfig("patches"), 80, 768, 85_253_376),  # D08, ViT-B
    ],
)
def test_published_sizes(config: AudioTowerConfig, mels: int, width: int, weights: int) -> None:
    tower = on_paper(config, mels)
    assert sum(weight.numel() for weight in tower.parameters()) == weights
    heard = tower(torch.empty(2, mels, 690, device="meta"))  # 5 s at 44.1 kHz and a hop of 320 (C11)
    assert heard.states.shape == (2, -(-690 // tower.frames_per_column) * tower.rows, width)
    assert tower.pool(heard).shape == (2, tower.width) == (2, width)


@EVERY_KIND
@pytest.mark.parametrize("frames", [1, 31, 64, 260])
def test_a_column_stands_for_so_many_frames(kind: str, frames: int) -> None:
    tower = make_tower(CONFIGS[kind])
    assert (tower.frames_per_column, tower.rows) == (FRAMES_PER_COLUMN[kind], ROWS[kind])
    heard = tower(levels(2, 32, frames))
    states = -(-frames // FRAMES_PER_COLUMN[kind]) * ROWS[kind]
    assert heard.states.shape == (2, states, tower.width)
    assert heard.valid.shape == (2, states)
    assert heard.valid.all()
    assert tower.pool(heard).isfinite().all()


@EVERY_KIND
def test_only_columns_with_sound_are_valid(kind: str) -> None:
    tower = make_tower(CONFIGS[kind])
    heard = tower(levels(4, 32, 64), torch.tensor([64, 33, 1, 0]))
    columns = heard.valid.reshape(4, -1, tower.rows)
    assert (columns == columns[..., :1]).all()
    step = tower.frames_per_column
    assert columns[..., 0].sum(1).tolist() == [-(-frames // step) for frames in (64, 33, 1, 0)]
    assert tower.pool(heard).isfinite().all()


@EVERY_KIND
def test_what_stands_in_padding_does_not_matter(kind: str) -> None:
    tower, sounds, frames = make_tower(CONFIGS[kind]), levels(3, 32, 70), torch.tensor([70, 41, 0])
    other = sounds.clone()
    other[1, :, 41:] = 3.0
    other[2] = -3.0
    heard, again = tower(sounds, frames), tower(other, frames)
    for row in range(3):
        torch.testing.assert_close(states_of(heard, row), states_of(again, row), atol=1e-6, rtol=0)
    torch.testing.assert_close(tower.pool(heard), tower.pool(again), atol=1e-6, rtol=0)


@pytest.mark.parametrize("kind", ["htsat", "patches"])
def test_nor_how_much_of_it_there_is(kind: str) -> None:
    tower, sounds = make_tower(CONFIGS[kind]), levels(2, 32, 300)
    padded = tower(sounds, torch.tensor([300, 41]))
    alone = tower(sounds[1:, :, :41])
    torch.testing.assert_close(states_of(padded, 1), alone.states[0], atol=1e-5, rtol=0)
    torch.testing.assert_close(tower.pool(padded)[1], tower.pool(alone)[0], atol=1e-5, rtol=0)


@EVERY_KIND
def test_a_row_does_not_depend_on_the_others(kind: str) -> None:
    tower, sounds = make_tower(CONFIGS[kind]), levels(4, 32, 90)
    torch.testing.assert_close(tower(sounds).states[2:3], tower(sounds[2:3]).states, atol=1e-5, rtol=0)


@EVERY_KIND
def test_states_go_column_by_column(kind: str) -> None:
    # what happens late in a sound of many squares is heard in late columns most
    tower, before = make_tower(CONFIGS[kind]), levels(1, 32, 512)
    after = before.clone()
    after[:, :, 384:] += 3.0
    moved = (tower(before).states - tower(after).states).norm(dim=-1).reshape(-1, tower.rows).mean(1)
    early, late = moved[: len(moved) // 2].mean(), moved[-len(moved) // 4 :].mean()
    assert late > 2 * early


def test_means_are_exact_in_half_precision() -> None:
    states, valid = torch.ones(2, 1500, 1, dtype=torch.bfloat16), torch.ones(2, 1500, dtype=torch.bool)
    states[1, 750:], valid[1, 750:] = torch.nan, False
    assert mean_of_valid(Encoded(states, valid)).tolist() == [[1.0], [1.0]]


@EVERY_KIND
def test_half_precision_hears_nearly_the_same(kind: str) -> None:
    tower, sounds, frames = make_tower(CONFIGS[kind]), levels(2, 32, 90), torch.tensor([90, 50])
    with torch.autocast("cpu", torch.bfloat16):
        in_half = tower.pool(tower(sounds, frames)).float()
    assert torch.nn.functional.cosine_similarity(in_half, tower.pool(tower(sounds, frames))).min() > 0.99


@EVERY_KIND
def test_only_a_tower_of_patches_leaves_some_out(kind: str) -> None:
    tower, kept = make_tower(CONFIGS[kind]), torch.tensor([[1, 0]])
    if kind == "patches":
        assert tower(levels(1, 32, 64), kept=kept).states.shape == (1, 2, 16)
    else:
        with pytest.raises(ValueError, match="patches"):
            tower(levels(1, 32, 64), kept=kept)


@EVERY_KIND
def test_checkpointed_activations_change_no_gradient_and_no_statistic(kind: str) -> None:
    tower = make_tower(replace(CONFIGS[kind], dropout=0.1)).requires_grad_(True).train()
    stored = {name: value.clone() for name, value in tower.state_dict().items()}

    def gradients() -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        tower.load_state_dict(stored)
        tower.zero_grad()
        torch.manual_seed(3)  # of dropout
        heard = tower(levels(3, 32, 64), torch.tensor([64, 40, 64]))
        (tower.pool(heard).square().sum() + heard.states.square().mean()).backward()
        found = {name: weight.grad for name, weight in tower.named_parameters() if weight.grad is not None}
        return found, {name: value.clone() for name, value in tower.named_buffers() if "running" in name}

    calls = calls_of_blocks(tower)
    kept = gradients()
    assert set(calls.values()) == {1}
    tower.checkpoint_activations(True)
    computed = gradients()
    assert set(calls.values()) == {3}  # once before, now on the way there and on the way back
    assert kept[0].keys() == dict(tower.named_parameters()).keys()
    for first, second in zip(kept, computed, strict=True):
        assert first.keys() == second.keys()
        for name in first:
            torch.testing.assert_close(first[name], second[name], msg=name)


def calls_of_blocks(tower: AudioTower) -> dict[str, int]:
    """How often the first layer with weights inside each block has been computed, as it goes on."""
    calls: dict[str, int] = {}
    for name, module in tower.named_modules():
        inner = name.rpartition("blocks.")[2].partition(".")[2]
        if "blocks." in name and isinstance(module, (nn.Conv2d, nn.LayerNorm)):
            key = name.removesuffix(inner)
            if key not in calls:
                calls[key] = 0
                module.register_forward_hook(partial(_count, calls, key))
    return calls


def _count(calls: dict[str, int], key: str, *_: object) -> None:
    calls[key] += 1


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (replace(CONFIGS["resnet38"], channels=(4, 8)), "6 numbers of channels"),
        (replace(CONFIGS["cnn14"], channels=()), "no channels"),
        (replace(PATCHES, patch_bands=20), "20 bands do not fill 32 mels"),
        (replace(PATCHES, heads=3), "width of 16"),
        (replace(SWIN, square_bands=80), "32 mels do not fill"),
        (replace(SWIN, depths=(1, 2, 1)), "3 stages"),
        (replace(SWIN, window_patches=16), "window of 16"),
    ],
)
def test_numbers_that_do_not_fit_together_are_refused(config: AudioTowerConfig, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make_audio_tower(config, MEL)
