from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.placement import (
    BED_BELOW_DB,
    BED_LEAST_S,
    LEAST_GAP_S,
    SCENE_S,
    PlacedEvent,
    PlacedScene,
    draw_scenes,
    placement_table,
    render,
)
from trainer.evaluate.stimuli import LEVEL_DBFS, rms_dbfs
from trainer.evaluate.systems import Chance, NetworkSystem, Sounds
from trainer.manifest import Clip


@pytest.mark.parametrize(("moment_s", "distance_s"), [(2.0, 1.0), (3.0, 0.0), (4.0, 0.0), (5.0, 0.0), (7.5, 2.5)])
def test_an_event_is_met_inside_and_missed_by_the_distance_outside(moment_s: float, distance_s: float) -> None:
    assert PlacedEvent(0, 3.0, 5.0).distance_s(moment_s) == distance_s


def test_events_follow_each_other_with_gaps_over_a_bed_of_another_caption(long_clips: list[Clip]) -> None:
    for scene in draw_scenes(long_clips, 30):
        assert SCENE_S[0] <= scene.duration_s <= SCENE_S[1]
        edges_s = [0.0, *(at_s for event in scene.events for at_s in (event.start_s, event.end_s)), scene.duration_s]
        gaps_s = np.diff(edges_s)[::2]
        assert gaps_s.min() >= LEAST_GAP_S - 1e-9
        chosen = [long_clips[position] for position in (scene.bed, *(event.clip for event in scene.events))]
        assert len({clip.caption for clip in chosen}) == len({recording_of(clip) for clip in chosen}) == 4
        assert chosen[0].seconds >= BED_LEAST_S


def test_scenes_are_the_same_every_time(long_clips: list[Clip]) -> None:
    assert draw_scenes(long_clips, 5) == draw_scenes(long_clips, 5)


def test_without_a_bed_or_enough_other_sounds_there_is_no_scene(long_clips: list[Clip]) -> None:
    with pytest.raises(TrainerError, match="a bed of 7 s"):
        draw_scenes(long_clips[:6], 1)
    with pytest.raises(TrainerError, match="too few different recordings"):
        draw_scenes([replace(clip, recording="one") for clip in long_clips], 1)


def test_an_event_sounds_at_its_time_and_the_bed_everywhere(long_sounds: Sounds) -> None:
    y = render(PlacedScene((PlacedEvent(0, 3.0, 5.0),), bed=7, duration_s=10.0), long_sounds)
    assert len(y) == 80_000
    bed_dbfs = LEVEL_DBFS - BED_BELOW_DB
    assert rms_dbfs(y[: 3 * 8000]) == pytest.approx(bed_dbfs, abs=0.1)
    assert rms_dbfs(y[5 * 8000 :]) == pytest.approx(bed_dbfs, abs=0.1)
    assert rms_dbfs(y[3 * 8000 : 5 * 8000]) == pytest.approx(LEVEL_DBFS, abs=0.3)


def test_a_network_that_hears_and_reads_places_every_sound(tone_system: NetworkSystem, long_sounds: Sounds) -> None:
    table = placement_table([Chance(8000), tone_system], long_sounds, scenes=10)
    assert table.figure("tones", "inside its event").value == 1.0
    assert table.figure("tones", "error in s").value == 0.0
    assert table.figure("chance", "inside its event").high < 0.5
    assert table.figure("chance", "error in s").low > 1.0
