"""The page of the settings about the library's own files."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.view_models.settings_texts import LibrarySpace
from app.view_models.wording import size
from app.widgets.settings.settings_page import SettingsPage, quotable
from engine.errors import display_path

_AFTER_CLEARING = (
    "Takes away index.db and the spectrograms, and nothing of your own. Earmark then listens to all sounds again, "
    "which takes as long as the first time."
)


class LibraryPage(SettingsPage):
    """Where the library is, how large it is, and what of it can be made again."""

    reveal_requested = Signal()
    clear_cache_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder, self._library, self._index, self._spectrograms = (quotable() for _ in range(4))
        reveal = QPushButton("Show in file manager")
        reveal.clicked.connect(self.reveal_requested)
        self.add_field("Folder", self._folder)
        self.add_buttons([reveal])
        self.add_field(
            "Your own words",
            self._library,
            "Tags, notes, ratings, collections and searches (library.db). Include this file in your backups.",
        )
        self.add_field("What was heard", self._index, "What the network heard in your sounds (index.db).")
        self.add_field("Spectrograms", self._spectrograms, "Pictures of sounds you looked at.")
        clear = QPushButton("Clear cache…")
        clear.clicked.connect(self.clear_cache_requested)
        self.add_buttons([clear], _AFTER_CLEARING)

    def set_space(self, space: LibrarySpace) -> None:
        self._folder.setText(display_path(space.folder))
        for label, size_bytes in (
            (self._library, space.library_bytes),
            (self._index, space.index_bytes),
            (self._spectrograms, space.spectrogram_bytes),
        ):
            label.setText("…" if size_bytes is None else size(size_bytes))
