"""The page on which a person says what a network is to learn."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.look.icons import icon
from app.view_models.plain_text import one_line
from app.view_models.training_lessons import FEWEST, Lessons
from app.view_models.training_run import Recipe
from app.view_models.training_texts import (
    LONGEST_NAME,
    RECIPES,
    Wish,
    captions_text,
    everything_text,
    missing_text,
    no_tags_text,
)
from app.view_models.wording import counted
from app.widgets.inspector.section import Section, plain_label

INDENT_PX = 26  # where the text of a radio button begins
ROW_PX = 26
TAG = Qt.ItemDataRole.UserRole


class LessonsPage(QWidget):
    """start_requested : the `wish` is complete and wanted"""

    start_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lessons = Lessons()
        self._taken: Collection[str] = ()
        self._hindrance = ""
        self._make_parts()
        self._lay_out()
        for button in self.recipes.values():
            button.toggled.connect(self._show_wish)
        self.notes.toggled.connect(self._show_wish)
        self.tags.itemChanged.connect(self._show_wish)
        self.name.textChanged.connect(self._show_wish)
        self.name.returnPressed.connect(self._start)
        self.start.clicked.connect(self._start)
        self.recipes["personal"].setChecked(True)
        self._show_wish()

    def _make_parts(self) -> None:
        self.recipes: dict[Recipe, QRadioButton] = {}
        self._group = QButtonGroup(self)
        for recipe, label, explanation in RECIPES:
            button = QRadioButton(label, self)
            button.setAccessibleDescription(explanation)
            self._group.addButton(button)
            self.recipes[recipe] = button
        self.tags = QListWidget(self)
        self.tags.setAccessibleName("Tags to learn")
        self.tags.setMinimumHeight(3 * ROW_PX + 8)
        self.tags.setStyleSheet("QListWidget { padding: 4px; } QListWidget::item { padding-left: 4px; }")
        self.sentence = plain_label("", self, wraps=True)
        self.notes = QCheckBox("Where a sound has no caption, learn my note", self)
        self.name = QLineEdit(self)
        self.name.setAccessibleName("Name of the network")
        self.name.setPlaceholderText("What to call the network")
        self.name.setMaxLength(LONGEST_NAME)
        self.where = plain_label("", self, small=True, wraps=True)
        self.missing = plain_label("", self, wraps=True)
        self.start = QPushButton(icon("play"), "Start training", self)
        self.start.setAutoDefault(False)

    def _lay_out(self) -> None:
        what, library, name = Section("What it learns", self), Section("From your library", self), Section("Name", self)
        for recipe, _, explanation in RECIPES:
            small = plain_label(explanation, self, small=True, wraps=True)
            small.setContentsMargins(INDENT_PX, 0, 0, 0)
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(self.recipes[recipe])
            column.addWidget(small)
            what.column.addLayout(column)
        library.column.addWidget(self.sentence)
        library.column.addWidget(self.tags, 1)
        library.column.addWidget(self.notes)
        library.column.addStretch()
        library.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        name.column.addWidget(self.name)
        name.column.addWidget(self.where)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addWidget(self.missing, 1)
        buttons.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(16)
        column.addWidget(what)
        column.addWidget(library, 1)
        column.addWidget(name)
        column.addLayout(buttons)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show_lessons(self, lessons: Lessons) -> None:
        """What the library could teach; what was chosen stays so."""
        if lessons.tags != self._lessons.tags:
            chosen = set(self.wish.tags)
            self.tags.blockSignals(True)
            self.tags.clear()
            for tag in lessons.tags:
                item = QListWidgetItem(f"{one_line(tag.name)}   {counted(tag.examples, 'example')}", self.tags)
                item.setData(TAG, tag.name)
                item.setSizeHint(QSize(0, ROW_PX))
                item.setCheckState(Qt.CheckState.Checked if tag.name in chosen else Qt.CheckState.Unchecked)
                if not tag.is_enough:
                    item.setFlags(Qt.ItemFlag.NoItemFlags)
                    item.setToolTip(f"{FEWEST - tag.examples} more are needed")
            self.tags.blockSignals(False)
        self._lessons = lessons
        self._show_wish()

    def show_place(self, sentence: str, taken: Collection[str]) -> None:
        """Where networks go and what they begin from, and the names that are taken, in small letters."""
        self.where.setText(sentence)
        self._taken = taken
        self._show_wish()

    def show_hindrance(self, sentence: str) -> None:
        """Why nothing can begin at all; "" if it can."""
        self._hindrance = sentence
        self._show_wish()

    # --- what is wished -----------------------------------------------------------------------------------------------

    @property
    def wish(self) -> Wish:
        recipe: Recipe = next((each for each, button in self.recipes.items() if button.isChecked()), "personal")
        items = [self.tags.item(row) for row in range(self.tags.count())]
        tags = [item.data(TAG) for item in items if item.checkState() == Qt.CheckState.Checked]
        return Wish(recipe, tuple(tags), self.notes.isChecked(), self.name.text().strip())

    @Slot()
    def _show_wish(self) -> None:
        wish, lessons = self.wish, self._lessons
        is_of_tags = wish.recipe == "personal"
        self.tags.setVisible(is_of_tags and bool(lessons.tags))
        self.notes.setVisible(not is_of_tags)
        self.notes.setEnabled(lessons.only_notes > 0)
        match wish.recipe:
            case "personal":
                self.sentence.setText(no_tags_text(lessons))
            case "captions":
                self.sentence.setText(captions_text(lessons))
            case "continue":
                self.sentence.setText(everything_text(lessons, wish.with_notes))
        self.sentence.setVisible(bool(self.sentence.text()))
        missing = self._hindrance or missing_text(wish, lessons, self._taken)
        self.missing.setText("" if missing == self.sentence.text() else missing)
        self.start.setEnabled(not missing)

    @Slot()
    def _start(self) -> None:
        if self.start.isEnabled():
            self.start_requested.emit()
