from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.tones import write_sound
from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.localised_scenes import (
    LEVEL_DB,
    MEETING,
    SCENE_S,
    MixedScene,
    draw_scenes,
    render_parts,
)
from trainer.evaluate.placement import BED_BELOW_DB, EVENTS, PlacedEvent
from trainer.evaluate.stimuli import LEVEL_DBFS, rms_dbfs
from trainer.evaluate.systems import Sounds
from trainer.manifest import Clip

RATE_HZ = 8000


def test_two_events_meet_and_the_third_stands_alone(long_clips: list[Clip]) -> None:
    for scene in draw_scenes(long_clips, 30):
        first, second, third = scene.events
        shorter_s = min(first.end_s - first.start_s, second.end_s - second.start_s)
        assert first.end_s - second.start_s == pytest.approx(MEETING * shorter_s)
        pair = (min(first.start_s, second.start_s), max(first.end_s, second.end_s))
        assert third.end_s <= pair[0] + 1e-9 or pair[1] <= third.start_s + 1e-9
        assert min(pair[0], third.start_s) >= 0
        assert max(pair[1], third.end_s) <= SCENE_S + 1e-9


def test_levels_vary_and_every_other_scene_is_limited(long_clips: list[Clip]) -> None:
    scenes = draw_scenes(long_clips, 20)
    levels_db = np.array([scene.levels_dbfs for scene in scenes]) - LEVEL_DBFS
    assert (levels_db >= LEVEL_DB[0]).all()
    assert (levels_db <= LEVEL_DB[1]).all()
    assert [scene.limited for scene in scenes] == [False, True] * 10


def test_events_and_bed_are_different_recordings_with_other_captions(long_clips: list[Clip]) -> None:
    for scene in draw_scenes(long_clips, 30):
        chosen = [long_clips[position] for position in (scene.bed, *(event.clip for event in scene.events))]
        assert len({clip.caption for clip in chosen}) == len({recording_of(clip) for clip in chosen}) == EVENTS + 1


def test_scenes_are_the_same_every_time(long_clips: list[Clip]) -> None:
    assert draw_scenes(long_clips, 5) == draw_scenes(long_clips, 5)


def test_without_a_bed_or_enough_other_sounds_there_is_no_scene(long_clips: list[Clip]) -> None:
    with pytest.raises(TrainerError, match="a bed of 7 s"):
        draw_scenes(long_clips[:6], 1)
    with pytest.raises(TrainerError, match="too few different recordings"):
        draw_scenes([replace(clip, recording="one") for clip in long_clips], 1)


def scene_of(*, limited: bool) -> MixedScene:
    events = (PlacedEvent(0, 1.0, 3.0), PlacedEvent(1, 2.0, 4.0), PlacedEvent(2, 6.0, 8.0))
    return MixedScene(events, (-20.0, -26.0, -30.0), bed=7, limited=limited)


def test_each_part_sounds_at_its_time_and_level(long_sounds: Sounds) -> None:
    *events, bed = render_parts(scene_of(limited=False), long_sounds)
    for part, event, level_dbfs in zip(events, scene_of(limited=False).events, (-20.0, -26.0, -30.0), strict=True):
        start, end = (round(at_s * RATE_HZ) for at_s in (event.start_s, event.end_s))
        assert rms_dbfs(part[start:end]) == pytest.approx(level_dbfs, abs=0.3)
        assert not part[:start].any()
        assert not part[end:].any()
    assert rms_dbfs(bed) == pytest.approx(LEVEL_DBFS - BED_BELOW_DB, abs=0.1)


def test_limited_events_share_no_frequencies(tmp_path: Path) -> None:
    noise = Clip(write_sound(tmp_path / "noise.wav", None, 4.0), "loops", "1", "noise", "noise", 4.0, "CC0")
    low, high, _, _ = np.abs(np.fft.rfft(render_parts(scene_of(limited=True), Sounds([noise] * 8, RATE_HZ)))) ** 2
    below = np.fft.rfftfreq(round(SCENE_S * RATE_HZ), 1 / RATE_HZ) < 2000  # half of the power of white noise
    assert low[~below].sum() < 0.1 * low.sum()
    assert high[below].sum() < 0.1 * high.sum()
