"""What the trainer needs, small: a recipe, a corpus that is made of numbers alone, and a folder of sounds and teachers.

In the corpus four kinds of sound are told apart by their mel band: what the trainer must learn is plain to see.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from engine.clap.network import EarmarkNetwork
from tests.small_networks import SMALL_CONFIG, TAGS, make_small_network
from tests.small_teachers import write_class_list, write_small_teachers
from tests.tones import write_sound
from trainer.config import DataConfig, LossConfig, OptimizerConfig, Recipe, SceneConfig, TagViewConfig
from trainer.corpus import Corpus
from trainer.features import Features
from trainer.manifest import COLUMNS, Clip
from trainer.teachers import MN04_DIM, YAMNET_DIM

KINDS = {"dog": "a dog barks", "car": "a car passes", "rain": "rain falls on the roof", "bell": "the bell rings"}
HELD_OUT = "south"

SMALL_RECIPE = Recipe(
    name="small",
    mel=SMALL_CONFIG.mel,
    audio=SMALL_CONFIG.audio,
    tag_view=TagViewConfig(SMALL_CONFIG.tag_view_dim, weight=1.0, bridge_temperature=0.05, bridge_tags=3),
    data=DataConfig((HELD_OUT,), (), (), mixtures=0, seed=1),
    scenes=SceneConfig(columns=8, events=3, overlay_share=0.3, mixture_share=0.2),
    losses=LossConfig(1.0, 1.0, 1.0, bridge=2.0, caption=0.3, temperature=0.05, text_starts=0.25),
    optimizer=OptimizerConfig(6, 8, 2e-3, warmup_steps=2, weight_decay=0.05, clip_norm=3.0, average_decay=0.9, seed=1),
)


def make_clip(
    source: str, recording: str, kind: str = "dog", *, path: Path | None = None, seconds: float = 1.0
) -> Clip:
    return Clip(path or Path(recording), source, recording, kind, KINDS.get(kind, ""), seconds, "CC0")


def make_small_corpus(*, clips_per_kind: int = 4, mixtures: int = 2) -> Corpus:
    """Clips of 2 to 5 labelled columns from the sources north, east and (held out) south; and mixtures of the first."""
    random = np.random.default_rng(0)
    sources = ("north", "east", HELD_OUT, "north")
    clips = [
        make_clip(sources[number % 4], f"{kind}-{number}", kind) for kind in KINDS for number in range(clips_per_kind)
    ]
    kinds = [list(KINDS).index(clip.label) for clip in clips]
    heard = [{kind} for kind in kinds] + [{number % 4, (number + 1) % 4} for number in range(mixtures)]
    columns = random.integers(2, 6, size=len(heard))
    directions = random.standard_normal((len(KINDS), MN04_DIM + YAMNET_DIM))
    scores = np.array([[0.9 if tag in kinds_heard else 0.02 for tag in range(len(TAGS))] for kinds_heard in heard])
    held_out = [i for i, clip in enumerate(clips) if clip.source == HELD_OUT]
    return Corpus(
        clips=clips,
        training=[i for i in range(len(clips)) if i not in held_out],
        held_out=held_out,
        mixtures=list(range(len(clips), len(heard))),
        features=Features(
            levels=np.concatenate([_levels(random, 32 * n, of) for n, of in zip(columns, heard, strict=True)]),
            starts=np.concatenate([[0], np.cumsum(32 * columns)]),
            column_scores=np.repeat(scores, columns, axis=0).astype(np.float16),
            column_starts=np.concatenate([[0], np.cumsum(columns)]),
            clip_scores=scores.astype(np.float16),
            embeddings=np.stack([directions[list(of)].mean(axis=0) for of in heard]).astype(np.float16),
        ),
        tag_names=list(TAGS),
    )


def _levels(random: np.random.Generator, frames: int, kinds: set[int]) -> np.ndarray:
    """(frames, mels) dB, float16: quiet noise, and each kind loud in four bands of its own."""
    levels_db = random.normal(-70.0, 3.0, size=(frames, SMALL_CONFIG.mel.mels))
    for kind in kinds:
        levels_db[:, 4 * kind : 4 * kind + 4] += 50.0
    return levels_db.astype(np.float16)


def make_untrained_network() -> EarmarkNetwork:
    """`make_small_network` as training begins with it."""
    return make_small_network().requires_grad_(True)


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
