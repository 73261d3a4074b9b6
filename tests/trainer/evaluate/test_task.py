from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trainer.errors import TrainerError
from trainer.evaluate.figures import Figure, Row
from trainer.evaluate.systems import Chance, NetworkSystem, Sounds
from trainer.evaluate.task import RETRIEVAL_COLUMNS, Task, make_task, measure, retrieval_table
from trainer.manifest import Clip


def figures_of(row: Row) -> dict[str, Figure]:
    """The figures of a row that has them all, by column."""
    return {column: found for column, found in zip(RETRIEVAL_COLUMNS, row.figures, strict=True) if found}


def test_equal_captions_are_one_query(clips: list[Clip]) -> None:
    task = make_task(clips)
    assert task.queries == [
        "a tone of 1000 Hz",
        "a tone of 1500 Hz",
        "a tone of 200 Hz",
        "a tone of 2200 Hz",
        "a tone of 3000 Hz",
        "a tone of 500 Hz",
    ]
    assert task.relevant.sum(axis=1).tolist() == [4, 1, 4, 1, 4, 1]
    assert task.relevant[2].tolist() == [True] * 4 + [False] * 11


def test_the_clips_of_esc_10_are_classified_by_their_labels(clips: list[Clip]) -> None:
    task = make_task(clips)
    assert task.labels == ["high tone", "low tone", "middle tone"]
    assert task.classified.tolist() == list(range(12))
    assert [task.labels[number] for number in task.truth] == [clip.label for clip in clips[:12]]


def test_sounds_without_caption_stay_in_the_pool_and_are_no_query(clips: list[Clip]) -> None:
    task = make_task([*clips, replace(clips[0], caption="", source="loops")])
    assert len(task.queries) == 6
    assert task.relevant.shape == (6, 16)
    assert not task.relevant[:, 15].any()


def test_sounds_that_nobody_described_cannot_be_evaluated_on(clips: list[Clip]) -> None:
    with pytest.raises(TrainerError, match="has a caption"):
        make_task([replace(clip, caption="") for clip in clips])


def test_perfect_and_useless_scores_have_the_figures_they_must(clips: list[Clip]) -> None:
    task = make_task(clips)
    perfect = figures_of(measure("perfect", task, task.relevant.astype(float), np.ones(12)))
    useless = figures_of(measure("useless", task, 1.0 - task.relevant, np.zeros(12)))
    assert set(perfect.values()) == {Figure(1.0, 1.0, 1.0)}
    assert useless["ESC-10 accuracy"] == useless["R@1"] == Figure(0.0, 0.0, 0.0)
    assert useless["mAP"].high < 0.4
    assert useless["MRR"].high < 0.2


def accuracy_of(task: Task, correct: np.ndarray) -> Figure:
    return figures_of(measure("half", task, task.relevant.astype(float), correct))["ESC-10 accuracy"]


def test_intervals_are_over_recordings(clips: list[Clip]) -> None:
    # one recording of each tone is heard and the other is not: six witnesses, not twelve
    task = make_task(clips)
    correct = np.array([1.0, 1.0, 0.0, 0.0] * 3)
    accuracy = accuracy_of(task, correct)
    assert accuracy.value == 0.5
    assert accuracy.low <= 0.17
    assert accuracy.high >= 0.83
    narrower = accuracy_of(replace(task, recordings=[str(number) for number in range(len(task.clips))]), correct)
    assert narrower.high - narrower.low < accuracy.high - accuracy.low


def test_a_network_that_hears_and_reads_finds_everything(clips: list[Clip], tone_system: NetworkSystem) -> None:
    table = retrieval_table([tone_system], Sounds(clips, 8000), make_task(clips))
    assert table.section == "retrieval"
    for column in ("R@1", "R@10", "mAP", "MRR"):
        assert table.figure("tones", column) == Figure(1.0, 1.0, 1.0)
    assert table.notes == (
        "retrieval: 6 grouped captions over 15 sounds from 9 recordings",
        "ESC-10: 12 clips from 6 recordings",
        "in brackets: 95 % bootstrap over recordings, and over captions with all their recordings",
    )


def test_without_the_clips_of_esc_10_nothing_is_classified(clips: list[Clip], tone_system: NetworkSystem) -> None:
    unclassified = [clip for clip in clips if clip.source == "loops"]
    table = retrieval_table([tone_system], Sounds(unclassified, 8000), make_task(unclassified))
    assert table.figure("tones", "ESC-10 accuracy") is None
    assert table.figure("tones", "R@1") == Figure(1.0, 1.0, 1.0)


def test_chance_is_near_chance(clips: list[Clip]) -> None:
    table = retrieval_table([Chance(8000)], Sounds(clips, 8000), make_task(clips))
    found = table.figure("chance", "mAP")
    assert found is not None
    assert found.value < 0.7
