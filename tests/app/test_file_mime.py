"""Files on their way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl

from app.file_mime import FILE_IDS, file_ids, local_paths, mime_of


@pytest.mark.parametrize("name", ["a.wav", "a b%20#?.wav", "ü–語.wav", "two\nlines.wav"])
def test_paths_arrive_as_they_were_sent(name: str, tmp_path: Path):
    assert local_paths(mime_of([tmp_path / name])) == [tmp_path / name]


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_even_a_name_that_is_no_text(tmp_path: Path):
    path = tmp_path / os.fsdecode(b"\xff\xfe.wav")
    assert local_paths(mime_of([path])) == [path]


def test_ids_are_for_this_window_alone(tmp_path: Path):
    assert file_ids(mime_of([tmp_path / "a.wav"], [3, 1])) == [3, 1]
    assert not mime_of([tmp_path / "a.wav"]).hasFormat(FILE_IDS)


@pytest.mark.parametrize("content", [b"", b"no JSON", b"3", b'["3", null, true]'])
def test_nonsense_holds_no_ids(content: bytes):
    mime = QMimeData()
    mime.setData(FILE_IDS, content)
    assert file_ids(mime) == []


def test_what_lies_elsewhere_is_left_out():
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/a.wav")])
    assert local_paths(mime) == []
