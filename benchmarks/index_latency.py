"""How fast the vector index answers, and how well, beside exact search and other vector stores on the same vectors.

    python benchmarks/index_latency.py [--sizes 10000 100000 1000000] [--queries N] [--cache FOLDER] [--no-rivals]

Vectors are synthetic: files of 20 segments that resemble one another, around centres that stand for kinds of sounds, in
64 of 512 dimensions and a little noise in all. Real sounds are harder to tell apart than that, so read the recalls as
comparisons. Queries are stored segments with noise added. The truth is a product with the whole matrix, sorted.

Earmark's libraries stay in the cache folder, with a quarter of the graph saved at a time: building one of a million
segments takes a quarter of an hour, and what was interrupted goes on where it was. Rivals, usearch, faiss and chromadb,
take part if they are installed, with the same number of links (16) and the same breadth (construction 200, search 128).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from engine.database import Database
from engine.migrations import open_index_db
from engine.segment_graph import EF_CONSTRUCTION, EF_SEARCH, LINKS
from engine.stored_embeddings import FileEmbeddings, pack
from engine.vector_index import Neighbour, VectorIndex

CHECKPOINT = "synthetic"
DIM = 512
LATENT_DIM = 64
SEGMENTS_PER_FILE = 20
FILES_PER_KIND = 25
FILES_AT_ONCE = 1000  # in one transaction
PARTS = 4  # in which a graph is built and saved
K = 10
MANY = 1000  # so many candidates a search of Earmark's asks for
CHROMADB_AT_MOST = 100_000  # segments: more would take hours


def main() -> None:
    options = _parse_arguments()
    print(f"{DIM} dimensions, {options.queries} queries one by one, recall against exact search\n")
    for size in options.sizes:
        rows = measure(size, options)
        print(f"{size:,} segments")
        print_table(rows)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    made_s: float  # to build; Earmark's, to load what was built before
    milliseconds: list[float]
    recall: float


def measure(size: int, options: argparse.Namespace) -> list[Row]:
    vectors = stored_vectors(size)
    queries = queries_near(vectors, options.queries)
    folder = options.cache / f"{size}-segments-{DIM}-dim"
    folder.mkdir(parents=True, exist_ok=True)
    with open_index_db(folder / "index.db") as database:
        build(database, size)
        rows = earmark_table(database, vectors, queries)
    if not options.no_rivals:
        truth = nearest(vectors, queries, K)
        rows += [rival_row(rival, vectors, queries, truth) for rival in installed(size)]
    return rows


def earmark_table(database: Database, vectors: np.ndarray, queries: np.ndarray) -> list[Row]:
    started = time.perf_counter()
    index = VectorIndex(database, CHECKPOINT, graph_from=1)
    loaded_s = time.perf_counter() - started
    rows = []
    for k in (K, MANY):
        truth = nearest(vectors, queries, k)
        for name, search in (("exact", index.search_exact), ("graph", index.search)):
            ask = partial(earmark_answer, search, k)
            rows.append(asked(f"Earmark, {name}, {k} nearest", loaded_s, queries, truth, ask))
    return rows


# --- vectors ---------------------------------------------------------------------------------------------------------


def files_of(size: int) -> Iterator[FileEmbeddings]:
    """Always the same files, enough for `size` segments."""
    rng = np.random.default_rng(0)
    basis = rng.standard_normal((LATENT_DIM, DIM))
    kind = np.empty(0)
    for number in range(size // SEGMENTS_PER_FILE):
        if number % FILES_PER_KIND == 0:
            kind = rng.standard_normal(LATENT_DIM)
        file = kind + 0.6 * rng.standard_normal(LATENT_DIM)
        latent = file + 0.4 * rng.standard_normal((SEGMENTS_PER_FILE, LATENT_DIM))
        segments = unit_rows(latent @ basis + 0.8 * rng.standard_normal((SEGMENTS_PER_FILE, DIM)))
        yield FileEmbeddings(segments, unit_rows(segments.mean(axis=0, keepdims=True))[0])


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def stored_vectors(size: int) -> np.ndarray:
    """(size, DIM) float32 as they are after storing them in half precision."""
    vectors = np.empty((size, DIM), np.float32)
    for number, file in enumerate(files_of(size)):
        here = slice(number * SEGMENTS_PER_FILE, (number + 1) * SEGMENTS_PER_FILE)
        vectors[here] = unit_rows(file.segments.astype(np.float16).astype(np.float32))
    return vectors


def queries_near(vectors: np.ndarray, count: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    chosen = vectors[rng.choice(len(vectors), count)]
    return unit_rows(chosen + 0.5 * unit_rows(rng.standard_normal(chosen.shape)))


def nearest(vectors: np.ndarray, queries: np.ndarray, k: int) -> list[set[int]]:
    """The rows of the k nearest of each query."""
    return [set(np.argpartition(vectors @ query, -k)[-k:].tolist()) for query in queries]


# --- Earmark ---------------------------------------------------------------------------------------------------------


def build(database: Database, size: int) -> None:
    """Store what is missing and bring the graph up to it, part by part."""
    database.execute(
        "INSERT OR IGNORE INTO checkpoint (id, name, dim, segment_s) VALUES (?, ?, ?, 1.0)",
        (CHECKPOINT, CHECKPOINT, DIM),
    )
    files = size // SEGMENTS_PER_FILE
    index = None
    for part in range(1, PARTS + 1):
        wanted = files * part // PARTS
        if store_files(database, size, wanted) or index is None:
            index = index or VectorIndex(database, CHECKPOINT, graph_from=1)
            index.refresh()
        started = time.perf_counter()
        if index.needs_build:
            index.build_graph()
            built_s = time.perf_counter() - started
            started = time.perf_counter()
            index.save_graph()
            saved_s = time.perf_counter() - started
            print(f"built the graph up to {index.segments:,} segments in {built_s:.0f} s, saved it in {saved_s:.1f} s")


def store_files(database: Database, size: int, wanted: int) -> bool:
    """The first `wanted` files; whether any was missing."""
    stored = database.table("file").count
    if stored >= wanted:
        return False
    started = time.perf_counter()
    batch: list[tuple[int, FileEmbeddings]] = []
    for number, file in enumerate(files_of(size), start=1):
        if stored < number <= wanted:
            batch.append((number, file))
        if len(batch) == FILES_AT_ONCE or (batch and number == wanted):
            insert(database, batch)
            batch = []
        if number == wanted:
            break
    print(f"stored {wanted - stored:,} files in {time.perf_counter() - started:.0f} s")
    return True


def insert(database: Database, batch: Sequence[tuple[int, FileEmbeddings]]) -> None:
    with database.atomic():
        for number, file in batch:
            blob, crc = pack(file)
            uid = number.to_bytes(16)
            database.execute("INSERT INTO file (id, uid, text_version) VALUES (?, ?, 0)", (number, uid))
            database.execute(
                "INSERT INTO embedding (file_id, checkpoint_id, n, crc, data) VALUES (?, ?, ?, ?, ?)",
                (number, CHECKPOINT, len(file.segments), crc, blob),
            )


def earmark_answer(search: Callable[[np.ndarray, int], list[list[Neighbour]]], k: int, query: np.ndarray) -> list[int]:
    (answer,) = search(query, k)
    return [(neighbour.file_id - 1) * SEGMENTS_PER_FILE + neighbour.segment for neighbour in answer]


# --- rivals ----------------------------------------------------------------------------------------------------------


class Rival(Protocol):
    name: str

    def __init__(self, module: Any, vectors: np.ndarray) -> None:
        """Take in the vectors (segments, DIM)."""

    def ask(self, query: np.ndarray) -> Sequence[int]:
        """The rows of the K nearest of one query (1, DIM)."""


class Usearch:
    name = "usearch, graph"

    def __init__(self, module: Any, vectors: np.ndarray) -> None:
        self._index = module.Index(
            ndim=DIM,
            metric="ip",
            dtype="f32",
            connectivity=LINKS,
            expansion_add=EF_CONSTRUCTION,
            expansion_search=EF_SEARCH,
        )
        self._index.add(np.arange(len(vectors)), vectors)

    def ask(self, query: np.ndarray) -> Sequence[int]:
        return list(self._index.search(query[0], K).keys)


class FaissFlat:
    name = "faiss, exact"

    def __init__(self, module: Any, vectors: np.ndarray) -> None:
        self._index = module.IndexFlatIP(DIM)
        self._index.add(vectors)

    def ask(self, query: np.ndarray) -> Sequence[int]:
        return list(self._index.search(query, K)[1][0])


class FaissGraph:
    name = "faiss, graph"

    def __init__(self, module: Any, vectors: np.ndarray) -> None:
        self._index = module.IndexHNSWFlat(DIM, LINKS, module.METRIC_INNER_PRODUCT)
        self._index.hnsw.efConstruction = EF_CONSTRUCTION
        self._index.hnsw.efSearch = EF_SEARCH
        self._index.add(vectors)

    def ask(self, query: np.ndarray) -> Sequence[int]:
        return list(self._index.search(query, K)[1][0])


class Chromadb:
    name = "chromadb"

    def __init__(self, module: Any, vectors: np.ndarray) -> None:
        settings = {"space": "ip", "ef_construction": EF_CONSTRUCTION, "max_neighbors": LINKS, "ef_search": EF_SEARCH}
        client = module.EphemeralClient(module.Settings(anonymized_telemetry=False))
        self._collection = client.get_or_create_collection(f"of-{len(vectors)}", configuration={"hnsw": settings})
        for start in range(0, len(vectors), 5000):
            part = vectors[start : start + 5000]
            self._collection.add(ids=[str(start + row) for row in range(len(part))], embeddings=part)

    def ask(self, query: np.ndarray) -> Sequence[int]:
        return [int(row) for row in self._collection.query(query_embeddings=query, n_results=K, include=[])["ids"][0]]


RIVALS: list[tuple[str, type[Rival]]] = [
    ("usearch.index", Usearch),
    ("faiss", FaissFlat),
    ("faiss", FaissGraph),
    ("chromadb", Chromadb),
]


def installed(size: int) -> Iterator[tuple[Any, type[Rival]]]:
    for module_name, kind in RIVALS:
        if kind is Chromadb and size > CHROMADB_AT_MOST:
            continue
        try:
            yield import_module(module_name), kind
        except ImportError:
            print(f"{kind.name} is not installed")


def rival_row(
    rival: tuple[Any, type[Rival]], vectors: np.ndarray, queries: np.ndarray, truth: Sequence[set[int]]
) -> Row:
    module, kind = rival
    started = time.perf_counter()
    index = kind(module, vectors)
    return asked(kind.name, time.perf_counter() - started, queries, truth, index.ask)


# --- the table -------------------------------------------------------------------------------------------------------


def asked(
    name: str,
    made_s: float,
    queries: np.ndarray,
    truth: Sequence[set[int]],
    ask: Callable[[np.ndarray], Sequence[int]],
) -> Row:
    """Ask every query by itself, after one to warm up."""
    ask(queries[:1])
    milliseconds, recalls = [], []
    for number, wanted in enumerate(truth):
        started = time.perf_counter()
        answer = ask(queries[number : number + 1])
        milliseconds.append((time.perf_counter() - started) * 1000)
        recalls.append(len(wanted & {int(row) for row in answer}) / len(wanted))
    return Row(name, made_s, milliseconds, statistics.mean(recalls))


def print_table(rows: Sequence[Row]) -> None:
    exact = statistics.median(rows[0].milliseconds)
    print(f"  {'':30}{'made in':>10}{'median':>12}{'95 %':>12}{'recall':>12}{'times as fast':>16}")
    for row in rows:
        made = f"{row.made_s:.1f} s"
        median = statistics.median(row.milliseconds)
        last = float(np.percentile(row.milliseconds, 95))
        print(f"  {row.name:30}{made:>10}{median:>9.2f} ms{last:>9.2f} ms{row.recall:>12.4f}{exact / median:>16.1f}")
    print()


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], metavar="SEGMENTS")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--cache", type=Path, default=Path("build/index_benchmark"))
    parser.add_argument("--no-rivals", action="store_true", help="Earmark alone")
    return parser.parse_args()


if __name__ == "__main__":
    main()
