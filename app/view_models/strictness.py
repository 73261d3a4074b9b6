"""How near to chance a match may be, in words."""

from __future__ import annotations

from engine.hits import Strictness

CHOICES: tuple[Strictness, ...] = ("loose", "normal", "strict")
_NAMES: dict[Strictness, str] = {"loose": "loose", "normal": "usual", "strict": "strict"}
_OFFERS: dict[Strictness, str] = {
    "loose": "Loose: show more, some by chance",
    "normal": "Usual",
    "strict": "Strict: only what stands out",
}


def label(strictness: Strictness) -> str:
    """What is chosen."""
    return f"Matches: {_NAMES[strictness]}"


def offer(strictness: Strictness) -> str:
    """What one can choose, and what it does."""
    return _OFFERS[strictness]
