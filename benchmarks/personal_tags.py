"""How soon a personal tag is learned and has found what it means in a large library, and whether it misses anything.

    python benchmarks/personal_tags.py [--files N] [--tags N] [--limit N] [--cache FOLDER]

The library is that of benchmarks/search.py, with `SEGMENTS` segments in each file and without a graph, which would only
make it faster. A tag is one of the kinds of sound; its examples are files that have the kind, and what it does not mean
are files that have another.

Beside each size: the time of the processor alone, which other programs do not lengthen; a product of one vector with
all segments, measured in turn with it (the least that looking at everything costs once); and the share of the best
files, all of them judged, that are suggested.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.search import CHECKPOINT, DIM, FILES_AT_ONCE, KindsNetwork, add_absent_root, embeddings_of, indexed_file
from benchmarks.search import kinds_of as kinds_of_file
from engine.embedding import Embedder
from engine.library import Library
from engine.library_rows import Root
from engine.personal_tagging import PersonalTagger
from engine.personal_tags import file_scores
from engine.stored_embeddings import FileEmbeddings
from engine.tag_examples import ExamplesOfTag, TagExample
from engine.tag_learning import TagLearner
from engine.vector_index import VectorIndex

SEGMENTS = 10  # of a file
SIZES = ((0, 0), (1, 0), (4, 4), (5, 0), (20, 0), (4, 19), (20, 40))  # likes and unlikes


def heard_in(network: KindsNetwork, number: int) -> FileEmbeddings:
    heard = embeddings_of(network, number)
    return FileEmbeddings(heard.segments[::2], heard.clip)


def store(library: Library, root: Root, network: KindsNetwork, files: int) -> None:
    """The files that are missing."""
    library.register_checkpoint(CHECKPOINT, CHECKPOINT, DIM, network.segment_s)
    for start in range(library.counts().files, files, FILES_AT_ONCE):
        numbers = range(start, min(start + FILES_AT_ONCE, files))
        library.store_indexed([indexed_file(root, number, heard_in(network, number)) for number in numbers])


class Bench:
    """One library, and all its segments in memory a second time."""

    def __init__(self, library: Library, network: KindsNetwork, files: int) -> None:
        self._library = library
        self._ids = np.sort(library.listing())
        self._files = files
        embedder = Embedder(network, CHECKPOINT)
        self._tagger = PersonalTagger(library, VectorIndex(library.index_db, CHECKPOINT), embedder)
        self._learner = TagLearner(library, embedder)
        self._with_kind: dict[int, list[int]] = defaultdict(list)
        self._clips = np.empty((files, DIM), np.float32)
        self._segments = np.empty((files * SEGMENTS, DIM), np.float32)
        for row, file_id in enumerate(self._ids.tolist()):
            heard = library.embeddings_of(file_id, CHECKPOINT)
            assert heard is not None
            for kind in kinds_of_file(row).tolist():
                self._with_kind[kind].append(file_id)
            self._clips[row] = heard.clip
            self._segments[row * SEGMENTS : (row + 1) * SEGMENTS] = heard.segments

    def measure(self, kinds: Sequence[int], likes: int, unlikes: int, limit: int) -> str:
        milliseconds, busy_ms, product_ms, recalls = [], [], [], []
        for kind in kinds:
            examples = self._examples(kind, likes, unlikes)
            started, busy_before = time.perf_counter(), time.process_time()
            learned = self._tagger.learn(f"kind {kind}", examples, limit)
            done = time.perf_counter()
            busy_ms.append((time.process_time() - busy_before) * 1000)
            self._segments @ self._clips[kind]
            product_ms.append((time.perf_counter() - done) * 1000)
            milliseconds.append((done - started) * 1000)
            best = self._best(f"kind {kind}", examples, limit)
            recalls.append(len(best & {one.file_id for one in learned.suggestions}) / max(len(best), 1))
        median, busy, product = np.median(milliseconds), np.median(busy_ms), np.median(product_ms)
        times = f"{median:>9.0f} ms{busy:>9.0f} ms{product:>13.0f} ms{median / product:>8.2f}"
        return f"  {f'{likes} and {unlikes}':20}{times}{np.mean(recalls):>12.4f}"

    def _examples(self, kind: int, likes: int, unlikes: int) -> ExamplesOfTag:
        chosen = self._with_kind[kind][:likes]
        others = [file_id for file_id in self._with_kind[kind + 1] if file_id not in chosen][:unlikes]
        return ExamplesOfTag(tuple(map(TagExample, chosen)), tuple(map(TagExample, others)))

    def _best(self, name: str, examples: ExamplesOfTag, limit: int) -> set[int]:
        tag = self._learner.learn(name, examples).tag
        segments = tag.scorer.scores(tag.scorer.directions @ self._segments.T).reshape(self._files, SEGMENTS)
        found = file_scores(tag.scorer.scores(tag.scorer.directions @ self._clips.T), segments.max(axis=1))
        found[np.isin(self._ids, [one.file_id for one in examples.likes + examples.unlikes])] = -np.inf
        ranked = np.argsort(-found)[:limit]
        return set(self._ids[ranked[found[ranked] >= tag.threshold]].tolist())


def main() -> None:
    options = _parse_arguments()
    network = KindsNetwork()
    with Library(options.cache) as library:
        root = next(iter(library.roots()), None) or add_absent_root(library, options.cache / "sounds")
        store(library, root, network, options.files)
        bench = Bench(library, network, options.files)
        kinds = np.random.default_rng(5).choice(len(network.kinds) - 1, options.tags, replace=False).tolist()
        bench.measure(kinds[:1], 1, 0, options.limit)  # reads the random files, once in a session
        print(
            f"{options.files:,} files with {SEGMENTS} segments each, {options.tags} tags, {options.limit} suggestions"
        )
        print(f"  {'likes and unlikes':20}{'median':>12}{'processor':>12}{'one product':>16}{'ratio':>8}{'recall':>12}")
        for likes, unlikes in SIZES:
            print(bench.measure(kinds, likes, unlikes, options.limit))


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--tags", type=int, default=10)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--cache", type=Path, default=Path("build/personal_tags_benchmark"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
