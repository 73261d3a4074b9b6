"""What a network that is tuned is asked: tags, captions and replay, on a few sounds of every kind at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress, islice

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine import personal_tags
from engine.clap.network import EarmarkNetwork
from trainer.tuned_part import Windows, as_files, embed_first
from trainer.tuning_recipe import ObjectiveConfig, TuningRecipe, load_tuning_recipe


@dataclass(frozen=True)
class TagToTune:
    """A tag's name, the vector (dim,) that the network makes of it, and examples."""

    name: str
    vector: np.ndarray
    likes: Sequence[Windows]
    unlikes: Sequence[Windows] = ()


@dataclass(frozen=True)
class CaptionToTune:
    """What was written of a sound, the vector (dim,) that the network makes of it, and the sound."""

    sentence: str
    vector: np.ndarray
    sound: Windows


@dataclass(frozen=True)
class Judged:
    """What taught nothing, as the network hears it now.

    loss : the objective
    found : in 0..1, how early sounds come for their name or sentence among random ones (mean average precision)
    kept : mean cosine of random sounds to what they were
    """

    loss: float
    found: float
    kept: float


@dataclass(frozen=True)
class _Learner:
    """One tag's examples, to learn from and to judge by; `doubtful` (strangers,) bool."""

    vector: Tensor
    likes: Sequence[Windows]
    judges: Sequence[Windows]
    unlikes: Sequence[Windows]
    doubtful: Tensor


@dataclass(frozen=True)
class _Drawn:
    """Which sounds: of each tag its likes and unlikes, the numbers of strangers and of captioned sounds."""

    likes: Sequence[Sequence[Windows]]
    unlikes: Sequence[Sequence[Windows]]
    strangers: Tensor
    captioned: Tensor


@dataclass(frozen=True)
class _Heard:
    """The same sounds as the network hears them now, (segments + 1, dim) each.

    others : of each tag, what it is to be told from
    """

    likes: Sequence[Sequence[Tensor]]
    others: Sequence[Sequence[Tensor]]
    strangers: Sequence[Tensor]
    captioned: Sequence[Tensor]


class Objective:
    """Of the part of `network` that is tuned; made before anything is learned: replay keeps what is heard then."""

    def __init__(
        self,
        network: EarmarkNetwork,
        tags: Sequence[TagToTune],
        strangers: Sequence[Windows],
        captions: Sequence[CaptionToTune] = (),
        recipe: TuningRecipe | None = None,
    ) -> None:
        """recipe : `personal` if it is None"""
        recipe = recipe or load_tuning_recipe()
        self.settings, self.rows = recipe.objective, recipe.rows
        self.network = network
        self.strangers = strangers
        with torch.no_grad():
            self.kept = embed_first(network, strangers)
        self.judging = len(strangers) // self.settings.held_out_every  # the first of them teach nothing
        self.tags = [self._learner(tag) for tag in tags]
        self.captioned = [caption.sound for caption in captions]
        self.judging_captions = -(-len(captions) // self.settings.held_out_every)  # likewise
        self.sentences = torch.from_numpy(np.stack([each.vector for each in captions])).float() if captions else None
        self.doubtful = self._doubtful_of_sentences()  # (captions, strangers) bool

    def _learner(self, tag: TagToTune) -> _Learner:
        with torch.no_grad():
            likes, unlikes = (as_files(embed_first(self.network, sounds)) for sounds in (tag.likes, tag.unlikes))
        files = as_files(self.kept)
        light = personal_tags.learn(tag.vector, likes, unlikes, files)
        of_strangers = personal_tags.scores(light, personal_tags.Sounds.of(files, len(tag.vector)))
        highest = np.quantile(of_strangers, 1 - self.settings.doubtful_share)
        every, apart = range(len(tag.likes)), self.settings.held_out_every
        return _Learner(
            vector=torch.from_numpy(tag.vector).float(),
            likes=[tag.likes[n] for n in every if n % apart],
            judges=[tag.likes[n] for n in every if not n % apart],
            unlikes=tag.unlikes,
            doubtful=torch.from_numpy(of_strangers >= max(light.threshold, highest)),
        )

    def _doubtful_of_sentences(self) -> Tensor:
        if self.sentences is None:
            return torch.empty(0, len(self.strangers), dtype=torch.bool)
        likeness = torch.stack([_likeness(sound, self.sentences.T) for sound in self.kept], dim=1)
        return likeness >= likeness.quantile(1.0 - self.settings.doubtful_of_sentence_share, dim=1, keepdim=True)

    def of_step(self, generator: torch.Generator) -> dict[str, Tensor]:
        """The parts of the loss on a few sounds of every kind: "tags", "captions" and "replay", each weighted."""
        drawn = self.judging + torch.randperm(len(self.strangers) - self.judging, generator=generator)
        rows = self.rows
        each = max(rows.least_likes, rows.likes_per_step // max(1, len(self.tags)))
        likes = [_some(tag.likes, each, generator) for tag in self.tags]
        unlikes = [_some(tag.unlikes, rows.unlikes_per_step // len(self.tags) + 1, generator) for tag in self.tags]
        captioned = torch.empty(0, dtype=torch.int64)
        if self.captioned:
            teaching = torch.randperm(len(self.captioned) - self.judging_captions, generator=generator)
            captioned = self.judging_captions + teaching[: rows.captioned_per_step]
        step = _Drawn(likes, unlikes, drawn[: rows.strangers_per_step], captioned)
        return self._losses(step, self._hear(step))

    @torch.no_grad()
    def judged(self) -> Judged:
        """On all that teaches nothing."""
        drawn = _Drawn(
            [tag.judges for tag in self.tags],
            [() for _ in self.tags],
            torch.arange(self.judging),
            torch.arange(self.judging_captions),
        )
        heard = self._hear(drawn)
        loss = torch.stack(list(self._losses(drawn, heard).values())).sum()
        return Judged(float(loss), self._found(drawn, heard), float(self._likeness_kept(drawn, heard)))

    def _hear(self, drawn: _Drawn) -> _Heard:
        """All at once."""
        sounds = [
            *(self.strangers[n] for n in drawn.strangers),
            *(sound for some in (*drawn.likes, *drawn.unlikes) for sound in some),
            *(self.captioned[n] for n in drawn.captioned),
        ]
        embedded = iter(embed_first(self.network, sounds))
        strangers = list(islice(embedded, len(drawn.strangers)))
        likes, unlikes = (
            [list(islice(embedded, len(some))) for some in sides] for sides in (drawn.likes, drawn.unlikes)
        )
        others = [
            [*unliked, *compress(strangers, ~tag.doubtful[drawn.strangers])]
            for tag, unliked in zip(self.tags, unlikes, strict=True)
        ]
        return _Heard(likes, others, strangers, list(embedded))

    def _losses(self, drawn: _Drawn, heard: _Heard) -> dict[str, Tensor]:
        losses = {}
        if self.tags:
            of_tags = [
                _tag_loss(tag.vector, likes, others, self.settings.temperature)
                for tag, likes, others in zip(self.tags, heard.likes, heard.others, strict=True)
            ]
            losses["tags"] = torch.stack(of_tags).mean()
        if self.sentences is not None:
            doubtful = self.doubtful[drawn.captioned][:, drawn.strangers]
            losses["captions"] = _caption_loss(
                self.sentences[drawn.captioned], heard.captioned, heard.strangers, doubtful, self.settings
            )
        losses["replay"] = self.settings.replay * (1.0 - self._likeness_kept(drawn, heard))
        return losses

    def _likeness_kept(self, drawn: _Drawn, heard: _Heard) -> Tensor:
        cosines = [(now * self.kept[n]).sum(-1).mean() for now, n in zip(heard.strangers, drawn.strangers, strict=True)]
        return torch.stack(cosines).mean()

    def _found(self, drawn: _Drawn, heard: _Heard) -> float:
        of_tags = [
            _precision(tag.vector, likes, others)
            for tag, likes, others in zip(self.tags, heard.likes, heard.others, strict=True)
        ]
        sentences: Sequence[Tensor] = () if self.sentences is None else list(self.sentences[drawn.captioned])
        of_captions = [
            _precision(sentence, [sound], heard.strangers)
            for sentence, sound in zip(sentences, heard.captioned, strict=True)
        ]
        return float(np.mean([*of_tags, *of_captions]))


def _tag_loss(vector: Tensor, likes: Sequence[Tensor], others: Sequence[Tensor], temperature: float) -> Tensor:
    """Each example against all others, by likeness as a search goes by it."""
    of_likes = torch.stack([_likeness(sound, vector) for sound in likes])
    of_others = torch.stack([_likeness(sound, vector) for sound in others]) if others else torch.empty(0)
    logits = torch.cat([of_likes.unsqueeze(1), of_others.expand(len(of_likes), -1)], dim=1) / temperature
    return functional.cross_entropy(logits, torch.zeros(len(logits), dtype=torch.int64))


def _caption_loss(
    sentences: Tensor,
    sounds: Sequence[Tensor],
    strangers: Sequence[Tensor],
    doubtful: Tensor,
    settings: ObjectiveConfig,
) -> Tensor:
    """Each sentence (S, dim) against all sounds, and each sound of a sentence against all sentences (InfoNCE).

    Sounds whose sentence says the same are none to be told apart, nor are `doubtful` strangers (S, strangers).
    """
    likeness = torch.stack([_likeness(sound, sentences.T) for sound in (*sounds, *strangers)], dim=1)  # (S, sounds)
    count = len(sentences)
    same = (sentences @ sentences.T >= settings.same_sentence) & ~torch.eye(count, dtype=torch.bool)
    logits = (likeness / settings.temperature).masked_fill(torch.cat([same, doubtful], dim=1), -torch.inf)
    own = torch.arange(count)
    return 0.5 * (functional.cross_entropy(logits, own) + functional.cross_entropy(logits[:, :count].T, own))


def _likeness(embeddings: Tensor, vectors: Tensor) -> Tensor:
    """Of a sound (segments + 1, dim), the clip last, to vectors (dim,) or (dim, V): half is that of the clip, half that
    of the best segment.
    """
    likeness = embeddings @ vectors
    return 0.5 * (likeness[-1] + likeness[:-1].amax(dim=0))


def _precision(vector: Tensor, meant: Sequence[Tensor], others: Sequence[Tensor]) -> float:
    """Mean average precision of the sounds that are meant among all, in 0..1; ties count against them."""
    of_meant = torch.stack([_likeness(sound, vector) for sound in meant])
    of_others = torch.stack([_likeness(sound, vector) for sound in others]) if others else torch.empty(0)
    before = (of_meant.unsqueeze(1) <= of_meant).sum(1)  # among those that are meant, itself included
    places = before + (of_meant.unsqueeze(1) <= of_others).sum(1)
    return float((before / places).mean())


def _some(sounds: Sequence[Windows], count: int, generator: torch.Generator) -> list[Windows]:
    return [sounds[n] for n in torch.randperm(len(sounds), generator=generator)[:count]]
