"""Tags that learn: what is suggested, and the dialog in which a tag is taught by examples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.playing.audio_stream import Region
from app.services.messages import Failure, Learned
from app.view_models import learned_tags
from app.view_models.learned_tags import MOST_AT_ONCE, Draft, ShownSound
from app.view_models.wording import counted
from app.widgets.tags.personal_tag_dialog import PersonalTagDialog
from app.windows import tag_files
from engine.errors import display_path
from engine.library import Library
from engine.library_rows import FileRow
from engine.tag_examples import TagExample
from engine.tag_exchange import TakenOver

if TYPE_CHECKING:
    from app.windows.main_window import MainWindow

TAG_FILES = "Personal tags (*.json)"
SETTLE_MS = 2000  # so long after the first of many files got suggestions they are counted

Read = tuple[Draft, bool, dict[int, FileRow]]  # what the library says of a tag, whether it is stored, and its files


class Tagging(QObject):
    """Teaches one tag at a time. A tag is stored once it has a name and an example, and then every change at once."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._dialog: PersonalTagDialog | None = None
        self._draft = Draft()
        self._is_stored = False
        self._number: int | None = None  # of what is being learned
        self._rows: dict[int, FileRow] = {}
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self.look_again)
        services, annotating = window.services, window.annotating
        services.described.connect(lambda told: self._settle())
        services.learned.connect(self._take_learned)
        services.question_failed.connect(self._take_failure)
        services.searching_ready.connect(lambda ready: self._learn_if_shown())
        annotating.files_changed.connect(lambda file_ids: self._read_if_shown())
        window.table.selection_changed.connect(self._show_selected)
        window.sound_pane.view.region_changed.connect(lambda region: self._show_selected())

    def close(self) -> None:
        self._settling.stop()
        if self._dialog is not None:
            self._dialog.close()

    # --- what is suggested --------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        if not self._settling.isActive():
            self._settling.start()

    @Slot()
    def look_again(self) -> None:
        """Other tags may be suggested now, or learn."""
        self._window.access.read(
            lambda library: (library.suggestion_counts(), library.tag_examples.names()),
            lambda found: self._window.sidebar.set_suggested(*found),
        )

    def ask_for_suggested(self, tag: str) -> None:
        """The files that it is suggested for, all over the library."""
        self._window.searching.ask_for(f'suggested:"{tag}"')

    # --- the dialog ---------------------------------------------------------------------------------------------------

    def new_tag(self) -> None:
        """With the selected files as its first examples."""
        self._open(Draft().with_examples(self._selected(), is_like=True))

    def find_more_like(self, tag: str) -> None:
        """By the examples that it has or, as long as it has none, by the files that have the tag."""

        def tagged(library: Library) -> list[int]:
            examples = library.tag_examples.of(tag)
            return [] if examples.likes else library.files_with_tag(tag)[:MOST_AT_ONCE]

        def teach(file_ids: Sequence[int]) -> None:
            self._open(Draft(tag).with_examples([TagExample(file_id) for file_id in file_ids], is_like=True))

        self._window.access.read(tagged, teach)

    def _open(self, draft: Draft) -> None:
        dialog = self._dialog = self._dialog or self._made()
        if dialog.isVisible():
            self._keep()  # what was being taught
        self._draft, self._is_stored = draft, False
        dialog.show_tag(draft.name, is_stored=False)
        dialog.show_examples([], [])
        dialog.show_found([])
        self._show_selected()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        (dialog.found if draft.name else dialog.name).setFocus()
        if not self._keep():
            self._read(look_up=bool(draft.name))

    def _made(self) -> PersonalTagDialog:
        dialog, annotating = PersonalTagDialog(self._window), self._window.annotating
        dialog.renamed.connect(self._rename)
        dialog.named.connect(self._finish_name)
        dialog.add_requested.connect(lambda is_like: self._add(self._selected(), is_like))
        dialog.files_dropped.connect(lambda ids, is_like: self._add([TagExample(id) for id in ids], is_like))
        dialog.examples_removed.connect(self._take_back)
        dialog.sound_chosen.connect(self._hear)
        dialog.suggestion_chosen.connect(self._audition)
        dialog.play_toggled.connect(self._toggle)
        dialog.judged.connect(self._judge)
        dialog.give_requested.connect(lambda ids: annotating.add_tags(ids, [self._draft.name]))
        dialog.undo_requested.connect(annotating.undo)
        dialog.forget_requested.connect(self._forget)
        dialog.export_requested.connect(self.export_tags)
        dialog.import_requested.connect(self.import_tags)
        dialog.escaped.connect(self._silence_or_close)
        dialog.hidden.connect(self._stop_learning)
        return dialog

    # --- examples -----------------------------------------------------------------------------------------------------

    def _selected(self) -> list[TagExample]:
        """The selected files; of one that is in the picture the region, if there is one."""
        ids, view = self._window.selecting.ids, self._window.sound_pane.view
        files, region = self._window.selecting.files, view.region()
        if len(ids) == 1 and files and files[0].path == view.path and region is not None:
            return [TagExample(ids[0], region.start_s, region.end_s)]
        return [TagExample(file_id) for file_id in ids[:MOST_AT_ONCE]]

    @Slot()
    def _show_selected(self) -> None:
        if self._dialog is not None:
            selected, files = self._selected(), self._window.selecting.files
            is_part = len(selected) == 1 and selected[0].end_s is not None
            self._dialog.show_selected(len(selected), files[0].name if is_part else "")

    def _add(self, examples: Sequence[TagExample], is_like: bool) -> None:
        if not examples:
            return
        if self._is_stored:
            likes, unlikes = (examples, []) if is_like else ([], examples)
            self._window.annotating.give_examples(self._draft.name, likes, unlikes)
            return
        self._draft = self._draft.with_examples(examples[:MOST_AT_ONCE], is_like=is_like)
        if not self._keep():
            self._read()

    @Slot(object)
    def _take_back(self, file_ids: Sequence[int]) -> None:
        if self._is_stored:
            self._window.annotating.take_back_examples(self._draft.name, file_ids)
        else:
            self._draft = self._draft.without(file_ids)
            self._read()

    @Slot(object, bool)
    def _judge(self, sound: ShownSound, is_like: bool) -> None:
        """Something suggested is what is meant, and gets the tag, or it is not."""
        self._keep()
        row = self._rows.get(sound.file_id)
        example = learned_tags.example_of(sound, row.duration_s if row else None)
        likes, unlikes = ([example], []) if is_like else ([], [example])
        self._window.annotating.give_examples(self._draft.name, likes, unlikes)

    @Slot(str)
    def _rename(self, text: str) -> None:
        """As it is being typed."""
        named = self._draft.named(text)
        if not self._is_stored and named != self._draft:
            self._draft = named
            self._learn()

    @Slot()
    def _finish_name(self) -> None:
        if self._draft.name and not self._is_stored and not self._keep():
            self._read(look_up=True)

    def _keep(self) -> bool:
        """Store the tag, once it can be; whether it is only being stored now, and will be read again then."""
        if self._is_stored or not self._draft.name or not self._draft.file_ids:
            return False
        self._is_stored = True
        examples = self._draft.examples
        self._window.annotating.give_examples(self._draft.name, examples.likes, examples.unlikes)
        return True

    def _forget(self) -> None:
        self._window.annotating.forget_examples(self._draft.name)
        if self._dialog is not None:
            self._dialog.close()

    # --- what the library says ----------------------------------------------------------------------------------------

    def _read_if_shown(self) -> None:
        if self._dialog is not None and self._dialog.isVisible():
            self._read()

    def _read(self, *, look_up: bool = False) -> None:
        """look_up : there may be a tag of this name, which was not stored here"""
        draft, is_stored = self._draft, self._is_stored

        def read(library: Library) -> Read:
            found, known = draft, draft.name in library.tag_examples.names()
            if known and (is_stored or look_up):
                found = Draft(draft.name, library.tag_examples.of(draft.name))
            return found, known and (is_stored or look_up), library.rows(found.file_ids)

        def take(said: Read) -> None:
            if (self._draft, self._is_stored) == (draft, is_stored):  # else it will be read again
                self._take(said)

        self._window.access.read(read, take)

    def _take(self, said: Read) -> None:
        if self._dialog is None:
            return
        self._draft, self._is_stored, rows = said
        self._rows |= rows
        examples = self._draft.examples
        self._dialog.show_tag(self._draft.name, is_stored=self._is_stored)
        self._dialog.show_examples(
            learned_tags.shown_examples(examples.likes, rows), learned_tags.shown_examples(examples.unlikes, rows)
        )
        sentence = learned_tags.tuning_sentence(examples) if learned_tags.can_tune(examples) else ""
        command = learned_tags.tuning_command(self._draft.name, self._window.library_folder)
        self._dialog.offer_tuning(sentence, command)
        self._learn()

    # --- what it learns -----------------------------------------------------------------------------------------------

    def _learn_if_shown(self) -> None:
        if self._dialog is not None and self._dialog.isVisible():
            self._learn()

    def _learn(self) -> None:
        if self._dialog is None:
            return
        self._number = None
        if not self._draft.can_learn:
            self._dialog.show_quality(learned_tags.NO_NAME)
            self._dialog.show_found([])
            return
        if not self._dialog.quality.text() or self._dialog.quality.text() == learned_tags.NO_NAME:
            self._dialog.show_quality(learned_tags.LEARNING)
        examples = None if self._is_stored else self._draft.examples
        self._number = self._window.services.learn(self._draft.name, examples)

    @Slot()
    def _stop_learning(self) -> None:
        """From now on the tag is suggested as it was taught."""
        self._number = None
        self._describe_anew()

    def _describe_anew(self) -> None:
        if indexing := self._window.services.indexing:
            indexing.describe()

    @Slot(object)
    def _take_learned(self, learned: Learned) -> None:
        if learned.number == self._number:
            file_ids = [found.file_id for found in learned.tag.suggestions]
            self._window.access.read(
                lambda library: library.rows(file_ids), lambda rows: self._show_learned(learned, rows)
            )

    def _show_learned(self, learned: Learned, rows: dict[int, FileRow]) -> None:
        if self._dialog is not None and learned.number == self._number:
            self._rows |= rows
            self._dialog.show_quality(learned_tags.quality(learned.tag))
            self._dialog.show_found(learned_tags.shown_found(learned.tag, rows))

    @Slot(object)
    def _take_failure(self, failure: Failure) -> None:
        if self._dialog is not None and failure.number is not None and failure.number == self._number:
            self._dialog.show_quality(failure.sentence)

    # --- to a file and from one ---------------------------------------------------------------------------------------

    @Slot()
    def export_tags(self) -> None:
        suggested = str(Path.home() / "Earmark personal tags.json")
        chosen, _ = QFileDialog.getSaveFileName(self._parent, "Export personal tags", suggested, TAG_FILES)
        if chosen:
            path, say = Path(chosen), self._window.status.say
            self._window.access.read(
                lambda library: tag_files.export_tags(library, path),
                lambda tags: say(f"{counted(tags, 'personal tag')} written to {display_path(path)}."),
            )

    @Slot()
    def import_tags(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self._parent, "Import personal tags", str(Path.home()), TAG_FILES)
        if chosen:
            path = Path(chosen)
            self._window.access.write(lambda library: tag_files.import_tags(library, path), self._take_imported)

    def _take_imported(self, taken: Sequence[TakenOver]) -> None:
        self._window.status.say(tag_files.taken_over_sentence(taken))
        self.look_again()
        self._read_if_shown()
        self._describe_anew()

    @property
    def _parent(self) -> QWidget:
        """Of a chooser."""
        return self._dialog if self._dialog is not None and self._dialog.isVisible() else self._window

    # --- what is heard ------------------------------------------------------------------------------------------------

    @Slot(object)
    def _audition(self, sound: ShownSound) -> None:
        """A suggestion that a person came to, as rows of the window are heard."""
        if self._window.choices.settings.play_on_select:
            self._hear(sound)

    @Slot(object)
    def _hear(self, sound: ShownSound) -> None:
        row = self._rows.get(sound.file_id)
        if row is None:
            return
        is_part = sound.score is None and sound.end_s is not None and sound.start_s < sound.end_s
        region = Region(sound.start_s, sound.end_s or 0.0) if is_part else None
        self._window.playback.play(row.path, sound.start_s, region)

    @Slot()
    def _silence_or_close(self) -> None:
        """As Esc in the window: silence first."""
        if self._dialog is not None and not self._window.audition.stop():
            self._dialog.close()

    @Slot()
    def _toggle(self) -> None:
        sound = self._dialog.found.current() if self._dialog is not None else None
        row = self._rows.get(sound.file_id) if sound is not None else None
        if sound is not None and row is not None and self._window.playback.path != row.path:
            self._hear(sound)
        else:
            self._window.playback.toggle()
