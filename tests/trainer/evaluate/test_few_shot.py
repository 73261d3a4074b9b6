"""Tags of tones, learned from a few of them: a network that hears tones finds the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.embedding import Embedder
from tests.small_networks import make_small_network
from tests.tones import write_sound
from trainer.errors import TrainerError
from trainer.evaluate import few_shot
from trainer.evaluate.few_shot import RUNGS, few_shot_tables
from trainer.manifest import Clip
from trainer.tuning_recipe import load_tuning_recipe

LABELS = {
    "a tone of 300 hz": 300.0,
    "a tone of 900 hz": 900.0,
    "a tone of 1700 hz": 1700.0,
    "a tone of 2900 hz": 2900.0,
}
FILES = 8


@pytest.fixture(scope="module")
def unseen(tmp_path_factory: pytest.TempPathFactory) -> list[Clip]:
    """Tones within a few hertz of what their label says, each a recording of its own."""
    folder = tmp_path_factory.mktemp("unseen")
    return [
        Clip(write_sound(folder / f"{hz}-{n}.wav", hz + 3 * n, 0.5), "tones", f"{hz}-{n}", label, "", 0.5, "CC0")
        for label, hz in LABELS.items()
        for n in range(FILES)
    ]


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> list[Clip]:
    folder = tmp_path_factory.mktemp("others")
    return [
        Clip(write_sound(folder / f"{n}.wav", 1130.0 + 17 * n, 0.5), "others", f"{n}", "other", "", 0.5, "CC0")
        for n in range(30)
    ]


def test_every_rung_finds_the_tones_that_it_was_shown(
    unseen: list[Clip], others: list[Clip], tone_embedder: Embedder
) -> None:
    precision, accuracy = few_shot_tables(tone_embedder, unseen, others)
    assert [row.name for row in precision.rows] == [row.name for row in accuracy.rows] == list(RUNGS)
    assert precision.columns == ("1", "2", "5")  # of ten there are not so many
    for table in (precision, accuracy):
        for size in table.columns:
            for rung in ("prototype", "Tip-Adapter", "cache"):
                assert table.figure(rung, size).value == 1.0
    assert "2, 2, 2 labels" in precision.notes[0]
    assert [note.split(":")[0] for note in precision.notes[2:]] == [f"seconds to learn, {rung}" for rung in RUNGS]


def test_a_label_with_one_recording_teaches_nothing_about_others(
    unseen: list[Clip], others: list[Clip], tone_embedder: Embedder
) -> None:
    takes = [replace(clip, recording=clip.label) for clip in unseen]
    with pytest.raises(TrainerError, match="too few sounds"):
        list(few_shot_tables(tone_embedder, takes, others))


def test_our_own_network_is_tuned_too(unseen: list[Clip], others: list[Clip], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(few_shot, "SIZES", (1, 5))
    monkeypatch.setattr(few_shot, "TUNED_FROM", 5)
    monkeypatch.setattr(few_shot, "DRAWS", 1)
    quick = load_tuning_recipe(overrides={"descent.steps": 4, "descent.judge_every": 2})
    precision, _ = few_shot_tables(Embedder(make_small_network(), "small-1"), unseen, others, tuning=quick)
    assert [row.name for row in precision.rows] == [*RUNGS, "tuned, name", "tuned, head"]
    assert precision.figure("tuned, head", "1") is None
    assert precision.figure("tuned, head", "5") is not None
