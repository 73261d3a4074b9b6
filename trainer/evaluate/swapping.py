"""Does one vector for a sentence and one for a sound know which sound comes first (seeds W10, W11, W12, W17)?

The fifth paper's tests of the clip embedding of any network, on sounds that are joined in the order that their sentence
says (`linguistic`), and on the captions that people wrote of the measured sounds:

    BAT        "before" and "after" change places, the clauses stay: is the caption closer to its sound?
    PTe        the clauses around the preposition change places, the word stays
    then, as   one word for the other

The pool of a test are the sounds of all captions with its words. A network that heeds order finds less with what was
swapped. The ordered search is measured by `ordering`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.caption_text import SWAP_TESTS, SwapTest
from trainer.evaluate.figures import Figure, Row, Table, figure
from trainer.evaluate.linguistic import linguistic_table
from trainer.evaluate.mixtures import Mixtures, draw_sets
from trainer.evaluate.order import OrderTest, preferred
from trainer.evaluate.retrieval import rank
from trainer.evaluate.sentence_systems import ClipEmbedding, reading_once
from trainer.evaluate.sentences import PREPOSITIONS, clauses_swapped
from trainer.evaluate.systems import Sounds, System
from trainer.manifest import Clip

SET_SOUNDS = 2
NEAREST = (1, 10)
COLUMNS = ("closer than swapped", *(f"R@{k}{swapped}" for k in NEAREST for swapped in ("", " swapped")))
TESTS = (*SWAP_TESTS, SwapTest("PTe: all", PREPOSITIONS, clauses_swapped))


@dataclass(frozen=True)
class Asked:
    """Captions of one test, as they are and swapped; of each its sound, by its position among all."""

    captions: list[str]
    swapped: list[str]
    positions: np.ndarray


def swapping_tables(network: System, sounds: Sounds, *, pairs: int) -> Iterator[Table]:
    """pairs : of sounds that are joined. Raises TrainerError if neither sounds nor captions are enough."""
    reasons = []
    try:
        mixtures = Mixtures(sounds, draw_sets(sounds.clips, pairs, SET_SOUNDS))
        test = OrderTest(network, [])
        yield linguistic_table(test, mixtures, [ClipEmbedding(reading_once(network))], "swapping")
    except TrainerError as error:
        reasons.append(str(error))
    try:
        yield own_captions_table(network, sounds)
    except TrainerError as error:
        reasons.append(str(error))
    if len(reasons) == 2:
        raise TrainerError(" ".join(reasons))


def own_captions_table(network: System, sounds: Sounds) -> Table:
    """Raises TrainerError if no caption has the words of a test."""
    rows, counts = [], []
    for test in TESTS:
        asked = captions_with(sounds.clips, test)
        if asked:
            rows.append(Row(test.name, tuple(_measured(network, sounds, asked))))
            counts.append(f"{test.name} {len(asked.captions)} of {len(set(asked.positions.tolist()))} sounds")
    if not rows:
        raise TrainerError("No caption of these sounds says that one comes before another, after it, or with it.")
    notes = (
        f"swapped captions: {'; '.join(counts)}",
        "R@k: the caption finds its sound among those of its test; in brackets: 95 % bootstrap over recordings",
    )
    return Table("swapping: own captions", COLUMNS, tuple(rows), notes)


def captions_with(clips: list[Clip], test: SwapTest) -> Asked | None:
    """The captions that a test changes; None if there are none."""
    owners = {caption: position for position, clip in enumerate(clips) for caption in clip.captions}
    captions = [caption for caption in test.chosen(list(owners)) if test.transform(caption) != caption]
    if not captions:
        return None
    positions = np.array([owners[caption] for caption in captions])
    return Asked(captions, [test.transform(caption) for caption in captions], positions)


def _measured(network: System, sounds: Sounds, asked: Asked) -> Iterator[Figure]:
    """The figures of COLUMNS."""
    pool, own = np.unique(asked.positions, return_inverse=True)
    heard = sounds.clips_heard_by(network)[pool]
    scores = [network.read(texts) @ heard.T for texts in (asked.captions, asked.swapped)]
    recordings = [recording_of(sounds.clips[position]) for position in asked.positions]
    rows = np.arange(len(own))
    yield figure(preferred(*(each[rows, own] for each in scores)), recordings)
    rankings = [rank(each, np.eye(len(pool), dtype=bool)[own]) for each in scores]
    for k in NEAREST:
        yield from (figure(ranking.found_within(k), recordings) for ranking in rankings)
