"""The Library: which folders are watched, which audio files they hold, what a person said of them, what was computed.

Two files, joined by each audio file's uid and the hash of its sound. library.db is always written first: a kill between
the two leaves work to be done again, never a wrong answer, and opening the library brings index.db into line.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

from engine.annotations import Annotations
from engine.audio_files import AudioFiles
from engine.collections import Collections
from engine.errors import UnusableLibrary, display_path
from engine.file_index import Computed, FileIndex
from engine.library_rows import (
    EVERYTHING,
    AudioFile,
    Checkpoint,
    Counts,
    FileRow,
    FileStat,
    FolderCount,
    IndexedFile,
    NameCount,
    Order,
    Ready,
    Root,
    RootCounts,
    RootState,
    Scope,
    Suggestion,
)
from engine.listing import Listing
from engine.metadata import Metadata
from engine.migrations import open_index_db, open_library_db
from engine.roots import Roots
from engine.saved_searches import SavedSearches
from engine.stored_embeddings import FileEmbeddings, pack
from engine.suggestions import Description, MadeOf, Suggestions
from engine.tag_examples import TagExamples
from engine.text_index import TextHit

LIBRARY_FILE = "library.db"
INDEX_FILE = "index.db"
RECONCILED_AT_ONCE = 1000  # files in one transaction
SMALL_SCOPE = 20_000  # files, among which alone words are looked for; in a larger scope most hits will lie anyway
UNUSABLE_EMBEDDINGS = "the network could make nothing of it"


class Library:
    """A library folder, for the thread that opened it. What a method stored is on the disk when it returns.

    Any method raises UnusableLibrary if the disk is full, or the library damaged or used by another for too long.
    """

    def __init__(self, folder: Path, *, read_only: bool = False, reconcile: bool = True) -> None:
        """Open the library in `folder`, or make one there. Raises UnusableLibrary, and then nothing has changed.

        reconcile : bring index.db into line, which takes a second for half a million files; False where another process
            that writes to this library does so
        """
        self.folder = folder
        if not read_only:
            _make_folder(folder)
        with contextlib.ExitStack() as opened:
            self.library_db = open_library_db(folder / LIBRARY_FILE, read_only=read_only)
            opened.callback(self.library_db.close)
            self.index_db = open_index_db(folder / INDEX_FILE, read_only=read_only)
            opened.callback(self.index_db.close)
            self._roots = Roots(self.library_db)
            self._files = AudioFiles(self.library_db)
            self._listing = Listing(self.library_db)
            self._annotations = Annotations(self.library_db)
            self._index = FileIndex(self.index_db)
            self.collections = Collections(self.library_db)
            self.saved_searches = SavedSearches(self.library_db)
            self.tag_examples = TagExamples(self.library_db)
            self.suggestions = Suggestions(self.library_db, self.index_db)
            if reconcile and not read_only:
                self._reconcile()
            self._opened = opened.pop_all()

    def close(self) -> None:
        self._opened.close()

    def interrupt(self) -> None:
        """From any thread: end the query that runs now, if any; its method raises `engine.database.Interrupted`.

        For a library that is only read: a change that is interrupted may be half made, until it is made again.
        """
        self.library_db.interrupt()
        self.index_db.interrupt()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _reconcile(self) -> None:
        """Drop from index.db what belongs to no file or to another sound, and make every file findable by its text."""
        wrong, stale = self._index.differences(self.library_db.path)
        with self.index_db.atomic():
            self._index.remove(wrong)
            self._index.prune_changes()
        for start in range(0, len(stale), RECONCILED_AT_ONCE):
            self._write_index(stale[start : start + RECONCILED_AT_ONCE])

    def _write_index(self, file_ids: Sequence[int], computed: dict[int, Computed] | None = None) -> None:
        """Bring index.db up to what library.db says of these files, and keep what was computed from them."""
        with self.index_db.atomic():
            for file_id, version, text in self._files.texts(file_ids):
                self._index.keep(file_id, version)
                if computed and file_id in computed:
                    self._index.store(file_id, computed[file_id])
                self._index.put_text(file_id, version, text)

    # --- roots -------------------------------------------------------------------------------------------------------

    def add_root(self, folder: Path) -> Root:
        """Watch `folder`. A root that already holds it is returned as it is; roots inside it become part of it.

        Raises EngineError if it is not a folder, or if a root inside it is offline.
        """
        root = self._roots.add(folder)
        self._reconcile()
        return root

    def roots(self) -> list[Root]:
        return self._roots.all()

    def move_root(self, root_id: int, folder: Path) -> Root:
        """The same root at another place, with all its files and what was said of them. Raises EngineError."""
        root = self._roots.move(root_id, folder)
        self._reconcile()
        return root

    def set_root_state(self, root_id: int, state: RootState) -> None:
        self._roots.set_state(root_id, state)

    def set_root_paused(self, root_id: int, paused: bool) -> None:
        """Remember that a root is to be left as it is, or no longer; to heed it is left to who scans and indexes.

        Raises NotInLibrary.
        """
        self._roots.set_paused(root_id, paused)

    def remove_root(self, root_id: int) -> None:
        """Watch a root no longer. Its files are forgotten, but for those of which a person said something."""
        self._roots.remove(root_id)
        self._reconcile()

    # --- audio files -------------------------------------------------------------------------------------------------

    def file(self, file_id: int) -> AudioFile | None:
        return self.files([file_id]).get(file_id)

    def files(self, file_ids: Iterable[int]) -> dict[int, AudioFile]:
        """Those of the files that there are, by id."""
        return self._files.among(file_ids)

    def file_at(self, path: Path) -> AudioFile | None:
        """The file at `path`, or the last one that went missing from there."""
        path = path.parent.resolve() / path.name
        for root in self.roots():
            if path.is_relative_to(root.path):
                return self._files.at(root.id, path.relative_to(root.path))
        return None

    def files_at_paths(self, paths: Iterable[Path]) -> dict[Path, AudioFile]:
        """As `file_at`, of each of the paths that the library knows."""
        found = ((path, self.file_at(path)) for path in paths)
        return {path: file for path, file in found if file is not None}

    def files_under(self, root_id: int) -> Iterator[AudioFile]:
        """The files of one root in every state; the library may be written to meanwhile."""
        return self._files.under(root_id)

    def files_below(self, root_id: int, paths: Iterable[Path]) -> list[AudioFile]:
        """Those of one root, in every state, that are at one of the relative `paths` or below it."""
        return self._files.below(root_id, paths)

    def unreadable(self) -> list[AudioFile]:
        return self._files.unreadable()

    def store_indexed(self, batch: Sequence[IndexedFile]) -> None:
        """Keep what was found out about these files. Before, `mark_missing` those that went: a known sound that is
        missing where it was keeps its uid and all that was said of it.

        A file whose embeddings are not finite unit vectors is stored as unreadable. Raises KeyError for a checkpoint
        that is not registered, and ValueError for embeddings of another dim.
        """
        packed = [(file, self._packed(file)) for file in batch]
        computed, unusable = {}, []
        with self.library_db.atomic():
            for file, embeddings in packed:
                if embeddings is not None:
                    computed[self._files.place(file)] = Computed(file, *embeddings)
                else:
                    unusable.append((file.root_id, file.relative_path, file.stat, UNUSABLE_EMBEDDINGS))
            failed = [self._files.place_failure(*failure) for failure in unusable]
        self._write_index([*computed, *failed], computed)

    def store_failure(self, root_id: int, relative_path: Path, stat: FileStat, reason: str) -> None:
        """A file that cannot be read, and why; what was said of it stays."""
        with self.library_db.atomic():
            file_id = self._files.place_failure(root_id, relative_path, stat, reason)
        self._write_index([file_id])

    def store_move(self, file_id: int, root_id: int, relative_path: Path, stat: FileStat) -> None:
        """A known file is at another path now, or back where it was. Raises NotInLibrary."""
        with self.library_db.atomic():
            self._files.move(file_id, root_id, relative_path, stat)
        self._write_index([file_id])

    def store_rewritten(self, file_id: int, stat: FileStat, metadata: Metadata) -> None:
        """A file was written anew with other tags and the same sound: what was heard of it stays. Raises NotInLibrary.

        Its metadata first: after a kill in between, the next scan reads the file again.
        """
        file = self._files.get(file_id)
        with self.index_db.atomic():
            self._index.put_metadata(file_id, metadata)
        self.store_move(file_id, file.root_id, file.relative_path, stat)

    def mark_missing(self, file_ids: Iterable[int]) -> None:
        """These files are not where they were. Nothing of them is forgotten."""
        with self.library_db.atomic():
            self._files.mark_missing(file_ids)

    def mark_seen(self, file_ids: Iterable[int]) -> None:
        """Missing files are back, unchanged; one whose path is taken by another stays missing."""
        with self.library_db.atomic():
            self._files.mark_seen(file_ids)

    def _packed(self, file: IndexedFile) -> tuple[bytes, int] | None:
        dim = self._index.dim_of(file.checkpoint_id)
        if file.embeddings.clip.shape != (dim,):
            raise ValueError(f"checkpoint {file.checkpoint_id} has dim {dim}, not {file.embeddings.clip.shape}")
        try:
            return pack(file.embeddings)
        except ValueError:
            return None

    # --- what a window shows -----------------------------------------------------------------------------------------

    def listing(self, scope: Scope = EVERYTHING, order: Order = Order()) -> np.ndarray:
        """The ids of the audible files of a scope, (files,) int64, in order.

        Equal ones are ordered by their names, and equal names folder by folder.
        """
        return self._listing.in_order(self._resolved(scope), order, self.roots())

    def rows(self, file_ids: Iterable[int]) -> dict[int, FileRow]:
        """What to show of each of these files, as far as they are there, by id."""
        return self._listing.rows(file_ids)

    def root_counts(self) -> list[RootCounts]:
        return self._listing.root_counts(self.roots())

    def tag_counts(self) -> list[NameCount]:
        """Every tag, in the order of the alphabet."""
        return self._listing.tag_counts()

    def collection_counts(self) -> list[NameCount]:
        """Every collection, in the order of the alphabet."""
        return self._listing.collection_counts()

    def subfolders(self, folder: Path) -> list[FolderCount]:
        """The folders directly inside `folder`, which lies in a root, that hold audible files at any depth."""
        return self._listing.subfolders(folder, self.roots())

    # --- what was computed -------------------------------------------------------------------------------------------

    def register_checkpoint(self, checkpoint_id: str, name: str, dim: int, segment_s: float) -> None:
        """Make a network known before its embeddings are stored; those of several networks live side by side."""
        with self.index_db.atomic():
            self._index.register_checkpoint(checkpoint_id, name, dim, segment_s)

    def checkpoints(self) -> list[Checkpoint]:
        """The networks whose embeddings are stored, by name."""
        return self._index.checkpoints()

    def needs_embedding(self, root_id: int, checkpoint_id: str) -> list[AudioFile]:
        """The files that can be heard but have no intact embeddings of this checkpoint for the sound they hold."""
        embedded = self._index.embedded_sounds(checkpoint_id)
        files = self._files.under(root_id)
        return [file for file in files if file.state == "ok" and embedded.get(file.id) != file.content_id]

    def ready_under(self, root_ids: Iterable[int], checkpoint_id: str) -> Ready:
        """What of these roots can be searched with this checkpoint."""
        durations_s = self._files.audible(root_ids)
        segments = self._index.segments_of_files(checkpoint_id)
        ready = durations_s.keys() & segments.keys()
        return Ready(len(ready), sum(segments[file_id] for file_id in ready), sum(durations_s[i] for i in ready))

    def unheard(self, checkpoint_id: str) -> int:
        """How many files that can be listened to now were not listened to with this checkpoint."""
        reachable = [root.id for root in self.roots() if root.online and not root.paused]
        return len(self._files.audible(reachable).keys() - self._index.segments_of_files(checkpoint_id).keys())

    def embeddings_of(self, file_id: int, checkpoint_id: str) -> FileEmbeddings | None:
        """None if there are none, or if they are damaged: then they are dropped, and the file needs embedding."""
        return self._index.embeddings_of(file_id, checkpoint_id)

    def embeddings_of_sound(self, content_id: bytes, checkpoint_id: str) -> FileEmbeddings | None:
        """Those of any file with this sound; None as for `embeddings_of`."""
        return self._index.embeddings_of_sound(content_id, checkpoint_id)

    def peaks_of(self, file_id: int) -> bytes | None:
        return self._index.peaks_of(file_id)

    def metadata_of(self, file_id: int) -> Metadata | None:
        return self._index.metadata_of(file_id)

    def set_suggested_caption(self, file_id: int, caption: str) -> None:
        """What a network says of a file; a person's caption goes before it. Raises NotInLibrary."""
        self._files.get(file_id)
        with self.index_db.atomic():
            self._index.set_suggested_caption(file_id, caption)
            self._write_index([file_id])

    def counts(self) -> Counts:
        files, audio_seconds, unreadable = self._files.totals()
        return Counts(
            files=files,
            segments=self._index.segments(),
            audio_seconds=audio_seconds,
            unreadable=unreadable,
            roots=len(self.roots()),
        )

    def search_text(self, query: str, limit: int, scope: Scope = EVERYTHING) -> list[TextHit]:
        """The files of a scope that can be heard and say most of the query's words; see `TextIndex`.

        Any query is allowed.
        """
        scope, roots, asked = self._resolved(scope), self.roots(), limit
        if scope != EVERYTHING:
            few = self._listing.unordered(scope, roots, at_most=SMALL_SCOPE + 1).tolist()
            if len(few) <= SMALL_SCOPE:
                return self._index.search_text(query, limit, among=few)
            asked *= 4
        while True:
            hits = self._index.search_text(query, asked)
            heard = self._listing.heard_among((hit.file_id for hit in hits), scope, roots)
            if len(heard) >= limit or len(hits) < asked:
                return [hit for hit in hits if hit.file_id in heard][:limit]
            asked *= 4  # files that cannot be heard, or not here, took the places

    def _resolved(self, scope: Scope) -> Scope:
        """With the files themselves in place of what index.db must say of them."""
        return self.suggestions.resolved(self._index.resolved(scope))

    # --- what is suggested -------------------------------------------------------------------------------------------

    def suggestions_of(self, file_ids: Iterable[int]) -> dict[int, list[Suggestion]]:
        """The tags that are suggested for each of the files, best first: none that it has or that was rejected."""
        return self.suggestions.of(file_ids)

    def suggested_files(self, name: str) -> list[int]:
        """The audible files for which this tag is suggested, best first."""
        return self.suggestions.files([name])

    def suggestion_counts(self) -> list[NameCount]:
        """Every tag that is suggested for any audible file, in the order of the alphabet."""
        return self.suggestions.counts()

    def accept_suggestions(self, file_ids: Iterable[int], name: str) -> list[int]:
        """Give the tag to those of the files for which it is suggested; returns them. Raises ValueError for no name."""
        suggested = set(self.suggestions.files([name]))
        accepted = [file_id for file_id in file_ids if file_id in suggested]
        self.add_tag(accepted, name)
        return accepted

    def reject_suggestions(self, file_ids: Iterable[int], name: str) -> list[int]:
        """The tag is not to be suggested for these files again, nor said in their suggested captions; returns those for
        which that is new. Raises NotInLibrary, and ValueError for no name.
        """
        known = set(self.tag_examples.rejected_for(name))
        rejected = [file_id for file_id in file_ids if file_id not in known]
        self.tag_examples.reject(rejected, name)
        self._suggest_captions_anew(rejected, name)
        return rejected

    def unreject_suggestions(self, file_ids: Iterable[int], name: str) -> None:
        """It may be suggested again. Raises NotInLibrary."""
        ids = list(file_ids)
        self.tag_examples.unreject(ids, name)
        self._suggest_captions_anew(ids, name)
        with self.index_db.atomic():
            self.suggestions.forget_descriptions(ids)  # a network may say more of them than their tags do

    def store_descriptions(self, described: Iterable[tuple[AudioFile, Description]], made_of: MadeOf) -> int:
        """What is suggested for these files, if they still hold the same sound; returns for how many that is so.

        A person's tags and caption stay, and what was rejected stays rejected.
        """
        stored, said_anew = 0, []
        with self.index_db.atomic():
            for file, description in described:
                if not self.suggestions.put(file.id, file.content_id, description.tags, made_of):
                    continue
                stored += 1
                if description.caption != self._index.suggested_caption_of(file.id):
                    self._index.set_suggested_caption(file.id, description.caption)
                    said_anew.append(file.id)
            self._write_index(said_anew)
        return stored

    def _suggest_captions_anew(self, file_ids: Sequence[int], name: str) -> None:
        """By their tags, of those of the files that the network would call so."""
        for start in range(0, len(file_ids), RECONCILED_AT_ONCE):
            with self.index_db.atomic():
                called = self.suggestions.called_by_network(file_ids[start : start + RECONCILED_AT_ONCE], name)
                for file_id, caption in self.suggestions.captions_without_rejected(called).items():
                    self._index.set_suggested_caption(file_id, caption)
                self._write_index(called)

    # --- what a person says ------------------------------------------------------------------------------------------

    def add_tag(self, file_ids: Iterable[int], tag: str) -> None:
        """To all of the files or, if one of them is not there, to none. Capital letters make no other tag.

        Raises NotInLibrary, and ValueError for an empty tag.
        """
        ids = list(file_ids)
        self._annotations.add_tag(ids, tag)
        self._write_index(ids)

    def remove_tag(self, file_ids: Iterable[int], tag: str) -> None:
        """From all of the files. Raises NotInLibrary."""
        ids = list(file_ids)
        self._annotations.remove_tag(ids, tag)
        self._write_index(ids)

    def rename_tag(self, tag: str, new_name: str) -> list[int]:
        """Of all files that have it, which are returned. Raises ValueError for an empty name."""
        ids = self._annotations.rename_tag(tag, new_name)
        self._write_index(ids)
        return ids

    def files_with_tag(self, tag: str) -> list[int]:
        """In every state, in order."""
        return self._annotations.files_with_tag(tag)

    def tags_of(self, file_id: int) -> list[str]:
        return self._annotations.tags_of(file_id)

    def set_note(self, file_id: int, note: str) -> None:
        """An empty note removes it. Raises NotInLibrary."""
        self._annotations.set_note(file_id, note)
        self._write_index([file_id])

    def note_of(self, file_id: int) -> str:
        return self._annotations.note_of(file_id)

    def set_caption(self, file_id: int, caption: str) -> None:
        """A person's caption; an empty one lets the suggested one through again. Raises NotInLibrary."""
        self._annotations.set_caption(file_id, caption)
        self._write_index([file_id])

    def caption_of(self, file_id: int) -> str:
        """The person's, or else the suggested one, or else nothing."""
        return self._annotations.caption_of(file_id) or self._index.suggested_caption_of(file_id) or ""

    def caption_is_suggested(self, file_id: int) -> bool:
        """Whether it is not a person's."""
        return not self._annotations.caption_of(file_id) and bool(self._index.suggested_caption_of(file_id))

    def own_captions(self) -> dict[int, str]:
        """All that a person wrote, by file: none that is suggested."""
        return self._annotations.texts("caption")

    def notes(self) -> dict[int, str]:
        """All of them, by file."""
        return self._annotations.texts("note")

    def set_rating(self, file_ids: Iterable[int], stars: int | None) -> None:
        """1 to 5 stars for all of the files, or None for no rating. Raises NotInLibrary, and ValueError otherwise."""
        self._annotations.set_rating(file_ids, stars)

    def rating_of(self, file_id: int) -> int | None:
        return self._annotations.rating_of(file_id)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "it cannot be made").lower()
        raise UnusableLibrary(f"{display_path(folder)} cannot hold a library: {reason}.") from error


def delete_index(folder: Path) -> None:
    """Delete what was computed, from a library that nobody has open. Raises UnusableLibrary."""
    for suffix in ("", "-wal", "-shm"):
        path = folder / f"{INDEX_FILE}{suffix}"
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            reason = (error.strerror or "it is in use").lower()
            raise UnusableLibrary(f"{display_path(path)} cannot be deleted: {reason}; nothing is lost.") from error
