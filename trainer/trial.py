"""Two networks side by side: what each finds first in the same sounds of a library, by its owner's own questions.

Both search a small library in a temporary folder, through the product's own search: a sample of the real one, with what
its owner said of it. In the sample is whatever the present network finds for the questions, and random files. The real
library and its sounds are only read.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from engine.audio import read_audio
from engine.embedding import Embedder
from engine.errors import EngineError, UnreadableAudio, display_path
from engine.hits import Hit
from engine.library import Library
from engine.library_rows import AudioFile, IndexedFile
from engine.metadata import Metadata
from engine.question import Question
from engine.safe_files import write_over
from engine.search import Searcher
from engine.stored_embeddings import FileEmbeddings
from engine.vector_index import VectorIndex
from trainer.errors import TrainerError
from trainer.own_run import OwnRun

SAMPLE = 500
FOUND_FIRST = 20  # of a question, so many files are in the sample
SHOWN = 10
USUAL_S, LONGEST_S = 60.0, 600.0  # random files are no longer than the first, and none is longer than the second
STORED_AT_ONCE = 50
RESULT = "trial.json"


@dataclass(frozen=True)
class TrialHit:
    """A file that was found, and where in it; `weak` may be chance."""

    file_id: int
    path: str
    start_s: float
    end_s: float
    score: float
    weak: bool


@dataclass(frozen=True)
class TrialQuestion:
    """What each network found first; `same` files are among the first of both."""

    query: str
    present: tuple[TrialHit, ...]
    new: tuple[TrialHit, ...]
    same: int


@dataclass(frozen=True)
class Trial:
    """present, new : names of the networks; files : in the sample"""

    present: str
    new: str
    files: int
    questions: tuple[TrialQuestion, ...]


def try_network(
    library: Library,
    new: Path,
    present: Path | None,
    queries: Sequence[str],
    *,
    run: OwnRun | None = None,
    sample: int = SAMPLE,
    seed: int = 0,
) -> Trial:
    """Ask both networks the same, and write what they found to `RESULT` in the run's folder, if it has one.

    present : the folder of the network in use, None for the one that ships
    Raises TrainerError if there is no question or no sound that can be read, DamagedCheckpoint, RunStopped.
    """
    run = run or OwnRun()
    if not queries:
        raise TrainerError("There is nothing to ask both networks; save a search, or ask something first.")
    embedders = [Embedder.load(present), Embedder.load(new)]
    if embedders[0].checkpoint_id == embedders[1].checkpoint_id:
        raise TrainerError(f"{display_path(new)} holds the network that is in use; there is nothing to compare.")
    chosen = _sample(library, embedders[0], queries, sample, seed)
    temporary = tempfile.TemporaryDirectory(prefix="earmark-trial-", ignore_cleanup_errors=True)
    with temporary as folder, Library(Path(folder)) as small:
        files = _fill(small, library, chosen, embedders, run)
        found = [_find_all(small, embedder, queries) for embedder in embedders]
    asked = tuple(_question(query, *both) for query, *both in zip(queries, *found, strict=True))
    trial = Trial(embedders[0].name, embedders[1].name, files, asked)
    if run.folder is not None:
        write_over(run.folder / RESULT, json.dumps(asdict(trial), indent=1).encode())
    run.tell("finished", files=files, questions=len(asked))
    return trial


def _question(query: str, present: tuple[TrialHit, ...], new: tuple[TrialHit, ...]) -> TrialQuestion:
    same = {hit.path for hit in present} & {hit.path for hit in new}
    return TrialQuestion(query, present, new, len(same))


# --- the sample ---------------------------------------------------------------------------------------------------


def _sample(library: Library, present: Embedder, queries: Sequence[str], size: int, seed: int) -> list[AudioFile]:
    """What the present network finds, then random files."""
    index = VectorIndex(library.index_db, present.checkpoint_id)
    searcher = Searcher(library, index, present)
    found = dict.fromkeys(hit.file_id for query in queries for hit in _find(searcher, query, FOUND_FIRST))
    every = np.random.default_rng(seed).permutation(library.listing()).tolist()
    files = library.files({*found, *every[: 20 * size]})
    usual = [id for id in every if id in files and (files[id].duration_s or 0.0) <= USUAL_S]
    wanted = dict.fromkeys([*found, *usual, *every])
    heard = [files[id] for id in wanted if id in files and (files[id].duration_s or 0.0) <= LONGEST_S]
    return [file for file in heard if file.path.exists()][:size]


def _fill(
    small: Library, library: Library, files: Sequence[AudioFile], embedders: Sequence[Embedder], run: OwnRun
) -> int:
    """The sample as both networks hear it; returns how many files could be heard. Raises TrainerError, RunStopped."""
    for embedder in embedders:
        small.register_checkpoint(embedder.checkpoint_id, embedder.name, embedder.dim, embedder.segment_s)
    roots = {root.id: small.add_root(root.path).id for root in library.roots() if root.path.is_dir()}
    heard = 0
    for first in range(0, len(files), STORED_AT_ONCE):
        some = [file for file in files[first : first + STORED_AT_ONCE] if file.root_id in roots]
        rows = []
        for number, file in enumerate(some):
            run.heed()
            rows += list(_heard(library, file, roots[file.root_id], embedders))
            run.tell_progress("trying", first + number + 1, len(files))
        for embedder in embedders:
            small.store_indexed([row for row in rows if row.checkpoint_id == embedder.checkpoint_id])
        heard += len(rows) // len(embedders)
        for file in some:
            _say_again(small, library, file)
    if not heard:
        raise TrainerError("No sound of the library can be read now; both networks had nothing to listen to.")
    return heard


def _heard(library: Library, file: AudioFile, root_id: int, embedders: Sequence[Embedder]) -> Iterator[IndexedFile]:
    """By each network, or by none."""
    try:
        found = [_embeddings(library, file, embedder) for embedder in embedders]
    except (OSError, UnreadableAudio):
        return
    for embedder, embeddings in zip(embedders, found, strict=True):
        yield IndexedFile(
            root_id=root_id,
            relative_path=file.relative_path,
            stat=file.stat,
            content_id=file.content_id or file.uid,
            duration_s=file.duration_s or 0.0,
            sample_rate_hz=file.sample_rate_hz or 0,
            channels=file.channels or 1,
            container=file.container or "",
            encoding=file.encoding or "",
            metadata=library.metadata_of(file.id) or Metadata(),
            peaks=b"",
            checkpoint_id=embedder.checkpoint_id,
            embeddings=embeddings,
        )


def _embeddings(library: Library, file: AudioFile, embedder: Embedder) -> FileEmbeddings:
    stored = library.embeddings_of(file.id, embedder.checkpoint_id)
    if stored is not None:
        return stored
    return embedder.embed_audio(read_audio(file.path, sample_rate_hz=embedder.sample_rate_hz))


def _say_again(small: Library, library: Library, file: AudioFile) -> None:
    """What a person said of the file, since it can be asked for."""
    there = small.file_at(file.path)
    if there is None:
        return
    for tag in library.tags_of(file.id):
        small.add_tag([there.id], tag)
    if caption := library.caption_of(file.id):
        small.set_caption(there.id, caption)


# --- what is found ------------------------------------------------------------------------------------------------


def _find_all(small: Library, embedder: Embedder, queries: Sequence[str]) -> list[tuple[TrialHit, ...]]:
    searcher = Searcher(small, VectorIndex(small.index_db, embedder.checkpoint_id), embedder)
    return [tuple(_shown(hit) for hit in _find(searcher, query, SHOWN)) for query in queries]


def _find(searcher: Searcher, query: str, most: int) -> list[Hit]:
    """Nothing for what cannot be asked here."""
    try:
        return list(searcher.find(Question(query), most).hits)
    except EngineError:
        return []


def _shown(hit: Hit) -> TrialHit:
    return TrialHit(hit.file_id, str(hit.path), hit.start_s, hit.end_s, hit.score, hit.weak)
