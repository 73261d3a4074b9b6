from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.embedding import Embedder
from tests.tones import make_waveform, write_sound
from trainer.errors import TrainerError
from trainer.evaluate import detection
from trainer.evaluate.detection import (
    Annotated,
    best_threshold,
    by_segment,
    detection_table,
    scenes_of,
    slid,
    windows_of,
)
from trainer.evaluate.systems import NetworkSystem, Sounds
from trainer.manifest import Clip, Event


def test_a_window_is_around_the_middle_of_every_fiftieth_millisecond() -> None:
    y = np.arange(8000, dtype=np.float32)  # a second
    windows = list(windows_of(y, 8000, 0.5))
    assert len(windows) == 20
    assert windows[0].tolist() == list(range(200 + 2000))
    assert windows[10][0] == 10.5 * 400 - 2000
    assert len(windows[10]) == 4000
    assert len(list(windows_of(y[:100], 8000, 0.5))) == 1


def test_a_segment_has_the_highest_of_its_windows() -> None:
    likeness = np.zeros((50, 2))
    likeness[19, 0], likeness[20, 1] = 0.5, 0.7
    assert by_segment(likeness, 2.5).tolist() == [[0.5, 0.0], [0.0, 0.7], [0.0, 0.0]]
    assert by_segment(likeness[:5], 2.0)[1].tolist() == [-np.inf, -np.inf]  # no window there


def test_the_threshold_is_the_lowest_of_the_best() -> None:
    heard, true = [np.array([[0.6], [0.4], [0.1]])], [np.array([[True], [True], [False]])]
    assert best_threshold(heard, true) == pytest.approx(0.1)


def test_what_slides_hears_when_a_tone_begins(tone_system: NetworkSystem) -> None:
    y = make_waveform([300.0, 3000.0], 2.0, 8000)
    (likeness,) = slid(tone_system, Annotated([y], [()], ["300 Hz", "3000 Hz"], ["a"], ""), 0.5)
    assert likeness.shape == (80, 2)
    assert (likeness[:35].argmax(axis=1) == 0).all()
    assert (likeness[45:].argmax(axis=1) == 1).all()


def test_events_of_a_manifest_are_found(tone_embedder: Embedder, clips: list[Clip]) -> None:
    events = (Event(0.0, 2.0, "300 Hz"), Event(2.0, 4.0, "3000 Hz"))
    path = write_sound(clips[0].path.parent / "two tones.wav", hz=[300.0, 3000.0], seconds=2.0)
    both = [replace(clips[0], path=path, recording=str(number), events=events) for number in range(10)]
    table = detection_table(tone_embedder, Sounds([*both, *clips], 8000))
    assert [row.name for row in table.rows] == ["chance", "tones", "all at all times"]
    # the tone before sounds in the first windows of the next
    assert table.figure("tones", "recall").value == 1.0
    assert table.figure("tones", "F1").value >= 0.8
    assert table.figure("all at all times", "F1").value == pytest.approx(2 / 3)
    assert table.figure("chance", "F1").value < table.figure("tones", "F1").value
    assert table.notes[0].startswith("detection: 10 sounds with events; 2 labels; 8 sounds measured, threshold chosen")


def test_scenes_are_made_where_no_events_are_known(
    tone_embedder: Embedder, long_clips: list[Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detection, "SCENE_LABELS", 6)
    labelled = [replace(clip, label=clip.caption) for clip in long_clips]  # two are left for beds
    made = scenes_of(Sounds(labelled, 8000), scenes=3)
    assert len(made.waveforms) == 3
    assert len(made.labels) == 6
    assert all(len({event.label for event in events} & set(made.labels)) == 3 for events in made.events)
    with pytest.raises(TrainerError, match="two labels"):
        detection_table(tone_embedder, Sounds(long_clips, 8000))  # all are tones
