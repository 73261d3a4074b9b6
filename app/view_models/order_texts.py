"""Whether sounds were heard in the order that was asked for, in words."""

from __future__ import annotations

CLEARLY = 1.0  # deviations


def badge(margin: float | None) -> str:
    """margin : `engine.hits.Hit.order_margin`; nothing is said where it is None"""
    if margin is None:
        return ""
    return "in order" if margin > 0 else "other order"


def sentence(margin: float | None, sounds: int) -> str:
    """sounds : how many should be heard, in order"""
    if margin is None:
        return ""
    other = "the other way round" if sounds == 2 else "in another order"
    if margin <= 0:
        return f"All of it is heard, but rather {other}."
    worse = "clearly" if margin >= CLEARLY else "a little"
    return f"Heard in the order you asked for; {other} it would fit {worse} worse."
