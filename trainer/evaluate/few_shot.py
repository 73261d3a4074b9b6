"""How well are tags learned from a few examples, on labels that training left out?

Of every label so many files are drawn as examples; the tag that is learned from its name and these is to find the
others of its label in a library of all sounds. No sound of a recording that an example is from is counted. The labels
are every second one: the others chose the constants of `engine.personal_tags` and the
recipe `personal`.

    mAP       of each label: how early its files come among all
    accuracy  of each file of these labels: whether its own tag scores it highest of all tags

    name            the name's vector alone
    prototype       the mean of the name, which counts as two examples, and the examples
    Tip-Adapter     likeness to the name and the cache of examples, as published (alpha 1, beta 5.5)
    cache, head     the two ways of `engine.personal_tags`, each at every size: Earmark takes the first below 5
    tuned           name and head on a network that was tuned to all these tags at once (`trainer.tuning`)
"""

from __future__ import annotations

import copy
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from engine import personal_tags
from engine.audio import read_audio
from engine.clap.network import EarmarkNetwork
from engine.embedding import Embedder
from engine.personal_tags import STRANGERS, Scorer, prototype, scores_by
from engine.personal_tags import Sounds as Files
from engine.stored_embeddings import FileEmbeddings
from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.figures import Figure, Row, Table, figure
from trainer.evaluate.retrieval import rank
from trainer.evaluate.zero_shot import class_vectors, prompts_for
from trainer.manifest import Clip
from trainer.tuned_part import Windows, embed_tail, hear_frozen
from trainer.tuning import tune
from trainer.tuning_objective import TagToTune
from trainer.tuning_recipe import TuningRecipe

SIZES = (1, 2, 5, 10, 20)
TUNED_FROM = 10  # examples; with fewer there is hardly one to keep apart
DRAWS = 2
LEAST_OTHERS = 2  # files of a label that are to be found
OTHERS = 2000  # sounds of other labels in the library
HEARD_AT_ONCE = 64
TIP_ALPHA = 1.0

log = logging.getLogger(__name__)

Scores = Callable[[Files], np.ndarray]
Learn = Callable[[np.ndarray, Sequence[FileEmbeddings], Sequence[FileEmbeddings]], Scores]
"""From a name's vector, examples and random files to what scores files: 0 is usual in the library, 1 its deviation."""


def few_shot_tables(
    embedder: Embedder, unseen: Sequence[Clip], others: Sequence[Clip], *, tuning: TuningRecipe | None = None
) -> Iterator[Table]:
    """Raises TrainerError if there are too few files of every label.

    unseen : clips of labels that training left out; others : clips of other labels, of which `OTHERS` are drawn
    tuning : `personal` if it is None
    """
    some = np.random.default_rng(0).permutation(len(others))[:OTHERS]
    shelf = _Shelf.of(embedder, [*unseen, *(others[number] for number in some)])
    labels = [label for label in _labels_of(unseen)[1::2] if shelf.draw([label], SIZES[0], 0)]
    if not labels:
        raise TrainerError("There are too few sounds of labels that training left out.")
    found: dict[tuple[str, int], _Found] = defaultdict(_Found)
    for size in SIZES:
        for number in range(DRAWS):
            if draw := shelf.draw(labels, size, number):
                for rung, scores, seconds in _learned(shelf, draw, size, tuning):
                    found[rung, size].add(shelf, draw, scores, seconds)
    yield from _tables(found, shelf)


def _labels_of(clips: Sequence[Clip]) -> list[str]:
    return sorted({clip.label for clip in clips})


# --- what is drawn ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Draw:
    """Labels with the positions of their examples, and random files; `counted` (labels, files) bool: no example's."""

    examples: Mapping[str, np.ndarray]
    strangers: np.ndarray
    counted: np.ndarray


@dataclass(frozen=True)
class _Shelf:
    """A library of sounds, by their first window, as a network hears them."""

    embedder: Embedder
    windows: Sequence[Windows]  # none for a network that cannot be tuned
    heard: Sequence[FileEmbeddings]
    labels: np.ndarray
    recordings: np.ndarray

    @classmethod
    def of(cls, embedder: Embedder, clips: Sequence[Clip]) -> _Shelf:
        windows: list[Windows] = []
        heard: list[FileEmbeddings] = []
        network = embedder.network
        for first in range(0, len(clips), HEARD_AT_ONCE):
            waveforms = [_first_window(clip, embedder) for clip in clips[first : first + HEARD_AT_ONCE]]
            if isinstance(network, EarmarkNetwork):
                windows += hear_frozen(network, waveforms)
            else:
                heard += embedder.embed_windows(waveforms)
            log.info("few shot: heard %d of %d", min(first + HEARD_AT_ONCE, len(clips)), len(clips))
        if isinstance(network, EarmarkNetwork):
            heard = embed_tail(network, windows)
        recordings = np.array([recording_of(clip) for clip in clips])
        return cls(embedder, windows, heard, np.array([clip.label for clip in clips]), recordings)

    def draw(self, labels: Sequence[str], size: int, number: int) -> _Draw | None:
        """The same for the same number; of the labels that have enough files, or None if none has."""
        random = np.random.default_rng((size, number))
        examples, counted = {}, []
        for label in labels:
            of_label = random.permutation(np.flatnonzero(self.labels == label))
            chosen = of_label[:size]
            free = ~np.isin(self.recordings, self.recordings[chosen])
            if len(chosen) == size and (free & (self.labels == label)).sum() >= LEAST_OTHERS:
                examples[label] = chosen
                counted.append(free)
        if not examples:
            return None
        others = np.setdiff1d(np.arange(len(self.labels)), np.concatenate(list(examples.values())))
        return _Draw(examples, random.permutation(others)[:STRANGERS], np.stack(counted))

    def some(self, positions: np.ndarray) -> list[FileEmbeddings]:
        return [self.heard[position] for position in positions]


def _first_window(clip: Clip, embedder: Embedder) -> np.ndarray:
    return read_audio(clip.path, sample_rate_hz=embedder.sample_rate_hz, duration_s=embedder.window_s)[
        : embedder.samples_per_window
    ]


# --- what is learned ----------------------------------------------------------------------------------------------


def _by_name(name: np.ndarray, likes: Sequence[FileEmbeddings], strangers: Sequence[FileEmbeddings]) -> Scores:
    return _usual(Scorer(name, 0.0, np.empty((0, len(name))), np.empty(0)), strangers)


def _by_prototype(name: np.ndarray, likes: Sequence[FileEmbeddings], strangers: Sequence[FileEmbeddings]) -> Scores:
    return _by_name(prototype(name, np.stack([file.clip for file in likes])), likes, strangers)


def _by_tip_adapter(name: np.ndarray, likes: Sequence[FileEmbeddings], strangers: Sequence[FileEmbeddings]) -> Scores:
    keys = np.stack([file.clip for file in likes])
    return _usual(Scorer(name, 0.0, keys, np.full(len(keys), TIP_ALPHA / len(keys))), strangers)


def _usual(scorer: Scorer, strangers: Sequence[FileEmbeddings]) -> Scores:
    """In deviations from what is usual, so that tags can be compared."""
    of_strangers = scores_by(scorer, Files.of(strangers, len(scorer.weights)))
    usual, spread = np.median(of_strangers), max(float(of_strangers.std()), 1e-9)
    return lambda files: np.asarray((scores_by(scorer, files) - usual) / spread)


def _by_cache(name: np.ndarray, likes: Sequence[FileEmbeddings], strangers: Sequence[FileEmbeddings]) -> Scores:
    tag = personal_tags.learn(name, likes, [], strangers, kind="cache")
    return lambda files: personal_tags.scores(tag, files)


def _by_head(name: np.ndarray, likes: Sequence[FileEmbeddings], strangers: Sequence[FileEmbeddings]) -> Scores:
    tag = personal_tags.learn(name, likes, [], strangers, kind="head")
    return lambda files: personal_tags.scores(tag, files)


RUNGS: Mapping[str, Learn] = {
    "name": _by_name,
    "prototype": _by_prototype,
    "Tip-Adapter": _by_tip_adapter,
    "cache": _by_cache,
    "head": _by_head,
}


def _learned(
    shelf: _Shelf, draw: _Draw, size: int, tuning: TuningRecipe | None
) -> Iterator[tuple[str, np.ndarray, float]]:
    """Each rung with the scores (labels, files) of its tags, and the seconds that one of them took to learn."""
    names = class_vectors(shelf.embedder.embed_text(prompts_for(list(draw.examples))))
    for rung, learn in RUNGS.items():
        yield rung, *_scored(shelf, draw, names, learn)
    if size >= TUNED_FROM and shelf.windows:
        tuned, seconds = _tuned(shelf, draw, names, tuning)
        for rung in ("name", "head"):
            yield f"tuned, {rung}", _scored(tuned, draw, names, RUNGS[rung])[0], seconds


def _scored(shelf: _Shelf, draw: _Draw, names: np.ndarray, learn: Learn) -> tuple[np.ndarray, float]:
    strangers, files = shelf.some(draw.strangers), Files.of(shelf.heard, names.shape[1])
    begun = time.perf_counter()
    learned = [
        learn(name, shelf.some(some), strangers) for name, some in zip(names, draw.examples.values(), strict=True)
    ]
    seconds = (time.perf_counter() - begun) / len(learned)
    return np.stack([scores(files) for scores in learned]), seconds


def _tuned(shelf: _Shelf, draw: _Draw, names: np.ndarray, tuning: TuningRecipe | None) -> tuple[_Shelf, float]:
    """The same library as a tuned network hears it, and the seconds that tuning took."""
    network = copy.deepcopy(shelf.embedder.network)
    assert isinstance(network, EarmarkNetwork)
    tags = [
        TagToTune(label, name, [shelf.windows[position] for position in some])
        for (label, some), name in zip(draw.examples.items(), names, strict=True)
    ]
    begun = time.perf_counter()
    tune(network, tags, [shelf.windows[position] for position in draw.strangers], recipe=tuning)
    seconds = time.perf_counter() - begun
    return replace(shelf, heard=embed_tail(network, shelf.windows)), seconds


# --- what is measured ---------------------------------------------------------------------------------------------


@dataclass
class _Found:
    """What one rung found at one size, draw by draw."""

    precisions: list[tuple[str, float]] = field(default_factory=list)  # of each label
    correct: list[tuple[str, float]] = field(default_factory=list)  # of each file, with its recording
    seconds: list[float] = field(default_factory=list)

    def add(self, shelf: _Shelf, draw: _Draw, scores: np.ndarray, seconds: float) -> None:
        self.seconds.append(seconds)
        best = np.array(list(draw.examples))[scores.argmax(axis=0)]
        for label, of_label, counted in zip(draw.examples, scores, draw.counted, strict=True):
            relevant = shelf.labels == label
            ranking = rank(of_label[counted][np.newaxis], relevant[counted][np.newaxis])
            self.precisions.append((label, float(ranking.average_precisions()[0])))
            asked = np.flatnonzero(counted & relevant)
            self.correct += [(shelf.recordings[n], float(best[n] == label)) for n in asked]


def _tables(found: Mapping[tuple[str, int], _Found], shelf: _Shelf) -> Iterator[Table]:
    rungs = list(dict.fromkeys(rung for rung, _ in found))
    sizes = [size for size in SIZES if (next(iter(rungs)), size) in found]
    labels = ", ".join(str(len({label for label, _ in found[rungs[0], size].precisions})) for size in sizes)
    which = f"{len(shelf.heard)} sounds; {DRAWS} draws of {labels} labels, by the number of examples"
    for name, of in (("mAP", "precisions"), ("accuracy", "correct")):
        rows = [
            Row(
                rung,
                tuple(_figure(getattr(found[rung, size], of)) if (rung, size) in found else None for size in sizes),
            )
            for rung in rungs
        ]
        notes = (
            f"few shot: {which}",
            f"in brackets: 95 % bootstrap over {'labels' if name == 'mAP' else 'recordings'}",
        )
        yield Table(f"few shot: {name}", tuple(map(str, sizes)), tuple(rows), (*notes, *_times(found, rungs, sizes)))


def _figure(values: Sequence[tuple[str, float]]) -> Figure:
    return figure(np.array([value for _, value in values]), [group for group, _ in values])


def _times(found: Mapping[tuple[str, int], _Found], rungs: Sequence[str], sizes: Sequence[int]) -> list[str]:
    of_rungs = {
        rung: [f"{np.mean(found[rung, size].seconds):.2f}" for size in sizes if (rung, size) in found] for rung in rungs
    }
    return [f"seconds to learn, {rung}: {', '.join(seconds)}" for rung, seconds in of_rungs.items()]
