"""Tags that are learned from examples: from a name and a few sounds to a score for every file of the library.

All of it is plain arithmetic with embeddings, the same for the same examples, and takes a fraction of a second.

*Up to 4 examples* three things are added. The mean of the examples' clips, less `UNLIKE` times that of what the tag
does not mean, divided by the covariance of random files as a linear discriminant is: directions in which all sounds of
the library differ anyway say little. The name's vector, which counts as `NAME_EXAMPLES` examples. And the cache of
Tip-Adapter (https://arxiv.org/abs/2111.03930), by which a file may be near one of the examples instead of their mean:
`CACHE` times the mean of exp(-`SHARPNESS` * (1 - likeness)) over the examples, less `UNLIKE_CACHE` times the same over
what is not meant.

*From 5 on* the mean of a logistic head, which counts as often as there are examples, and of the above, which counts as
`HEAD_EVEN`. The head stays near the prototype, the mean of the name and the examples (`engine.logistic_head`). Random
files of the library are taken for negatives, each of a small weight: most of them are. From `MOST_KEYS` on the cache is
left out: it would be slow, and says little more.

A score is in deviations above what is usual in the library. As in `evidence`, half of a file's is that of its clip, and
half that of its best segment. A file is suggested from a threshold on that `TAKEN_SHARE` of random files reach, but not
below `LEAST_TAKEN` deviations, nor above `MOST_TAKEN`: where more reach that, the library is full of what is meant.

The constants were chosen with 23 labels that no training sound has, and tried with 23 others, among 4107 files and 1000
of them as random ones. Mean average precision of the other files of the label, by so many examples:

                           1      2      4      5      10     20
    name alone             .242   .237   .234   .227   .227
    mean of name, examples .301   .334   .361   .358   .360
    cache alone            .323   .362   .399   .412   .431
    this                   .323   .362   .399   .410   .441   .462
    found, by leaving out  .27    .49    .70    .64    .70    .75
    found in truth         .51    .61    .68    .65    .71    .75
    random files taken     .014   .020   .022   .018   .018   .017

A wrong name costs most with one example. Where every fifth file of the library is of the tag's kind, a tag learns
badly, and says so: with 5 examples it finds .32 of the others, and .39 of those left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine.background import PRIOR_DEVIATION, Background
from engine.logistic_head import fit_heads
from engine.stored_embeddings import FileEmbeddings

NAME_EXAMPLES = 2.0
UNLIKE = 0.1
COVARIANCE_RIDGE = 2.0  # times the share that each direction would have of the variance if all had the same
CACHE = 6.0  # deviations, for a sound that equals every example
UNLIKE_CACHE = 2.0
SHARPNESS = 5.5
HEAD_FROM = 5  # examples
HEAD_FROM_UNLIKES = 20
HEAD_EVEN = 5.0  # examples from which the head counts more than all else
MOST_KEYS = 20
HEAD_SCALE = 10.0  # from the prototype to the head's first guess, in logits
HEAD_SHRINKAGE = 0.03
UNLIKE_WEIGHT = 0.2  # of each sound that is not meant, beside an example
STRANGERS_WEIGHT = 10.0  # of all random files together, beside all examples that are like the tag
TAKEN_SHARE = 0.01
LEAST_TAKEN, MOST_TAKEN = 4.0, 8.0  # deviations
DOUBTFUL = 6.0  # deviations: a random file that is so near to the prototype teaches nothing
MOST_FOLDS = 20
STRANGERS = 1000  # random files are enough to learn beside

Kind = Literal["name", "cache", "head"]


@dataclass(frozen=True)
class Quality:
    """What a tag does with sounds that it did not learn from.

    found, likes : of so many examples so many are found when each in turn is left out, or each of `MOST_FOLDS` groups
    mistaken, unlikes : of what is not meant, left out in the same way, so many are taken nevertheless
    taken, strangers : of so many random files of the library so many are taken. Some may be right
    """

    found: int
    likes: int
    mistaken: int
    unlikes: int
    taken: int
    strangers: int


@dataclass(frozen=True)
class Scorer:
    """A vector v (dim,) scores v·weights + bias + sum of values * exp(-SHARPNESS * (1 - v·keys)).

    keys, values : (keys, dim) and (keys,); fewer than `MOST_KEYS`, or none
    """

    weights: np.ndarray
    bias: float
    keys: np.ndarray
    values: np.ndarray

    @property
    def directions(self) -> np.ndarray:
        """(1 + keys, dim): all that a vector must be multiplied with to be scored, as a `VectorIndex` does."""
        return np.vstack([self.weights, self.keys]).astype(np.float32)  # as the vectors are: others would be copied

    def scores(self, products: np.ndarray) -> np.ndarray:
        """Products (1 + keys, ...) of vectors with `directions` -> (...)."""
        near = np.exp(-SHARPNESS * (1.0 - products[1:]))
        return np.asarray(products[0] + self.bias + np.tensordot(self.values, near, axes=1))


@dataclass(frozen=True)
class PersonalTag:
    """What was learned; `threshold` is the least score of a file that is to be suggested."""

    kind: Kind
    scorer: Scorer
    threshold: float
    quality: Quality


@dataclass(frozen=True)
class Sounds:
    """Files side by side: clips (files, dim), all segments (segments, dim), and where those of each begin, (files,)."""

    clips: np.ndarray
    segments: np.ndarray
    firsts: np.ndarray

    @classmethod
    def of(cls, files: Sequence[FileEmbeddings], dim: int) -> Sounds:
        """Every file has at least one segment."""
        lengths = [len(file.segments) for file in files]
        clips = np.array([file.clip for file in files], dtype=np.float32).reshape(len(files), dim)
        segments = np.concatenate([np.empty((0, dim), np.float32), *(file.segments for file in files)])
        return cls(clips, segments, np.cumsum([0, *lengths])[:-1])


def learn(
    name_vector: np.ndarray,
    likes: Sequence[FileEmbeddings],
    unlikes: Sequence[FileEmbeddings],
    background: Sequence[FileEmbeddings],
    *,
    kind: Kind | None = None,
) -> PersonalTag:
    """From a name's vector (dim,), of unit length, and what is like the tag and what is not.

    background : random files of the library, `STRANGERS` of them or all there are, without the examples
    kind : how to learn, instead of what is best for so many examples
    Without an example the name alone decides.
    """
    liked, unliked, strangers = (Sounds.of(files, len(name_vector)) for files in (likes, unlikes, background))
    folds = list(_folds(len(likes), len(unlikes)))
    is_head = len(likes) >= HEAD_FROM or len(unlikes) >= HEAD_FROM_UNLIKES
    kind = kind or ("head" if is_head else "cache" if likes or unlikes else "name")
    fit = _blends if kind == "head" else _caches
    unlikely = _unlikely(strangers.clips, prototype(name_vector, liked.clips))
    fitted = fit(name_vector, liked.clips, unliked.clips, unlikely, folds)
    fits = [_judged(scorer, strangers) for scorer in fitted]
    found = mistaken = 0
    for without, (those_liked, those_unliked) in zip(fits[1:], folds[1:], strict=True):
        found += int(without.takes(liked)[~those_liked].sum())
        mistaken += int(without.takes(unliked)[~those_unliked].sum())
    quality = Quality(found, len(likes), mistaken, len(unlikes), int(fits[0].takes(strangers).sum()), len(background))
    return PersonalTag(kind, fits[0].scorer, fits[0].threshold, quality)


def at_home(tag: PersonalTag, background: Sequence[FileEmbeddings]) -> PersonalTag:
    """What was learned in another library, in deviations above what is usual in this one. It orders files the same.

    background : as for `learn`
    """
    strangers = Sounds.of(background, len(tag.scorer.weights))
    fit = _judged(tag.scorer, strangers)
    quality = replace(tag.quality, taken=int(fit.takes(strangers).sum()), strangers=len(background))
    return PersonalTag(tag.kind, fit.scorer, fit.threshold, quality)


def scores(tag: PersonalTag, sounds: Sounds) -> np.ndarray:
    """(files,)."""
    return scores_by(tag.scorer, sounds)


def file_scores(clips: np.ndarray, best_segments: np.ndarray) -> np.ndarray:
    """Of files (files,), from what their clips and their best segments score."""
    return np.asarray((clips + best_segments) / 2)


def scores_by(scorer: Scorer, sounds: Sounds) -> np.ndarray:
    """(files,)."""
    if not len(sounds.clips):
        return np.empty(0)
    segments = scorer.scores(scorer.directions @ sounds.segments.T)
    return file_scores(scorer.scores(scorer.directions @ sounds.clips.T), np.maximum.reduceat(segments, sounds.firsts))


@dataclass(frozen=True)
class _Judge:
    scorer: Scorer
    threshold: float

    def takes(self, sounds: Sounds) -> np.ndarray:
        """(files,) bool."""
        return scores_by(self.scorer, sounds) >= self.threshold


def _judged(scorer: Scorer, strangers: Sounds) -> _Judge:
    """The same order of files, but random ones score 0 on the middle and deviate by 1; and where files are taken."""
    found = scores_by(scorer, strangers)
    # a Background counts in cosines: a library of a few sounds counts as if it held more, of that deviation
    background = Background.of(found * PRIOR_DEVIATION)
    usual, spread = background.usual / PRIOR_DEVIATION, background.spread / PRIOR_DEVIATION
    weights, keys, values = (np.asarray(part, np.float32) for part in (scorer.weights, scorer.keys, scorer.values))
    scaled = Scorer(weights / np.float32(spread), (scorer.bias - usual) / spread, keys, values / np.float32(spread))
    reached = (np.quantile(found, 1 - TAKEN_SHARE) - usual) / spread if len(found) else LEAST_TAKEN
    return _Judge(scaled, float(np.clip(reached, LEAST_TAKEN, MOST_TAKEN)))


def _folds(likes: int, unlikes: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Which examples to learn from, as (likes,) and (unlikes,): first all, then without one of each, or one group."""
    yield np.ones(likes, bool), np.ones(unlikes, bool)
    folds = min(max(likes, unlikes), MOST_FOLDS)
    for fold in range(folds):
        yield np.arange(likes) % folds != fold, np.arange(unlikes) % folds != fold


_Folds = Sequence[tuple[np.ndarray, np.ndarray]]


def _caches(
    name: np.ndarray, likes: np.ndarray, unlikes: np.ndarray, strangers: np.ndarray, folds: _Folds
) -> Iterator[Scorer]:
    """A scorer for each fold."""
    centre, sharpened = _discriminant(strangers)
    by_name, offset_of_name = _in_deviations(name, strangers)
    for those_liked, those_unliked in folds:
        liked, unliked = likes[those_liked], unlikes[those_unliked]
        weights, bias = by_name, offset_of_name
        if len(liked):
            away = UNLIKE * _direction(unliked) if len(unliked) else 0.0
            by_mean, offset = _in_deviations(sharpened @ (_direction(liked) - away - centre), strangers)
            share = len(liked) / (len(liked) + NAME_EXAMPLES)
            weights, bias = share * by_mean + (1 - share) * by_name, share * offset + (1 - share) * offset_of_name
        values = [
            np.full(len(liked), CACHE / max(len(liked), 1)),
            np.full(len(unliked), -UNLIKE_CACHE / max(len(unliked), 1)),
        ]
        yield Scorer(weights, bias, np.vstack([liked, unliked]), np.concatenate(values))


def _blends(
    name: np.ndarray, likes: np.ndarray, unlikes: np.ndarray, strangers: np.ndarray, folds: _Folds
) -> Iterator[Scorer]:
    """A scorer for each fold: what the head says and, beside it, what a few examples would say without one."""
    heads, caches = (fit(name, likes, unlikes, strangers, folds) for fit in (_heads, _caches))
    for head, cache, those in zip(heads, caches, folds, strict=True):
        examples = sum(int(side.sum()) for side in those)
        share = examples / (examples + HEAD_EVEN)
        keys = slice(0 if len(cache.keys) >= MOST_KEYS else None)
        yield Scorer(
            share * head.weights + (1 - share) * cache.weights,
            share * head.bias + (1 - share) * cache.bias,
            cache.keys[keys],
            (1 - share) * cache.values[keys],
        )


def _heads(
    name: np.ndarray, likes: np.ndarray, unlikes: np.ndarray, strangers: np.ndarray, folds: _Folds
) -> Iterator[Scorer]:
    """A scorer for each fold."""
    rows = np.concatenate([likes, unlikes, strangers])
    of_strangers = np.full(len(strangers), STRANGERS_WEIGHT * len(likes) / max(len(strangers), 1))
    truth = np.arange(len(rows)) < len(likes)
    row_weights = np.stack([np.concatenate([liked, UNLIKE_WEIGHT * unliked, of_strangers]) for liked, unliked in folds])
    guesses = np.stack([HEAD_SCALE * prototype(name, likes[those_liked]) for those_liked, _ in folds])
    for weights in fit_heads(guesses, rows, truth, row_weights, HEAD_SHRINKAGE):
        yield Scorer(*_in_deviations(weights, strangers), np.empty((0, len(name))), np.empty(0))


def prototype(name: np.ndarray, likes: np.ndarray) -> np.ndarray:
    """(dim,), of unit length: the mean of the name, which counts as `NAME_EXAMPLES`, and the examples."""
    total = NAME_EXAMPLES * name + (len(likes) * _direction(likes) if len(likes) else 0.0)
    return _direction(total[np.newaxis])


def _unlikely(strangers: np.ndarray, prototype: np.ndarray) -> np.ndarray:
    """Random files (n, dim) without those that may be of the tag's kind: a library can be full of what is meant."""
    weights, bias = _in_deviations(prototype, strangers)
    return np.asarray(strangers[strangers @ weights + bias < DOUBTFUL])


def _direction(vectors: np.ndarray) -> np.ndarray:
    """(n, dim) -> their mean, of unit length."""
    mean = vectors.mean(axis=0, dtype=np.float64)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9))


def _discriminant(clips: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean (dim,) of random files, and the inverse (dim, dim) of their covariance."""
    dim = clips.shape[1]
    centre = clips.sum(axis=0, dtype=np.float64) / max(len(clips), 1)
    off = clips - centre
    covariance = off.T @ off / max(len(clips), 1)
    return centre, np.linalg.inv(covariance + COVARIANCE_RIDGE / dim * np.eye(dim))


def _in_deviations(direction: np.ndarray, clips: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights (dim,) along a direction and a bias: by them these clips score 0 on the middle, and deviate by 1."""
    weights = direction / max(float(np.linalg.norm(direction)), 1e-9)
    background = Background.of(clips @ weights)
    return weights / background.spread, -background.usual / background.spread
