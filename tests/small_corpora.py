"""What the trainer needs, small: a recipe, a corpus that is made of numbers alone, and a folder of sounds and teachers.

In the corpus four kinds of sound are told apart by their mel band: what the trainer must learn is plain to see.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from engine.clap.config import MelConfig
from engine.clap.network import EarmarkNetwork
from engine.ontology import SoundKind
from tests.small_networks import SMALL_CONFIG, TAGS, make_small_network
from tests.small_teachers import CLASSES, write_class_list, write_small_teachers
from tests.tones import write_sound
from trainer.config import (
    DataConfig,
    LossConfig,
    OptimizerConfig,
    PretrainingConfig,
    Recipe,
    SceneConfig,
    TagViewConfig,
)
from trainer.corpus import Corpus, Split
from trainer.features import Features, encode_levels, encode_scores
from trainer.manifest import COLUMNS, Clip
from trainer.mixtures import OVER, Mixtures
from trainer.teachers import MN04_DIM, YAMNET_DIM

KINDS = {"dog": "a dog barks", "car": "a car passes", "rain": "rain falls on the roof", "bell": "the bell rings"}
CLIPS_PER_KIND = 4
HELD_OUT = "south"

# the small network at the teachers' sample rate: a labelled column is two of its columns, 32 frames
SMALL_MEL = MelConfig(32000, 1024, 800, 320, mels=16, low_hz=50.0, high_hz=15000.0, mean_db=-40.0, deviation_db=20.0)
TRAINED_CONFIG = replace(SMALL_CONFIG, mel=SMALL_MEL)

SMALL_RECIPE = Recipe(
    name="small",
    mel=SMALL_MEL,
    audio=TRAINED_CONFIG.audio,
    tag_view=TagViewConfig(TRAINED_CONFIG.tag_view_dim, weight=1.0, bridge_temperature=0.05, bridge_tags=3),
    data=DataConfig((HELD_OUT,), (), (), (), mixtures=0, seed=1),
    scenes=SceneConfig(columns=8, events=3, overlay_share=0.3, mixture_share=0.2),
    losses=LossConfig(1.0, 1.0, 1.0, bridge=2.0, caption=0.3, temperature=0.05, text_starts=0.25, own_text_share=0.6),
    pretraining=PretrainingConfig("none", steps=0),
    optimizer=OptimizerConfig(
        steps=6,
        rows_per_step=8,
        learning_rate=2e-3,
        warmup_steps=2,
        weight_decay=0.05,
        clip_norm=3.0,
        average_decay=0.9,
        sharpness_starts=1.0,
        sharpness_radius=0.05,
        patience=0,
        seed=1,
    ),
)


# of each tag one may say "<tag>", "sound of <tag>" and "then <tag>"
SMALL_KINDS = tuple(SoundKind(f"/m/{tag}", tag, (tag,), (f"sound of {tag}",), (f"then {tag}",)) for tag in TAGS)


def make_clip(
    source: str, recording: str, kind: str = "dog", *, path: Path | None = None, seconds: float = 1.0
) -> Clip:
    return Clip(path or Path(recording), source, recording, kind, KINDS.get(kind, ""), seconds, "CC0")


def make_mixtures(*clips: tuple[int, int]) -> Mixtures:
    """Pairs of clips as recorded, the second over the first from its beginning on, equally loud, in no room."""
    count = len(clips)
    return Mixtures(
        clips=torch.tensor(clips, dtype=torch.int64).view(count, 2),
        kinds=torch.full((count,), OVER),
        begins=torch.zeros(count, 2),
        speeds=torch.ones(count, 2),
        offsets_s=torch.zeros(count),
        gains_db=torch.zeros(count),
        rooms_s=torch.zeros(count),
        wet_db=torch.full((count,), -10.0),
    )


def make_small_corpus(*, mixtures: int = 2) -> Corpus:
    """Clips of 2 to 5 labelled columns from the sources north, east and (held out) south; and mixtures of the first.

    Clip 4 k + n is the n-th of the k-th kind; mixture n is of the kinds n and n + 1.
    """
    sources = ("north", "east", HELD_OUT, "north")
    clips = [make_clip(sources[n], f"{kind}-{n}", kind) for kind in KINDS for n in range(CLIPS_PER_KIND)]
    parts = [(CLIPS_PER_KIND * (n % 4), CLIPS_PER_KIND * ((n + 1) % 4) + 1) for n in range(mixtures)]
    heard = [{number // CLIPS_PER_KIND} for number in range(len(clips))]
    heard += [{n % 4, (n + 1) % 4} for n in range(mixtures)]
    held_out = [position for position, clip in enumerate(clips) if clip.source == HELD_OUT]
    training = [position for position in range(len(clips)) if position not in held_out]
    return Corpus(
        clips=clips,
        split=Split(training, held_out, unseen=[]),
        mixtures=make_mixtures(*parts),
        features=make_features(heard),
        tag_names=list(TAGS),
    )


def make_features(heard: list[set[int]]) -> Features:
    """Items of 2 to 5 labelled columns in which these kinds are heard."""
    random = torch.Generator().manual_seed(0)
    columns = torch.randint(2, 6, (len(heard),), generator=random)
    starts = torch.cat([torch.zeros(1, dtype=torch.int64), columns.cumsum(0)])
    directions = torch.randn(len(KINDS), MN04_DIM + YAMNET_DIM, generator=random)
    scores = torch.tensor([[0.9 if tag in kinds else 0.02 for tag in range(len(TAGS))] for kinds in heard])
    levels = [_levels_db(random, 32 * int(each), kinds) for each, kinds in zip(columns, heard, strict=True)]
    return Features(
        levels=encode_levels(torch.cat(levels)),
        starts=32 * starts,
        column_scores=encode_scores(scores).repeat_interleave(columns, dim=0),
        column_starts=starts,
        clip_scores=scores,
        embeddings=torch.stack([directions[list(kinds)].mean(0) for kinds in heard]).half(),
    )


def _levels_db(random: torch.Generator, frames: int, kinds: set[int]) -> Tensor:
    """(frames, mels): quiet noise, and each kind loud in four bands of its own."""
    levels_db = 3.0 * torch.randn(frames, SMALL_MEL.mels, generator=random) - 70.0
    for kind in kinds:
        levels_db[:, 4 * kind : 4 * kind + 4] += 50.0
    return levels_db


def make_untrained_network() -> EarmarkNetwork:
    """A small network as training begins with it."""
    return make_small_network(config=TRAINED_CONFIG).requires_grad_(True)


def write_small_ontology(path: Path) -> None:
    """A kind of sound, with its name as its only phrase, for every class of `write_class_list`."""
    kinds = [
        {"id": f"/m/{n}", "name": f"Band {n}", "synonyms": [f"band {n}"], "descriptions": [], "scenes": []}
        for n in range(CLASSES)
    ]
    path.write_text(json.dumps(kinds), encoding="utf-8")


def write_small_shared(folder: Path) -> Path:
    """Tones as training sounds (sources a, b, c) and dev sounds (esc10 and loops), small teachers and their classes."""
    tones = {"low tone": 300.0, "middle tone": 1000.0, "high tone": 4000.0}
    training = [
        (f"train/{source}/{label}.wav", source, label, hz * (1.0 + 0.02 * number))
        for number, source in enumerate("abc")
        for label, hz in tones.items()
    ]
    dev = [
        (f"dev/{number}-{number}-A-{label}.wav", "esc10" if number < 3 else "loops", label, hz * (1.1 + 0.01 * number))
        for number in range(4)
        for label, hz in tones.items()
    ]
    _write_sounds(folder / "sounds", "train.csv", training)
    _write_sounds(folder / "sounds", "dev.csv", dev)
    write_small_teachers(folder / "teacher")
    write_class_list(folder / "labels" / "class_labels_indices.csv")
    return folder


def _write_sounds(folder: Path, manifest: str, tones: list[tuple[str, str, str, float]]) -> None:
    for path, _, _, hz in tones:
        write_sound(folder / path, hz=hz, seconds=0.7, sample_rate_hz=32000)
    rows = [(path, source, path, label, f"a {label}", 0.7, "CC0") for path, source, label, _ in tones]
    with (folder / manifest).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
