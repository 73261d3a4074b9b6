"""Does a system hear which of two sounds came first?

Pairs of sounds A and B are joined in both orders, and each is asked for in both with the same words: whatever else a
system knows cancels, and knowing nothing gives exactly one half. Controls: of A-B-A both orders are true, in noise
there is nothing to hear, one sound has no order; of three sounds one order in six is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from engine.query import Clause, ParsedQuery, parse
from engine.stored_embeddings import FileEmbeddings
from trainer.evaluate.figures import Figure, Row, Table, figure
from trainer.evaluate.mixtures import A_B_A, CROSS_FADE, MEETINGS, MOST_S, SEED, Item, Meeting, Mixtures
from trainer.evaluate.sentence_systems import ClipEmbedding, InAnyOrder, OrderedSearch, SentenceSystem, reading_once
from trainer.evaluate.sentences import CONNECTIVES, OF_THREE
from trainer.evaluate.stimuli import noise
from trainer.evaluate.systems import System, hear_all

GIVEN, END_TO_END = "given clauses", "end to end"


@dataclass(frozen=True)
class Question:
    """The clauses in the order in which they should be heard, and the sentence that says so."""

    clauses: tuple[str, ...]
    sentence: str

    @classmethod
    def of(cls, clauses: Sequence[str], template: str) -> Question:
        return cls(tuple(clauses), template.format(*clauses))

    @property
    def given(self) -> ParsedQuery:
        """What is meant, whatever a parser would make of the sentence."""
        return ParsedQuery(
            tuple(Clause(text, group=group) for group, text in enumerate(self.clauses)), text=self.sentence
        )


class OrderTest:
    """One network, and all that can be asked of what it hears.

    background : what else is in the library
    others : further systems that are given the sentences
    """

    def __init__(
        self, network: System, background: Sequence[FileEmbeddings], others: Sequence[SentenceSystem] = ()
    ) -> None:
        read = reading_once(network)
        self.search = OrderedSearch(read, network.segment_s, background)
        self.in_any_order = InAnyOrder(self.search)
        self.others = [ClipEmbedding(read), *others]
        self.columns = (GIVEN, END_TO_END, *(other.name for other in self.others))
        self._network = network

    def heard(self, waveforms: Iterator[np.ndarray], what: str) -> list[FileEmbeddings]:
        return hear_all(self._network, waveforms, what)

    def scores(self, questions: Sequence[Question], heard: Sequence[FileEmbeddings]) -> Iterator[np.ndarray]:
        """(questions, sounds) for each of the columns."""
        sentences = [each.sentence for each in questions]
        queries = [*(each.given for each in questions), *map(parse, sentences)]
        yield from np.split(self.search.answers(queries, heard), 2)
        for system in self.others:
            yield system.scores(sentences, heard)


def preferred(right: np.ndarray, wrong: np.ndarray) -> np.ndarray:
    """1 where the right one scores higher, 0.5 where both score the same."""
    return np.where(right == wrong, 0.5, right > wrong).astype(float)


def order_table(test: OrderTest, mixtures: Mixtures, unseen: Mixtures | None = None) -> Table:
    """How sounds meet, and how often their order is told: by the sentence, and by the file that comes first."""
    rows = [_meeting_row(test, mixtures, meeting, meeting.name) for meeting in MEETINGS]
    if unseen:
        rows.append(_meeting_row(test, unseen, CROSS_FADE, f"{CROSS_FADE.name}, unseen labels"))
    columns = (*test.columns, f"{GIVEN}: file", f"{END_TO_END}: file")
    notes = [
        f"order: {len(mixtures.sets)} pairs in both orders from {len(np.unique(mixtures.recordings))} recordings with "
        f"{len({caption for one in mixtures.captions for caption in one})} captions; "
        f"{len(CONNECTIVES)} ways to say it in turn",
        "for a file, the sentence with its order scores higher than the one with the other; columns that end in file: "
        "for a sentence, the file with its order does",
        "in brackets: 95 % bootstrap over recordings; knowing nothing gives 0.5",
    ]
    if unseen:
        notes.append(f"unseen labels: {len(unseen.sets)} pairs of sounds that no caption in the training names")
    return Table("order", columns, tuple(rows), tuple(notes))


def _meeting_row(test: OrderTest, mixtures: Mixtures, meeting: Meeting, name: str) -> Row:
    items = both_orders(len(mixtures.sets))
    heard = test.heard(mixtures.joined(meeting, items), name)
    scores = list(test.scores(in_turn(mixtures, items), heard))
    by_sentence = [_told(of_column, mixtures) for of_column in scores]
    by_file = [_told(of_column.T, mixtures) for of_column in scores[:2]]  # asked and asking change places
    return Row(name, (*by_sentence, *by_file))


def connectives_table(test: OrderTest, mixtures: Mixtures) -> Table:
    """The same pairs asked for in every way."""
    items = both_orders(len(mixtures.sets))
    heard = test.heard(mixtures.joined(CROSS_FADE, items), "connectives")
    rows = []
    for name, template in CONNECTIVES.items():
        questions = [question_of(mixtures, item, template) for item in items]
        rows.append(Row(name, tuple(_told(scores, mixtures) for scores in test.scores(questions, heard))))
    note = f"connectives: {len(mixtures.sets)} pairs in both orders, {CROSS_FADE.name}, all asked for in every way"
    return Table("order by connective", test.columns, tuple(rows), (note,))


def _told(scores: np.ndarray, mixtures: Mixtures) -> Figure:
    """scores : (items, items) of both orders of every pair. How often that of its own order is the higher one."""
    items = np.arange(len(scores))
    values = preferred(np.diag(scores), scores[items ^ 1, items])
    return figure(values, np.repeat(mixtures.recordings[:, :2], 2, axis=0))


def controls_table(test: OrderTest, mixtures: Mixtures) -> Table:
    rows = (
        Row("A-B-A says A then B", tuple(_repeated(test, mixtures))),
        Row("noise says A then B", tuple(_noise(test, mixtures))),
        Row("three sounds: the right order of six", tuple(_three(test, mixtures))),
        Row("one sound: as without order", (None, _one(test, mixtures), *(None for _ in test.others))),
    )
    notes = (
        f"controls: {len(mixtures.sets)} sets; A-B-A and noise should be 0.5; of three sounds, joined by "
        f"{CROSS_FADE.name}s, chance finds 0.17; of one sound without any word of order all files score as ever",
    )
    return Table("order controls", test.columns, rows, notes)


def _repeated(test: OrderTest, mixtures: Mixtures) -> Iterator[Figure]:
    items = both_orders(len(mixtures.sets))
    asked = [(number, (first, second, first)) for number, (first, second) in items]
    heard = test.heard(mixtures.joined(A_B_A, asked), A_B_A.name)
    yield from (_told(scores, mixtures) for scores in test.scores(in_turn(mixtures, items), heard))


def _noise(test: OrderTest, mixtures: Mixtures) -> Iterator[Figure]:
    """A noise of its own for every pair and order: in one noise two orders would be told apart by chance, for all."""
    random = np.random.default_rng(SEED)
    items = both_orders(len(mixtures.sets))
    samples = round(2 * MOST_S * mixtures.rate_hz)
    heard = test.heard((noise("pink", samples, mixtures.rate_hz, random) for _ in items), "noise")
    yield from (_told(scores, mixtures) for scores in test.scores(in_turn(mixtures, items), heard))


def _three(test: OrderTest, mixtures: Mixtures) -> Iterator[Figure]:
    numbers = range(len(mixtures.sets))
    heard = test.heard(mixtures.joined(CROSS_FADE, [(number, (0, 1, 2)) for number in numbers]), "three sounds")
    orders = list(permutations(range(3)))  # the right one first
    questions = [
        question_of(mixtures, (number, order), OF_THREE[number % len(OF_THREE)])
        for number in numbers
        for order in orders
    ]
    for scores in test.scores(questions, heard):
        of_file = scores.reshape(len(numbers), len(orders), len(numbers))[numbers, :, numbers]  # (sounds, orders)
        best = of_file == of_file.max(axis=1, keepdims=True)
        yield figure(best[:, 0] / best.sum(axis=1), mixtures.recordings)


def _one(test: OrderTest, mixtures: Mixtures) -> Figure:
    """Of the captions those that are understood as the one sound that they are: then every file scores the same."""
    captions = sorted({caption for one in mixtures.captions for caption in one})
    alone = [(number, (0,)) for number in range(len(mixtures.sets))]
    heard = test.heard(mixtures.joined(CROSS_FADE, alone), "one sound")
    meant = [ParsedQuery((Clause(caption),), text=caption) for caption in captions]
    as_ever, asked = np.split(test.search.answers([*meant, *map(parse, captions)], heard), 2)
    return figure(np.isclose(as_ever, asked).all(axis=1).astype(float), captions)


def both_orders(pairs: int) -> list[Item]:
    """Two items for every pair, beside each other."""
    return [(number, order) for number in range(pairs) for order in ((0, 1), (1, 0))]


def question_of(mixtures: Mixtures, item: Item, template: str) -> Question:
    number, order = item
    return Question.of([mixtures.captions[number][which] for which in order], template)


def in_turn(mixtures: Mixtures, items: Sequence[Item]) -> list[Question]:
    """With all connectives in turn: the same one for both orders of a pair."""
    templates = list(CONNECTIVES.values())
    return [
        question_of(mixtures, (number, order), templates[(number + sum(order) - 1) % len(templates)])
        for number, order in items
    ]
