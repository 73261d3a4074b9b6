from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.embedding import Embedder
from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.figures import Table
from trainer.evaluate.negation import COLUMNS, HEARD, TAKES, area, draw_pools, negation_table, waveforms
from trainer.evaluate.systems import Sounds
from trainer.manifest import Clip


@pytest.fixture(scope="module")
def table(long_clips: list[Clip], tone_embedder: Embedder) -> Table:
    return negation_table(tone_embedder, Sounds(long_clips, 8000))


def test_pure_tones_without_the_other_come_first(table: Table) -> None:
    for row in ("Earmark", "Earmark, sounds given", "  A without B", "  A, no B", "  A but not B", '  A -"B"'):
        assert [table.figure(row, column).value for column in COLUMNS] == [1.0, 1.0], row


def test_who_does_not_know_without_prefers_what_is_named(table: Table) -> None:
    assert table.figure("sentence embedding", "A and C before A and B").value == 0.0


def test_who_ignores_what_should_not_be_heard_is_at_one_half(table: Table) -> None:
    assert table.figure("Earmark, asked for A alone", "A and C before A and B").value == 0.5


def test_it_is_said_on_how_much_it_was_measured(table: Table) -> None:
    assert table.notes[0] == (
        "negation: 2 pools of 6 sounds from 6 recordings; 12 files in one library; 6 questions of each pool"
    )


def test_pools_share_no_recordings_and_their_sounds_are_unlike(long_clips: list[Clip], tone_embedder: Embedder) -> None:
    takes = [replace(clip, recording=f"{clip.recording}-{copy}") for clip in long_clips for copy in range(5)]
    pools = draw_pools(takes, tone_embedder.embed_text, 60)
    assert pools == draw_pools(takes, tone_embedder.embed_text, 60)
    assert len(pools) == 5  # 8 sounds of 5 takes are 16 portions
    recordings = [{recording_of(takes[clip]) for one in pool.sets for clip in one} for pool in pools]
    assert sum(map(len, recordings)) == len(set.union(*recordings))
    for pool in pools:
        assert len(set(pool.captions)) == 3
        assert len(pool.sets) <= TAKES
        assert {tuple(takes[clip].caption for clip in one) for one in pool.sets} == {pool.captions}


def test_files_of_pools_lie_one_after_another(long_clips: list[Clip], tone_embedder: Embedder) -> None:
    pools = draw_pools(long_clips, tone_embedder.embed_text, 60)
    files = [pool.files(*heard).tolist() for pool in pools for heard in HEARD]
    assert sorted(np.concatenate(files).tolist()) == list(range(12))
    assert len(list(waveforms(pools, Sounds(long_clips, 8000)))) == 12
    assert pools[0].files(2, 0).tolist() == pools[0].files(0, 2).tolist()


def test_too_few_sounds_make_no_pool(long_clips: list[Clip], tone_embedder: Embedder) -> None:
    short = [replace(clip, seconds=1.0) for clip in long_clips[2:]]
    with pytest.raises(TrainerError, match="three different sounds of 2 s"):
        draw_pools([*long_clips[:2], *short], tone_embedder.embed_text, 60)
    with pytest.raises(TrainerError, match="three different sounds"):
        draw_pools([replace(clip, caption="a tone of 300 Hz") for clip in long_clips], tone_embedder.embed_text, 60)


def test_area_counts_what_comes_before() -> None:
    assert area(np.array([3.0, 2.0]), np.array([1.0, 0.0])) == 1.0
    assert area(np.array([3.0, 1.0]), np.array([2.0, 0.0])) == 0.75
    assert area(np.array([1.0]), np.array([1.0])) == 0.5
