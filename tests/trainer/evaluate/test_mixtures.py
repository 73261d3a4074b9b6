from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.mixtures import (
    AT_ONCE,
    CROSS_FADE,
    LEVELS_DB,
    MEETINGS,
    MOST_S,
    THIRD_BEHIND,
    Mixtures,
    draw_sets,
    fade_with_ends,
)
from trainer.evaluate.stimuli import LEVEL_DBFS, rms_dbfs
from trainer.evaluate.systems import Sounds
from trainer.manifest import Clip

RATE_HZ = 8000


@pytest.fixture(scope="module")
def mixtures(long_sounds: Sounds) -> Mixtures:
    return Mixtures(long_sounds, draw_sets(long_sounds.clips, 6, 3))


def test_sets_are_of_other_recordings_and_captions_and_the_same_every_time(long_clips: list[Clip]) -> None:
    doubled = [replace(clip, recording=f"{clip.recording}{copy}") for clip in long_clips for copy in range(3)]
    sets = draw_sets(doubled, 50, 3)
    assert len(sets) == 50
    assert sets == draw_sets(doubled, 50, 3)
    for one in sets:
        assert len({doubled[position].caption for position in one}) == 3
        assert len({recording_of(doubled[position]) for position in one}) == 3


def test_every_recording_is_used_before_one_is_used_again(long_clips: list[Clip]) -> None:
    used = [position for one in draw_sets(long_clips, 4, 2) for position in one]
    assert sorted(used) == list(range(8))


def test_short_sounds_and_those_without_caption_are_not_used(long_clips: list[Clip]) -> None:
    few = [*long_clips[:2], replace(long_clips[2], seconds=1.9), replace(long_clips[3], caption="")]
    assert {position for one in draw_sets(few, 10, 2) for position in one} == {0, 1}


def test_nothing_can_be_put_in_order_where_all_is_alike(long_clips: list[Clip]) -> None:
    with pytest.raises(TrainerError, match=r"2 sounds of 2 s or more with different captions"):
        draw_sets([replace(clip, caption="a tone") for clip in long_clips], 4, 2)


def test_sounds_that_always_share_a_recording_make_no_set(long_clips: list[Clip]) -> None:
    two = [replace(clip, recording=str(position // 2)) for position, clip in enumerate(long_clips[:4])]
    same = [replace(clip, caption=f"tone {position % 2}") for position, clip in enumerate(two)]
    with pytest.raises(TrainerError):
        draw_sets(same, 4, 3)


@pytest.mark.parametrize("meeting", MEETINGS, ids=lambda meeting: meeting.name)
def test_both_orders_have_the_same_content(mixtures: Mixtures, meeting: object) -> None:
    assert isinstance(meeting, type(CROSS_FADE))
    one, other = mixtures.joined(meeting, [(0, (0, 1)), (0, (1, 0))])
    assert len(one) == len(other)
    assert one.dtype == np.float32
    assert rms_dbfs(one) == pytest.approx(rms_dbfs(other), abs=0.5)
    assert not np.allclose(one, other)


def test_every_sound_has_a_level_of_its_own_and_a_greatest_length(mixtures: Mixtures) -> None:
    items = [(number, (which,)) for number in range(len(mixtures.sets)) for which in range(3)]
    alone = list(mixtures.joined(CROSS_FADE, items))
    levels_dbfs = np.array([rms_dbfs(y) for y in alone])
    assert (np.abs(levels_dbfs - LEVEL_DBFS) <= LEVELS_DB).all()
    assert levels_dbfs.max() - levels_dbfs.min() > LEVELS_DB
    assert max(len(y) for y in alone) == round(MOST_S * RATE_HZ)


def test_a_third_sound_is_as_loud_as_the_two_are_on_average(mixtures: Mixtures) -> None:
    (alone,), (accompanied,) = (mixtures.joined(meeting, [(1, (0, 1))]) for meeting in (CROSS_FADE, THIRD_BEHIND))
    assert rms_dbfs(accompanied - alone) == pytest.approx(LEVEL_DBFS, abs=0.01)


def test_at_once_both_begin_together(mixtures: Mixtures) -> None:
    (both,) = mixtures.joined(AT_ONCE, [(2, (0, 1))])
    lengths = [len(next(mixtures.joined(AT_ONCE, [(2, (which,))]))) for which in (0, 1)]
    assert len(both) == max(lengths)


def test_in_a_b_a_the_ends_are_as_the_joints() -> None:
    parts = [np.ones(3 * RATE_HZ, dtype=np.float32)] * 3
    y = fade_with_ends(parts, RATE_HZ, np.random.default_rng(0))
    assert y[0] == pytest.approx(0.0, abs=1e-3)
    assert y[-1] == pytest.approx(0.0, abs=1e-3)
    assert y[RATE_HZ] == 1.0
