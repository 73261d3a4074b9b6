"""What may be said of each sound in training: its caption and label, words for what the teachers hear in it, and
sentences for mixtures.

Words for a tag are its synonyms, acoustic descriptions and scenes from the ontology (seeds R02, R05). A mixture is
recaptioned (seeds K05): what its parts are called is joined as they lie in time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.ontology import SoundKind
from trainer.corpus import Corpus
from trainer.manifest import Clip
from trainer.mixtures import AFTER, ALONE, Mixtures

HEARD = 0.35  # a tag with a higher score may speak for a sound
TAGS_PER_SOUND = 3
_JOINED = {
    "softly": ("{a} with {b} in the background", "{a} while {b} is heard faintly", "{a} over {b}"),
    "equal": ("{a} and {b}", "{a} while {b}", "{a} together with {b}", "{b} and {a} at the same time"),
    "after": ("{a}, then {b}", "{a} followed by {b}", "{b} after {a}", "{a} before {b}", "first {a}, then {b}"),
}


@dataclass(frozen=True)
class Texts:
    """Sentence vectors, and which of them may be said of an item.

    vectors : (texts, width), unit rows; the first `candidates` are what every sound is compared with, the others
        sentences that are said of one mixture only
    own : (items, 2), caption and label of a clip, or of the only clip of a mixture, or a mixture's sentence; -1 is none
    heard : (items, TAGS_PER_SOUND), the strongest tags whose score is above HEARD; -1 is none
    of_tag : (tags, most), texts of each tag; -1 fills the shorter rows
    """

    vectors: Tensor
    candidates: int
    own: Tensor
    heard: Tensor
    of_tag: Tensor

    def draw(self, items: Tensor, own_share: float, generator: torch.Generator) -> Tensor:
        """A text for each item (any shape), or -1: one of its own by `own_share`, otherwise one of a tag it has."""
        known = items.clamp_min(0)
        own = _pick(self.own[known], generator)
        tag = _pick(self.heard[known], generator)
        of_tag = torch.where(tag >= 0, _pick(self.of_tag[tag.clamp_min(0)], generator), -1)
        prefers_own = torch.rand(items.shape, generator=generator, device=items.device) < own_share
        chosen = torch.where(prefers_own, own, of_tag)
        chosen = torch.where(chosen >= 0, chosen, torch.maximum(own, of_tag))  # whichever there is
        return torch.where(items >= 0, chosen, -1)


def gather_texts(
    corpus: Corpus, kinds: Sequence[SoundKind], encode: Callable[[Sequence[str]], Tensor], *, seed: int
) -> Texts:
    """The texts of all items of a corpus.

    kinds : in the order of the corpus's tags; encode : texts -> centred sentence vectors (texts, width)
    """
    phrases = [kind.phrases for kind in kinds]
    candidates = sorted(set(distinct_texts(corpus.training_clips)) | {text for each in phrases for text in each})
    position = {text: number for number, text in enumerate(candidates)}
    training = set(corpus.split.training)
    own = [
        [position.get(text, -1) if number in training else -1 for text in (clip.caption, clip.label)]
        for number, clip in enumerate(corpus.clips)
    ]
    names = [_name(clip, scores, kinds) for clip, scores in zip(corpus.clips, _heard(corpus), strict=True)]
    sentences = recaption(corpus.mixtures, names, seed=seed)
    of_mixtures, said = _own_of_mixtures(corpus.mixtures, own, sentences, first=len(candidates))
    most = max(map(len, phrases), default=1)
    of_tag = [[position[text] for text in each] + [-1] * (most - len(each)) for each in phrases]
    device = corpus.features.device
    return Texts(
        vectors=encode([*candidates, *said]).to(device),
        candidates=len(candidates),
        own=torch.tensor(own + of_mixtures, device=device),
        heard=_strongest(corpus.features.clip_scores),
        of_tag=torch.tensor(of_tag, device=device),
    )


def distinct_texts(clips: Sequence[Clip]) -> list[str]:
    """Every different caption and label, sorted."""
    return sorted({text for clip in clips for text in (clip.caption, clip.label) if text})


def recaption(mixtures: Mixtures, names: Sequence[str], *, seed: int) -> list[str]:
    """A sentence for each mixture of two parts that both have a name ("" is none); "" for the others."""
    random = np.random.default_rng(seed)
    choices = random.random(len(mixtures))
    sentences = []
    columns = (mixtures.kinds, mixtures.clips, mixtures.gains_db, torch.from_numpy(choices))
    for kind, (first, second), gain_db, choice in zip(*(column.tolist() for column in columns), strict=True):
        a, b = names[first], names[second]
        if kind == ALONE or not a or not b:
            sentences.append("")
            continue
        if gain_db > 4.0 and kind != AFTER:
            a, b = b, a  # the louder one is named first
        templates = _JOINED["after" if kind == AFTER else "softly" if abs(gain_db) > 4.0 else "equal"]
        sentences.append(templates[int(choice * len(templates))].format(a=a, b=b))
    return sentences


def _heard(corpus: Corpus) -> list[list[int]]:
    heard: list[list[int]] = _strongest(corpus.features.clip_scores[: len(corpus.clips)]).tolist()
    return heard


def _strongest(clip_scores: Tensor) -> Tensor:
    """(items, TAGS_PER_SOUND) tags above HEARD, the strongest first; -1 is none."""
    scores, tags = clip_scores.topk(min(TAGS_PER_SOUND, clip_scores.shape[1]), dim=1)
    return torch.where(scores > HEARD, tags, -1)


def _name(clip: Clip, heard: Sequence[int], kinds: Sequence[SoundKind]) -> str:
    """What a part of a mixture is called: its caption, or its strongest tag."""
    if clip.caption:
        return clip.caption.rstrip(".")
    return kinds[heard[0]].synonyms[0] if heard and heard[0] >= 0 else ""


def _own_of_mixtures(
    mixtures: Mixtures, own: Sequence[Sequence[int]], sentences: Sequence[str], *, first: int
) -> tuple[list[list[int]], list[str]]:
    """Own texts of every mixture, and the sentences in the order of their positions from `first` on."""
    rows: list[list[int]] = []
    said: list[str] = []
    for kind, clip, sentence in zip(mixtures.kinds.tolist(), mixtures.clips[:, 0].tolist(), sentences, strict=True):
        if sentence:
            rows.append([first + len(said), -1])
            said.append(sentence)
        else:
            rows.append(list(own[clip]) if kind == ALONE else [-1, -1])
    return rows, said


def _pick(choices: Tensor, generator: torch.Generator) -> Tensor:
    """One of the choices (..., n) that are not -1, at random; -1 where there is none: (...)."""
    weights = torch.rand(choices.shape, generator=generator, device=choices.device)
    best = torch.where(choices >= 0, weights, -1.0).argmax(-1, keepdim=True)
    return choices.gather(-1, best).squeeze(-1)
