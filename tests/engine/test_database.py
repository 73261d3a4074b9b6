"""One SQLite file: how it is opened, migrated, written, and when it is refused."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils
from sqlite_utils.migrations import Migrations

from engine.database import Database, DatabaseKind, Interrupted, open_database, storable_text
from engine.errors import UnusableLibrary

MINE = 0x4D494E45


def kind_with(*steps: str, synchronous: str = "FULL") -> DatabaseKind:
    """A kind of file with one migration for each step, some SQL."""
    migrations = Migrations("test")
    for number, sql in enumerate(steps):

        def migrate(database: sqlite_utils.Database, sql: str = sql) -> None:
            database.executescript(sql)

        migrations(name=f"m{number}")(migrate)
    return DatabaseKind(MINE, synchronous, migrations, cure="ask for help")  # type: ignore[arg-type]


WORDS = "CREATE TABLE word (text TEXT NOT NULL)"
KIND = kind_with(WORDS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.db"


def words(database: Database) -> list[str]:
    return [text for (text,) in database.execute("SELECT text FROM word ORDER BY rowid")]


def add(database: Database, word: str) -> None:
    database.execute("INSERT INTO word VALUES (?)", (word,))


class TestSettings:
    @pytest.mark.parametrize(
        ("pragma", "value"),
        [
            ("journal_mode", "wal"),
            ("page_size", 16384),
            ("foreign_keys", 1),
            ("trusted_schema", 0),
            ("synchronous", 2),
            ("busy_timeout", 10_000),
            ("journal_size_limit", 64 << 20),
            ("application_id", MINE),
            ("user_version", 1),
            ("mmap_size", 0),
        ],
    )
    def test_every_connection_has_them(self, path: Path, pragma: str, value: object):
        open_database(path, KIND).close()
        with open_database(path, KIND) as database:
            assert database.execute(f"PRAGMA {pragma}").fetchone() == (value,)

    def test_what_can_be_computed_again_is_synced_less(self, path: Path):
        with open_database(path, kind_with(WORDS, synchronous="NORMAL")) as database:
            assert database.execute("PRAGMA synchronous").fetchone() == (1,)


class TestWriting:
    def test_a_transaction_is_kept_whole_or_not_at_all(self, path: Path):
        with open_database(path, KIND) as database:
            with database.atomic():
                add(database, "kept")
            with pytest.raises(RuntimeError, match="half"), database.atomic():
                add(database, "lost")
                raise RuntimeError("half way")
            assert words(database) == ["kept"]

    def test_an_inner_transaction_can_fail_alone(self, path: Path):
        with open_database(path, KIND) as database:
            with database.atomic():
                add(database, "outer")
                with pytest.raises(RuntimeError), database.atomic():
                    add(database, "inner")
                    raise RuntimeError
            assert words(database) == ["outer"]

    def test_reading_before_writing_does_not_fail_when_another_wrote_in_between(self, path: Path):
        with open_database(path, KIND) as one, open_database(path, KIND) as other:
            one.execute("PRAGMA busy_timeout = 0")
            with other.atomic():
                add(other, "first")
            with one.atomic():
                assert words(one) == ["first"]
                add(one, "second")
            assert words(other) == ["first", "second"]

    def test_a_snapshot_does_not_see_what_is_written_meanwhile(self, path: Path):
        with open_database(path, KIND) as reader, open_database(path, KIND) as writer:
            with reader.snapshot(), reader.snapshot():
                assert words(reader) == []
                with writer.atomic():
                    add(writer, "new")
                assert words(reader) == []
            assert words(reader) == ["new"]

    def test_a_locked_file_is_reported_in_a_sentence(self, path: Path):
        with open_database(path, KIND) as one, open_database(path, KIND) as other:
            other.execute("PRAGMA busy_timeout = 0")
            with (
                one.atomic(),
                pytest.raises(UnusableLibrary, match="another program has been using it"),
                other.atomic(),
            ):
                pass

    def test_a_full_disk_is_reported_and_loses_nothing_that_was_committed(self, path: Path):
        with open_database(path, KIND) as database:
            with database.atomic():
                add(database, "kept")
            database.execute("PRAGMA max_page_count = 8")
            with pytest.raises(UnusableLibrary, match="the disk is full"), database.atomic():
                add(database, "x" * 200_000)
            assert words(database) == ["kept"]
            database.execute("PRAGMA max_page_count = 1000")
            with database.atomic():
                add(database, "space again")
            assert words(database) == ["kept", "space again"]

    def test_faults_of_the_program_are_not_hidden(self, path: Path):
        with open_database(path, KIND) as database, pytest.raises(sqlite3.IntegrityError), database.atomic():
            database.execute("INSERT INTO word VALUES (NULL)")


class TestInterrupting:
    ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

    def test_another_thread_ends_a_query_and_the_next_one_runs(self, path: Path):
        with open_database(path, KIND) as database:
            over = threading.Event()

            def interrupt() -> None:
                while not over.wait(0.01):  # it counts only while the query runs
                    database.interrupt()

            thread = threading.Thread(target=interrupt)
            thread.start()
            with pytest.raises(Interrupted):
                database.rows(self.ENDLESS)
            over.set()
            thread.join()
            assert words(database) == []

    def test_at_rest_or_closed_it_does_nothing(self, path: Path):
        with open_database(path, KIND) as database:
            database.interrupt()
            add(database, "rain")
            assert words(database) == ["rain"]
        database.interrupt()


class TestReadOnly:
    def test_it_reads_and_refuses_to_write(self, path: Path):
        with open_database(path, KIND) as writer:
            with writer.atomic():
                add(writer, "word")
            with open_database(path, KIND, read_only=True) as reader:
                assert words(reader) == ["word"]
                with pytest.raises(UnusableLibrary, match="write-protected"), reader.atomic():
                    add(reader, "another")

    def test_it_makes_no_file(self, path: Path):
        with pytest.raises(UnusableLibrary):
            open_database(path, KIND, read_only=True)
        assert not path.exists()


def make(path: Path, *, application_id: int = MINE, user_version: int = 1) -> None:
    open_database(path, KIND).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {application_id}")
        connection.execute(f"PRAGMA user_version = {user_version}")
        connection.commit()


class TestRefusal:
    """A file that is not ours to use is refused in one sentence, and every byte of it stays."""

    def refused(self, path: Path, reason: str) -> None:
        before = path.read_bytes()
        for read_only in (False, True):
            with pytest.raises(UnusableLibrary, match=reason):
                open_database(path, KIND, read_only=read_only)
        assert path.read_bytes() == before

    def test_a_file_of_a_newer_earmark(self, path: Path):
        make(path, user_version=2)
        self.refused(path, "newer Earmark")

    def test_a_file_of_another_program(self, path: Path):
        make(path, application_id=7)
        self.refused(path, "another program")

    def test_a_database_without_any_mark(self, path: Path):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE theirs (x)")
        self.refused(path, "another program")

    @pytest.mark.parametrize(
        "content",
        [b"garbage", random.Random(0).randbytes(50_000), b"SQLite format 3\0" + bytes(9000)],
        ids=["short", "random", "right beginning"],
    )
    def test_garbage(self, path: Path, content: bytes):
        path.write_bytes(content)
        self.refused(path, "damaged")

    def test_half_a_file(self, path: Path):
        make(path)
        os.truncate(path, path.stat().st_size - 20_000)
        self.refused(path, "damaged")

    def test_a_damaged_page_where_nothing_can_be_computed_again(self, path: Path):
        make(path)
        with open_database(path, KIND) as database, database.atomic():
            for _ in range(100):
                add(database, "x" * 1000)
        with path.open("r+b") as file:
            file.seek(-16384, os.SEEK_END)
            file.write(b"\xff" * 16384)
        self.refused(path, "damaged; ask for help")

    def test_a_folder(self, path: Path):
        path.mkdir()
        with pytest.raises(UnusableLibrary):
            open_database(path, KIND)


class TestMigration:
    def test_an_older_file_is_migrated_and_a_copy_kept(self, path: Path):
        with open_database(path, KIND) as database, database.atomic():
            add(database, "old")
        later = kind_with(WORDS, "ALTER TABLE word ADD COLUMN language TEXT")
        with open_database(path, later) as database:
            assert database.execute("SELECT text, language FROM word").fetchall() == [("old", None)]
            assert database.execute("PRAGMA user_version").fetchone() == (2,)
        with open_database(path.with_name("words.db.version-1"), KIND) as copy:
            assert words(copy) == ["old"]

    def test_an_older_file_is_not_migrated_by_a_reader(self, path: Path):
        open_database(path, KIND).close()
        with pytest.raises(UnusableLibrary, match="older Earmark"):
            open_database(path, kind_with(WORDS, "CREATE TABLE new (x)"), read_only=True)

    @pytest.mark.parametrize("failing_step", [1, 2, 3])
    def test_one_that_fails_at_any_step_leaves_the_old_file(self, path: Path, failing_step: int):
        make(path)
        steps = [WORDS, "CREATE TABLE a (x)", "CREATE TABLE b (x)", "CREATE TABLE c (x)"]
        broken = [
            *steps[:failing_step],
            steps[failing_step] + "; INSERT INTO missing VALUES (1)",
            *steps[failing_step:],
        ]
        with pytest.raises(sqlite3.OperationalError):
            open_database(path, kind_with(*broken))
        with open_database(path, KIND) as database:
            assert [name for name in database.table_names() if not name.startswith("_")] == ["word"]
        open_database(path, kind_with(*steps)).close()

    def test_several_that_open_a_new_file_at_once_make_one(self, path: Path):
        start = threading.Barrier(4)

        def open_and_add(word: str) -> None:
            start.wait()
            with open_database(path, KIND) as database, database.atomic():
                add(database, word)

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(open_and_add, "abcd"))
        with open_database(path, KIND) as database:
            assert sorted(words(database)) == ["a", "b", "c", "d"]

    @pytest.mark.parametrize("left_behind", ["nothing", "empty file", "file without tables"])
    def test_a_file_whose_making_was_interrupted_is_made_again(self, path: Path, left_behind: str):
        if left_behind == "empty file":
            path.touch()
        if left_behind == "file without tables":
            Database(path, KIND, read_only=False).close()
        with open_database(path, KIND) as database:
            assert words(database) == []


def test_a_name_that_is_not_text_can_be_a_folder_of_libraries(tmp_path: Path):
    folder = tmp_path / os.fsdecode(b"caf\xe9 #%?")
    folder.mkdir()
    with open_database(folder / "words.db", KIND) as database, database.atomic():
        add(database, "word")
    assert (folder / "words.db").exists()


@pytest.mark.parametrize(
    ("text", "stored"),
    [("  door ", "door"), ("a\0b", "ab"), ("cafe\u0301", "café"), ("caf\udce9", "caf?"), ("😀", "😀")],
)
def test_text_is_made_storable(text: str, stored: str):
    assert storable_text(text) == stored
