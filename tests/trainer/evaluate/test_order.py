from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine.embedding import Embedder
from engine.stored_embeddings import FileEmbeddings
from tests.tones import make_waveform
from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.order import CROSS_FADE_S, MOST_S, OrderJudge, draw_pairs, excerpt, order_table
from trainer.evaluate.stimuli import LEVEL_DBFS, cross_faded, rms_dbfs
from trainer.evaluate.systems import NetworkSystem, Sounds
from trainer.manifest import Clip


def test_pairs_are_of_other_recordings_and_captions_and_the_same_every_time(long_clips: list[Clip]) -> None:
    doubled = [replace(clip, recording=f"{clip.recording}{copy}") for clip in long_clips for copy in range(3)]
    pairs = draw_pairs(doubled, 50)
    assert len(pairs) == 50
    assert pairs == draw_pairs(doubled, 50)
    for first, second in pairs:
        assert doubled[first].caption != doubled[second].caption
        assert recording_of(doubled[first]) != recording_of(doubled[second])


def test_every_recording_is_used_before_one_is_used_again(long_clips: list[Clip]) -> None:
    used = [position for pair in draw_pairs(long_clips, 4) for position in pair]
    assert sorted(used) == list(range(8))


def test_short_sounds_and_those_without_caption_are_not_used(long_clips: list[Clip]) -> None:
    few = [*long_clips[:2], replace(long_clips[2], seconds=1.9), replace(long_clips[3], caption="")]
    assert {position for pair in draw_pairs(few, 10) for position in pair} == {0, 1}


def test_nothing_can_be_put_in_order_where_all_is_alike(long_clips: list[Clip]) -> None:
    with pytest.raises(TrainerError, match=r"2 s or more with different captions"):
        draw_pairs([replace(clip, caption="a tone") for clip in long_clips], 4)


def test_excerpts_have_one_level_and_a_greatest_length(long_sounds: Sounds) -> None:
    for position in range(len(long_sounds.clips)):
        y = excerpt(long_sounds, position)
        assert len(y) == min(len(long_sounds.waveform(position)), round(MOST_S * 8000))
        assert rms_dbfs(y) == pytest.approx(LEVEL_DBFS, abs=1e-3)


def test_the_order_that_sounds_is_preferred(tone_system: NetworkSystem, long_sounds: Sounds) -> None:
    parts = [excerpt(long_sounds, position) for position in (4, 1)]
    (heard,) = tone_system.hear([cross_faded(parts, round(CROSS_FADE_S * 8000))])
    judge = OrderJudge(tone_system, long_sounds)
    assert judge.in_order([heard, heard], [(4, 1), (1, 4)]).tolist() == [1.0, 0.0]


def test_where_nothing_is_heard_neither_order_is_preferred(tone_system: NetworkSystem, long_sounds: Sounds) -> None:
    (silence,) = tone_system.hear([make_waveform(0.0, 6.0, 8000)])
    assert OrderJudge(tone_system, long_sounds).in_order([silence], [(4, 1)]).tolist() == [0.5]


def test_a_network_that_hears_and_reads_knows_the_order(tone_system: NetworkSystem, long_sounds: Sounds) -> None:
    table = order_table(tone_system, [], long_sounds, pairs=8)
    assert table.figure("tones", "A-B").value == 1.0
    assert 0.2 <= table.figure("tones", "A-B-A says A then B").value <= 0.8
    assert table.figure("tones", "noise").low <= 0.5 <= table.figure("tones", "noise").high
    assert table.notes[0].startswith("order: 8 pairs, 16 sounds in both orders, from 8 recordings with 8 captions;")


class HearsBackwards(NetworkSystem):
    def hear(self, waveforms: Sequence[np.ndarray]) -> list[FileEmbeddings]:
        return [FileEmbeddings(heard.segments[::-1], heard.clip) for heard in super().hear(waveforms)]


def test_a_network_that_hears_backwards_is_always_wrong(tone_embedder: Embedder, long_sounds: Sounds) -> None:
    assert order_table(HearsBackwards(tone_embedder), [], long_sounds, pairs=8).figure("tones", "A-B").value == 0.0
