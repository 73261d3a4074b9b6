"""Random files of a library as one network heard them: what is learned or suggested is compared with these."""

from __future__ import annotations

from collections.abc import Collection

from engine.library import Library
from engine.stored_embeddings import FileEmbeddings

MOST_SEGMENTS = 64  # of a file: an hour's are not held in memory, but every so many of them

# Multiplying by it scatters numbers (Knuth, The Art of Computer Programming, 6.4): the files whose ids come first when
# they are scattered are as good as random, and the same ones even if others come and go.
SCATTER = 2654435761


class RandomFiles:
    """At most `files` of them; what was read once is kept."""

    def __init__(self, library: Library, checkpoint_id: str, files: int) -> None:
        self._library = library
        self._checkpoint_id = checkpoint_id
        self._files = files
        self._known: dict[int, FileEmbeddings] = {}

    def heard(self, without: Collection[int] = ()) -> list[FileEmbeddings]:
        """As the library is now, without the files of these ids. Raises UnusableLibrary."""
        chosen = self._chosen()
        known = {file_id: self._known.get(file_id) or self._read(file_id) for file_id in chosen}
        self._known = {file_id: heard for file_id, heard in known.items() if heard is not None}
        return [heard for file_id, heard in self._known.items() if file_id not in without]

    def _chosen(self) -> list[int]:
        rows = self._library.index_db.rows(
            "SELECT file_id FROM embedding WHERE checkpoint_id = ? ORDER BY (file_id * ?) & 0xFFFFFFFF LIMIT ?",
            (self._checkpoint_id, SCATTER, self._files),
        )
        return [file_id for (file_id,) in rows]

    def _read(self, file_id: int) -> FileEmbeddings | None:
        heard = self._library.embeddings_of(file_id, self._checkpoint_id)
        if heard is None or len(heard.segments) <= MOST_SEGMENTS:
            return heard
        step = -(-len(heard.segments) // MOST_SEGMENTS)
        return FileEmbeddings(heard.segments[::step].copy(), heard.clip.copy())
