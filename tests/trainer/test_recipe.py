from __future__ import annotations

from operator import attrgetter
from pathlib import Path

import pytest
import torch

from engine.clap.assembled import make_assembled
from tests.small_networks import make_word_tokenizer
from trainer.assembling import assembled_config
from trainer.clip_levels import frames_of_clip
from trainer.errors import TrainerError
from trainer.recipe import is_of_a_paper, is_tuning, load_paper_recipe, variants_of

NAMES = [
    "cacophony_coca",
    "cacophony_mae",
    "clap2022",
    "m2d2_stage1",
    "m2d2_stage1_1",
    "m2d2_stage2",
    "m2d2_stage2_1",
    "reclap",
    "temporal_aggregator",
]
PAPERS_NUMBERS: dict[str, dict[str, object]] = {
    "clap2022": {
        "dim": 1024,  # C03
        "audio.kind": "cnn14",  # C06
        "text.width": 768,  # C07
        "text.max_tokens": 100,
        "text.pooling": "first",
        "audio_head.kind": "linear",  # C03
        "loss.temperature": 0.007,  # C08
        "loss.most_scale": 100.0,
        "frozen.audio": False,  # C09
        "frozen.text": False,
        "mel.sample_rate_hz": 44100,  # C10
        "mel.window_samples": 1024,
        "mel.hop_samples": 320,
        "mel.mels": 64,
        "mel.low_hz": 50.0,
        "mel.high_hz": 8000.0,
        "pairs.clip_s": 5.0,  # C11
        "pairs.augment": False,  # C12
        "pairs.rewrites": 0,
        "descent.kind": "adam",  # C14
        "descent.learning_rate": 1e-3,
        "schedule.kind": "plateau",
        "schedule.factor": 0.1,
        "schedule.patience_epochs": 10,
        "length.epochs": 40,
    },
    "cacophony_mae": {
        "mel.mels": 128,  # K10
        "mel.fft_samples": 512,
        "audio.patch_frames": 16,  # K11
        "audio.positions": "sinusoidal in time",  # K12
        "pairs.clip_s": 15.0,  # K13
        "loss.hidden_share": 0.8,
        "loss.most_patches": 750,
        "audio.layers": 12,  # K14
        "audio.heads": 8,
        "audio.hidden": 3072,
        "audio.activation": "silu",
        "loss.predictor_layers": 12,  # K15
        "descent.rows_per_step": 512,  # K17
        "descent.learning_rate": 2e-4,
        "descent.weight_decay": 0.01,
        "length.steps": 200_000,
        "schedule.warmup_steps": 10_000,
        "schedule.final_rate": 1e-6,
    },
    "cacophony_coca": {
        "loss.captioning": 1.0,  # K20
        "text.kind": "roberta",  # K21
        "text.causal": True,
        "decoder.layers": 4,  # K22
        "audio_head.kind": "pooler",  # K23
        "audio_head.heads": 8,
        "text_head.heads": 8,
        "loss.most_patches": 512,  # K24
        "text.max_tokens": 77,  # K25
        "descent.rows_per_step": 4096,  # K26
        "descent.weight_decay": 0.01,
        "descent.learning_rate": 1e-5,
        "schedule.warmup_steps": 10_000,
        "schedule.final_rate": 1e-6,
        "length.steps": 300_000,
        "descent.sharpness_radius": 0.075,  # K27
    },
    "reclap": {
        "pairs.rewrites": 4,  # R02
        "pairs.keep_share": 0.4,  # R03
        "audio.kind": "htsat",  # R08
        "audio.width": 128,
        "audio.depths": (2, 2, 12, 2),
        "text.kind": "t5",
        "text.width": 1024,
        "text.layers": 24,
        "descent.learning_rate": 5e-4,  # R09
        "descent.rows_per_step": 256,
    },
    "m2d2_stage1": {
        "mel.mels": 80,  # D01
        "loss.hidden_share": 0.7,  # D03
        "loss.first_decay": 0.99995,  # D07
        "loss.last_decay": 0.99999,
        "audio.width": 768,  # D08
        "audio_head.kind": "block",  # D10
        "audio_head.layers": 1,
        "audio_head.heads": 1,
        "audio_head.hidden": 768,
        "loss.temperature": 0.07,  # D12
        "loss.masked": 1.0,  # D13
        "loss.contrastive": 0.01,
        "length.epochs": 300,  # D14
        "descent.rows_per_step": 2048,
        "descent.learning_rate": 3e-4 * 2048 / 256,
        "schedule.warmup_steps": 20 * 2_532_215 // 2048,
        "pairs.label_sentence": "The sound of {labels}",  # D15
    },
    "m2d2_stage2": {
        "frozen.audio": True,  # D20
        "loss.hidden_share": 0.3,
        "text.pooling": "first",
        "text_head.kind": "none",
        "pairs.clip_s": 10.0,
        "length.epochs": 30,
        "descent.learning_rate": 3e-6 * 2048 / 256,
        "schedule.warmup_steps": 5 * 2_585_227 // 2048,
    },
    "m2d2_stage2_1": {"frozen.audio": True, "loss.hidden_share": 0.0, "schedule.warmup_steps": 5 * 439_743 // 2048},
    "m2d2_stage1_1": {  # D28, AS2M
        "descent.kind": "lars",
        "descent.learning_rate": 2.0,
        "fine_tuning.mixup": 0.5,
        "fine_tuning.spec_augment_bands": 30,
        "fine_tuning.spec_augment_frames": 192,
        "fine_tuning.structured_patchout": 0.5,
        "length.epochs": 70,
        "schedule.warmup_steps": 15 * 2_005_132 // 64,
    },
    "m2d2_stage1_1:esc50": {
        "descent.kind": "sgd",
        "descent.learning_rate": 0.5,
        "descent.rows_per_step": 128,
        "fine_tuning.mixup": 0.0,
        "fine_tuning.random_resize_crop": True,
        "fine_tuning.spec_augment_bands": 15,
        "fine_tuning.positions": "freeze embedding",
        "length.epochs": 200,
    },
    "m2d2_stage1_1:vc1": {
        "descent.kind": "adamw",
        "descent.learning_rate": 5e-4,
        "fine_tuning.structured_patchout": 0.0,
    },
    "temporal_aggregator": {
        "audio.kind": "resnet38",  # W01
        "text.width": 1024,
        "dim": 1024,
        "descent.learning_rate": 1e-5,  # W02
        "descent.rows_per_step": 64,
        "schedule.kind": "step",
        "schedule.every_epochs": 20,
        "chunk_s": 1.0,  # W04
        "audio_head.layers": 2,
        "audio_head.heads": 2,
        "text_head.layers": 2,
        "text_head.heads": 2,
        "pairs.joined_pairs": 50_000,  # W13
        "pairs.cross_fade_s": 1.0,
    },
    "temporal_aggregator:mlp": {"audio_head.kind": "mlp", "chunk_s": 0.0},
    "clap2022:freeze_3": {"task": "supervised", "frozen.audio": True, "fine_tuning.layers": 3, "length.epochs": 30},
    "clap2022:fine_tune_1": {"frozen.audio": False, "fine_tuning.layers": 1, "descent.learning_rate": 1e-4},
}
MILLIONS = {  # of parameters: the audio tower, the text tower
    "clap2022": (80.8, 110),  # C06, C07; the published count has a classifier of 1.1 M
    "cacophony_coca": (85.3, 125),  # checkpoints.md: 85.26, 125.23
    "m2d2_stage2": (85, 110),
    "reclap": (67.8, 341),
    "temporal_aggregator": (73, 355),
}


@pytest.mark.parametrize("name", NAMES)
def test_every_recipe_and_each_of_its_variants_can_be_read_full_and_small(name: str) -> None:
    for each in (name, *(f"{name}:{variant}" for variant in variants_of(name))):
        full, small = load_paper_recipe(each), load_paper_recipe(each, small=True)
        assert full.items == small.items != ""
        assert small.length.steps * small.descent.rows_per_step < 100_000
        assert full.pairs.held_out_sources == ()
        assert len(small.pairs.held_out_sources) == 7


@pytest.mark.parametrize("name", PAPERS_NUMBERS)
def test_the_numbers_are_those_of_the_papers(name: str) -> None:
    recipe = load_paper_recipe(name)
    found = {dotted: attrgetter(dotted)(recipe) for dotted in PAPERS_NUMBERS[name]}
    for dotted, value in PAPERS_NUMBERS[name].items():
        assert found[dotted] == (pytest.approx(value) if isinstance(value, float) else value), dotted


def test_stage_2_1_differs_from_stage_2_in_what_is_hidden_and_in_its_data() -> None:
    one, other = (load_paper_recipe(name) for name in ("m2d2_stage2", "m2d2_stage2_1"))
    differing = {name for name in one.__dataclass_fields__ if getattr(one, name) != getattr(other, name)}
    assert differing == {"name", "items", "loss", "schedule"}


@pytest.mark.parametrize(
    ("name", "frames", "patches"), [("cacophony_mae", 1500, 752), ("m2d2_stage1", 608, 190), ("clap2022", 690, 0)]
)
def test_clips_have_the_frames_and_patches_of_the_papers(name: str, frames: int, patches: int) -> None:
    recipe = load_paper_recipe(name)
    assert frames_of_clip(recipe.mel, recipe.pairs.clip_s) == frames
    if patches:
        assert -(-frames // recipe.audio.patch_frames) * (recipe.mel.mels // recipe.audio.patch_bands) == patches


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("name", [*NAMES, "clap2022:htsat", "temporal_aggregator:mlp"])
def test_every_network_can_be_built_in_the_size_of_its_recipe(name: str, small: bool) -> None:
    recipe = load_paper_recipe(name, small=small)
    with torch.device("meta"):
        network = make_assembled(assembled_config(recipe), make_word_tokenizer())
    if name in MILLIONS and not small:
        counted = [sum(each.numel() for each in tower.parameters()) / 1e6 for tower in (network.audio, network.text)]
        assert counted == pytest.approx(MILLIONS[name], rel=0.03)


@pytest.mark.parametrize(
    ("variant", "audio", "text"),
    [
        ("both_frozen", True, True),
        ("only_audio_trained", False, True),
        ("only_text_trained", True, False),
        ("both_trained", False, False),
    ],
)
def test_the_four_rows_of_the_freezing_table_are_variants(variant: str, audio: bool, text: bool) -> None:
    frozen = load_paper_recipe(f"clap2022:{variant}").frozen
    assert (frozen.audio, frozen.text) == (audio, text)


def test_overrides_come_last() -> None:
    recipe = load_paper_recipe("clap2022:fine_tune_1", {"descent.learning_rate": 0.5, "loss.swapped_negatives": True})
    assert recipe.descent.learning_rate == 0.5
    assert recipe.loss.swapped_negatives


def test_what_is_no_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match="There is no recipe"):
        load_paper_recipe("clap2021")
    with pytest.raises(TrainerError, match="no variant frozen; it has both_frozen"):
        load_paper_recipe("clap2022:frozen")
    path = tmp_path / "own.toml"
    path.write_text('name = "own"\ntask = "dreaming"\nitems = ""\ndim = 4\n')
    with pytest.raises(TrainerError, match="is not a recipe"):
        load_paper_recipe(str(path))
    with pytest.raises(TrainerError, match="no small variant"):
        load_paper_recipe(str(path), small=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, (True, False)) for name in (*NAMES, "clap2022:freeze_3")),
        ("default", (False, False)),
        ("personal", (False, True)),
    ],
)
def test_a_recipe_says_who_reads_it(name: str, expected: tuple[bool, bool]) -> None:
    assert (is_of_a_paper(name), is_tuning(name)) == expected
