from __future__ import annotations

import pytest

from app.view_models.order_texts import badge, sentence


@pytest.mark.parametrize(
    ("margin", "shown"),
    [(1.8, "in order"), (0.01, "in order"), (0.0, "other order"), (-2.0, "other order"), (None, "")],
)
def test_a_badge_says_whether_the_order_fits(margin: float | None, shown: str) -> None:
    assert badge(margin) == shown


@pytest.mark.parametrize(
    ("margin", "sounds", "told"),
    [
        (1.8, 2, "Heard in the order you asked for; the other way round it would fit clearly worse."),
        (0.4, 3, "Heard in the order you asked for; in another order it would fit a little worse."),
        (0.0, 2, "All of it is heard, but rather the other way round."),
        (-1.0, 3, "All of it is heard, but rather in another order."),
        (None, 2, ""),
    ],
)
def test_a_sentence_says_what_another_order_would_be_like(margin: float | None, sounds: int, told: str) -> None:
    assert sentence(margin, sounds) == told
