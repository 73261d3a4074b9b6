"""Are captions right? Measured with vectors of which it is known what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine.captions import UNCLEAR
from engine.clap.assembled_captions import write
from engine.clap.towers.config import DecoderConfig
from engine.embedding import Embedder
from engine.stored_embeddings import FileEmbeddings
from tests.small_networks import SMALL_ASSEMBLED, make_small_assembled
from tests.tones import make_waveform
from trainer.evaluate.caption_metrics import METRICS
from trainer.evaluate.captioning import Heard, Judge, clauses_of, own_decoder, scene_table, sound_table

SOUNDS = ("a dog", "a car", "a bell", "a cat", "rain", "wind", "an owl", "thunder", "a frog", "a horn")


def read(texts: Sequence[str]) -> np.ndarray:
    """A number for each sound that is named; a little of everything else."""
    rows = np.array([[float(sound in text) for sound in SOUNDS] for text in texts]) + 0.01
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


@pytest.fixture
def judge() -> Judge:
    return Judge(read, SOUNDS)


def heard_of(*captions: tuple[str, ...]) -> Heard:
    """Sound i is told by its first segment."""
    sounds = [FileEmbeddings(np.full((1, 2), number, dtype=np.float32), np.ones(2)) for number in range(len(captions))]
    recordings = [[f"{number}-{which}" for which in range(len(each))] for number, each in enumerate(captions)]
    flat = [each[0] for each in recordings] if len(captions[0]) == 1 else recordings
    return Heard(sounds, captions, np.array(flat))


def written(*captions: str):
    return lambda heard: [captions[int(each.segments[0, 0])] for each in heard.sounds]


def test_clauses_are_told_apart_with_their_order() -> None:
    assert clauses_of("a dog barks, then a car passes") == [("a dog barks", 0), ("a car passes", 1)]
    assert clauses_of("perhaps a cat") == [("a cat", 0)]
    assert clauses_of(UNCLEAR) == []


def test_a_clause_is_true_if_its_sound_is_heard(judge: Judge) -> None:
    assert judge.true_clauses("a dog barks, then rain falls", ["a dog", "a car"]) == [True, False]
    assert judge.true_clauses(UNCLEAR, ["a dog"]) == []


@pytest.mark.parametrize(
    ("caption", "order"),
    [
        ("a dog barks, then a car passes", 1),
        ("a car passes, then a dog barks", -1),
        ("a dog barks after a car passes", -1),
        ("a dog barks", 0),
        ("a dog barks while a car passes", 0),
        ("a dog barks, then a dog growls", 0),
        (UNCLEAR, 0),
    ],
)
def test_the_order_is_judged_by_the_words(judge: Judge, caption: str, order: int) -> None:
    assert judge.order(caption, "a dog", "a car") == order


def test_right_captions_are_told_from_wrong_ones(judge: Judge) -> None:
    heard = heard_of(("a dog",), ("a car",), ("a bell",))
    writers = {"right": written("a dog", "a car", "a bell"), "wrong": written("rain", UNCLEAR, "wind")}
    table = sound_table(writers, heard, judge)
    values = {
        (row.name, column): each for row in table.rows for column, each in zip(table.columns, row.figures, strict=True)
    }
    assert [values["right", metric].value > values["wrong", metric].value for metric in METRICS] == [True] * len(
        METRICS
    )
    assert values["right", "clauses true"].value == 1.0
    assert values["right", "false clauses, each"].value == 0.0
    assert values["wrong", "says something"].value == pytest.approx(2 / 3)
    assert values["wrong", "false clauses, each"].value == pytest.approx(2 / 3)
    assert values["right, shuffled", "clauses true"].value < 1.0


def test_orders_are_counted_of_all_scenes_and_of_those_with_one(judge: Judge) -> None:
    heard = heard_of(("a dog", "a car"), ("a car", "a dog"), ("a bell", "a cat"), ("a cat", "a bell"))
    captions = ("a dog, then a car", "a dog, then a car", "a bell", "a cat, then a bell")
    table = scene_table({"some": written(*captions)}, heard, judge)
    assert [table.figure("some", name).value for name in ("order right", "order wrong")] == [0.5, 0.25]
    assert table.figure("some", "right, of orders said").value == pytest.approx(2 / 3)


def test_references_of_a_scene_say_the_order() -> None:
    assert heard_of(("a dog", "a car")).references == [["a dog, then a car", "a dog followed by a car"]]


def test_an_assembled_network_writes_by_itself() -> None:
    network = make_small_assembled()
    embedder = Embedder(network, "assembled-1")
    heard = replace(heard_of(("a dog",)), waveforms=[make_waveform(440.0, 1.0, network.sample_rate_hz)])
    writers = own_decoder(embedder)
    assert writers["own, drawn"](heard) == [write(network, heard.waveforms[0])]
    assert writers["own, beam"](heard) == [write(network, heard.waveforms[0], beam=3)]
    without = make_small_assembled(replace(SMALL_ASSEMBLED, decoder=DecoderConfig()))
    assert own_decoder(Embedder(without, "assembled-2")) == {}
