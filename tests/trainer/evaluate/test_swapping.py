from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from trainer.errors import TrainerError
from trainer.evaluate.caption_text import SWAP_TESTS
from trainer.evaluate.swapping import COLUMNS, TESTS, captions_with, own_captions_table, swapping_tables
from trainer.evaluate.systems import NetworkSystem, Sounds
from trainer.manifest import Clip

SAID = (
    "a tone of 300 Hz before a tone of 900 Hz",
    "a tone of 900 Hz after a tone of 300 Hz",
    "a tone of 2000 Hz before a tone of 3000 Hz",
    "a tone of 2000 Hz then a tone of 1500 Hz",
)


@pytest.fixture
def told(clips: list[Clip]) -> list[Clip]:
    return [replace(clip, caption=said) for clip, said in zip(clips[::4], SAID, strict=False)] + clips[12:]


def test_each_test_changes_the_captions_with_its_words(told: list[Clip]) -> None:
    bat = captions_with(told, SWAP_TESTS[0])
    assert bat is not None
    assert bat.captions == [SAID[0], SAID[2], SAID[1]]
    assert bat.swapped[0] == "a tone of 300 Hz after a tone of 900 Hz"
    assert bat.positions.tolist() == [0, 2, 1]
    clauses = captions_with(told, TESTS[-1])
    assert clauses is not None
    assert "a tone of 900 Hz before a tone of 300 Hz" in clauses.swapped
    assert captions_with(told[3:], SWAP_TESTS[0]) is None


def test_to_read_bands_alone_is_not_to_heed_order(told: list[Clip], tone_system: NetworkSystem) -> None:
    table = own_captions_table(tone_system, Sounds(told, 8000))
    assert [row.name for row in table.rows] == [
        "BAT: before <> after",
        "PTe: clauses around before",
        "PTe: clauses around after",
        "PTe: clauses around then",
        "then > as",
        "PTe: all",
    ]
    for row in table.rows:
        assert table.figure(row.name, "closer than swapped").value == 0.5
        assert table.figure(row.name, "R@1").value == table.figure(row.name, "R@1 swapped").value
    assert table.notes[0].startswith("swapped captions: BAT: before <> after 3 of 3 sounds; ")


class Heeds(NetworkSystem):
    """Of a sentence with "after" it wants the opposite."""

    def __init__(self, system: NetworkSystem) -> None:
        super().__init__(system._embedder)
        self.read = lambda texts: _signs(texts)[:, None] * system.read(texts)


def _signs(texts: Sequence[str]) -> np.ndarray:
    return np.array([-1.0 if "after" in text else 1.0 for text in texts])


def test_what_heeds_the_word_is_closer_to_the_right_sentence(told: list[Clip], tone_system: NetworkSystem) -> None:
    before = [clip for clip in told if "after" not in clip.caption]
    table = own_captions_table(Heeds(tone_system), Sounds(before, 8000))
    assert table.figure("BAT: before <> after", "closer than swapped").value == 1.0
    assert table.columns == COLUMNS


def test_joined_sounds_are_measured_by_the_clip_embedding(
    long_sounds: Sounds, tone_system: NetworkSystem, clips: list[Clip]
) -> None:
    (joined,) = swapping_tables(tone_system, long_sounds, pairs=4)
    assert joined.section == "swapping"
    assert [row.name for row in joined.rows] == ["clip embedding"]
    assert joined.figure("clip embedding", "BAT").value == 0.5
    with pytest.raises(TrainerError, match=r"Order needs .* No caption"):
        list(swapping_tables(tone_system, Sounds(clips[:2], 8000), pairs=4))
