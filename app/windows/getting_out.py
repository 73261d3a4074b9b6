"""Taking sounds elsewhere: to the clipboard, the file manager, a table."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from app.file_mime import mime_of
from app.view_models.results import ResultRow, Results
from app.view_models.results_csv import write_csv
from engine.errors import display_path
from engine.library import Library
from engine.library_rows import FileRow

READ_AT_ONCE = 1000


def copy_files(paths: Sequence[Path]) -> None:
    """As files, for a file manager or an editor to paste; as text, their paths."""
    mime = mime_of(paths)
    mime.setText("\n".join(map(display_path, paths)))
    QGuiApplication.clipboard().setMimeData(mime)


def copy_paths(paths: Sequence[Path]) -> None:
    QGuiApplication.clipboard().setText("\n".join(map(display_path, paths)))


def reveal(path: Path) -> None:
    """Show a file in the system's file manager, selected where that can be asked for; or its folder."""
    if sys.platform == "win32":
        subprocess.Popen(["explorer", "/select,", str(path)])
    elif sys.platform == "darwin":
        subprocess.Popen(["open", "-R", str(path)])
    else:
        QDesktopServices.openUrl(QUrl.fromEncoded((path if path.is_dir() else path.parent).as_uri().encode()))


def export(library: Library, results: Results, path: Path) -> int:
    """Write what is listed as a table; returns the number of rows. Raises EngineError if it cannot be written."""
    rows: list[tuple[ResultRow, FileRow]] = []
    for start in range(0, len(results), READ_AT_ONCE):
        file_ids = results.ids_between(start, start + READ_AT_ONCE - 1)
        files = library.rows(file_ids)
        rows += [(results.row(at), files[id]) for at, id in enumerate(file_ids, start) if id in files]
    write_csv(path, rows)
    return len(rows)
