"""The colours of the two variants of the look."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tokens:
    """One variant: its name, and its colours as #RRGGBB."""

    name: str
    window: str
    surface: str
    raised: str
    text: str
    secondary: str
    hairline: str
    accent: str
    on_accent: str


DARK = Tokens(
    name="dark",
    window="#15171A",
    surface="#1C1F23",
    raised="#24282D",
    text="#E6E8EA",
    secondary="#9AA1A9",
    hairline="#2E333A",
    accent="#5BB6FF",
    on_accent="#15171A",
)
LIGHT = Tokens(
    name="light",
    window="#F7F8F9",
    surface="#FFFFFF",
    raised="#F0F2F4",
    text="#1B1E22",
    secondary="#5E666F",
    hairline="#DFE3E7",
    accent="#0B72D0",
    on_accent="#FFFFFF",
)
