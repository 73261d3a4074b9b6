"""The fifth paper's tests of what a system makes of words that put sounds in order (section 3.2; seeds W08 to W17).

* BAT: is the sentence closer to its sound than the same with "before" for "after"? Half of the sentences say before.
* PTe: how often does the sentence find its sound first, and how often with its clauses in exchanged places? A system
  that heeds order finds less with the second.
* then, as: how often is the sound among the first ten, and how often if the sentence says "as" for "then", or the other
  way round? The pool are the sounds of all sentences with the same word.

The paper's captions come with sounds that are not to be had; here the sounds are pairs of recordings, joined as its
ACBA (seed W13). The transforms on the captions themselves are in `caption_text`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.stored_embeddings import FileEmbeddings
from trainer.evaluate.figures import Figure, Row, Table, figure
from trainer.evaluate.mixtures import AT_ONCE, CROSS_FADE, Item, Meeting, Mixtures
from trainer.evaluate.order import OrderTest, both_orders, preferred, question_of
from trainer.evaluate.retrieval import rank
from trainer.evaluate.sentence_systems import SentenceSystem
from trainer.evaluate.sentences import CONNECTIVES, PREPOSITIONS, clauses_swapped, word_swapped

BAT_SENTENCES = 176
NEAREST = 10
COLUMNS = ("BAT", "PTe R@1", "PTe swapped R@1", "then R@10", "then > as R@10", "as R@10", "as > then R@10")


@dataclass(frozen=True)
class Pool:
    """Sentences, each with its sound, and the same sentences transformed.

    relevant : (sentences, sounds) bool, which other sounds a sentence describes just as well
    recordings : (sentences, 2)
    """

    sentences: list[str]
    transformed: list[str]
    heard: list[FileEmbeddings]
    relevant: np.ndarray
    recordings: np.ndarray


def linguistic_table(
    test: OrderTest, mixtures: Mixtures, systems: Sequence[SentenceSystem] = (), section: str = "word order"
) -> Table:
    """What systems make of the same sentences and sounds: if none is named the clip embedding, any other system of the
    test and the ordered search.
    """
    bat = bat_pool(test, mixtures)
    in_time = pool(test, mixtures, CROSS_FADE, [CONNECTIVES[word] for word in PREPOSITIONS], clauses_swapped)
    then = pool(test, mixtures, CROSS_FADE, [CONNECTIVES["then"]], partial(word_swapped, one="then", other="as"))
    at_once = pool(test, mixtures, AT_ONCE, ["{0} as {1}"], partial(word_swapped, one="as", other="then"))
    rows = [
        Row(
            system.name,
            (
                told_apart(system, bat),
                *found_within(system, in_time, 1),
                *found_within(system, then, NEAREST),
                *found_within(system, at_once, NEAREST),
            ),
        )
        for system in systems or (*test.others, test.search)
    ]
    notes = (
        f"BAT: {len(bat.sentences)} sentences, half of them with before, half with after; not to heed them gives 0.5",
        f"PTe: {len(in_time.sentences)} sentences with {', '.join(PREPOSITIONS)} in turn, one for each sound",
        f"then, as: {len(then.sentences)} sentences each, those with as of sounds at once",
    )
    return Table(section, COLUMNS, tuple(rows), notes)


def bat_pool(test: OrderTest, mixtures: Mixtures) -> Pool:
    """Both orders of every pair: as many sentences with "before" as with "after", whichever sound is named first."""
    pairs = min(BAT_SENTENCES // 2, len(mixtures.sets)) // 2 * 2
    templates = [CONNECTIVES[word] for word in ("before", "before", "after", "after")]
    swapped = partial(word_swapped, one="before", other="after")
    return pool(test, mixtures, CROSS_FADE, templates, swapped, both_orders(pairs))


def pool(
    test: OrderTest,
    mixtures: Mixtures,
    meeting: Meeting,
    templates: Sequence[str],
    transform: Callable[[str], str],
    items: Sequence[Item] = (),
) -> Pool:
    """items : if not told otherwise of each set the first sound before the second. The templates are used in turn."""
    items = items or [(number, (0, 1)) for number in range(len(mixtures.sets))]
    questions = [question_of(mixtures, item, templates[which % len(templates)]) for which, item in enumerate(items)]
    clauses = [sorted(each.clauses) if meeting is AT_ONCE else list(each.clauses) for each in questions]
    sentences = [each.sentence for each in questions]
    return Pool(
        sentences,
        [transform(sentence) for sentence in sentences],
        test.heard(mixtures.joined(meeting, items), "word order"),
        np.array([[one == other for other in clauses] for one in clauses]),
        np.stack([mixtures.recordings[number, :2] for number, _ in items]),
    )


def told_apart(system: SentenceSystem, asked: Pool) -> Figure:
    """How often the sentence scores higher for its sound than the transformed one."""
    right, wrong = (np.diag(system.scores(texts, asked.heard)) for texts in (asked.sentences, asked.transformed))
    return figure(preferred(right, wrong), asked.recordings)


def found_within(system: SentenceSystem, asked: Pool, k: int) -> Iterator[Figure]:
    """How often the sound is among the first k, for the sentences and for the transformed ones."""
    for texts in (asked.sentences, asked.transformed):
        ranking = rank(system.scores(texts, asked.heard), asked.relevant)
        yield figure(ranking.found_within(k), asked.recordings)
