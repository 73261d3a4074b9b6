"""What one can do to a sound of a question, as a menu."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.view_models.query_chips import Chip, other_words


class ChipMenu(QMenu):
    """Deletes itself when it is closed.

    renamed : one of the sound's other words
    negated : whether it must not be heard
    renaming_requested : a person wants to type another name
    removed : it is to be taken away
    """

    renamed = Signal(str)
    negated = Signal(bool)
    renaming_requested = Signal()
    removed = Signal()

    def __init__(self, chip: Chip, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if words := other_words(chip):
            self.addAction("Other words").setEnabled(False)
            for word in words:
                self.addAction(word.replace("&", "&&")).setData(word)
            self.addSeparator()
        self._rename = self.addAction("Rename\tF2")
        for text, unheard in (("Must be heard", False), ("Must not be heard", True)):
            choice = self.addAction(text)
            choice.setCheckable(True)
            choice.setChecked(unheard == (chip.kind == "negated"))
            choice.setData(unheard)
        self.addSeparator()
        self._remove = self.addAction("Take away\tDel")
        self.triggered.connect(self._tell)

    @Slot(QAction)
    def _tell(self, chosen: QAction) -> None:
        match chosen.data():
            case str(word):
                self.renamed.emit(word)
            case bool(unheard):
                self.negated.emit(unheard)
            case _ if chosen is self._rename:
                self.renaming_requested.emit()
            case _ if chosen is self._remove:
                self.removed.emit()
