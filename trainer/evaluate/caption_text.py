"""Do captions that people wrote say another order once their words or clauses are swapped? Without any sound.

The sentences and transforms of the fifth paper (seeds W10, W11, W12): those of AudioCaps and Clotho with "before",
"after", "then", "followed by" and "as". Earmark must understand the order of a caption to look for it, and the other
order of the transformed caption. A network that takes a sentence as one vector must at least give two different ones.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from engine.query import ParsedQuery, parse
from trainer.errors import TrainerError
from trainer.evaluate.figures import Row, Table, figure
from trainer.evaluate.sentence_systems import Reader
from trainer.evaluate.sentences import PREPOSITIONS, clauses_swapped, names_word, word_swapped

FILES = {"audiocaps_test.csv": "caption", "clotho_evaluation.csv": "raw_text"}  # the paper's, as far as they are there
BAT_EACH = 88
COLUMNS = ("understood", "the transform too", "likeness of both as vectors")


@dataclass(frozen=True)
class SwapTest:
    name: str
    words: tuple[str, ...]  # one of them is in the sentence
    transform: Callable[[str], str]
    at_most: int | None = None  # sentences with each of the words

    def chosen(self, captions: Sequence[str]) -> list[str]:
        """Those with the words, in their order, word after word."""
        chosen: list[str] = []
        for word in self.words:
            chosen += [caption for caption in captions if names_word(caption, word)][: self.at_most]
        return chosen


SWAP_TESTS = (
    SwapTest("BAT: before <> after", ("before", "after"), partial(word_swapped, one="before", other="after"), BAT_EACH),
    *(SwapTest(f"PTe: clauses around {word}", (word,), clauses_swapped) for word in PREPOSITIONS),
    SwapTest("then > as", ("then",), partial(word_swapped, one="then", other="as")),
    SwapTest("as > then", ("as",), partial(word_swapped, one="as", other="then")),
)


def read_captions(folder: Path) -> list[str]:
    """Those of the paper's test sets, without repetitions. Raises TrainerError if a file is missing."""
    captions: dict[str, None] = {}
    for name, column in FILES.items():
        try:
            with (folder / name).open(newline="", encoding="utf-8") as file:
                captions.update((row[column].strip(), None) for row in csv.DictReader(file))
        except FileNotFoundError as error:
            raise TrainerError(f"The captions {name} are missing.") from error
    return [caption for caption in captions if caption]


def caption_table(captions: Sequence[str], read: Reader) -> Table:
    """Raises TrainerError if none of the captions says anything about time."""
    rows, counts = [], []
    for test in SWAP_TESTS:
        chosen = test.chosen(captions)
        if not chosen:
            continue
        changed = [test.transform(caption) for caption in chosen]
        understood = np.array([times(parse(caption)) is not None for caption in chosen])
        both = understood & np.array([_differ(parse(a), parse(b)) for a, b in zip(chosen, changed, strict=True)])
        likeness = np.sum(read(chosen) * read(changed), axis=1)
        values = (understood.astype(float), both.astype(float), likeness)
        rows.append(Row(test.name, tuple(figure(each, chosen) for each in values)))
        counts.append(f"{test.name} {len(chosen)}")
    if not rows:
        raise TrainerError("No caption says that a sound comes before another, after it, or with it.")
    notes = (
        f"captions: of {len(captions)}, {', '.join(counts)}",
        "understood: as sounds in order, or at the same time; the transform too: with the same sounds in another order",
        "in brackets: 95 % bootstrap over captions",
    )
    return Table("word order in captions", COLUMNS, tuple(rows), notes)


def times(query: ParsedQuery) -> frozenset[tuple[str, int, bool]] | None:
    """When each of several sounds should be heard; None if the question does not say."""
    heard = query.heard
    if len({clause.group for clause in heard}) < 2 and not any(clause.together for clause in heard):
        return None
    return frozenset((clause.text.lower(), clause.group, clause.together) for clause in heard)


def _differ(one: ParsedQuery, other: ParsedQuery) -> bool:
    sounds = [sorted(clause.text.lower() for clause in query.heard) for query in (one, other)]
    return sounds[0] == sounds[1] and times(one) != times(other)
