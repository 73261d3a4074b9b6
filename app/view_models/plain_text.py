"""Names from outside, where Qt would otherwise read markup or mnemonics in them."""

from __future__ import annotations

import html

from engine.errors import display_path


def one_line(name: str) -> str:
    """A tag, a collection or any other name: control and bidirectional characters are shown as escapes."""
    return display_path(name.encode("utf-8", "replace").decode("utf-8"))


def tooltip(text: str) -> str:
    """Qt guesses whether a tooltip is HTML; so it always is, and says what `text` says, line by line."""
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>" if text else ""


def menu_text(text: str) -> str:
    """In menus and on buttons a single & would vanish and underline what follows."""
    return text.replace("&", "&&")
