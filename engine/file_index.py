"""What index.db holds of each audio file: all of it computed, none of it missed for longer than indexing takes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from engine.database import Database, storable_text
from engine.library_rows import Checkpoint, FileVersion, IndexedFile, Scope
from engine.metadata import Metadata, UcsName
from engine.stored_embeddings import FileEmbeddings, intact_rows, unpack
from engine.text_index import FileText, TextHit, TextIndex

CHANGES_KEPT = 100_000  # a vector index that is further behind reads everything again


@dataclasses.dataclass(frozen=True)
class Computed:
    """What was found out about a file, and its embeddings as `pack` made them."""

    file: IndexedFile
    blob: bytes
    crc: int


class FileIndex:
    """Writing methods belong inside a transaction of index.db."""

    def __init__(self, index_db: Database) -> None:
        self._database = index_db
        self._text = TextIndex(index_db)
        self._intact: set[int] = set()  # ids of embeddings whose checksum was right once

    def differences(self, library_db: Path) -> tuple[list[int], list[int]]:
        """The files here that library.db does not know with this sound, and those there whose text is not up to date.

        Outside of a transaction.
        """
        other_sound = "known.uid IS NOT file.uid OR known.content_id IS NOT file.content_id"
        with self._database.attached(library_db, "library"):  # in Python half a million files would take seconds
            wrong = self._database.rows(
                "SELECT file.id FROM file LEFT JOIN library.audio_file AS known ON known.id = file.id"
                f" WHERE {other_sound}"
            )
            stale = self._database.rows(
                "SELECT known.id FROM library.audio_file AS known NOT INDEXED LEFT JOIN file ON file.id = known.id"
                f" WHERE {other_sound} OR known.text_version IS NOT file.text_version"
            )
        return [file_id for (file_id,) in wrong], [file_id for (file_id,) in stale]

    def remove(self, file_ids: Iterable[int]) -> None:
        ids = list(file_ids)
        self._text.remove(ids)
        self._database.execute("DELETE FROM file WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(ids),))

    def keep(self, file_id: int, version: FileVersion) -> None:
        """Give the file its row, and drop what was computed from another sound."""
        held = self._database.first("SELECT uid, content_id, text_version FROM file WHERE id = ?", (file_id,))
        if held and version.is_of_sound(FileVersion(*held)):
            return
        self.remove([file_id])
        self._database.execute(
            "INSERT INTO file (id, uid, content_id, text_version) VALUES (?, ?, ?, -1)",
            (file_id, version.uid, version.content_id),
        )

    def put_text(self, file_id: int, version: FileVersion, text: FileText) -> None:
        """Make the file findable by `text`, its metadata, and the suggested caption if a person wrote none."""
        metadata = self.metadata_of(file_id)
        caption = text.caption or self.suggested_caption_of(file_id) or ""
        self._text.put(
            file_id, dataclasses.replace(text, caption=caption, metadata=metadata.text() if metadata else "")
        )
        self._database.execute("UPDATE file SET text_version = ? WHERE id = ?", (version.text_version, file_id))

    def store(self, file_id: int, computed: Computed) -> None:
        """All that was computed from one file, in place of what there was."""
        file = computed.file
        key = (file_id, file.checkpoint_id)
        self._database.execute("DELETE FROM embedding WHERE file_id = ? AND checkpoint_id = ?", key)
        self._database.execute(
            "INSERT INTO embedding (file_id, checkpoint_id, n, crc, data) VALUES (?, ?, ?, ?, ?)",
            (*key, len(file.embeddings.segments), computed.crc, computed.blob),
        )
        self._database.execute("INSERT OR REPLACE INTO peaks (file_id, data) VALUES (?, ?)", (file_id, file.peaks))
        self._database.execute(
            "INSERT OR REPLACE INTO metadata (file_id, json) VALUES (?, ?)", (file_id, _metadata_json(file.metadata))
        )

    def put_metadata(self, file_id: int, metadata: Metadata) -> None:
        """In place of what was read from the file before; nothing happens if nothing was."""
        self._database.execute("UPDATE metadata SET json = ? WHERE file_id = ?", (_metadata_json(metadata), file_id))

    def register_checkpoint(self, checkpoint_id: str, name: str, dim: int, segment_s: float) -> None:
        self._database.execute(
            "INSERT INTO checkpoint (id, name, dim, segment_s) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET name = excluded.name",
            (checkpoint_id, name, dim, segment_s),
        )

    def checkpoints(self) -> list[Checkpoint]:
        rows = self._database.rows(
            "SELECT id, name, dim, (SELECT count(*) FROM embedding WHERE checkpoint_id = checkpoint.id)"
            " FROM checkpoint ORDER BY name, id"
        )
        return [Checkpoint(*row) for row in rows]

    def dim_of(self, checkpoint_id: str) -> int:
        """Raises KeyError for a checkpoint that was never registered."""
        row = self._database.first("SELECT dim FROM checkpoint WHERE id = ?", (checkpoint_id,))
        if row is None:
            raise KeyError(f"checkpoint {checkpoint_id} is not registered")
        return int(row[0])

    def embeddings_of(self, file_id: int, checkpoint_id: str) -> FileEmbeddings | None:
        """None if there are none, or if they are damaged, and then they are dropped."""
        row = self._database.first(
            "SELECT id, crc, data FROM embedding WHERE file_id = ? AND checkpoint_id = ?", (file_id, checkpoint_id)
        )
        if row is None:
            return None
        embedding_id, crc, blob = row
        try:
            return unpack(blob, crc, self.dim_of(checkpoint_id))
        except ValueError:
            self._drop_embeddings({embedding_id})
            return None

    def embeddings_of_sound(self, content_id: bytes, checkpoint_id: str) -> FileEmbeddings | None:
        """Those of any file with this sound."""
        rows = self._database.rows("SELECT id FROM file WHERE content_id = ? ORDER BY id", (content_id,))
        found = (self.embeddings_of(file_id, checkpoint_id) for (file_id,) in rows)
        return next((embeddings for embeddings in found if embeddings is not None), None)

    def segments_of_files(self, checkpoint_id: str) -> dict[int, int]:
        """How many segments each file has."""
        return dict(self._database.rows("SELECT file_id, n FROM embedding WHERE checkpoint_id = ?", (checkpoint_id,)))

    def embedded_sounds(self, checkpoint_id: str) -> dict[int, bytes]:
        """Of each file with intact embeddings, the content id they belong to; damaged embeddings are dropped.

        Each embedding is read through once in the life of this object.
        """
        sounds: dict[int, bytes] = {}
        damaged: set[int] = set()
        with self._database.snapshot():
            rows = self._database.rows(
                "SELECT embedding.id, file_id, content_id FROM embedding JOIN file ON file.id = file_id"
                " WHERE checkpoint_id = ?",
                (checkpoint_id,),
            )
            for embedding_id, file_id, content_id in rows:
                if embedding_id in self._intact or self._is_intact(embedding_id):
                    self._intact.add(embedding_id)
                    sounds[file_id] = content_id
                else:
                    damaged.add(embedding_id)
        self._drop_embeddings(damaged)
        return sounds

    def _is_intact(self, embedding_id: int) -> bool:
        row = self._database.first(
            "SELECT n, crc, data, dim FROM embedding JOIN checkpoint ON checkpoint.id = checkpoint_id"
            " WHERE embedding.id = ?",
            (embedding_id,),
        )
        if row is None:  # the table and its index disagree
            return False
        n, crc, blob, dim = row
        try:
            return len(intact_rows(blob, crc, dim)) == int(n) + 1
        except ValueError:
            return False

    def _drop_embeddings(self, embedding_ids: set[int]) -> None:
        if not embedding_ids or self._database.read_only:
            return
        with self._database.atomic():
            for embedding_id in embedding_ids:
                self._database.execute("DELETE FROM embedding WHERE id = ?", (embedding_id,))

    def peaks_of(self, file_id: int) -> bytes | None:
        peaks: bytes | None = self._value("SELECT data FROM peaks WHERE file_id = ?", file_id)
        return peaks

    def metadata_of(self, file_id: int) -> Metadata | None:
        stored = self._value("SELECT json FROM metadata WHERE file_id = ?", file_id)
        if stored is None:
            return None
        fields = json.loads(stored)
        ucs = UcsName(**fields.pop("ucs")) if fields["ucs"] else fields.pop("ucs")
        return Metadata(**{**fields, "ucs": ucs, "keywords": tuple(fields["keywords"])})

    def set_suggested_caption(self, file_id: int, caption: str) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO suggested_caption (file_id, text) VALUES (?, ?)", (file_id, storable_text(caption))
        )

    def suggested_caption_of(self, file_id: int) -> str | None:
        caption: str | None = self._value("SELECT text FROM suggested_caption WHERE file_id = ?", file_id)
        return caption

    def segments(self) -> int:
        """How many are stored, of the checkpoint with the most."""
        sums = "SELECT sum(n) AS n FROM embedding GROUP BY checkpoint_id"
        (most,) = self._database.rows(f"SELECT coalesce(max(n), 0) FROM ({sums})")
        return int(most[0])

    def search_text(self, query: str, limit: int, among: Collection[int] | None = None) -> list[TextHit]:
        return self._text.search(query, limit, among)

    def resolved(self, scope: Scope) -> Scope:
        """The same scope with the files themselves in place of what they must say, which library.db does not know."""
        if not scope.says:
            return scope
        saying = self._text.saying(scope.says)
        among = saying if scope.among is None else set(saying).intersection(scope.among)
        return dataclasses.replace(scope, says=(), among=tuple(among))

    def prune_changes(self) -> None:
        newest = "SELECT coalesce(max(gen), 0) FROM change"
        self._database.execute(f"DELETE FROM change WHERE gen <= ({newest}) - ?", (CHANGES_KEPT,))

    def _value(self, sql: str, file_id: int) -> Any:
        row = self._database.first(sql, (file_id,))
        return row[0] if row else None


def _metadata_json(metadata: Metadata) -> str:
    return json.dumps(dataclasses.asdict(metadata))  # escapes what UTF-8 has no form for
