"""All that is measured of sounds in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from trainer.errors import TrainerError
from trainer.evaluate.caption_text import caption_table, read_captions
from trainer.evaluate.figures import Table
from trainer.evaluate.linguistic import linguistic_table
from trainer.evaluate.mixtures import Mixtures, draw_sets
from trainer.evaluate.order import OrderTest, connectives_table, controls_table, order_table
from trainer.evaluate.ordered_retrieval import POOL_SOUNDS, ordered_retrieval_table
from trainer.evaluate.sentence_systems import SentenceSystem
from trainer.evaluate.systems import Sounds, System

PAIRS = 240
SET_SOUNDS = 3  # two in order, and one more behind them or after them
PAIRS_PER_POOL = 30  # a pool asks 90 questions


def ordering_tables(
    network: System,
    sounds: Sounds,
    unseen: Sounds | None = None,
    captions: Path | None = None,
    others: Sequence[SentenceSystem] = (),
    *,
    pairs: int = PAIRS,
) -> Iterator[Table]:
    """unseen : sounds of labels that the training did not name; captions : the folder of what people wrote
    others : systems that are given the same sentences, beside Earmark's search and the clip embedding

    Raises TrainerError if there are too few sounds, or no captions in their folder.
    """
    test = OrderTest(network, sounds.heard_by(network), others)
    mixtures = Mixtures(sounds, draw_sets(sounds.clips, pairs, SET_SOUNDS))
    yield order_table(test, mixtures, _not_seen(unseen, pairs) if unseen else None)
    yield connectives_table(test, mixtures)
    yield controls_table(test, mixtures)
    yield linguistic_table(test, mixtures)
    yield ordered_retrieval_table(
        test, Mixtures(sounds, draw_sets(sounds.clips, max(1, pairs // PAIRS_PER_POOL), POOL_SOUNDS + 1))
    )
    if captions:
        yield caption_table(read_captions(captions), network.read)


def _not_seen(unseen: Sounds, pairs: int) -> Mixtures | None:
    try:
        return Mixtures(unseen, draw_sets(unseen.clips, pairs, SET_SOUNDS))
    except TrainerError:  # few labels are left out of a small training: all else can be measured
        return None
