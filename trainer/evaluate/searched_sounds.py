"""Sounds in a library of their own, searched as Earmark does it: what is measured is the product, not its parts.

The files are on no disk, and their names say nothing, so that they can only be found by their sound.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

from engine.embedding import Embedder
from engine.hits import Answer
from engine.library import Library
from engine.library_rows import FileStat, IndexedFile, Root, Scope
from engine.metadata import Metadata
from engine.question import Question
from engine.search import Searcher
from engine.stored_embeddings import FileEmbeddings
from engine.vector_index import VectorIndex


class SearchedSounds:
    """What the network heard in some sounds, as a library. Leave it as a context, so that its folder goes."""

    def __init__(self, heard: Sequence[FileEmbeddings], embedder: Embedder) -> None:
        self.sounds = len(heard)
        with contextlib.ExitStack() as opened:
            folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
            library = opened.enter_context(Library(folder / "library"))
            self._file_ids = _stored(heard, library, folder / "zq", embedder)
            self._position_of = {file_id: position for position, file_id in enumerate(self._file_ids)}
            self._searcher = Searcher(library, VectorIndex(library.index_db, embedder.checkpoint_id), embedder)
            self._opened = opened.pop_all()

    def __enter__(self) -> SearchedSounds:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def find(self, question: Question, limit: int | None = None) -> Answer:
        """The product's answer, of all sounds if there is no limit."""
        return self._searcher.find(question, limit or self.sounds)

    def positions(self, answer: Answer) -> list[int]:
        """Which of the sounds were found, the best first."""
        return [self._position_of[hit.file_id] for hit in answer.hits]

    def scores(self, sentence: str, among: Sequence[int] | None = None) -> np.ndarray:
        """(sounds,): the score of each, 0 for one that the search did not look at.

        among : positions of those that are looked at; what they score does not depend on it
        """
        ids = None if among is None else tuple(self._file_ids[position] for position in among)
        answer = self.find(Question(sentence, Scope(among=ids)))
        scores = np.zeros(self.sounds)
        scores[self.positions(answer)] = [hit.score for hit in answer.hits]
        return scores


def _stored(heard: Sequence[FileEmbeddings], library: Library, folder: Path, embedder: Embedder) -> list[int]:
    """Store the sounds as files of a drive that is not there; the id of each."""
    folder.mkdir()
    root = library.add_root(folder)
    folder.rmdir()
    library.register_checkpoint(embedder.checkpoint_id, embedder.name, embedder.dim, embedder.segment_s)
    library.store_indexed([_file(position, each, root, embedder) for position, each in enumerate(heard)])
    ids = {file.relative_path: file.id for file in library.files_under(root.id)}
    return [ids[_path(position)] for position in range(len(heard))]


def _path(position: int) -> Path:
    """A name in one word that nobody asks for, without a digit: "a tone of 12 Hz" must not find the twelfth sound."""
    return Path("zq" + "".join(chr(ord("a") + int(digit)) for digit in str(position)))


def _file(position: int, heard: FileEmbeddings, root: Root, embedder: Embedder) -> IndexedFile:
    return IndexedFile(
        root_id=root.id,
        relative_path=_path(position),
        stat=FileStat(size=1, mtime_ns=1, inode=0),
        content_id=position.to_bytes(16, "big"),
        duration_s=len(heard.segments) * embedder.segment_s,
        sample_rate_hz=embedder.sample_rate_hz,
        channels=1,
        container="WAV",
        encoding="PCM_16",
        metadata=Metadata(),
        peaks=b"",
        checkpoint_id=embedder.checkpoint_id,
        embeddings=heard,
    )
