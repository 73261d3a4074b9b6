"""What a person says of files: tags, ratings, notes, captions, collections, saved searches."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from app.workers.library_access import LibraryAccess
from engine.library import Library

FAVOURITE_STARS = 5


class Annotating(QObject):
    """Writes it down, in the order in which it was said.

    files_changed : ids of files of which something else is said now
    names_changed : there may be other tags, collections or saved searches now, or they hold something else
    """

    files_changed = Signal(object)
    names_changed = Signal()

    def __init__(self, access: LibraryAccess, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._access = access

    # --- of files -----------------------------------------------------------------------------------------------------

    def add_tags(self, file_ids: Sequence[int], tags: Sequence[str]) -> None:
        def add(library: Library) -> None:
            for tag in tags:
                library.add_tag(file_ids, tag)

        self._write(add, file_ids)

    def remove_tag(self, file_ids: Sequence[int], tag: str) -> None:
        self._write(lambda library: library.remove_tag(file_ids, tag), file_ids)

    def rate(self, file_ids: Sequence[int], stars: int | None) -> None:
        self._write(lambda library: library.set_rating(file_ids, stars), file_ids)

    def toggle_favourite(self, file_ids: Sequence[int]) -> None:
        """Five stars for all of them; none if all have five already."""

        def toggle(library: Library) -> None:
            favourites = all(library.rating_of(file_id) == FAVOURITE_STARS for file_id in file_ids)
            library.set_rating(file_ids, None if favourites else FAVOURITE_STARS)

        self._write(toggle, file_ids)

    def set_note(self, file_ids: Sequence[int], note: str) -> None:
        self._write(lambda library: _for_each(library.set_note, file_ids, note), file_ids)

    def set_caption(self, file_ids: Sequence[int], caption: str) -> None:
        self._write(lambda library: _for_each(library.set_caption, file_ids, caption), file_ids)

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

    def _write(self, change: Callable[[Library], object], file_ids: Sequence[int] = ()) -> None:
        changed = list(file_ids)

        def written(outcome: object) -> None:
            if changed:
                self.files_changed.emit(changed)
            self.names_changed.emit()

        self._access.write(change, written)


def _for_each(say: Callable[[int, str], None], file_ids: Sequence[int], text: str) -> None:
    for file_id in file_ids:
        say(file_id, text)
