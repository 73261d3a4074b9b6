"""The tables of a new library, and what they refuse."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlite_utils
from sqlite_utils.migrations import Migrations

from engine.database import Database, DatabaseKind, open_database
from engine.errors import UnusableLibrary
from engine.migrations import INDEX, LIBRARY, open_index_db, open_library_db
from engine.text_index import FileText, TextIndex


@pytest.fixture
def library_db(tmp_path: Path) -> Iterator[Database]:
    with open_library_db(tmp_path / "library.db") as database:
        database.execute("INSERT INTO root (path) VALUES (x'2f61')")
        yield database


@pytest.fixture
def index_db(tmp_path: Path) -> Iterator[Database]:
    with open_index_db(tmp_path / "index.db") as database:
        database.execute("INSERT INTO checkpoint VALUES ('small', 'Small', 2, 1.0)")
        yield database


def add_file(library_db: Database, uid: bytes, path: bytes, state: str = "ok") -> None:
    library_db.execute(
        "INSERT INTO audio_file (uid, root_id, relative_path, display, size, mtime_ns, inode, state)"
        " VALUES (?, 1, ?, '', 0, 0, 0, ?)",
        (uid, path, state),
    )


def test_a_new_library_has_the_version_of_its_migrations(library_db: Database, index_db: Database):
    assert library_db.execute("PRAGMA user_version").fetchone() == (LIBRARY.version,) == (5,)
    assert index_db.execute("PRAGMA user_version").fetchone() == (INDEX.version,) == (5,)


def test_what_cannot_be_computed_again_is_synced_fully(library_db: Database, index_db: Database):
    assert library_db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert index_db.execute("PRAGMA synchronous").fetchone() == (1,)


def test_the_two_files_cannot_be_mistaken_for_each_other(tmp_path: Path, library_db: Database, index_db: Database):
    with pytest.raises(UnusableLibrary, match="another program"):
        open_library_db(tmp_path / "index.db")
    with pytest.raises(UnusableLibrary, match="another program"):
        open_index_db(tmp_path / "library.db")


def test_a_path_holds_one_live_file_and_any_number_of_missing_ones(library_db: Database):
    add_file(library_db, b"1", b"a.wav")
    add_file(library_db, b"2", b"a.wav", "missing")
    add_file(library_db, b"3", b"a.wav", "missing")
    for state in ("ok", "unreadable"):
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
            add_file(library_db, b"4", b"a.wav", state)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audio_file SET state = 'lost'",
        "UPDATE audio_file SET root_id = 99",
        "UPDATE audio_file SET relative_path = 'text'",
        "UPDATE audio_file SET uid = NULL",
        "UPDATE root SET state = 'gone'",
        "DELETE FROM root",
        "INSERT INTO rating VALUES (1, 6)",
        "INSERT INTO note VALUES (99, 'of no file')",
        "INSERT INTO tag_example (personal_tag_id, file_id, is_like) VALUES (99, 1, 1)",
        "INSERT INTO rejected_tag VALUES (99, 'of no file')",
        "INSERT INTO learned_elsewhere VALUES (99, 'network', 'of no tag')",
    ],
)
def test_nonsense_is_refused(library_db: Database, statement: str):
    add_file(library_db, b"1", b"a.wav")
    with pytest.raises(sqlite3.IntegrityError):
        library_db.execute(statement)


def test_what_a_person_said_goes_only_with_the_file(library_db: Database):
    add_file(library_db, b"1", b"a.wav")
    library_db.execute("INSERT INTO note VALUES (1, 'loud')")
    library_db.execute("DELETE FROM audio_file")
    assert library_db.table("note").count == 0


def test_every_change_of_an_embedding_is_logged(index_db: Database):
    for file_id in (1, 2):
        index_db.execute("INSERT INTO file VALUES (?, ?, NULL, 0)", (file_id, bytes([file_id])))
        index_db.execute(
            "INSERT INTO embedding (file_id, checkpoint_id, n, crc, data) VALUES (?, 'small', 1, 0, x'00')", (file_id,)
        )
    index_db.execute("DELETE FROM embedding WHERE file_id = 1")
    index_db.execute("DELETE FROM file WHERE id = 2")
    log = index_db.execute("SELECT gen, embedding_id, op FROM change").fetchall()
    assert log == [(1, 1, "added"), (2, 2, "added"), (3, 1, "removed"), (4, 2, "removed")]


def test_the_id_of_an_embedding_is_never_used_again(index_db: Database):
    for _ in range(3):
        index_db.execute("INSERT INTO file VALUES (1, x'01', NULL, 0)")
        index_db.execute(
            "INSERT INTO embedding (file_id, checkpoint_id, n, crc, data) VALUES (1, 'small', 1, 0, x'00')"
        )
        index_db.execute("DELETE FROM file")
        index_db.execute("DELETE FROM change")
    assert index_db.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name").fetchall()[:2] == [
        ("change", 6),
        ("embedding", 3),
    ]


def open_older(path: Path, kind: DatabaseKind, version: int) -> Database:
    """A file as an Earmark of that version made it."""
    older = Migrations(kind.migrations.name)
    for migration in list(kind.migrations.pending(sqlite_utils.Database(memory=True)))[:version]:
        older(name=migration.name)(migration.fn)
    return open_database(path, dataclasses.replace(kind, migrations=older))


def test_files_of_an_older_library_get_their_folders_and_their_place_in_the_order(tmp_path: Path):
    paths = [b"Take 2.wav", b"drums/Take 10.wav", b"drums/x.wav", b"drums/caf\xe9/x.wav"]
    with open_older(tmp_path / "library.db", LIBRARY, 2) as older:
        older.execute("INSERT INTO root (path) VALUES (x'2f61')")
        for number, path in enumerate(paths):
            add_file(older, bytes([number]), path)
    with open_library_db(tmp_path / "library.db") as database:
        rows = database.rows(
            "SELECT audio_file.relative_path, folder.relative_path, folder.sort_key, name_key FROM audio_file"
            " JOIN folder ON folder.id = folder_id ORDER BY audio_file.id"
        )
        assert rows == [
            (paths[0], b"", "", "take 012.wav"),
            (paths[1], b"drums", "drums", "take 0210.wav"),
            (paths[2], b"drums", "drums", "x.wav"),
            (paths[3], b"drums/caf\xe9", "drums\x01caf?", "x.wav"),
        ]
        assert database.rows("SELECT paused FROM root") == [(0,)]


def test_words_of_an_older_library_are_found_by_their_first_letter(tmp_path: Path):
    with open_older(tmp_path / "index.db", INDEX, 3) as older, older.atomic():
        TextIndex(older).put(7, FileText("door", metadata="wood"))
    with open_index_db(tmp_path / "index.db") as database:
        index = TextIndex(database)
        assert [[hit.file_id for hit in index.search(query, 10)] for query in ("d", "wood", "x")] == [[7], [7], []]
        with database.atomic():
            index.put(7, FileText("rain"))
        assert index.search("door", 10) == []


def test_a_library_of_before_personal_tags_keeps_its_tags_and_can_hold_examples(tmp_path: Path):
    with open_older(tmp_path / "library.db", LIBRARY, 3) as older:
        older.execute("INSERT INTO root (path) VALUES (x'2f61')")
        add_file(older, b"1", b"a.wav")
        older.execute("INSERT INTO tag (name) VALUES ('rain')")
        older.execute("INSERT INTO file_tag VALUES (1, 1)")
    with open_library_db(tmp_path / "library.db") as database:
        assert database.rows("SELECT name, file_id FROM tag JOIN file_tag ON tag_id = id") == [("rain", 1)]
        database.execute("INSERT INTO personal_tag (name) VALUES ('creak')")
        database.execute("INSERT INTO tag_example (personal_tag_id, file_id, is_like) VALUES (1, 1, 1)")
        assert database.rows("SELECT start_s, end_s FROM tag_example") == [(0.0, None)]
        for part in ("-1.0, NULL", "2.0, 1.0"):
            with pytest.raises(sqlite3.IntegrityError):
                database.execute(f"UPDATE tag_example SET (start_s, end_s) = ({part})")
        database.execute("DELETE FROM audio_file")
        assert database.rows("SELECT count(*) FROM tag_example") == [(0,)]


def test_a_library_of_before_tags_came_from_elsewhere_keeps_its_examples(tmp_path: Path):
    with open_older(tmp_path / "library.db", LIBRARY, 4) as older:
        older.execute("INSERT INTO root (path) VALUES (x'2f61')")
        add_file(older, b"1", b"a.wav")
        older.execute("INSERT INTO personal_tag (name) VALUES ('creak')")
        older.execute("INSERT INTO tag_example (personal_tag_id, file_id, is_like) VALUES (1, 1, 1)")
    with open_library_db(tmp_path / "library.db") as database:
        assert database.rows("SELECT name, file_id FROM tag_example JOIN personal_tag ON id = personal_tag_id") == [
            ("creak", 1)
        ]
        database.execute("INSERT INTO learned_elsewhere VALUES (1, 'network', '{}')")
        database.execute("DELETE FROM personal_tag")
        assert database.rows("SELECT count(*) FROM learned_elsewhere") == [(0,)]


def test_an_index_of_before_suggestions_keeps_what_was_heard_and_can_hold_them(tmp_path: Path):
    with open_older(tmp_path / "index.db", INDEX, 4) as older:
        older.execute("INSERT INTO checkpoint VALUES ('small', 'Small', 2, 1.0)")
        older.execute("INSERT INTO file VALUES (7, x'07', x'aa', 0)")
        older.execute("INSERT INTO embedding VALUES (1, 7, 'small', 1, 0, x'00')")
    with open_index_db(tmp_path / "index.db") as database:
        assert database.rows("SELECT file_id FROM embedding") == [(7,)]
        database.execute("INSERT INTO description_basis VALUES (1, 'small', 'recipe', 1, x'')")
        database.execute("INSERT INTO description VALUES (7, 1, '')")
        database.execute("INSERT INTO suggested_name VALUES (1, 'dog', '/m/0bt9lr')")
        database.execute("INSERT INTO suggestion VALUES (7, 1, 900000, 0, 0, x'')")
        with pytest.raises(sqlite3.IntegrityError):
            database.execute("INSERT INTO suggested_name VALUES (2, 'Dog', '/m/0bt9lr')")
        database.execute("DELETE FROM file")
        assert database.rows("SELECT (SELECT count(*) FROM suggestion), (SELECT count(*) FROM description)") == [(0, 0)]
