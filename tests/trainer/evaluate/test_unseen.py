from __future__ import annotations

from dataclasses import replace

from trainer.evaluate.systems import Chance, NetworkSystem, Sounds
from trainer.evaluate.unseen import unseen_table
from trainer.manifest import Clip


def test_a_network_that_reads_and_hears_tells_all_labels_apart(clips: list[Clip], tone_system: NetworkSystem) -> None:
    named = [replace(clip, label=clip.caption, caption="") for clip in clips[:12]]
    table = unseen_table([Chance(8000), tone_system], Sounds(named, 8000))
    assert table.figure("tones", "accuracy").value == 1.0
    assert table.figure("chance", "accuracy").value < 1.0
    assert table.notes[0] == "unseen labels: 12 clips from 6 recordings, 3-way"


def test_rare_labels_count_as_much_as_frequent_ones_in_the_mean_over_labels(
    clips: list[Clip], tone_system: NetworkSystem
) -> None:
    frequent = [replace(clip, label="200 Hz") for clip in clips[:4]]
    wrong = [replace(clips[0], label="3000 Hz")]
    table = unseen_table([tone_system], Sounds([*frequent, *wrong], 8000))
    assert table.figure("tones", "accuracy").value == 0.8
    assert table.figure("tones", "mean over labels").value == 0.5
