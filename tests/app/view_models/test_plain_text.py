from __future__ import annotations

from app.view_models.plain_text import menu_text, one_line, tooltip


def test_control_and_bidirectional_characters_are_escaped() -> None:
    assert one_line("new\nline \u202eleft") == "new\\nline \\u202eleft"


def test_half_a_surrogate_pair_does_no_harm() -> None:
    assert one_line("\ud800x") == "?x"


def test_a_tooltip_shows_markup_as_it_is_written() -> None:
    assert tooltip("<b>a</b> & b") == "<qt>&lt;b&gt;a&lt;/b&gt; &amp; b</qt>"
    assert tooltip("a\nb") == "<qt>a<br>b</qt>"


def test_no_text_is_no_tooltip() -> None:
    assert tooltip("") == ""


def test_a_menu_shows_an_ampersand() -> None:
    assert menu_text("Doors & gates") == "Doors && gates"
