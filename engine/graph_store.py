"""Graphs in index.db, in chunks guarded by SHA-256: a graph is given back exactly as it was saved, or not at all.

hnswlib loads a damaged file without complaint, and then answers wrongly or ends the process; so no byte reaches it
before the checksum of all of them has been found right.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from engine.database import Database
from engine.errors import UnusableLibrary
from engine.segment_graph import EF_CONSTRUCTION, LINKS, SegmentGraph

CHUNK_BYTES = 8 << 20  # SQLite holds no BLOB of more than 1 GB
GRAPHS_KEPT = 2
FORGOTTEN_AFTER_S = 86_400.0


@dataclass(frozen=True)
class GraphHeader:
    """What is known of a stored graph; all but the first three as this program would write it itself."""

    count: int
    last_embedding_id: int
    generation: int
    checkpoint_id: str
    dim: int
    links: int = LINKS
    ef_construction: int = EF_CONSTRUCTION
    hnswlib_version: str = field(default_factory=lambda: version("hnswlib"))
    machine: str = f"{sys.byteorder}-endian, {sys.maxsize.bit_length() + 1} bits"

    def is_ours(self, checkpoint_id: str, dim: int) -> bool:
        return self == GraphHeader(self.count, self.last_embedding_id, self.generation, checkpoint_id, dim)


class GraphStore:
    """The stored graphs of one checkpoint."""

    def __init__(self, index_db: Database, checkpoint_id: str, dim: int) -> None:
        self._database = index_db
        self._checkpoint_id = checkpoint_id
        self._dim = dim

    def save(self, graph: SegmentGraph, generation: int, lock: threading.Lock) -> None:
        """Keep `graph`, which is up to the change number `generation`; `lock` is held while it is copied to a file.

        Raises UnusableLibrary if the disk is full.

        One transaction for each chunk: a single one would keep others from writing for a minute and double the file.
        """
        with _temporary_file(self._database.path.parent) as path:
            with lock:
                header = GraphHeader(graph.count, graph.last_embedding_id, generation, self._checkpoint_id, self._dim)
                graph.save(path)
            self._store(json.dumps(asdict(header)), path)

    def newest_id(self) -> int:
        """Rises with every graph that was saved; 0 if there is none."""
        row = self._database.first(
            "SELECT max(id) FROM graph WHERE checkpoint_id = ? AND state = 'ready'", (self._checkpoint_id,)
        )
        return (row[0] or 0) if row else 0

    def newest(self) -> GraphHeader | None:
        """What the newest graph says of itself; None if there is none that this program could use."""
        stored = self._stored()
        try:
            newest = GraphHeader(**json.loads(stored[0][1])) if stored else None
        except (ValueError, TypeError):
            return None
        return newest if newest is not None and newest.is_ours(self._checkpoint_id, self._dim) else None

    def drop_damaged(self) -> None:
        """Read every graph through, and keep those alone that are what was saved. Takes a second for each GB."""
        for graph_id, header, size, sha256 in self._stored():
            whole, read_bytes = hashlib.sha256(header.encode()), 0
            with contextlib.suppress(ValueError), self._database.snapshot():
                for chunk in self._chunks(graph_id):
                    whole.update(chunk)
                    read_bytes += len(chunk)
            if (read_bytes, whole.digest()) != (size, sha256):
                self._drop(graph_id)

    def load(self, generation: int, files: Sequence[tuple[int, int]]) -> SegmentGraph | None:
        """The latest graph that is what was saved and holds what it should of `files`, (embedding id, segments) each.

        Those that do not are dropped. None if there is none, and then exact search answers.
        """
        for graph_id, header, size, sha256 in self._stored():
            graph = self._load(graph_id, header, size, sha256, generation)
            if graph is not None and graph.match(files):
                return graph
            self._drop(graph_id)
        return None

    def _stored(self) -> list[tuple[int, str, int, bytes]]:
        """Id, header, size and SHA-256 of each graph, the newest first."""
        return self._database.rows(
            "SELECT id, header, bytes, sha256 FROM graph WHERE checkpoint_id = ? AND state = 'ready' ORDER BY id DESC",
            (self._checkpoint_id,),
        )

    def _store(self, header: str, path: Path) -> None:
        mine = (self._checkpoint_id,)
        with self._database.atomic():
            self._database.execute("DELETE FROM graph WHERE checkpoint_id = ? AND state = 'writing'", mine)
            (graph_id,) = self._database.execute(
                "INSERT INTO graph (state, checkpoint_id, header, bytes, sha256) VALUES ('writing', ?, ?, ?, x'')"
                " RETURNING id",
                (self._checkpoint_id, header, path.stat().st_size),
            ).fetchone()
        whole = hashlib.sha256(header.encode())
        with path.open("rb") as file:
            for number, chunk in enumerate(iter(lambda: file.read(CHUNK_BYTES), b"")):
                whole.update(chunk)
                with self._database.atomic():
                    self._database.execute(
                        "INSERT INTO graph_chunk (graph_id, number, sha256, data) VALUES (?, ?, ?, ?)",
                        (graph_id, number, hashlib.sha256(chunk).digest(), chunk),
                    )
        with self._database.atomic():
            self._database.execute(
                "UPDATE graph SET state = 'ready', sha256 = ? WHERE id = ?", (whole.digest(), graph_id)
            )
            kept = "SELECT id FROM graph WHERE checkpoint_id = ? ORDER BY id DESC LIMIT ?"
            self._database.execute(
                f"DELETE FROM graph WHERE checkpoint_id = ? AND id NOT IN ({kept})", (*mine, *mine, GRAPHS_KEPT)
            )

    def _load(self, graph_id: int, header: str, size: int, sha256: bytes, generation: int) -> SegmentGraph | None:
        """None if anything at all differs from what was saved, or if it cannot be unpacked for want of space."""
        try:
            read = GraphHeader(**json.loads(header))
            if not read.is_ours(self._checkpoint_id, self._dim) or read.generation > generation:
                return None
            with _temporary_file(self._database.path.parent) as path:
                with path.open("wb") as file:
                    intact = self._unpack(graph_id, file, hashlib.sha256(header.encode())) == (size, sha256)
                if not intact:
                    return None
                graph = SegmentGraph.load(path, self._dim, read.last_embedding_id)
            return graph if graph.count == read.count else None
        except (ValueError, TypeError, RuntimeError, OSError, UnusableLibrary):
            return None

    def _unpack(self, graph_id: int, file: BinaryIO, whole: hashlib._Hash) -> tuple[int, bytes]:
        """Write the chunks one after the other; returns their size and the SHA-256 of all. Raises ValueError."""
        with self._database.snapshot():
            for chunk in self._chunks(graph_id):
                whole.update(chunk)
                file.write(chunk)
        return file.tell(), whole.digest()

    def _chunks(self, graph_id: int) -> Iterator[bytes]:
        """In order, each found intact. Raises ValueError."""
        chunks = self._database.execute(
            "SELECT number, sha256, data FROM graph_chunk WHERE graph_id = ? ORDER BY number", (graph_id,)
        )
        for expected, (number, sha256, chunk) in enumerate(chunks):
            if number != expected or hashlib.sha256(chunk).digest() != sha256:
                raise ValueError(f"chunk {number} of graph {graph_id} is damaged")
            yield chunk

    def _drop(self, graph_id: int) -> None:
        if self._database.read_only:
            return
        # from a damaged database it may be impossible to drop; it is refused again at the next start
        with contextlib.suppress(UnusableLibrary, sqlite3.IntegrityError), self._database.atomic():
            self._database.execute("DELETE FROM graph WHERE id = ?", (graph_id,))


@contextlib.contextmanager
def _temporary_file(folder: Path) -> Iterator[Path]:
    """A file beside the database, since hnswlib reads and writes nothing but files; a system's temporary folder may be
    memory, and the graph is as large as the embeddings.
    """
    for forgotten in folder.glob("graph-*.tmp"):  # of a process that was killed
        if time.time() - forgotten.stat().st_mtime > FORGOTTEN_AFTER_S:
            forgotten.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(prefix="graph-", suffix=".tmp", dir=folder)
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
