"""A field for a person's words about files, which are kept as they are written."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QTextOption
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from app.view_models.written_words import Written, WrittenWords
from app.widgets.inspector.text_height import height_for_width

QUIET_MS = 800  # after the last key
MOST_LINES = 12
MARGIN_PX = 2
ASIDE_PX, ABOVE_AND_BELOW_PX = 14, 9  # border and padding of the style sheet


class WordsEdit(QTextEdit):
    """Plain text, as high as it is. Tab leaves it.

    written : the ids of the files it was written for, and the text; emitted a moment after the last key, when the
        focus leaves, and when other files are shown
    """

    written = Signal(object, str)

    def __init__(self, name: str, hint: str, *, fewest_lines: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = WrittenWords()
        self._fewest_lines = fewest_lines
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self.commit)
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(MARGIN_PX)
        self.textChanged.connect(self._take)

    def show_words(self, file_ids: Sequence[int], stored: str) -> None:
        """What the library says of these files; words that are being written for them stay."""
        before = self._words.text
        self._tell(self._words.show(file_ids, stored))
        if self._words.text != before:
            self.blockSignals(True)
            self.setPlainText(self._words.text)
            self.blockSignals(False)
            self.updateGeometry()

    @Slot()
    def commit(self) -> None:
        """Hand out what was written, if anything was."""
        self._quiet.stop()
        self._tell(self._words.finish())

    def _tell(self, written: Written | None) -> None:
        if written is not None:
            self.written.emit(written.file_ids, written.text)

    @Slot()
    def _take(self) -> None:
        self._words.write(self.toPlainText())
        self._quiet.start()
        self.updateGeometry()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.commit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.commit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc is done with writing."""
        if event.key() == Qt.Key.Key_Escape:
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    # --- height -------------------------------------------------------------------------------------------------------

    def heightForWidth(self, width: int) -> int:
        text_px = height_for_width(self.document(), width - ASIDE_PX)
        line_px, margins_px = self.fontMetrics().lineSpacing(), 2 * MARGIN_PX
        text_px = max(text_px, self._fewest_lines * line_px + margins_px)
        return min(text_px, MOST_LINES * line_px + margins_px) + ABOVE_AND_BELOW_PX

    def hasHeightForWidth(self) -> bool:
        return True

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(240))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())
