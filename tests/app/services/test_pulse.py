"""When work counts as hung."""

from __future__ import annotations

import pytest

from app.services import pulse
from app.services.pulse import Pulse


def test_at_rest_nothing_need_move(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pulse, "STANDSTILL_S", -1.0)
    heart = Pulse()
    assert (heart.resting, heart.is_felt()) == (True, True)
    heart.beat()
    assert (heart.resting, heart.is_felt()) == (False, False)
    heart.rest()
    assert (heart.resting, heart.is_felt()) == (True, True)


def test_after_a_beat_there_is_time_until_the_next():
    heart = Pulse()
    heart.beat()
    assert heart.is_felt()
