"""The inspector: all that is known of the selected files, and what a person says of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.look.icons import icon
from app.view_models import file_details
from app.view_models.file_details import FileDetails
from app.view_models.several_files import SeveralFiles
from app.view_models.suggestions import Judged
from app.view_models.verdicts import Verdicts
from app.view_models.why import why
from app.view_models.wording import counted
from app.widgets.inspector.caption_section import CaptionSection
from app.widgets.inspector.fact_sheet import FactSheet
from app.widgets.inspector.metadata_section import MetadataSection
from app.widgets.inspector.section import Section, plain_label
from app.widgets.inspector.star_rating import StarRating
from app.widgets.inspector.tag_panel import TagPanel
from app.widgets.inspector.why_section import WhySection
from app.widgets.inspector.words_edit import WordsEdit

NARROWEST_PX = 280
WIDTH_PX = 320
MARGIN_PX = 16
ICON_PX = 16

Shown = FileDetails | SeveralFiles


class Inspector(QScrollArea):
    """Shows one file, or what several have in common. All that a person says carries the ids it is said of.

    tags_added : file ids, list of tags
    tag_removed : file ids, a tag
    suggestions_accepted, suggestions_rejected : Judged
    rating_changed : file ids, stars or None
    note_changed, caption_changed : file ids, the text
    moment_requested : start and end in seconds
    more_requested, less_requested : of answers like the file that is shown, or no longer
    """

    tags_added = Signal(object, object)
    tag_removed = Signal(object, str)
    suggestions_accepted = Signal(object)
    suggestions_rejected = Signal(object)
    rating_changed = Signal(object, object)
    note_changed = Signal(object, str)
    caption_changed = Signal(object, str)
    moment_requested = Signal(float, float)
    more_requested = Signal()
    less_requested = Signal()
    reveal_requested = Signal()
    copy_path_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Shown | None = None
        self._verdicts = Verdicts()
        self.setAccessibleName("Inspector")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        self._make_parts()
        self._arrange()
        self._connect()
        self.show_files(None)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH_PX, 600)

    def minimumSizeHint(self) -> QSize:
        return QSize(NARROWEST_PX, 120)

    def _make_parts(self) -> None:
        self._nothing = plain_label("Select a sound to see what is known of it.", self, small=True, wraps=True)
        self._several = plain_label("", self)
        self._trouble = TroubleLabel(self)
        self.why = WhySection(self)
        self.tags = TagPanel(self)
        self.caption = CaptionSection(self)
        self.stars = StarRating(self)
        self._differ = plain_label("Their ratings differ.", self, small=True)
        self.note = WordsEdit("Notes", "Anything to remember", fewest_lines=2, parent=self)
        self.facts = FactSheet("File", self)
        self.metadata = MetadataSection(self)
        self._reveal = QPushButton(icon("reveal"), "Reveal", self)
        self._reveal.setToolTip("Show in the file manager (O)")
        self._copy_path = QPushButton(icon("copy"), "Copy path", self)
        self._copy_path.setToolTip("Copy the path (Y)")

    def _arrange(self) -> None:
        self._rating_section = _section("Rating", self.stars)
        self._rating_section.column.addWidget(self._differ)
        self._note_section = _section("Notes", self.note)
        self._file_section = _section("File", self.facts)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._reveal)
        buttons.addWidget(self._copy_path)
        buttons.addStretch()
        self._file_section.column.addLayout(buttons)
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(MARGIN_PX, 12, MARGIN_PX, MARGIN_PX)
        column.setSpacing(20)
        for part in (
            self._nothing,
            self._several,
            self._trouble,
            self.why,
            self.tags,
            self.caption,
            self._rating_section,
            self._note_section,
            self._file_section,
            self.metadata,
        ):
            column.addWidget(part)
        column.addStretch()
        content.setBackgroundRole(QPalette.ColorRole.Window)
        self.setWidget(content)

    def _connect(self) -> None:
        self.tags.tags_added.connect(self._add_tags)
        self.tags.removed.connect(self._remove_tag)
        self.tags.accepted.connect(self._accept)
        self.tags.rejected.connect(self._reject)
        self.tags.moment_requested.connect(self.moment_requested)
        self.stars.rated.connect(self._rate)
        self.note.written.connect(self.note_changed)
        self.caption.written.connect(self.caption_changed)
        self.why.moment_requested.connect(self.moment_requested)
        self.why.more_requested.connect(self.more_requested)
        self.why.less_requested.connect(self.less_requested)
        self._reveal.clicked.connect(lambda: self.reveal_requested.emit())
        self._copy_path.clicked.connect(lambda: self.copy_path_requested.emit())

    # --- what is shown ------------------------------------------------------------------------------------------------

    @property
    def file_ids(self) -> tuple[int, ...]:
        """Of the files that are shown."""
        return self._shown.file_ids if self._shown is not None else ()

    def show_files(self, shown: Shown | None) -> None:
        """Words that are being written stay if the same files are shown again, and are handed out if others are."""
        if self.file_ids != (shown.file_ids if shown is not None else ()):
            self.verticalScrollBar().setValue(0)
        self._shown = shown
        self._nothing.setVisible(shown is None)
        self._several.setVisible(isinstance(shown, SeveralFiles))
        self._several.setText(f"{counted(len(self.file_ids), 'file')} selected")
        self._show_what_a_person_says()
        self._show_one(self._one)
        for section in (self.tags, self._rating_section, self._file_section):
            section.setVisible(shown is not None)
        if isinstance(shown, SeveralFiles):
            self.facts.show_facts(shown.facts)

    @property
    def _one(self) -> FileDetails | None:
        return self._shown if isinstance(self._shown, FileDetails) else None

    def show_verdicts(self, verdicts: Verdicts) -> None:
        """What was liked or disliked as an answer."""
        self._verdicts = verdicts
        self._show_verdict()

    def set_known_tags(self, tags: Sequence[str]) -> None:
        """Every tag of the library, to complete to."""
        self.tags.editor.set_known_tags(tags)

    def commit(self) -> None:
        """Hand out all that is being written, before the window closes."""
        self.note.commit()
        self.caption.commit()

    @Slot()
    def begin_tag(self) -> None:
        self._begin(self.tags.editor.field)

    @Slot()
    def begin_note(self) -> None:
        self._begin(self.note)

    def _begin(self, field: QWidget) -> None:
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.ensureWidgetVisible(field)

    def _show_what_a_person_says(self) -> None:
        self.tags.show_files(self._shown)
        ratings = self._shown.ratings if self._shown is not None else ()
        self._differ.setVisible(len(ratings) > 1)
        self.stars.show_stars(next(iter(ratings)) if len(ratings) == 1 else None)

    def _show_one(self, one: FileDetails | None) -> None:
        file_ids = self.file_ids if one else ()
        trouble = file_details.trouble(one.row) if one else ""
        self._trouble.setText(trouble)
        self._trouble.setVisible(bool(trouble))
        self.why.show_why(why(one.hit, one.row) if one and one.hit else None)
        self._show_verdict()
        self.caption.show_caption(
            file_ids, one.caption if one else "", suggested=bool(one and one.caption_is_suggested)
        )
        self.caption.setVisible(one is not None)
        self.note.show_words(file_ids, one.note if one else "")
        self._note_section.setVisible(one is not None)
        self.metadata.show_metadata(one.metadata if one else None)
        if one:
            self.facts.show_facts(file_details.file_facts(one.row))

    def _show_verdict(self) -> None:
        self.why.show_verdict(self._verdicts.on(self._one.row.path) if self._one else None)

    # --- what a person says: shown at once, for it is stored a moment later -------------------------------------------

    def _say(self, shown: Shown | None) -> None:
        self._shown = shown
        self._show_what_a_person_says()

    @Slot(object)
    def _add_tags(self, tags: list[str]) -> None:
        self._say(self._shown and self._shown.with_tags(tags))
        self.tags_added.emit(self.file_ids, tags)

    @Slot(str)
    def _remove_tag(self, tag: str) -> None:
        self._say(self._shown and self._shown.without_tag(tag))
        self.tag_removed.emit(self.file_ids, tag)

    @Slot(object)
    def _accept(self, judged: Judged) -> None:
        self._say(self._shown and self._shown.with_accepted(judged))
        self.suggestions_accepted.emit(judged)

    @Slot(object)
    def _reject(self, judged: Judged) -> None:
        self._say(self._shown and self._shown.without_suggestions(judged))
        self.suggestions_rejected.emit(judged)

    @Slot(object)
    def _rate(self, stars: int | None) -> None:
        self._say(self._shown and self._shown.with_stars(stars))
        self.rating_changed.emit(self.file_ids, stars)


class TroubleLabel(QLabel):
    """A sentence after a sign of warning."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setContentsMargins(ICON_PX + 8, 0, 0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        icon("warning").paint(QPainter(self), QRect(0, 1, ICON_PX, ICON_PX))


def _section(title: str, content: QWidget) -> Section:
    section = Section(title)
    section.column.addWidget(content)
    return section
