"""What index.db holds of a file, and that none of it outlives the sound that it was computed from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.database import Database
from engine.file_index import CHANGES_KEPT, Computed, FileIndex
from engine.library import Library
from engine.library_rows import FileVersion, Root
from engine.metadata import Metadata, UcsName
from engine.migrations import open_index_db
from engine.stored_embeddings import pack
from engine.text_index import FileText
from tests.indexed_files import CHECKPOINT, DIM, content_id_of, indexed_file, random_embeddings, store

ROOT = Root(1, Path("/sounds"), "ok")
BARK = FileVersion(b"uid of file 1", content_id_of("bark"), 0)
MIAOW = FileVersion(b"uid of file 1", content_id_of("miaow"), 1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_index_db(tmp_path / "index.db") as database:
        yield database


@pytest.fixture
def index(database: Database) -> FileIndex:
    index = FileIndex(database)
    index.register_checkpoint(CHECKPOINT, "small", DIM, 1.0)
    index.register_checkpoint("small-2", "small", DIM, 1.0)
    return index


def heard(sound: str, checkpoint_id: str = CHECKPOINT, metadata: Metadata | None = None) -> Computed:
    file = indexed_file(ROOT, "a.wav", sound, checkpoint_id=checkpoint_id, metadata=metadata)
    return Computed(file, *pack(file.embeddings))


def keep(index: FileIndex, version: FileVersion, *computed: Computed, file_id: int = 1) -> None:
    index.keep(file_id, version)
    for each in computed:
        index.store(file_id, each)
    index.put_text(file_id, version, FileText("name"))


def test_all_that_was_computed_comes_back(index: FileIndex):
    ucs = UcsName("DOORWood", "Slam", "Me", "Lib", "", "", "", "DOORS", "WOOD")
    metadata = Metadata(title="Caf\udce9", keywords=("door", "slam"), ucs=ucs, fields={"ISRC": "1"})
    keep(index, BARK, heard("bark", metadata=metadata))
    stored = index.embeddings_of(1, CHECKPOINT)
    assert stored is not None
    np.testing.assert_allclose(stored.segments, random_embeddings("bark").segments, atol=1e-3)
    assert index.metadata_of(1) == metadata
    assert index.peaks_of(1) == b"peaks of bark"
    assert (index.segments(), index.segments_of_files(CHECKPOINT)) == (3, {1: 3})


def test_what_is_not_there_is_none(index: FileIndex):
    assert (index.embeddings_of(1, CHECKPOINT), index.peaks_of(1), index.metadata_of(1)) == (None, None, None)
    assert index.embeddings_of_sound(content_id_of("bark"), CHECKPOINT) is None
    assert (index.segments(), index.segments_of_files(CHECKPOINT), index.embedded_sounds(CHECKPOINT)) == (0, {}, {})


def test_embeddings_of_two_checkpoints_live_side_by_side(index: FileIndex):
    keep(index, BARK, heard("bark"), heard("bark", "small-2"))
    assert index.embeddings_of(1, CHECKPOINT) is not None
    assert index.embeddings_of(1, "small-2") is not None
    keep(index, BARK, heard("bark"))
    assert index.embedded_sounds("small-2") == {1: BARK.content_id}
    assert index.segments() == 3


def test_an_unregistered_checkpoint_is_a_mistake(index: FileIndex):
    with pytest.raises(KeyError, match="not registered"):
        index.dim_of("unknown")


def test_another_sound_drops_everything_that_was_computed_from_the_first(index: FileIndex):
    keep(index, BARK, heard("bark"), heard("bark", "small-2", Metadata(title="Dog")))
    index.set_suggested_caption(1, "a dog barks")
    keep(index, MIAOW)
    assert index.embedded_sounds(CHECKPOINT) == index.embedded_sounds("small-2") == {}
    assert (index.peaks_of(1), index.metadata_of(1), index.suggested_caption_of(1)) == (None, None, None)
    assert [hit.file_id for hit in index.search_text("name", 10)] == [1]
    assert index.search_text("dog", 10) == []


def test_another_file_under_the_same_number_drops_it_too(index: FileIndex):
    keep(index, BARK, heard("bark"))
    keep(index, FileVersion(b"another uid", BARK.content_id, 0))
    assert index.embedded_sounds(CHECKPOINT) == {}


def test_removed_files_leave_nothing(index: FileIndex, database: Database):
    keep(index, BARK, heard("bark"))
    index.remove([1, 99])
    for table in ("file", "embedding", "peaks", "metadata", "text"):
        assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


class TestDamage:
    @pytest.fixture
    def damaged(self, index: FileIndex, database: Database) -> int:
        """Of two files the second is damaged."""
        keep(index, BARK, heard("bark"))
        keep(index, FileVersion(b"uid of file 2", content_id_of("miaow"), 0), heard("miaow"), file_id=2)
        (blob,) = database.execute("SELECT data FROM embedding WHERE file_id = 2").fetchone()
        rotten = bytearray(blob)
        rotten[11] ^= 4
        database.execute("UPDATE embedding SET data = ? WHERE file_id = 2", (bytes(rotten),))
        return 2

    def test_damaged_embeddings_are_dropped_when_they_are_read(self, index: FileIndex, damaged: int):
        assert index.embeddings_of(damaged, CHECKPOINT) is None
        assert index.segments_of_files(CHECKPOINT) == {1: 3}
        assert index.embeddings_of(1, CHECKPOINT) is not None

    def test_damaged_embeddings_are_dropped_when_they_are_counted(self, index: FileIndex, damaged: int):
        assert index.embedded_sounds(CHECKPOINT) == {1: BARK.content_id}
        assert index.segments_of_files(CHECKPOINT) == {1: 3}

    @pytest.mark.parametrize(
        "change", ["crc = crc + 1", "n = n + 1", "data = substr(data, 3)", "data = x''", "n = -1, crc = 0"]
    )
    def test_a_change_of_any_column_is_damage(self, index: FileIndex, database: Database, change: str):
        keep(index, BARK, heard("bark"))
        database.execute(f"UPDATE embedding SET {change}")
        assert index.embedded_sounds(CHECKPOINT) == {}

    def test_the_sound_is_taken_from_another_file_that_has_it(self, index: FileIndex, database: Database):
        keep(index, BARK, heard("bark"))
        keep(index, FileVersion(b"uid of file 2", BARK.content_id, 0), heard("bark"), file_id=2)
        database.execute("UPDATE embedding SET crc = crc + 1 WHERE file_id = 1")
        assert index.embeddings_of_sound(content_id_of("bark"), CHECKPOINT) is not None
        assert index.segments_of_files(CHECKPOINT) == {2: 3}

    def test_a_reader_reports_damage_and_changes_nothing(self, index: FileIndex, damaged: int, tmp_path: Path):
        with open_index_db(tmp_path / "index.db", read_only=True) as reading:
            reader = FileIndex(reading)
            assert reader.embedded_sounds(CHECKPOINT) == {1: BARK.content_id}
            assert reader.embeddings_of(damaged, CHECKPOINT) is None
        assert index.segments_of_files(CHECKPOINT) == {1: 3, 2: 3}


def test_the_change_log_does_not_grow_for_ever(index: FileIndex, database: Database):
    with database.atomic():
        rows = ((number,) for number in range(CHANGES_KEPT + 50))
        database.conn.executemany("INSERT INTO change (embedding_id, op) VALUES (?, 'added')", rows)
    index.prune_changes()
    assert database.execute("SELECT min(gen), count(*) FROM change").fetchone() == (51, CHANGES_KEPT)


def test_it_is_compared_with_what_the_library_knows(library: Library, sounds: Path):
    root = library.add_root(sounds)
    _, other_sound, other_text, gone, new = (store(library, root, f"{number}.wav") for number in range(5))
    with library.library_db.atomic():
        execute = library.library_db.execute
        execute("UPDATE audio_file SET content_id = x'00' WHERE id = ?", (other_sound,))
        execute("UPDATE audio_file SET text_version = text_version + 1 WHERE id = ?", (other_text,))
        execute("DELETE FROM audio_file WHERE id = ?", (gone,))
    index = FileIndex(library.index_db)
    with library.index_db.atomic():
        index.remove([new])
    assert index.differences(library.library_db.path) == ([other_sound, gone], [other_sound, other_text, new])
