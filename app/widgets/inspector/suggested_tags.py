"""The tags that are suggested for one file."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLayout, QToolButton, QVBoxLayout, QWidget

from app.look import theme
from app.look.icons import icon
from app.view_models.suggestions import general, specific
from app.view_models.wording import count
from app.widgets.flow_layout import FlowLayout
from app.widgets.inspector.section import plain_label
from app.widgets.inspector.suggestion_capsule import SuggestionCapsule
from engine.library_rows import Suggestion


class SuggestedTags(QWidget):
    """What the specific ones imply is folded away under them.

    moment_requested : start and end in seconds; accepted, rejected : a tag
    """

    moment_requested = Signal(float, float)
    accepted = Signal(str)
    rejected = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._suggestions: tuple[Suggestion, ...] = ()
        self._shown: list[SuggestionCapsule] = []
        self._specific, self._general = QWidget(self), QWidget(self)
        self._fold = QToolButton(self)
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.setFont(theme.small_font(self._fold.font()))
        self._fold.setIconSize(QSize(12, 12))
        self._fold.setToolTip("What these tags say as well")
        self._fold.clicked.connect(lambda: self._unfold(self._general.isHidden()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (self._specific, self._general):
            FlowLayout(part)
        column.addWidget(self._specific)
        column.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._general)
        self._unfold(False)
        self.hide()

    def show_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        if tuple(suggestions) != self._suggestions:
            self._suggestions = tuple(suggestions)
            self._fill()
        self.setVisible(bool(suggestions))

    def capsules(self) -> list[SuggestionCapsule]:
        """In the order in which they are shown, those that are folded away last."""
        return list(self._shown)

    def _fill(self) -> None:
        focused = next((row for row, capsule in enumerate(self._shown) if capsule.hasFocus()), None)
        for old in self._shown:
            for part in (self._specific, self._general):
                _layout_of(part).removeWidget(old)
            old.hide()
            old.deleteLater()
        implied = general(self._suggestions)
        self._shown = [
            *self._made(specific(self._suggestions), self._specific),
            *self._made(implied, self._general),
        ]
        self._fold.setText(f"{count(len(implied))} more general")
        self._fold.setVisible(bool(implied))
        if focused is not None and self._shown:  # the next one can be judged at once
            self._shown[min(focused, len(self._shown) - 1)].setFocus()

    def _made(self, suggestions: Sequence[Suggestion], parent: QWidget) -> list[SuggestionCapsule]:
        made = [SuggestionCapsule(suggestion, parent) for suggestion in suggestions]
        for capsule in made:
            capsule.moment_requested.connect(self.moment_requested)
            capsule.accepted.connect(self.accepted)
            capsule.rejected.connect(self.rejected)
            _layout_of(parent).addWidget(capsule)
            capsule.show()
        return made

    def _unfold(self, is_open: bool) -> None:
        self._general.setVisible(is_open)
        self._fold.setIcon(icon("chevron-down" if is_open else "chevron-right"))


class SuggestionsHead(QWidget):
    """A word over what is suggested, and buttons that judge all of it.

    accept_requested : all that is likely is to be accepted; reject_requested : all else is to be rejected
    """

    accept_requested = Signal()
    reject_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.accept = _small_button("check", self)
        self.reject = _small_button("close", self)
        self.accept.clicked.connect(lambda: self.accept_requested.emit())
        self.reject.clicked.connect(lambda: self.reject_requested.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(4)
        row.addWidget(plain_label("Suggested", self, small=True))
        row.addStretch()
        row.addWidget(self.accept)
        row.addWidget(self.reject)
        self.hide()

    def show_numbers(self, likely: int, others: int) -> None:
        """So many different tags are likely for some of the files, and so many may be."""
        self.setVisible(likely + others > 0)
        self.accept.setVisible(likely > 0)
        self.accept.setText("Accept likely" if others else "Accept all")
        self.accept.setToolTip("Accept every tag that is likely or very likely (Shift+T)")
        self.reject.setText("Reject the rest" if likely and others else "Reject all")
        which = "that only may be right" if likely and others else "that is suggested"
        self.reject.setToolTip(f"Reject every tag {which} (Alt+T)")


def _small_button(icon_name: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setIcon(icon(icon_name))
    button.setIconSize(QSize(12, 12))
    button.setFont(theme.small_font(button.font()))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def _layout_of(widget: QWidget) -> QLayout:
    layout = widget.layout()
    assert layout is not None
    return layout
