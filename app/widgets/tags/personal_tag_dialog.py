"""Teaching a tag by examples: what is like it, what is not, how well it does by now, and what it finds."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.look.icons import icon
from app.view_models.learned_tags import ShownSound, adding_text, giving_text
from app.view_models.plain_text import menu_text
from app.widgets.inspector.section import Section, plain_label
from app.widgets.tags.example_list import ExampleList
from app.widgets.tags.found_list import FoundList

USUAL_SIZE_PX = (720, 620)
MARGIN_PX = 16
QUIET_MS = 250  # after the last letter of the name


class PersonalTagDialog(QDialog):
    """Stands beside the window, in which sounds are selected for it.

    renamed : what the name reads by now; named : the name is finished
    add_requested : what is selected in the window becomes an example; whether it is like the tag
    files_dropped : list of file ids, and whether they are like the tag
    examples_removed : list of file ids
    sound_chosen : ShownSound to be heard; suggestion_chosen : likewise, if what is selected is to be played at all
    play_toggled : whatever is heard
    judged : ShownSound that was suggested, and whether it is what is meant
    give_requested : list of file ids that are to get the tag
    undo_requested, forget_requested, export_requested, import_requested
    escaped : Esc, which silences what is heard or else closes
    hidden : it was closed
    """

    renamed = Signal(str)
    named = Signal()
    add_requested = Signal(bool)
    files_dropped = Signal(object, bool)
    examples_removed = Signal(object)
    sound_chosen = Signal(object)
    suggestion_chosen = Signal(object)
    play_toggled = Signal()
    judged = Signal(object, bool)
    give_requested = Signal(object)
    undo_requested = Signal()
    forget_requested = Signal()
    export_requested = Signal()
    import_requested = Signal()
    escaped = Signal()
    hidden = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tuning_command = ""
        self.setWindowTitle("Personal tag")
        self.resize(*USUAL_SIZE_PX)
        self._make_parts()
        self._arrange()
        self._connect()
        self.show_selected(0)
        self._say_how_many()

    def _make_parts(self) -> None:
        self.name = QLineEdit(self)
        self.name.setAccessibleName("Name of the tag")
        self.name.setPlaceholderText("What these sounds are, such as “creaky gate”")
        self.name.setMaxLength(200)
        self.more = QToolButton(self)
        self.more.setIcon(icon("more"))
        self.more.setAccessibleName("More")
        self.more.setToolTip("Export, import, forget")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self._menu())
        self.likes = ExampleList("Like it", "Drop sounds here that are like it, or add what is selected", self)
        self.unlikes = ExampleList("Not like it", "What is often mistaken for it", self)
        self.add_like, self.add_unlike = self._button("plus", ""), self._button("plus", "")
        self.quality = plain_label("", self, wraps=True)
        self.found = FoundList(self)
        self.yes, self.no = self._button("check", "Yes, it is"), self._button("close", "No")
        self.yes.setToolTip("It is what is meant: give it the tag, and learn from it (Enter or Y)")
        self.no.setToolTip("It is not what is meant: learn that (N)")
        self.give = self._button("tag", "")
        self.give.setToolTip("All suggestions from the first one down to the chosen one")
        self.tuning = QWidget(self)
        self.tuning_sentence = plain_label("", self.tuning, small=True, wraps=True)
        self.copy_command = self._button("copy", "Copy the command")
        self._typing = QTimer(self, singleShot=True, interval=QUIET_MS)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(icon("export"), "Export personal tags…").triggered.connect(self.export_requested)
        menu.addAction("Import personal tags…").triggered.connect(self.import_requested)
        menu.addSeparator()
        self.forget = menu.addAction(icon("delete"), "Stop learning this tag")
        self.forget.triggered.connect(self.forget_requested)
        return menu

    def _button(self, icon_name: str, text: str) -> QPushButton:
        button = QPushButton(icon(icon_name), text, self)
        button.setAutoDefault(False)  # Enter belongs to the lists
        return button

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.name, 1)
        head.addWidget(self.more)
        sides = QHBoxLayout()
        sides.setSpacing(MARGIN_PX)
        for examples, add in ((self.likes, self.add_like), (self.unlikes, self.add_unlike)):
            side = Section(examples.accessibleName(), self)
            side.column.addWidget(examples)
            side.column.addWidget(add, 0, Qt.AlignmentFlag.AlignLeft)
            sides.addWidget(side, 1)
        suggestions = Section("Suggestions", self)
        suggestions.column.addWidget(self.quality)
        suggestions.column.addWidget(self.found, 1)
        judging = QHBoxLayout()
        judging.setSpacing(8)
        judging.addWidget(self.yes)
        judging.addWidget(self.no)
        judging.addStretch()
        judging.addWidget(self.give)
        tuning = QHBoxLayout(self.tuning)
        tuning.setContentsMargins(0, 0, 0, 0)
        tuning.setSpacing(8)
        tuning.addWidget(self.tuning_sentence, 1)
        tuning.addWidget(self.copy_command)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        column.setSpacing(12)
        column.addLayout(head)
        column.addLayout(sides)
        column.addWidget(suggestions, 1)
        column.addLayout(judging)
        column.addWidget(self.tuning)

    def _connect(self) -> None:
        self.name.textEdited.connect(lambda text: self._typing.start())
        self._typing.timeout.connect(lambda: self.renamed.emit(self.name.text()))
        self.name.editingFinished.connect(self._finish_name)
        for examples, add, is_like in ((self.likes, self.add_like, True), (self.unlikes, self.add_unlike, False)):
            add.clicked.connect(lambda _checked, is_like=is_like: self.add_requested.emit(is_like))
            examples.files_dropped.connect(lambda ids, is_like=is_like: self.files_dropped.emit(ids, is_like))
            examples.removed.connect(self.examples_removed)
            examples.chosen.connect(self.sound_chosen)
        self.found.chosen.connect(self.suggestion_chosen)
        self.found.judged.connect(self.judged)
        self.found.play_toggled.connect(self.play_toggled)
        self.found.selectionModel().currentRowChanged.connect(self._say_how_many)
        self.found.found.modelReset.connect(self._say_how_many)
        self.found.found.rowsRemoved.connect(self._say_how_many)
        self.yes.clicked.connect(lambda: self.found.judge(True))
        self.no.clicked.connect(lambda: self.found.judge(False))
        self.give.clicked.connect(lambda: self.give_requested.emit(self._ids_down_to_chosen()))
        self.copy_command.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._tuning_command))
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self).activated.connect(self.undo_requested)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show_tag(self, name: str, *, is_stored: bool) -> None:
        """is_stored : it keeps its name here, and can be forgotten"""
        if not is_stored and self.name.isReadOnly():
            self.name.clear()
        if name != " ".join(self.name.text().split()):
            self.name.setText(name)
        self.name.setReadOnly(is_stored)
        self.name.setToolTip("It is renamed in the sidebar" if is_stored else "")
        self.forget.setEnabled(is_stored)
        self._say_how_many()

    def show_examples(self, likes: Sequence[ShownSound], unlikes: Sequence[ShownSound]) -> None:
        self.likes.show_examples(likes)
        self.unlikes.show_examples(unlikes)

    def show_quality(self, sentence: str) -> None:
        self.quality.setText(sentence)

    def show_found(self, sounds: Sequence[ShownSound]) -> None:
        self.found.show_found(sounds)

    def show_selected(self, files: int, part_of: str = "") -> None:
        """What is selected in the window: so many files, or a region of the file of this name."""
        for add, side in ((self.add_like, "like"), (self.add_unlike, "not like")):
            add.setText(menu_text(adding_text(files, part_of)))
            add.setEnabled(files > 0)
            add.setAccessibleName(f"{adding_text(files, part_of)} as {side} it")
            add.setToolTip(f"What is selected in the window is {side} this tag")

    def offer_tuning(self, sentence: str, command: str) -> None:
        """The sentence is "" where nothing is offered."""
        self._tuning_command = command
        self.tuning_sentence.setText(sentence)
        self.copy_command.setToolTip(command)
        self.tuning.setVisible(bool(sentence))

    # --- what a person does -------------------------------------------------------------------------------------------

    @Slot()
    def _finish_name(self) -> None:
        if not self.name.isReadOnly():
            self._typing.stop()
            self.renamed.emit(self.name.text())
            self.named.emit()

    def _ids_down_to_chosen(self) -> list[int]:
        return self.found.found.ids_down_to(self.found.currentIndex().row())

    def _say_how_many(self) -> None:
        ids, is_chosen = self._ids_down_to_chosen(), self.found.current() is not None
        self.give.setText(giving_text(len(ids), self.found.found.rowCount()))
        self.give.setEnabled(bool(ids and self.name.text().strip()))
        for button in (self.yes, self.no):
            button.setEnabled(is_chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._finish_name()
        self.hidden.emit()

    def sizeHint(self) -> QSize:
        return QSize(*USUAL_SIZE_PX)
