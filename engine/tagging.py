"""Which kinds of sound a file seems to hold, where, and how likely: suggestions, never what a person said.

Each tag is judged by itself, in deviations above what the library's sounds reach: half of the evidence is the best
segment, as in `evidence`, and half is the clip or a stretch that is as clear. What is usual is taken away, half of it
for each tag alone; what sounds spread by is common to all tags.

All was chosen on 154 sounds of held-out sources, and on 426 of labels that were kept from training; only their label
counted as right, what it implies, and narrower kinds. A tag's own spread was tried first. The mean average precision
over all pairs of a tag and a sound was .157 and .148 with it. With one for all it was .209 and .234 less what is usual
for each tag, .224 and .245 less half of that, and .237 and .253 less what is usual for all: a narrow spread is no sign
of a clear tag. Half stays for networks that do not centre their sounds.

Of the tags that were called very likely .84 and .77 were right, of the likely .67 and .56, of the others .33 and .35.
Stretches cost .03 and .02 of the very likely, since a sound alone needs none. But of two sounds one after the other
both were suggested in 41 of 80 files, instead of 8.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import permutations
from typing import Literal

import numpy as np

from engine import ontology
from engine.background import Background
from engine.ontology import sound_kinds
from engine.stored_embeddings import FileEmbeddings
from engine.tag_vectors import TagVectors

Strength = Literal["very likely", "likely", "maybe"]
Span = tuple[float, float]  # start_s, end_s

STRENGTHS: tuple[tuple[Strength, float], ...] = (("very likely", 9.5), ("likely", 8.5), ("maybe", 7.0))  # least z
MOST_TAGS = 8  # of one file, without the parents that they imply
BEHIND_THE_BEST_Z = 3.5  # what is so much less clear than the clearest is not suggested
EVEN_Z = 8.5  # with which a tag is as likely right as wrong
STEEPNESS = 0.8  # of its score, for each deviation; both by logistic regression
SPAN_FRACTION = 0.5  # of the best segment's z, that a segment of a span keeps
STRETCH_SEGMENTS = 3  # of a long file, that are judged like a whole one
SPAN_GAP_SEGMENTS = 1  # so short a gap does not end a span
USUAL_PERCENTILE = 90.0
OWN_SHARE = 0.5  # of what is usual for a tag that is taken away, beside what is for all


@dataclass(frozen=True)
class SuggestedTag:
    """`kind` : its id in the ontology; `score` in 0..1, rising with the evidence; `spans` in order, at least one.

    implied : a more specific tag of the same file says it already: a dog is an animal
    """

    kind: str
    strength: Strength
    score: float
    spans: tuple[Span, ...]
    implied: bool = False


@dataclass(frozen=True)
class Relations:
    """What is known of kinds, by id: which others each implies, and which cannot be true of the same moment."""

    ancestors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rivals: Mapping[str, Collection[str]] = field(default_factory=dict)


@cache
def relations_of_ontology() -> Relations:
    """Groups of kinds, which are not heard themselves, are left out."""
    kinds = [kind.id for kind in sound_kinds()]
    wider = {kind: [one.id for one in ontology.ancestors(kind) if not one.is_group] for kind in kinds}
    rivals: dict[str, set[str]] = {}
    for group in ontology.exclusive_groups():
        below = {one: {one, *(narrower.id for narrower in ontology.descendants(one))} for one in group}
        for one, other in permutations(group, 2):
            for kind in below[one] - below[other]:
                rivals.setdefault(kind, set()).update(below[other] - below[one])
    return Relations(wider, rivals)


@dataclass(frozen=True)
class Levels:
    """What unrelated sounds reach: `usual` (tags,), for each tag; `spread`, for all of them."""

    usual: np.ndarray
    spread: float

    @classmethod
    def of(cls, similarities: np.ndarray) -> Levels:
        """From the similarities (tags, sounds) of any number of sounds, even none, to at least one tag.

        A library of nothing but dogs does not make a dog usual: no tag counts as more so than nine in ten tags.
        """
        each = [Background.of(row) for row in similarities]
        usual = np.array([one.usual for one in each])
        common = float(np.median(usual))
        usual = np.minimum(usual, np.percentile(usual, USUAL_PERCENTILE))
        return cls(common + OWN_SHARE * (usual - common), float(np.median([one.spread for one in each])))

    def z(self, similarities: np.ndarray) -> np.ndarray:
        """(..., tags), of the same shape."""
        return np.asarray((similarities - self.usual) / self.spread)

    def z_of(self, tag: int, similarities: np.ndarray) -> np.ndarray:
        """Of one tag's similarities, of the same shape."""
        return np.asarray((similarities - self.usual[tag]) / self.spread)


@dataclass(frozen=True)
class TagBackground:
    """What is usual in a library for each tag, in its segments and in its clips."""

    segments: Levels
    clips: Levels


def tags_of(
    heard: FileEmbeddings,
    tags: TagVectors,
    background: TagBackground,
    relations: Relations,
    *,
    segment_s: float,
    duration_s: float,
) -> list[SuggestedTag]:
    """What to suggest for one file, the clearest first; nothing where nothing is clear."""
    of_segments = heard.segments @ tags.vectors.T  # (segments, tags)
    evidence = evidence_z(heard, of_segments, tags, background)
    suggested = []
    for at in _clear(evidence):
        spans = spans_of(background.segments.z_of(at, of_segments[:, at]), segment_s, duration_s)
        suggested.append(_suggested(tags.kinds[at], float(evidence[at]), spans))
    kept = _with_parents(_without_rivals(suggested, relations), relations)
    return sorted(kept, key=lambda tag: (-tag.score, tag.implied, tag.kind))


def evidence_z(
    heard: FileEmbeddings, of_segments: np.ndarray, tags: TagVectors, background: TagBackground
) -> np.ndarray:
    """(tags,), from the similarities (segments, tags) too: half is the best segment, half the whole or the best stretch
    of it, so that what is heard for a while counts although something else is heard for longer.
    """
    whole = heard.clip @ tags.vectors.T
    if len(of_segments) > STRETCH_SEGMENTS:
        lengths = np.linalg.norm(_moving_mean(heard.segments), axis=1, keepdims=True)
        whole = np.maximum(whole, (_moving_mean(of_segments) / np.maximum(lengths, 1e-6)).max(axis=0))
    return np.asarray((background.segments.z(of_segments.max(axis=0)) + background.clips.z(whole)) / 2)


def _moving_mean(rows: np.ndarray) -> np.ndarray:
    """(rows, n) -> (rows - STRETCH_SEGMENTS + 1, n)."""
    count = len(rows) - STRETCH_SEGMENTS + 1
    return np.asarray(sum(rows[first : first + count] for first in range(STRETCH_SEGMENTS)) / STRETCH_SEGMENTS)


def spans_of(z: np.ndarray, segment_s: float, duration_s: float) -> tuple[Span, ...]:
    """Where one tag is heard: stretches of z (segments,) that keep `SPAN_FRACTION` of the best, over short gaps."""
    best = float(z.max())
    if best <= 0:
        return (_seconds(int(z.argmax()), int(z.argmax()), segment_s, duration_s),)
    above = np.flatnonzero(z >= SPAN_FRACTION * best)
    breaks = np.flatnonzero(np.diff(above) > SPAN_GAP_SEGMENTS + 1) + 1
    return tuple(_seconds(int(run[0]), int(run[-1]), segment_s, duration_s) for run in np.split(above, breaks))


def _seconds(first: int, last: int, segment_s: float, duration_s: float) -> Span:
    return first * segment_s, max(first * segment_s, min((last + 1) * segment_s, duration_s))


def _clear(evidence: np.ndarray) -> list[int]:
    """Positions of the tags that are clear enough, the clearest first."""
    least = max(STRENGTHS[-1][1], float(evidence.max(initial=-math.inf)) - BEHIND_THE_BEST_Z)
    ranked = np.argsort(-evidence, kind="stable")[:MOST_TAGS]
    return [at for at in ranked.tolist() if evidence[at] >= least]


def _without_rivals(suggested: Sequence[SuggestedTag], relations: Relations) -> list[SuggestedTag]:
    """Of those that cannot be true of the same moment the clearest alone."""
    kept: list[SuggestedTag] = []
    for tag in suggested:
        rivals = relations.rivals.get(tag.kind, ())
        if not any(one.kind in rivals and _meet(one.spans, tag.spans) for one in kept):
            kept.append(tag)
    return kept


def _meet(some: Sequence[Span], others: Sequence[Span]) -> bool:
    return any(start_s < end_s and other_s < stop_s for start_s, stop_s in some for other_s, end_s in others)


def _suggested(kind: str, z: float, spans: tuple[Span, ...]) -> SuggestedTag:
    strength = next(word for word, least in STRENGTHS if z >= least)
    return SuggestedTag(kind, strength, 1.0 / (1.0 + math.exp(STEEPNESS * (EVEN_Z - z))), spans)


def _with_parents(suggested: Sequence[SuggestedTag], relations: Relations) -> list[SuggestedTag]:
    """A parent is at least as likely as its clearest child, and heard where any of them is. What is clearly an animal
    and maybe a dog stands for itself.
    """
    found = {tag.kind: tag for tag in suggested}
    for tag in suggested:
        for parent in relations.ancestors.get(tag.kind, ()):
            known = found.get(parent, SuggestedTag(parent, tag.strength, 0.0, ()))
            clearer = max(known, tag, key=lambda one: one.score)
            implied = known.implied or tag.strength == clearer.strength
            spans = joined(known.spans + tag.spans)
            found[parent] = SuggestedTag(parent, clearer.strength, clearer.score, spans, implied)
    return list(found.values())


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """In order, those that touch made one."""
    result: list[Span] = []
    for start_s, end_s in sorted(spans):
        if result and start_s <= result[-1][1]:
            result[-1] = result[-1][0], max(result[-1][1], end_s)
        else:
            result.append((start_s, end_s))
    return tuple(result)
