"""Taking sounds elsewhere."""

from __future__ import annotations

import csv
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.view_models.results import Results
from app.windows import getting_out
from engine.library import Library


def test_files_are_copied_as_files_and_as_text(qtbot: QtBot, tmp_path: Path):
    paths = [tmp_path / "a b.wav", tmp_path / "ü.wav"]
    getting_out.copy_files(paths)
    mime = QGuiApplication.clipboard().mimeData()
    assert [Path(url.toLocalFile()) for url in mime.urls()] == paths
    assert mime.text().splitlines() == [str(path) for path in paths]


def test_paths_are_copied_as_text(qtbot: QtBot, tmp_path: Path):
    getting_out.copy_paths([tmp_path / "a.wav", tmp_path / "b.wav"])
    assert QGuiApplication.clipboard().text() == f"{tmp_path / 'a.wav'}\n{tmp_path / 'b.wav'}"


def test_what_is_listed_is_exported(filled_library: Path, tmp_path: Path):
    with Library(filled_library, read_only=True) as library:
        rows = getting_out.export(library, Results.browsing([3, 1]), tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert rows == len(table) == 2
    assert [Path(row["file"]).name for row in table] == ["dog.wav", "bell.wav"]
