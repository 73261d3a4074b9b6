"""One SQLite file of a library: opened with the settings Earmark relies on, or refused without a byte changed."""

from __future__ import annotations

import contextlib
import sqlite3
import time
import unicodedata
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import sqlite_utils
from sqlite_utils.migrations import Migrations

from engine.errors import UnusableLibrary, display_path

PAGE_BYTES = 16384  # with BLOBs of 20 KB, pages of 4 KB would double the file
BUSY_TIMEOUT_S = 10.0
JOURNAL_LIMIT_BYTES = 64 << 20


class Interrupted(Exception):
    """A query was ended by `interrupt`, since nobody waits for its answer any more. A transaction is undone."""


@dataclass(frozen=True)
class DatabaseKind:
    """What a file must be. Its version is the number of migrations applied to it, kept in `user_version`."""

    application_id: int
    synchronous: Literal["FULL", "NORMAL"]  # NORMAL may lose the last transactions in a power cut, never more
    migrations: Migrations
    cure: str  # what to do when the file is damaged

    @cached_property
    def version(self) -> int:
        return len(self.migrations.pending(sqlite_utils.Database(memory=True)))


class Database(sqlite_utils.Database):
    """A connection, for the thread that opened it. Everything is written inside `with database.atomic():`."""

    def __init__(self, path: Path, kind: DatabaseKind, *, read_only: bool) -> None:
        """Connect, without looking at what the file holds: see `open_database`."""
        self.path = path
        self.kind = kind
        self.read_only = read_only
        super().__init__(_connect(path, "ro" if read_only else "rwc"), execute_plugins=False)
        if not read_only:
            self.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # counts only before the first table
            self._use_write_ahead_log()
        self.execute(f"PRAGMA synchronous = {kind.synchronous}")
        self.execute("PRAGMA fullfsync = ON")  # macOS: a plain fsync stays in the drive's cache
        self.execute("PRAGMA checkpoint_fullfsync = ON")
        self.execute("PRAGMA foreign_keys = ON")
        self.execute("PRAGMA trusted_schema = OFF")
        self.execute("PRAGMA cell_size_check = ON")
        self.execute("PRAGMA secure_delete = OFF")  # else dropping a graph of 2 GB would write 2 GB of zeros
        self.execute(f"PRAGMA journal_size_limit = {JOURNAL_LIMIT_BYTES}")

    def execute(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> sqlite3.Cursor:
        """Raises UnusableLibrary when the disk is full, or the file is locked for too long or damaged."""
        with _in_one_sentence(self.path, self.kind):
            return super().execute(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query, read at once, so that writing meanwhile cannot change them."""
        with _in_one_sentence(self.path, self.kind):
            return super().execute(sql, parameters).fetchall()

    def first(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a query, if there is one."""
        rows = self.rows(sql, parameters)
        return rows[0] if rows else None

    @contextlib.contextmanager
    def attached(self, other: Path, name: str) -> Generator[None, None, None]:
        """Outside of a transaction: the tables of another file can be read as `name.table`."""
        self.execute("ATTACH ? AS ?", (f"{other.absolute().as_uri()}?mode=ro", name))
        try:
            yield
        finally:
            self.execute("DETACH ?", (name,))

    def interrupt(self) -> None:
        """From any thread: end what is being executed now, if anything is; whoever waits for it gets `Interrupted`."""
        with contextlib.suppress(sqlite3.ProgrammingError):  # closed
            self.conn.interrupt()

    def _use_write_ahead_log(self) -> None:
        """SQLite does not wait here by itself when two processes make one library at the same time."""
        give_up = time.monotonic() + BUSY_TIMEOUT_S
        while True:
            try:
                self.conn.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
                time.sleep(0.01)

    @contextlib.contextmanager
    def atomic(self) -> Generator[Database, None, None]:
        """A transaction that holds the write lock from its start; nested, a savepoint of the outer one.

        A transaction that begins by reading and then writes fails at once, without waiting for the busy timeout, when
        another connection has written in between (SQLITE_BUSY_SNAPSHOT); one that begins with the lock waits.
        Raises UnusableLibrary like `execute`.
        """
        if self.conn.in_transaction:
            with super().atomic():
                yield self
            return
        with _in_one_sentence(self.path, self.kind):
            self.execute("BEGIN IMMEDIATE")
            try:
                yield self
                self.commit()
            except BaseException:
                self.rollback()
                raise

    @contextlib.contextmanager
    def snapshot(self) -> Generator[Database, None, None]:
        """Several reads that see one state of the file, whatever is written meanwhile."""
        if self.conn.in_transaction:
            yield self
            return
        with _in_one_sentence(self.path, self.kind):
            self.execute("BEGIN")
            try:
                yield self
            finally:
                self.rollback()


def open_database(path: Path, kind: DatabaseKind, *, read_only: bool = False) -> Database:
    """Open `path`, creating or migrating it as needed.

    Raises UnusableLibrary, leaving the file as it was, if it is damaged, not Earmark's, or from a newer Earmark.
    """
    path = path.absolute()
    with _in_one_sentence(path, kind):
        version = _checked_version(path, kind)
        if read_only and version < kind.version:
            raise _unusable(path, "it is new, or from an older Earmark, and was opened for reading only")
        if 0 < version < kind.version:
            _keep_copy(path, version)
        database = Database(path, kind, read_only=read_only)
        try:
            if version < kind.version:
                _migrate(database, kind)
        except BaseException:
            database.close()
            raise
    return database


def _connect(path: Path, mode: Literal["ro", "rwc"]) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, timeout=BUSY_TIMEOUT_S)


def _checked_version(path: Path, kind: DatabaseKind) -> int:
    """The file's version, 0 for a new one, read through a connection that cannot change the file."""
    if not path.exists() or path.stat().st_size == 0:
        return 0
    with contextlib.closing(_connect(path, "ro")) as connection:
        application_id, version, tables = connection.execute(
            "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)"
            " FROM pragma_application_id, pragma_user_version"
        ).fetchone()
        # a process killed between creating the file and its first transaction leaves a database without tables
        if application_id != kind.application_id and (application_id, version, tables) != (0, 0, 0):
            raise _unusable(path, "it is the file of another program")
        if version > kind.version:
            raise _unusable(path, "it was written by a newer Earmark; please update Earmark")
        if kind.synchronous == "FULL":  # small, and cannot be computed again: worth a look at every page
            (finding,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if finding != "ok":
                raise _unusable(path, f"it is damaged; {kind.cure}")
    return int(version)


def _migrate(database: Database, kind: DatabaseKind) -> None:
    # one transaction: a kill at any statement leaves the old file or the new one
    with database.atomic():
        kind.migrations.apply(database)
        database.execute(f"PRAGMA application_id = {kind.application_id}")
        database.execute(f"PRAGMA user_version = {kind.version}")


def _keep_copy(path: Path, version: int) -> None:
    """Before a migration: `library.db.version-1` beside `library.db`."""
    copy = path.with_name(f"{path.name}.version-{version}")
    with contextlib.closing(_connect(path, "ro")) as source, contextlib.closing(_connect(copy, "rwc")) as target:
        source.backup(target)


@contextlib.contextmanager
def _in_one_sentence(path: Path, kind: DatabaseKind) -> Generator[None, None, None]:
    """Failures of the world become UnusableLibrary; any other database error is a fault of the program and stays."""
    reasons = {
        sqlite3.SQLITE_FULL: "the disk is full",
        sqlite3.SQLITE_IOERR: "the disk is full or failing",
        sqlite3.SQLITE_BUSY: "another program has been using it for too long",
        sqlite3.SQLITE_READONLY: "it is write-protected",
        sqlite3.SQLITE_CANTOPEN: "it cannot be opened or created",
        sqlite3.SQLITE_CORRUPT: f"it is damaged; {kind.cure}",
        sqlite3.SQLITE_NOTADB: f"it is damaged; {kind.cure}",
    }
    try:
        yield
    except UnicodeDecodeError as error:  # from SQLite's own text: we store none that is not UTF-8
        raise _unusable(path, reasons[sqlite3.SQLITE_CORRUPT]) from error
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            raise Interrupted from error
        reason = reasons.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)  # the low byte is the primary code
        if str(error).startswith("invalid fts5 file format"):  # damage, but FTS5 gives no code of its own for it
            reason = reasons[sqlite3.SQLITE_CORRUPT]
        if reason is None:
            raise
        raise _unusable(path, reason) from error


def _unusable(path: Path, reason: str) -> UnusableLibrary:
    return UnusableLibrary(f"The library cannot use {display_path(path)}: {reason}.")


def storable_text(text: str) -> str:
    """Text as a database can hold and compare it: composed letters, no NUL, nothing that UTF-8 has no form for."""
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return unicodedata.normalize("NFC", text).strip()
