"""How near to chance a match may be, in words."""

from __future__ import annotations

from typing import get_args

from app.view_models.strictness import CHOICES, label, offer
from engine.hits import Strictness


def test_every_strictness_can_be_chosen_and_has_words_of_its_own() -> None:
    assert set(CHOICES) == set(get_args(Strictness))
    assert [label(each) for each in CHOICES] == ["Matches: loose", "Matches: usual", "Matches: strict"]
    assert len({offer(each) for each in CHOICES}) == len(CHOICES)
