"""Files on their way into the window, out of it, and from one part of it to another."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QMimeData, QUrl

FILE_IDS = "application/x-earmark-files"  # a JSON list of ids of the library's files
ADDRESSES = "text/uri-list"


def mime_of(paths: Iterable[Path], file_ids: Iterable[int] = ()) -> QMimeData:
    """The files themselves, for other programs to copy; and for this window what they are in the library."""
    mime = QMimeData()
    # a name need not be text: the bytes of a path are quoted, never decoded
    mime.setUrls([QUrl.fromEncoded(path.as_uri().encode()) for path in paths])
    if ids := list(file_ids):
        mime.setData(FILE_IDS, json.dumps(ids).encode())
    return mime


def local_paths(mime: QMimeData) -> list[Path]:
    """The files and folders of this machine that are on their way."""
    return [_path(url) for url in mime.urls() if url.isLocalFile()]


def file_ids(mime: QMimeData) -> list[int]:
    """Those of the library's files that come from this window."""
    try:
        ids = json.loads(bytes(mime.data(FILE_IDS).data()))
    except ValueError:
        return []
    return [each for each in ids if type(each) is int] if isinstance(ids, list) else []


def _path(url: QUrl) -> Path:
    if os.name == "nt":
        return Path(url.toLocalFile())
    # bytes, because a name need not be text
    return Path(os.fsdecode(unquote_to_bytes(url.path(QUrl.ComponentFormattingOption.FullyEncoded).encode())))
