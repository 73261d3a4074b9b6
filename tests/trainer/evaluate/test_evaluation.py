from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.embedding import Embedder
from engine.errors import UnreadableAudio
from tests.small_networks import make_small_network
from tests.tones import write_sound
from trainer.errors import TrainerError
from trainer.evaluate import baselines
from trainer.evaluate.evaluation import Figure, evaluate, evaluate_chance, evaluate_network, make_task, measure
from trainer.manifest import Clip

TONES = {"low tone": 200, "middle tone": 1000, "high tone": 3000}


def tone_clip(path: Path, source: str, recording: str, label: str, hz: float) -> Clip:
    write_sound(path, hz=hz, seconds=1.0)
    return Clip(path, source, recording, label, f"a tone of {hz:.0f} Hz", 1.0, "CC0")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Clip]:
    """Two takes of each of two recordings of every tone, to be classified, and three other sounds."""
    folder = tmp_path_factory.mktemp("tones")
    takes = [
        tone_clip(folder / f"{label}{number}{take}.wav", "esc10", f"1-{hz}{number}-{take}.ogg", label, hz)
        for label, hz in TONES.items()
        for number in range(2)
        for take in "AB"
    ]
    others = [tone_clip(folder / f"{hz}.wav", "loops", str(hz), "tone", hz) for hz in (500, 1500, 2200)]
    return [*takes, *others]


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
    perfect = measure("perfect", task, task.relevant.astype(float), np.ones(12))
    useless = measure("useless", task, 1.0 - task.relevant, np.zeros(12))
    one = Figure(1.0, 1.0, 1.0)
    assert (perfect.accuracy, perfect.recall_at_1, perfect.mean_average_precision) == (one, one, one)
    assert (useless.accuracy, useless.recall_at_1) == (Figure(0.0, 0.0, 0.0), Figure(0.0, 0.0, 0.0))
    assert useless.mean_average_precision.high < 0.4


def test_intervals_are_over_recordings(clips: list[Clip]) -> None:
    # one recording of each tone is heard and the other is not: six witnesses, not twelve
    task = make_task(clips)
    correct = np.array([1.0, 1.0, 0.0, 0.0] * 3)
    accuracy = measure("half", task, task.relevant.astype(float), correct).accuracy
    assert accuracy is not None
    assert accuracy.value == 0.5
    assert accuracy.low <= 0.17
    assert accuracy.high >= 0.83
    each_alone = replace(task, recordings=[str(number) for number in range(len(task.clips))])
    narrower = measure("half", each_alone, task.relevant.astype(float), correct).accuracy
    assert narrower is not None
    assert narrower.high - narrower.low < accuracy.high - accuracy.low


def test_a_network_that_hears_and_reads_finds_everything(clips: list[Clip], tone_embedder: Embedder) -> None:
    row = evaluate_network(tone_embedder, make_task(clips))
    assert row.recall_at_1.value == 1.0
    assert row.mean_average_precision.value == 1.0


def test_the_table_shows_figures_intervals_and_counts(clips: list[Clip], tone_embedder: Embedder) -> None:
    evaluation = evaluate(tone_embedder, clips, training=[], held_out=[])
    title, chance, network, _, *counts = evaluation.table().splitlines()
    assert title.split("  ")[0] == "system"
    assert all(name in title for name in ("ESC-10 accuracy", "R@1", "R@10", "mAP"))
    assert chance.startswith("chance ")
    assert network.startswith("tones ")
    assert "1.000 [1.000, 1.000]" in network
    assert counts == [
        "network tones, checkpoint tones-1",
        "retrieval: 6 grouped captions over 15 sounds from 9 recordings",
        "ESC-10: 12 clips from 6 recordings",
        "in brackets: 95 % bootstrap over recordings, and over captions with all their recordings",
    ]
    assert len({line.index("[") for line in (chance, network)}) == 1  # columns are aligned


def test_figures_can_be_stored_as_json(clips: list[Clip], tone_embedder: Embedder) -> None:
    unclassified = [clip for clip in clips if clip.source == "loops"]
    evaluation = evaluate(tone_embedder, unclassified, training=[], held_out=[])
    stored = json.loads(json.dumps(evaluation.to_dict(), allow_nan=False))
    assert stored["queries"] == 3
    assert [row["system"] for row in stored["rows"]] == ["chance", "tones"]
    assert stored["rows"][1]["accuracy"] is None
    assert stored["rows"][1]["recall_at_1"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert "  -  " in evaluation.table()


def test_our_own_network_stands_beside_the_baseline(
    clips: list[Clip], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baselines, "RANDOM_FEATURES", 50)
    training = [
        tone_clip(tmp_path / f"{number}.wav", "farm", str(number), label, hz * (1 + number / 50))
        for number in range(4)
        for label, hz in TONES.items()
    ]
    training.append(replace(training[0], caption="", path=tmp_path / "never read.wav"))
    evaluation = evaluate(Embedder(make_small_network(), "small-1"), clips, training=training, held_out=training[:3])
    assert [row.system for row in evaluation.rows] == ["chance", "mel statistics + ridge", "small"]
    assert all(0.0 <= row.recall_at_1.low <= row.recall_at_1.value <= 1.0 for row in evaluation.rows)


def test_nothing_is_evaluated_on_a_part_of_the_sounds(
    clips: list[Clip], tone_embedder: Embedder, tmp_path: Path
) -> None:
    broken = replace(clips[0], path=tmp_path / "broken.wav")
    broken.path.write_bytes(b"no sound")
    with pytest.raises(UnreadableAudio, match=r"broken\.wav"):
        evaluate(tone_embedder, [*clips, broken], training=[], held_out=[])


def test_chance_is_near_chance(clips: list[Clip]) -> None:
    many = make_task([replace(clip, recording=f"{clip.recording}{copy}") for clip in clips for copy in range(40)])
    row = evaluate_chance(many)
    assert row.accuracy is not None
    assert row.accuracy.low < 1 / 3 < row.accuracy.high
    assert row.recall_at_1.value < 0.7
