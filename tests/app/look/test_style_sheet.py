from __future__ import annotations

import re
from dataclasses import fields

import pytest

from app.look.style_sheet import style_sheet
from app.look.tokens import DARK, LIGHT, Tokens
from engine.paths import resources_folder

CONTROLS = resources_folder() / "icons" / "controls"
BOTH = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)


@BOTH
def test_it_has_no_colours_but_the_tokens(tokens: Tokens) -> None:
    used = set(re.findall("#[0-9A-Fa-f]{3,8}", style_sheet(tokens)))
    assert used <= {getattr(tokens, field.name) for field in fields(tokens)}


@BOTH
def test_every_picture_it_names_exists(tokens: Tokens) -> None:
    named = set(re.findall(r"url\(controls:([\w-]+\.svg)\)", style_sheet(tokens)))
    assert named == {path.name for path in CONTROLS.iterdir() if path.stem.endswith(tokens.name)}


@BOTH
def test_pictures_have_the_colours_of_their_theme(tokens: Tokens) -> None:
    for path in CONTROLS.glob(f"*-{tokens.name}.svg"):
        on_accent = path.name.startswith(("check", "partly")) or "on-accent" in path.name
        colours = re.findall("#[0-9A-Fa-f]{3,8}", path.read_text())
        assert colours == [tokens.on_accent if on_accent else tokens.secondary]


@BOTH
def test_braces_are_balanced_and_no_placeholder_is_left(tokens: Tokens) -> None:
    text = style_sheet(tokens)
    assert text.count("{") == text.count("}")
    assert "$" not in text
