"""What a person says of files, tags, collections and saved searches; and how it is taken back."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.view_models import change_texts
from app.windows import changes
from app.windows.changes import Change, Undo
from app.windows.undoing import Step, UndoStack
from app.workers.library_access import LibraryAccess
from engine.errors import EngineError
from engine.library import Library
from engine.tag_examples import TagExample


class Annotating(QObject):
    """Writes it down, in the order in which it was said.

    files_changed : ids of files of which something else is said now, once nothing more is on its way; none, if it may
        be any
    names_changed : there may be other tags, collections or saved searches now, or they hold something else
    said : a sentence on what was done and can be undone
    undone : a sentence on what was taken back, or why nothing is
    """

    files_changed = Signal(object)
    names_changed = Signal()
    said = Signal(str)
    undone = Signal(str)

    def __init__(self, access: LibraryAccess, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self._steps = UndoStack()
        self._on_their_way = 0
        self._changed: set[int] | None = None

    # --- of files -----------------------------------------------------------------------------------------------------

    def add_tags(self, file_ids: Sequence[int], tags: Sequence[str]) -> None:
        self._do(changes.adding_tags(file_ids, tags), file_ids, change_texts.tags_given(tags, file_ids))

    def remove_tag(self, file_ids: Sequence[int], tag: str) -> None:
        self._do(changes.removing_tag(file_ids, tag), file_ids, change_texts.tag_taken(tag, file_ids))

    def accept(self, judged: Mapping[str, Sequence[int]]) -> None:
        """Suggested tags, each for some files."""
        self._do(changes.accepting(judged), _files_of(judged), change_texts.accepted(judged))

    def reject(self, judged: Mapping[str, Sequence[int]]) -> None:
        self._do(changes.rejecting(judged), _files_of(judged), change_texts.rejected(judged))

    def rate(self, file_ids: Sequence[int], stars: int | None) -> None:
        self._do(changes.rating(file_ids, stars), file_ids, change_texts.rated(stars, file_ids))

    def toggle_favourite(self, file_ids: Sequence[int]) -> None:
        """Five stars for all of them; none if all have five already."""
        self._do(changes.toggling_favourite(file_ids), file_ids, change_texts.favourites(file_ids))

    def set_note(self, file_ids: Sequence[int], note: str) -> None:
        self._do(changes.writing_note(file_ids, note), file_ids, "Note written.", ("note", *file_ids))

    def set_caption(self, file_ids: Sequence[int], caption: str) -> None:
        self._do(changes.writing_caption(file_ids, caption), file_ids, "Caption written.", ("caption", *file_ids))

    # --- of tags ------------------------------------------------------------------------------------------------------

    def rename_tag(self, tag: str, new_name: str) -> None:
        self._do(changes.renaming_tag(tag, new_name), (), change_texts.tag_renamed(tag, new_name))

    def drop_tag(self, tag: str) -> None:
        self._do(changes.dropping_tag(tag), (), change_texts.tag_dropped(tag))

    def give_examples(self, tag: str, likes: Sequence[TagExample] = (), unlikes: Sequence[TagExample] = ()) -> None:
        """What a personal tag learns from; what is like it gets the tag."""
        file_ids = [one.file_id for one in (*likes, *unlikes)]
        sentence = change_texts.examples_given(tag, len(likes), len(unlikes))
        self._do(changes.giving_examples(tag, likes, unlikes), file_ids, sentence)

    def take_back_examples(self, tag: str, file_ids: Sequence[int]) -> None:
        sentence = change_texts.examples_taken_back(tag, file_ids)
        self._do(changes.taking_back_examples(tag, file_ids), file_ids, sentence)

    def forget_examples(self, tag: str) -> None:
        """It learns no more; files that have it keep it."""
        self._do(changes.forgetting_examples(tag), (), change_texts.examples_forgotten(tag))

    # --- back ---------------------------------------------------------------------------------------------------------

    @Slot()
    def undo(self) -> None:
        """Take back what was said last."""
        if self._on_their_way:  # its way back is known once it is written
            self._access.write(lambda library: None, lambda done: self.undo())
        elif (step := self._steps.pop()) is None:
            self.undone.emit("There is nothing to undo.")
        else:
            self._write(step.undo, step.file_ids)
            self.undone.emit(change_texts.undone(step.sentence))

    # --- collections and saved searches -------------------------------------------------------------------------------

    def collect(self, file_ids: Sequence[int], collection_id: int) -> None:
        self._write(lambda library: library.collections.add(collection_id, file_ids), file_ids)

    def take_out(self, file_ids: Sequence[int], collection_id: int) -> None:
        self._write(lambda library: library.collections.remove(collection_id, file_ids), file_ids)

    def create_collection(self, name: str, file_ids: Sequence[int] = ()) -> None:
        def create(library: Library) -> None:
            library.collections.add(library.collections.create(name).id, file_ids)

        self._write(create, file_ids)

    def rename_collection(self, collection_id: int, name: str) -> None:
        self._write(lambda library: library.collections.rename(collection_id, name))

    def delete_collection(self, collection_id: int) -> None:
        self._write(lambda library: library.collections.delete(collection_id))

    def save_search(self, name: str, query: str) -> None:
        self._write(lambda library: library.saved_searches.save(name, query))

    def rename_saved_search(self, name: str, new_name: str) -> None:
        self._write(lambda library: library.saved_searches.rename(name, new_name))

    def delete_saved_search(self, name: str) -> None:
        self._write(lambda library: library.saved_searches.delete(name))

    # --- written ------------------------------------------------------------------------------------------------------

    def _do(self, change: Change, file_ids: Sequence[int], sentence: str, field: Hashable = None) -> None:
        """What can be undone. What is `field`: see `Step`; words need not be told of, for a person sees them."""

        def written(undo: Undo) -> None:
            self._steps.add(Step(sentence, tuple(file_ids), undo, field))
            if field is None:
                self.said.emit(sentence)

        self._write(change, file_ids, written)

    def _write(
        self,
        change: Callable[[Library], object],
        file_ids: Sequence[int] | None = None,
        on_success: Callable[[Any], object] = lambda outcome: None,
    ) -> None:
        """file_ids : of files, or () if it may be any of them; None for what says nothing of files"""
        self._on_their_way += 1
        if file_ids is not None:
            self._changed = (self._changed or set()) | set(file_ids)

        def written(outcome: object) -> None:
            on_success(outcome)
            self._settle()

        def failed(error: Exception) -> None:
            self._settle()  # what was shown already is not so
            if not isinstance(error, EngineError):
                raise error
            self._access.failed.emit(str(error))

        self._access.write(change, written, failed)

    def _settle(self) -> None:
        self._on_their_way -= 1
        if self._on_their_way == 0 and self._changed is not None:
            changed, self._changed = sorted(self._changed), None
            self.files_changed.emit(changed)
        self.names_changed.emit()


def _files_of(judged: Mapping[str, Sequence[int]]) -> list[int]:
    return sorted(set[int]().union(*judged.values()))
