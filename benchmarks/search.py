"""How soon questions of one sound, of three in order, and by example are answered, and whether anything is missed.

    python benchmarks/search.py [--sizes 100000 1000000] [--queries N] [--cache FOLDER]

The library is synthetic: files of 20 segments, each file of one to three of some hundred kinds of sound, one after
another; a vector is its kind's, with noise, in 64 of 512 dimensions. A question names kinds that one of the files has,
in its order. Real sounds are harder to tell apart, so read the recalls as comparisons.

Beside each question: a product of its vectors with all segments, measured in turn with it (the least that looking at
everything costs), and the share of the ten best of all files, each judged with the same care, that the answer has.
Libraries stay in the cache folder: the graph of a million segments takes a quarter of an hour.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.embedding import Embedder
from engine.evidence import Backgrounds, Judge
from engine.hits import Answer
from engine.library import Library
from engine.library_rows import FileStat, IndexedFile, Root
from engine.metadata import Metadata
from engine.query import Clause, ParsedQuery, sentence_of
from engine.question import Example, Question
from engine.search import Searcher
from engine.stored_embeddings import FileEmbeddings
from engine.target import Sound, Target, sounds_of, vectors_of, whole_of
from engine.vector_index import VectorIndex

CHECKPOINT = "synthetic"
DIM = 512
LATENT_DIM = 64
SEGMENTS_PER_FILE = 20
KINDS = 300
MOST_KINDS = 3  # in a file
FILES_AT_ONCE = 1000  # in one transaction
K = 10


class KindsNetwork:
    """Reads "kind 17 and kind 4" as the mean of both kinds' vectors, with a little noise of its own."""

    name = CHECKPOINT
    sample_rate_hz = 8000
    dim = DIM
    segment_s = 0.64
    samples_per_segment = 5120
    segments_per_window = 16

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self._basis = rng.standard_normal((LATENT_DIM, DIM))
        self.kinds = rng.standard_normal((KINDS, LATENT_DIM))
        self._known: dict[str, np.ndarray] = {}  # reading is not what is measured

    def vectors(self, latent: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """(rows, LATENT_DIM) -> unit vectors (rows, DIM)."""
        return unit_rows(latent @ self._basis + 0.8 * rng.standard_normal((len(latent), DIM)))

    def embed_audio(self, waveforms: Tensor, lengths_samples: Tensor) -> tuple[Tensor, Tensor]:
        raise NotImplementedError("nothing is listened to")

    def embed_text(self, texts: Sequence[str]) -> Tensor:
        return torch.from_numpy(np.stack([self._read(text) for text in texts]))

    def _read(self, text: str) -> np.ndarray:
        if text not in self._known:
            named = [int(word) for word in text.split() if word.isdigit()]
            rng = np.random.default_rng(named)
            latent = self.kinds[named].mean(axis=0) + 0.7 * rng.standard_normal(LATENT_DIM)
            self._known[text] = self.vectors(latent[np.newaxis], rng)[0]
        return self._known[text]


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


# --- the library ------------------------------------------------------------------------------------------------------


def kinds_of(number: int) -> np.ndarray:
    """The kinds that a file has, in order."""
    rng = np.random.default_rng([1, number])
    return rng.choice(KINDS, 1 + number % MOST_KINDS, replace=False)


def embeddings_of(network: KindsNetwork, number: int) -> FileEmbeddings:
    rng = np.random.default_rng([2, number])
    kinds = np.sort(rng.integers(0, len(kinds_of(number)), SEGMENTS_PER_FILE))  # which of them sounds when
    file = 0.5 * rng.standard_normal(LATENT_DIM)
    noise = 0.6 * rng.standard_normal((SEGMENTS_PER_FILE, LATENT_DIM))
    segments = network.vectors(network.kinds[kinds_of(number)[kinds]] + file + noise, rng)
    return FileEmbeddings(segments, unit_rows(segments.mean(axis=0, keepdims=True))[0])


def store(library: Library, root: Root, network: KindsNetwork, files: int) -> None:
    """The files that are missing."""
    library.register_checkpoint(CHECKPOINT, CHECKPOINT, DIM, network.segment_s)
    stored = library.counts().files
    for start in range(stored, files, FILES_AT_ONCE):
        numbers = range(start, min(start + FILES_AT_ONCE, files))
        library.store_indexed([indexed_file(root, number, embeddings_of(network, number)) for number in numbers])


def indexed_file(root: Root, number: int, embeddings: FileEmbeddings) -> IndexedFile:
    return IndexedFile(
        root_id=root.id,
        relative_path=Path(f"{number:07}.wav"),
        stat=FileStat(size=1000, mtime_ns=1, inode=number),
        content_id=hashlib.blake2b(str(number).encode(), digest_size=16).digest(),
        duration_s=KindsNetwork.segment_s * SEGMENTS_PER_FILE,
        sample_rate_hz=48000,
        channels=2,
        container="WAV",
        encoding="PCM_24",
        metadata=Metadata(),
        peaks=b"",
        checkpoint_id=CHECKPOINT,
        embeddings=embeddings,
    )


def ready_index(library: Library) -> VectorIndex:
    index = VectorIndex(library.index_db, CHECKPOINT)
    if index.needs_build:
        started = time.perf_counter()
        index.build_graph()
        index.save_graph()
        print(f"built the graph of {index.segments:,} segments in {time.perf_counter() - started:.0f} s")
    return index


# --- questions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One line of the table; `exact_ms` is for a product with all segments."""

    name: str
    milliseconds: list[float]
    exact_ms: list[float]
    recalls: list[float]


def queries(count: int, sounds: int, files: int) -> Iterator[ParsedQuery]:
    """Kinds of some file in the order it has them."""
    rng = np.random.default_rng(3)
    with_enough = [number for number in range(files) if len(kinds_of(number)) >= sounds]
    for number in rng.choice(with_enough, count):
        clauses = tuple(
            Clause(f"kind {kind}", group=group) for group, kind in enumerate(kinds_of(int(number))[:sounds])
        )
        yield ParsedQuery(clauses=clauses, text=" then ".join(clause.text for clause in clauses))


class Bench:
    """One library, and everything of it in memory a second time, for the product with all segments."""

    def __init__(self, library: Library, network: KindsNetwork, index: VectorIndex, files: int) -> None:
        self._embedder = Embedder(network, CHECKPOINT)
        self._searcher = Searcher(library, index, self._embedder)
        self._library = library
        self._index = index
        self._backgrounds = Backgrounds(index)
        self._all_files: list[int] = library.listing().tolist()
        self._all_segments = np.empty((files * SEGMENTS_PER_FILE, DIM), np.float32)
        for number in range(files):
            start = number * SEGMENTS_PER_FILE
            self._all_segments[start : start + SEGMENTS_PER_FILE] = embeddings_of(network, number).segments

    def of_sentences(self, name: str, asked: Sequence[ParsedQuery]) -> Row:
        row = Row(name, [], [], [])
        for query in asked:
            target = Target(sounds_of(query, self._read), whole_of(query, self._read), {})
            self._measure(row, target, partial(self._searcher.find, Question(sentence_of(query)), K))
        return row

    def of_examples(self, name: str, numbers: Sequence[int]) -> Row:
        row = Row(name, [], [], [])
        files = self._library.files(self._all_files[number] for number in numbers)
        for file in files.values():
            stored = self._library.embeddings_of(file.id, CHECKPOINT)
            assert stored is not None
            target = Target((Sound(file.path.name, stored.clip),), stored.clip, {}, without=frozenset({file.id}))
            self._measure(row, target, partial(self._searcher.find, Question(examples=(Example(file.path),)), K))
        return row

    def _measure(self, row: Row, target: Target, ask: Callable[[], Answer]) -> None:
        started = time.perf_counter()
        answer = ask()
        asked = time.perf_counter()
        for vector in vectors_of(target.sounds):
            self._all_segments @ vector
        row.milliseconds.append((asked - started) * 1000)
        row.exact_ms.append((time.perf_counter() - asked) * 1000)
        row.recalls.append(len(self._best(target) & {hit.file_id for hit in answer.hits}) / K)

    def _read(self, text: str) -> np.ndarray:
        return np.asarray(self._embedder.embed_text([text])[0])

    def _best(self, target: Target) -> set[int]:
        judge = Judge(self._index, self._backgrounds, target, self._embedder.segment_s)
        heard = judge.heard_z([id for id in self._all_files if id not in target.without], {})
        return set(sorted(heard, key=lambda file_id: (-heard[file_id], file_id))[:K])


# --- the table --------------------------------------------------------------------------------------------------------


def main() -> None:
    options = _parse_arguments()
    for size in options.sizes:
        print(f"{size:,} segments, {options.queries} questions of each kind")
        print_table(measure(size, options.queries, options.cache / f"{size}-segments"))


def measure(size: int, count: int, folder: Path) -> list[Row]:
    network, files = KindsNetwork(), size // SEGMENTS_PER_FILE
    with Library(folder) as library:
        root = next(iter(library.roots()), None) or add_absent_root(library, folder / "sounds")
        store(library, root, network, files)
        bench = Bench(library, network, ready_index(library), files)
        rows = [bench.of_sentences("one sound", list(queries(count, 1, files)))]
        rows.append(bench.of_sentences("three in order", list(queries(count, 3, files))))
        chosen = np.random.default_rng(4).choice(files, count, replace=False)
        rows.append(bench.of_examples("like a file", chosen.tolist()))
    return rows


def add_absent_root(library: Library, folder: Path) -> Root:
    """Like a drive that is not there now: what was heard on it is found all the same, and needs no files."""
    folder.mkdir()
    root = library.add_root(folder)
    folder.rmdir()
    return root


def print_table(rows: Sequence[Row]) -> None:
    print(f"  {'':20}{'median':>12}{'95 %':>12}{'all segments':>16}{'ratio':>8}{'recall of 10':>15}")
    for row in rows:
        median, last = np.percentile(row.milliseconds, [50, 95])
        exact = float(np.median(row.exact_ms))
        times = f"{median:>9.1f} ms{last:>9.1f} ms{exact:>13.1f} ms{median / exact:>8.2f}"
        print(f"  {row.name:20}{times}{np.mean(row.recalls):>15.4f}")
    print()


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000], metavar="SEGMENTS")
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--cache", type=Path, default=Path("build/search_benchmark"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
