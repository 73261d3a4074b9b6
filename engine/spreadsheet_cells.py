"""Text as the cell of a spreadsheet, and back.

A spreadsheet runs a cell that begins like a formula (https://owasp.org/www-community/attacks/CSV_Injection): it gets an
apostrophe, which reading takes away again. Several texts in a cell are joined by "; ", with a backslash before a
semicolon that is part of one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

_LIKE_A_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_SEPARATORS = re.compile(r"(\\.)|;", re.DOTALL)


def cell_of(text: str) -> str:
    """What is not Unicode, as in a file's name, is shown by escapes."""
    unbroken = os.fsencode(text).decode("utf-8", "backslashreplace").replace("\0", "")
    return f"'{unbroken}" if _LIKE_A_FORMULA.match(unbroken) else unbroken


def text_of(cell: str) -> str:
    text = cell.replace("\0", "")
    return text[1:] if text.startswith("'") and _LIKE_A_FORMULA.match(text) else text


def cell_of_texts(texts: Iterable[str]) -> str:
    return cell_of("; ".join(text.replace("\\", "\\\\").replace(";", "\\;") for text in texts))


def texts_of(cell: str) -> list[str]:
    """Those that are not empty, without spaces around."""
    text, parts, start = text_of(cell), [""], 0
    for found in _SEPARATORS.finditer(text):
        parts[-1] += text[start : found.start()]
        start = found.end()
        if found[1] is None:
            parts.append("")
        else:
            parts[-1] += found[1][1] if found[1][1] in ";\\" else found[1]
    parts[-1] += text[start:]
    return [part.strip() for part in parts if part.strip()]
