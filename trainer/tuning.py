"""A network is tuned to a person's tags: their names come to find their sounds, and all else what it found before.

The last block along time and the head that makes a column's vector learn a change of low rank. What lies before them is
frozen and computed once for every sound, so that minutes are enough on a processor. What is asked:

    tags      a sound that is like a tag is nearer to the tag's name than sounds that are not meant and than random
              sounds of the library: cross entropy over likeness to the name
    replay    random sounds of the library keep the embeddings that they have, clips and segments alike

A random sound that the tag's light scorer would take is none to be told apart: it may be of the same kind. One example
in `HELD_OUT`, and as many random sounds, teach nothing and decide when it is enough.

The constants were chosen with every other one of the labels that training left out and with labels of held-out sources,
20 examples each. Mean average precision of their other sounds, by the name alone and by what Earmark learns of name and
examples, and of 149 captions of held-out sources among 427 sounds:

                                             name   learned   captions
    not tuned                                .259      .626       .419
    9 tags at once                           .654      .653       .407
    3 tags at once, other examples           .791      .754       .424   (not tuned: .200, .626, .419)

Sharper (temperature .05) the name learns less (.601) and keeps as much; with half the replay captions lose more (.396).
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, islice

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine import personal_tags
from engine.clap.network import Columns, EarmarkNetwork, segments_in
from engine.embedding import Embedder
from engine.stored_embeddings import FileEmbeddings
from trainer.low_rank import add_low_rank, merge_low_rank
from trainer.optimizer import descend, learning_rate

BLOCKS = 1  # so many of the last blocks along time are tuned
RANK = 8
STEPS = 120
LEARNING_RATE, WARMUP_STEPS, CLIP_NORM = 2e-3, 10, 1.0
LIKES_PER_STEP, UNLIKES_PER_STEP, STRANGERS_PER_STEP = 16, 8, 48
LEAST_LIKES = 5  # of each tag in a step
TEMPERATURE = 0.15
REPLAY = 10.0  # weight of what is to be kept
HELD_OUT = 5
DOUBTFUL = 0.25  # at most such a share of random sounds
JUDGE_EVERY, PATIENCE = 20, 4
BATCH_SEGMENTS = 64  # heard at once

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Windows:
    """One sound as the frozen part of a network hears it, window by window.

    columns : (T, width) float16 each; a window is padded to 1, 2, 4 ... segments, as `Embedder` does
    lengths_samples : how much of each window is sound
    """

    columns: Sequence[Tensor]
    lengths_samples: Sequence[int]


@dataclass(frozen=True)
class TagToTune:
    """A tag's name, the vector (dim,) that the network makes of it, and examples."""

    name: str
    vector: np.ndarray
    likes: Sequence[Windows]
    unlikes: Sequence[Windows] = ()


@dataclass(frozen=True)
class Tuned:
    """The objective on what taught nothing, before and after, and after how many steps it was best."""

    steps: int
    before: float
    after: float


# --- the frozen part ----------------------------------------------------------------------------------------------


@torch.inference_mode()
def hear_frozen(network: EarmarkNetwork, waveforms: Sequence[np.ndarray]) -> list[Windows]:
    """Waveforms (samples,) at the network's rate, of any length."""
    size = network.samples_per_segment * network.segments_per_window
    cut = [[y[start : start + size] for start in range(0, max(1, len(y)), size)] for y in waveforms]
    flat = [window for windows in cut for window in windows]
    heard: dict[int, Tensor] = {}
    for segments, positions in _by_padded_segments(network, flat).items():
        size = max(1, BATCH_SEGMENTS // segments)
        for first in range(0, len(positions), size):
            chosen = positions[first : first + size]
            padded = np.zeros((len(chosen), segments * network.samples_per_segment), dtype=np.float32)
            for row, position in zip(padded, chosen, strict=True):
                row[: len(flat[position])] = flat[position]
            heard |= dict(zip(chosen, _frozen(network, torch.from_numpy(padded)).half(), strict=True))
    inorder = iter(range(len(flat)))
    return [Windows([heard[next(inorder)] for _ in windows], [len(window) for window in windows]) for windows in cut]


def _by_padded_segments(network: EarmarkNetwork, windows: Sequence[np.ndarray]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for position, window in enumerate(windows):
        needed = max(1, -(-len(window) // network.samples_per_segment))
        found[min(1 << (needed - 1).bit_length(), network.segments_per_window)].append(position)
    return found


def _frozen(network: EarmarkNetwork, waveforms: Tensor) -> Tensor:
    """(B, samples) -> (B, T, width)."""
    encoder = network.audio_encoder
    columns: Tensor = encoder.blocks[: len(encoder.blocks) - len(tail_of(network))](
        encoder.enter(network.levels_of(waveforms))
    )
    return columns


# --- the part that is tuned ---------------------------------------------------------------------------------------


def tail_of(network: EarmarkNetwork) -> nn.Sequential:
    """The last blocks along time; none where the encoder has none."""
    blocks = network.audio_encoder.blocks
    return nn.Sequential(*list(blocks)[max(0, len(blocks) - BLOCKS) :])


def embed_tail(network: EarmarkNetwork, files: Sequence[Windows]) -> list[FileEmbeddings]:
    """What `Embedder.embed_audio` makes of the same sounds with this network."""
    embedder = Embedder(network, checkpoint_id="")
    embedded = []
    with torch.inference_mode():
        for first in range(0, len(files), STRANGERS_PER_STEP):
            some = files[first : first + STRANGERS_PER_STEP]
            flat = [
                Windows([each], [length])
                for file in some
                for each, length in zip(file.columns, file.lengths_samples, strict=True)
            ]
            found = iter(_embed(network, flat))
            for file in some:
                parts = [
                    FileEmbeddings(each[:-1].numpy(), each[-1].numpy()) for each in islice(found, len(file.columns))
                ]
                embedded.append(embedder.join_windows(parts, list(file.lengths_samples)))
    return embedded


def _embed(network: EarmarkNetwork, sounds: Sequence[Windows]) -> list[Tensor]:
    """The first window of each -> (segments + 1, dim), the clip last."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for position, sound in enumerate(sounds):
        by_length[len(sound.columns[0])].append(position)
    found: dict[int, Tensor] = {}
    for positions in by_length.values():
        columns = _tail(network, torch.stack([sounds[position].columns[0] for position in positions]).float())
        sounding = [
            segments_in(sounds[position].lengths_samples[0], network.samples_per_segment) for position in positions
        ]
        embeddings = _pooled(network, columns, torch.tensor(sounding))
        for position, row, segments in zip(positions, embeddings, sounding, strict=True):
            found[position] = torch.cat([row[:segments], row[-1:]])
    return [found[position] for position in range(len(sounds))]


def _tail(network: EarmarkNetwork, entering: Tensor) -> Columns:
    states = network.audio_encoder.norm(tail_of(network)(entering))
    return Columns(
        states, network.vector_head(states), network.tag_head(states), network.weight_head(states).squeeze(-1)
    )


def _pooled(network: EarmarkNetwork, columns: Columns, sounding: Tensor) -> Tensor:
    """So many segments of each row hold sound (B,) -> embeddings (B, segments + 1, dim), the clip last."""
    per_segment = network.config.columns_per_segment
    segments = columns.vectors.shape[1] // per_segment
    each = torch.eye(segments).repeat_interleave(per_segment, dim=1)
    whole = (torch.arange(segments) < sounding.unsqueeze(1)).float() @ each  # (B, T)
    spans = torch.cat([each.expand(len(whole), -1, -1), whole.unsqueeze(1)], dim=1)
    return network.join_views(columns.pool(columns.vectors, spans), columns.pool(columns.tag_logits.sigmoid(), spans))


# --- tuning -------------------------------------------------------------------------------------------------------


def tune(network: EarmarkNetwork, tags: Sequence[TagToTune], strangers: Sequence[Windows], *, seed: int = 0) -> Tuned:
    """Change the network in place, which is in evaluation mode, to what did best on what taught nothing; if nothing
    did better than no change, `steps` is 0 and the network is as it was.

    tags : each with `HELD_OUT` examples or more; strangers : as many random sounds or more, none of them an example
    """
    generator = torch.Generator().manual_seed(seed)
    objective = _Objective(network, tags, strangers)
    learned = [
        parameter
        for part in (tail_of(network), network.vector_head)
        for parameter in add_low_rank(part, RANK, generator)
    ]
    tuned = _learn(objective, learned, generator)
    for part in (tail_of(network), network.vector_head):
        merge_low_rank(part)
    return tuned


def _learn(objective: _Objective, learned: Sequence[nn.Parameter], generator: torch.Generator) -> Tuned:
    """Descend while it helps what teaches nothing, and go back to where that was best."""
    optimizer = torch.optim.AdamW(learned, weight_decay=0.0)
    before = best = objective.judged()
    best_step, kept = 0, [parameter.detach().clone() for parameter in learned]
    for done in range(1, STEPS + 1):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(done - 1, peak=LEARNING_RATE, warmup_steps=WARMUP_STEPS, steps=STEPS)
        objective.of_step(generator).backward()
        descend(optimizer, learned, CLIP_NORM)
        if done % JUDGE_EVERY and done < STEPS:
            continue
        now = objective.judged()
        log.info("step %d of at most %d  objective %.3f, at first %.3f", done, STEPS, now, before)
        if now < best:
            best, best_step, kept = now, done, [parameter.detach().clone() for parameter in learned]
        elif done - best_step >= PATIENCE * JUDGE_EVERY:
            break
    with torch.no_grad():
        for parameter, value in zip(learned, kept, strict=True):
            parameter.copy_(value)
    return Tuned(best_step, before, best)


@dataclass(frozen=True)
class _Learner:
    """One tag's examples, to learn from and to judge by; `doubtful` (strangers,) bool."""

    vector: Tensor
    likes: Sequence[Windows]
    judges: Sequence[Windows]
    unlikes: Sequence[Windows]
    doubtful: Tensor


class _Objective:
    def __init__(self, network: EarmarkNetwork, tags: Sequence[TagToTune], strangers: Sequence[Windows]) -> None:
        self.network = network
        self.strangers = strangers
        with torch.no_grad():
            self.kept = _embed(network, strangers)
        self.judging = len(strangers) // HELD_OUT  # the first of them teach nothing
        self.tags = [self._learner(tag) for tag in tags]

    def _learner(self, tag: TagToTune) -> _Learner:
        with torch.no_grad():
            likes, unlikes = (_as_files(_embed(self.network, sounds)) for sounds in (tag.likes, tag.unlikes))
        files = _as_files(self.kept)
        light = personal_tags.learn(tag.vector, likes, unlikes, files)
        of_strangers = personal_tags.scores(light, personal_tags.Sounds.of(files, len(tag.vector)))
        every = range(len(tag.likes))
        return _Learner(
            vector=torch.from_numpy(tag.vector).float(),
            likes=[tag.likes[n] for n in every if n % HELD_OUT],
            judges=[tag.likes[n] for n in every if not n % HELD_OUT],
            unlikes=tag.unlikes,
            doubtful=torch.from_numpy(of_strangers >= max(light.threshold, np.quantile(of_strangers, 1 - DOUBTFUL))),
        )

    def of_step(self, generator: torch.Generator) -> Tensor:
        """The loss on a few examples of every tag and a few strangers."""
        drawn = self.judging + torch.randperm(len(self.strangers) - self.judging, generator=generator)
        likes = [_some(tag.likes, max(LEAST_LIKES, LIKES_PER_STEP // len(self.tags)), generator) for tag in self.tags]
        unlikes = [_some(tag.unlikes, UNLIKES_PER_STEP // len(self.tags) + 1, generator) for tag in self.tags]
        return self._loss(likes, unlikes, drawn[:STRANGERS_PER_STEP])

    @torch.no_grad()
    def judged(self) -> float:
        """The loss on all that teaches nothing."""
        likes = [tag.judges for tag in self.tags]
        return float(self._loss(likes, [() for _ in self.tags], torch.arange(self.judging)))

    def _loss(self, likes: Sequence[Sequence[Windows]], unlikes: Sequence[Sequence[Windows]], drawn: Tensor) -> Tensor:
        """likes, unlikes : of each tag; drawn : the numbers of strangers."""
        sounds = [*(self.strangers[n] for n in drawn), *(sound for some in (*likes, *unlikes) for sound in some)]
        embedded = iter(_embed(self.network, sounds))
        strangers = list(islice(embedded, len(drawn)))
        of_likes, of_unlikes = ([list(islice(embedded, len(some))) for some in sides] for sides in (likes, unlikes))
        of_tags = [
            _tag_loss(tag.vector, liked, [*unliked, *compress(strangers, ~tag.doubtful[drawn])])
            for tag, liked, unliked in zip(self.tags, of_likes, of_unlikes, strict=True)
        ]
        strayed = [1.0 - (now * self.kept[n]).sum(-1).mean() for now, n in zip(strangers, drawn, strict=True)]
        return torch.stack(of_tags).mean() + REPLAY * torch.stack(strayed).mean()


def _tag_loss(vector: Tensor, likes: Sequence[Tensor], others: Sequence[Tensor]) -> Tensor:
    """Each example against all others, by likeness as a search goes by it."""
    of_likes = torch.stack([_likeness(sound, vector) for sound in likes])
    of_others = torch.stack([_likeness(sound, vector) for sound in others]) if others else torch.empty(0)
    logits = torch.cat([of_likes.unsqueeze(1), of_others.expand(len(of_likes), -1)], dim=1) / TEMPERATURE
    return functional.cross_entropy(logits, torch.zeros(len(logits), dtype=torch.int64))


def _likeness(embeddings: Tensor, vector: Tensor) -> Tensor:
    """Of a sound (segments + 1, dim), the clip last: half is that of the clip, half that of the best segment."""
    likeness = embeddings @ vector
    return 0.5 * (likeness[-1] + likeness[:-1].max())


def _some(sounds: Sequence[Windows], count: int, generator: torch.Generator) -> list[Windows]:
    return [sounds[n] for n in torch.randperm(len(sounds), generator=generator)[:count]]


def _as_files(embeddings: Sequence[Tensor]) -> list[FileEmbeddings]:
    return [FileEmbeddings(each[:-1].numpy(), each[-1].numpy()) for each in embeddings]
