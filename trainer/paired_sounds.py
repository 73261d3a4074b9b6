"""Which sounds and sentences a recipe trains on, and one row of them: a stretch of sound and what is said of it.

Sounds are split by recording, never by clip; what was recorded for the held-out side is not trained on under any other
name. All chance is in `load_material`, by the recipe's seed, and in the generator that `row_of` is given.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

import torch
from torch import Tensor

from engine.clap.config import MelConfig
from trainer.augmentations import augment_levels
from trainer.clip_levels import ClipLevels, Sound, load_levels
from trainer.errors import TrainerError
from trainer.joined_sounds import JoinedClip, draw_joined
from trainer.kept_words import nouns_and_verbs
from trainer.manifest import Clip, read_manifest, split_by_source
from trainer.recipe import PairsConfig, PaperRecipe
from trainer.rewrites import Rewrites, draw_caption, rewrite_offline
from trainer.waveform_changes import ChangedClip, seed_of

Rewriting = Callable[[Sequence[str], int], Mapping[str, tuple[str, ...]]]  # captions, K -> rewrites of each

HELD_OUT_SPLITS = frozenset(["validation", "valid", "val"])  # as the published sets call their parts
NEVER_TRAINED_SPLITS = frozenset(["test", "evaluation", "eval", "testing", "public"])
LEAST_STORED_S = 15.0  # of a sound; the cache of one recipe then serves another whose clips are a little longer
CHANGED_SHARE = 0.5  # of rows
STORED_CLIPS = 1.5  # so many times the length of a clip, so that a crop can lie elsewhere (C11)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pairs:
    """Sounds and what may be said of each.

    captions : of each sound; none where nobody said anything
    rewrites : of captions, drawn with probability 1 - keep_share (R03)
    changed : the same sounds as other waveforms, heard with CHANGED_SHARE; None without augmentation
    augmented : the front end of the levels if every row is to be augmented
    """

    sounds: Sequence[Sound]
    captions: list[tuple[str, ...]]
    levels: ClipLevels
    rewrites: Rewrites = field(default_factory=dict)
    keep_share: float = 1.0
    changed: ClipLevels | None = None
    augmented: MelConfig | None = None

    def __len__(self) -> int:
        return len(self.sounds)


@dataclass(frozen=True)
class Material:
    """held_out : what validation and choosing look at, as it is: nothing joined, rewritten or changed."""

    training: Pairs
    held_out: Pairs
    mel: MelConfig


def load_material(
    recipe: PaperRecipe,
    manifests: Sequence[Path],
    cache: Path,
    *,
    workers: int = 2,
    need_captions: bool = True,
    rewriting: Rewriting | None = None,
) -> Material:
    """The sounds of all manifests, their levels computed where the cache lacks them.

    need_captions : leave out sounds of which nothing is said; masked autoencoding hears them too
    rewriting : a language model's, `rewrite_offline` otherwise
    Raises TrainerError if no sound is left to train on, a held-out source is unknown, or a sound cannot be read.
    """
    settings, seed = recipe.pairs, recipe.descent.seed
    clips = [clip for manifest in manifests for clip in read_manifest(manifest)]
    said = [captions_of(clip, settings) for clip in clips]
    split = split_clips(clips, settings, seed)
    training, held_out = ([at for at in part if said[at] or not need_captions] for part in split)
    if not training:
        missing = "no clip of the manifests has a caption" if clips and need_captions else "no clip is left"
        raise TrainerError(f"There is nothing to train on: {missing} that is not held out.")
    log.info("sounds: %d to train on, %d held out", len(training), len(held_out))

    reading = _Reading(recipe, cache, workers)
    levels = reading.clips(clips, [*training, *held_out])
    of_training = levels.at(range(len(training)))
    return Material(
        _training(reading, [clips[at] for at in training], [said[at] for at in training], of_training, rewriting),
        Pairs(
            [clips[at] for at in held_out], [said[at] for at in held_out], levels.at(range(len(training), len(levels)))
        ),
        recipe.mel,
    )


def row_of(pairs: Pairs, position: int, generator: torch.Generator, clip_frames: int) -> tuple[Tensor, int, str]:
    """Levels (clip_frames, mels), how many of the frames are sound, and what is said of it.

    A longer sound is cropped at random, a shorter one goes on in silence (C11); a caption is drawn as `draw_caption`
    says (R03). generator : of this row alone, on the processor.
    """
    levels = pairs.levels
    if pairs.changed is not None and float(torch.rand((), generator=generator)) < CHANGED_SHARE:
        levels = pairs.changed
    whole = levels.frames_of(position)
    first = int(torch.randint(0, max(1, whole - clip_frames + 1), (), generator=generator))
    frames = min(whole, clip_frames)
    row = levels.stretch(position, first, clip_frames)
    if pairs.augmented is not None:
        row[:frames] = augment_levels(row[:frames], pairs.augmented, generator)
    caption = draw_caption(pairs.captions[position], pairs.rewrites, pairs.keep_share, generator)
    return row, frames, caption


def texts_of(pairs: Pairs) -> list[str]:
    """Every different sentence that a row can have, sorted: for sentence vectors that are computed once (D11)."""
    said = {caption for captions in pairs.captions for caption in captions}
    return sorted(said | {text for caption in said for text in pairs.rewrites.get(caption, ())})


def captions_of(clip: Clip, settings: PairsConfig) -> tuple[str, ...]:
    """What people said of it, or else the recipe's sentence for its labels (D15)."""
    labels = clip.labels or ((clip.label,) if clip.label else ())
    if clip.captions or not settings.label_sentence or not labels:
        return clip.captions
    return (settings.label_sentence.replace("{labels}", ", ".join(labels)),)


def split_clips(clips: Sequence[Clip], settings: PairsConfig, seed: int) -> tuple[list[int], list[int]]:
    """Positions of clips to train on and of those that are held out.

    Held out are the named sources, the validation part of a published set, and a share of all recordings; the test part
    is in neither. A recording that is held out or tested under any source is not trained on (K06). Raises TrainerError
    for a source that no clip has.
    """
    split_by_source(clips, settings.held_out_sources)
    recordings = [clip.recording or str(clip.path) for clip in clips]
    tested: set[str] = set()
    chosen: set[str] = set()
    for clip, recording in zip(clips, recordings, strict=True):
        if clip.split.lower() in NEVER_TRAINED_SPLITS:
            tested.add(recording)
        elif (
            clip.source in settings.held_out_sources
            or clip.split.lower() in HELD_OUT_SPLITS
            or _share_of(recording, seed) < settings.held_out_share
        ):
            chosen.add(recording)
    chosen -= tested
    untrained = chosen | tested
    training = [at for at, recording in enumerate(recordings) if recording not in untrained]
    held_out = [at for at, recording in enumerate(recordings) if recording in chosen]
    return training, held_out


def _share_of(recording: str, seed: int) -> float:
    """A number from 0 to 1 of a recording's own: whether it is held out depends on no other recording."""
    return int.from_bytes(hashlib.sha256(f"{seed} {recording}".encode()).digest()[:8], "big") / 2.0**64


@lru_cache(maxsize=4)  # a step asks for it again and again
def order_of_epoch(rows: int, seed: int, epoch: int) -> Tensor:
    """(rows,) int64: every position once, in an order that depends on nothing else."""
    return torch.randperm(rows, generator=torch.Generator().manual_seed(seed * 1_000_003 + epoch))


def steps_of_epoch(rows: int, rows_per_step: int) -> int:
    """Whole batches of an epoch; what is left over is left out, other rows every time."""
    return max(1, rows // rows_per_step)


def positions_of_step(rows: int, rows_per_step: int, seed: int, step: int) -> Tensor:
    """(rows_per_step,) int64: the positions of a step's batch, a pure function of its arguments.

    No position comes twice in a batch, and none twice in an epoch, unless there are fewer rows than a batch has.
    """
    epoch, of_epoch = divmod(step, steps_of_epoch(rows, rows_per_step))
    order = order_of_epoch(rows, seed, epoch)
    return order[(torch.arange(rows_per_step) + of_epoch * rows_per_step) % rows]


@dataclass(frozen=True)
class _Reading:
    """Levels through the cache, as a recipe wants them."""

    recipe: PaperRecipe
    cache: Path
    workers: int

    def levels(self, sounds: Sequence[Sound]) -> ClipLevels:
        longest_s = max(LEAST_STORED_S, STORED_CLIPS * self.recipe.pairs.clip_s)
        return load_levels(sounds, self.recipe.mel, self.cache, longest_s=longest_s, workers=self.workers)

    def clips(self, clips: Sequence[Clip], wanted: Sequence[int]) -> ClipLevels:
        """Those of the wanted clips. Cached are all clips that are described, and all others if one of them is wanted:
        recipes that hold out something else share a cache."""
        described = [at for at, clip in enumerate(clips) if clip.captions]
        others = [at for at, clip in enumerate(clips) if not clip.captions]
        stored = described if set(wanted) <= set(described) else [*described, *others]
        levels = self.levels([clips[at] for at in described])
        if len(stored) > len(described):
            levels = levels.followed_by(self.levels([clips[at] for at in others]))
        position = {at: number for number, at in enumerate(stored)}
        return levels.at([position[at] for at in wanted])


def _training(
    reading: _Reading,
    clips: Sequence[Clip],
    said: Sequence[tuple[str, ...]],
    levels: ClipLevels,
    rewriting: Rewriting | None,
) -> Pairs:
    settings, seed = reading.recipe.pairs, reading.recipe.descent.seed
    if settings.kept_words == "nouns and verbs":
        said = [tuple(nouns_and_verbs(caption) for caption in captions) for captions in said]
    joined = _joined(clips, said, settings, seed)
    if joined:
        levels = levels.followed_by(reading.levels(joined))
    sounds: list[Sound] = [*clips, *joined]
    rewrites: Rewrites = {}
    if settings.rewrites:
        captions = list(dict.fromkeys(caption for each in said for caption in each))
        rewrites = (rewriting or partial(rewrite_offline, seed=seed))(captions, settings.rewrites)
        log.info("rewrites: of %d captions of %d", len(rewrites), len(captions))
    changed = reading.levels(_changed(sounds, seed)) if settings.augment else None
    return Pairs(
        sounds,
        [*said, *(each.captions for each in joined)],
        levels,
        rewrites,
        settings.keep_share,
        changed,
        reading.recipe.mel if settings.augment else None,
    )


def _joined(
    clips: Sequence[Clip], said: Sequence[tuple[str, ...]], settings: PairsConfig, seed: int
) -> list[JoinedClip]:
    """Of each part so much that both fit into a clip: a crop must not cut off what the sentence puts first."""
    if not settings.joined_pairs:
        return []
    part_s = (settings.clip_s + settings.cross_fade_s) / 2.0
    return draw_joined(clips, said, settings.joined_pairs, part_s=part_s, cross_fade_s=settings.cross_fade_s, seed=seed)


def _changed(sounds: Sequence[Sound], seed: int) -> list[Sound]:
    """Joined sounds stay as they are: they are made, and their spectrogram is augmented like any other."""
    return [ChangedClip(sound, seed_of(sound, seed)) if isinstance(sound, Clip) else sound for sound in sounds]
