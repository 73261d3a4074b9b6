"""What a tag learned crosses from one process to another."""

from __future__ import annotations

import pickle

from engine.learned_tag import FoundSound, LearnedTag


def test_a_learned_tag_is_the_same_in_another_process() -> None:
    one = LearnedTag("whoosh", "cache", 2, 3, 0, 1, (FoundSound(7, 0.8, 0.0, 1.28),))
    assert pickle.loads(pickle.dumps(one)) == one
