"""The tables of a library's two files, as numbered steps. A released step is never edited; a new one is added.

library.db  what cannot be computed again: roots, audio files and their identity, and what a person said of them
index.db    what can: embeddings, text to search, peaks, metadata, the graph. It may be deleted at any time

Paths are BLOBs, because a file's name need not be text; `display` is the same path made safe to show.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlite_utils import Database as AnyDatabase
from sqlite_utils.migrations import Migrations

from engine.database import Database, DatabaseKind, open_database
from engine.natural_order import natural_key, natural_path_key

library_migrations = Migrations("earmark.library")
index_migrations = Migrations("earmark.index")

LIBRARY = DatabaseKind(
    application_id=0x41554453,
    synchronous="FULL",
    migrations=library_migrations,
    cure="restore it from a backup",
)
INDEX = DatabaseKind(
    application_id=0x41554449,
    synchronous="NORMAL",
    migrations=index_migrations,
    cure="delete it, and indexing again rebuilds it",
)


def open_library_db(path: Path, *, read_only: bool = False) -> Database:
    """Raises UnusableLibrary, leaving the file as it was; see `open_database`."""
    return open_database(path, LIBRARY, read_only=read_only)


def open_index_db(path: Path, *, read_only: bool = False) -> Database:
    """Raises UnusableLibrary, leaving the file as it was; see `open_database`."""
    return open_database(path, INDEX, read_only=read_only)


@library_migrations()
def m001_roots_and_audio_files(database: AnyDatabase) -> None:
    database.executescript("""
        CREATE TABLE root (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            path BLOB NOT NULL UNIQUE,
            -- 'removed': no longer watched, kept because some of its files carry what a person said of them
            state TEXT NOT NULL DEFAULT 'ok' CHECK (state IN ('ok', 'offline', 'removed'))
        ) STRICT;

        CREATE TABLE audio_file (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            uid BLOB NOT NULL UNIQUE,  -- joins the two files; random, so it means the same in a restored backup
            root_id INTEGER NOT NULL REFERENCES root (id),
            relative_path BLOB NOT NULL,
            display TEXT NOT NULL,
            size INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            content_id BLOB,  -- hash of the decoded sound; NULL until it could be decoded once
            state TEXT NOT NULL CHECK (state IN ('ok', 'missing', 'unreadable')),
            reason TEXT,  -- why it could not be read
            duration_s REAL,
            sample_rate_hz INTEGER,
            channels INTEGER,
            container TEXT,
            encoding TEXT,
            text_version INTEGER NOT NULL DEFAULT 0  -- counts changes to what the text index says of this file
        ) STRICT;

        -- one live file per path, and any number of missing ones
        CREATE UNIQUE INDEX audio_file_path
            ON audio_file (root_id, relative_path, CASE state WHEN 'missing' THEN id ELSE 0 END);
        CREATE INDEX audio_file_content ON audio_file (content_id);
    """)


@library_migrations()
def m002_what_a_person_says(database: AnyDatabase) -> None:
    database.executescript("""
        CREATE TABLE tag (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE COLLATE NOCASE
        ) STRICT;
        CREATE TABLE file_tag (
            file_id INTEGER NOT NULL REFERENCES audio_file (id) ON DELETE CASCADE,
            tag_id INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
            PRIMARY KEY (file_id, tag_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX file_tag_tag ON file_tag (tag_id);

        CREATE TABLE note (
            file_id INTEGER PRIMARY KEY REFERENCES audio_file (id) ON DELETE CASCADE,
            text TEXT NOT NULL
        ) STRICT;
        CREATE TABLE caption (
            file_id INTEGER PRIMARY KEY REFERENCES audio_file (id) ON DELETE CASCADE,
            text TEXT NOT NULL
        ) STRICT;
        CREATE TABLE rating (
            file_id INTEGER PRIMARY KEY REFERENCES audio_file (id) ON DELETE CASCADE,
            stars INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5)
        ) STRICT;

        CREATE TABLE collection (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE collection_file (
            collection_id INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
            file_id INTEGER NOT NULL REFERENCES audio_file (id) ON DELETE CASCADE,
            PRIMARY KEY (collection_id, file_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX collection_file_file ON collection_file (file_id);

        CREATE TABLE saved_search (
            name TEXT PRIMARY KEY,
            query TEXT NOT NULL
        ) STRICT;
    """)


@library_migrations()
def m003_folders_and_listing(database: AnyDatabase) -> None:
    database.executescript("""
        ALTER TABLE root ADD COLUMN paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1));

        -- the folders that audio files lie in
        CREATE TABLE folder (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            root_id INTEGER NOT NULL REFERENCES root (id) ON DELETE CASCADE,
            relative_path BLOB NOT NULL,  -- nothing for the root itself
            sort_key TEXT NOT NULL,  -- natural_path_key
            UNIQUE (root_id, relative_path)
        ) STRICT;
        ALTER TABLE audio_file ADD COLUMN folder_id INTEGER REFERENCES folder (id);
        ALTER TABLE audio_file ADD COLUMN name_key TEXT NOT NULL DEFAULT '';  -- natural_key
    """)
    folders: dict[tuple[int, Path], int] = {}
    rows = database.execute("SELECT id, root_id, relative_path FROM audio_file").fetchall()
    for file_id, root_id, relative_path in rows:
        path = Path(os.fsdecode(relative_path))
        if (root_id, path.parent) not in folders:
            stored = b"" if path.parent == Path() else os.fsencode(path.parent)
            (folder_id,) = database.execute(
                "INSERT INTO folder (root_id, relative_path, sort_key) VALUES (?, ?, ?) RETURNING id",
                (root_id, stored, natural_path_key(path.parent)),
            ).fetchone()
            folders[root_id, path.parent] = folder_id
        database.execute(
            "UPDATE audio_file SET folder_id = ?, name_key = ? WHERE id = ?",
            (folders[root_id, path.parent], natural_key(path.name), file_id),
        )
    database.executescript("""
        -- a listing reads these alone, in order
        CREATE INDEX audio_file_by_name ON audio_file (name_key, folder_id) WHERE state = 'ok';
        CREATE INDEX audio_file_by_folder ON audio_file (folder_id, name_key) WHERE state = 'ok';
        CREATE INDEX audio_file_not_heard ON audio_file (root_id, state) WHERE state != 'ok';
    """)


@library_migrations()
def m004_personal_tags(database: AnyDatabase) -> None:
    database.executescript("""
        -- a tag that learns from examples; it stays when no file has the tag of its name
        CREATE TABLE personal_tag (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE COLLATE NOCASE
        ) STRICT;
        CREATE TABLE tag_example (
            personal_tag_id INTEGER NOT NULL REFERENCES personal_tag (id) ON DELETE CASCADE,
            file_id INTEGER NOT NULL REFERENCES audio_file (id) ON DELETE CASCADE,
            is_like INTEGER NOT NULL CHECK (is_like IN (0, 1)),  -- 0: what the tag does not mean
            -- the part of the file that is meant; end_s is NULL for its end
            start_s REAL NOT NULL DEFAULT 0.0 CHECK (start_s >= 0.0),
            end_s REAL CHECK (end_s > start_s),
            PRIMARY KEY (personal_tag_id, file_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX tag_example_file ON tag_example (file_id);

        -- a tag that was suggested for a file and turned down, whoever suggested it
        CREATE TABLE rejected_tag (
            file_id INTEGER NOT NULL REFERENCES audio_file (id) ON DELETE CASCADE,
            name TEXT NOT NULL COLLATE NOCASE,
            PRIMARY KEY (file_id, name)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX rejected_tag_name ON rejected_tag (name);
    """)


@library_migrations()
def m005_learned_elsewhere(database: AnyDatabase) -> None:
    database.executescript("""
        -- what a personal tag came with from another library: it goes by that while it has no example here
        CREATE TABLE learned_elsewhere (
            personal_tag_id INTEGER NOT NULL REFERENCES personal_tag (id) ON DELETE CASCADE,
            checkpoint_id TEXT NOT NULL,  -- the network that it means something to
            learned TEXT NOT NULL,  -- JSON, as in a file of personal tags
            PRIMARY KEY (personal_tag_id, checkpoint_id)
        ) STRICT, WITHOUT ROWID;
    """)


@index_migrations()
def m001_files_and_embeddings(database: AnyDatabase) -> None:
    database.executescript("""
        -- the audio file and the sound that everything below was computed from; see Library._reconcile
        CREATE TABLE file (
            id INTEGER PRIMARY KEY,
            uid BLOB NOT NULL UNIQUE,
            content_id BLOB,
            text_version INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX file_content ON file (content_id);

        CREATE TABLE checkpoint (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            dim INTEGER NOT NULL,
            segment_s REAL NOT NULL
        ) STRICT;

        -- never updated in place: a new embedding is a new row with a new id, so a label of the graph, made from the
        -- id, stands for one vector for ever
        CREATE TABLE embedding (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
            checkpoint_id TEXT NOT NULL REFERENCES checkpoint (id) ON DELETE CASCADE,
            n INTEGER NOT NULL,  -- segments
            crc INTEGER NOT NULL,
            data BLOB NOT NULL,
            UNIQUE (checkpoint_id, file_id)
        ) STRICT;
        CREATE INDEX embedding_file ON embedding (file_id);

        CREATE TABLE change (
            gen INTEGER PRIMARY KEY AUTOINCREMENT,
            embedding_id INTEGER NOT NULL,
            op TEXT NOT NULL CHECK (op IN ('added', 'removed'))
        ) STRICT;
        CREATE TRIGGER embedding_added AFTER INSERT ON embedding BEGIN
            INSERT INTO change (embedding_id, op) VALUES (new.id, 'added');
        END;
        CREATE TRIGGER embedding_removed AFTER DELETE ON embedding BEGIN
            INSERT INTO change (embedding_id, op) VALUES (old.id, 'removed');
        END;
    """)


@index_migrations()
def m002_graph(database: AnyDatabase) -> None:
    database.executescript("""
        CREATE TABLE graph (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            state TEXT NOT NULL CHECK (state IN ('writing', 'ready')),
            checkpoint_id TEXT NOT NULL REFERENCES checkpoint (id) ON DELETE CASCADE,
            header TEXT NOT NULL,  -- JSON: what the graph must match to be loaded
            bytes INTEGER NOT NULL,
            sha256 BLOB NOT NULL  -- of the header and all chunks
        ) STRICT;
        CREATE TABLE graph_chunk (
            graph_id INTEGER NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            sha256 BLOB NOT NULL,
            data BLOB NOT NULL,
            UNIQUE (graph_id, number)
        ) STRICT;
    """)


@index_migrations()
def m003_peaks_metadata_and_text(database: AnyDatabase) -> None:
    database.executescript("""
        CREATE TABLE peaks (
            file_id INTEGER PRIMARY KEY REFERENCES file (id) ON DELETE CASCADE,
            data BLOB NOT NULL
        ) STRICT;
        CREATE TABLE metadata (
            file_id INTEGER PRIMARY KEY REFERENCES file (id) ON DELETE CASCADE,
            json TEXT NOT NULL
        ) STRICT;
        CREATE TABLE suggested_caption (
            file_id INTEGER PRIMARY KEY REFERENCES file (id) ON DELETE CASCADE,
            text TEXT NOT NULL
        ) STRICT;

        -- columns in the order of their weights in text_index.py; no trigger may touch a virtual table when
        -- trusted_schema is off, so its rows are deleted together with those of `file` in library.py
        CREATE VIRTUAL TABLE text USING fts5 (
            name, tags, caption, note, folder, metadata,
            tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
        );
    """)


@index_migrations()
def m004_first_letters(database: AnyDatabase) -> None:
    # one letter and four letters, too, find the files that begin with them at once; text is indexed anew
    database.executescript("""
        CREATE VIRTUAL TABLE new_text USING fts5 (
            name, tags, caption, note, folder, metadata,
            tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3 4'
        );
        INSERT INTO new_text (rowid, name, tags, caption, note, folder, metadata)
            SELECT rowid, name, tags, caption, note, folder, metadata FROM text;
        DROP TABLE text;
        ALTER TABLE new_text RENAME TO text;
    """)


@index_migrations()
def m005_suggestions(database: AnyDatabase) -> None:
    database.executescript("""
        -- what descriptions are made of: a network, its reading of the ontology, and what is usual in this library
        CREATE TABLE description_basis (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            checkpoint_id TEXT NOT NULL REFERENCES checkpoint (id) ON DELETE CASCADE,
            recipe TEXT NOT NULL,  -- a hash of all else that shapes a description
            files INTEGER NOT NULL,  -- how many the network had listened to when the background was taken
            background BLOB NOT NULL
        ) STRICT;
        -- a file whose tags and caption were suggested; one that has no row is to be described
        CREATE TABLE description (
            file_id INTEGER PRIMARY KEY REFERENCES file (id) ON DELETE CASCADE,
            basis_id INTEGER NOT NULL REFERENCES description_basis (id) ON DELETE CASCADE,
            personal TEXT NOT NULL  -- a hash of the personal tags that the file was tried with; nothing for none
        ) STRICT;

        CREATE TABLE suggested_name (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL COLLATE NOCASE,
            kind TEXT NOT NULL,  -- in the ontology; nothing for a personal tag
            UNIQUE (name, kind)
        ) STRICT;
        CREATE TABLE suggestion (
            file_id INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
            name_id INTEGER NOT NULL REFERENCES suggested_name (id),
            score INTEGER NOT NULL,  -- in millionths
            strength INTEGER NOT NULL CHECK (strength IN (0, 1, 2)),  -- very likely, likely, maybe
            implied INTEGER NOT NULL CHECK (implied IN (0, 1)),
            spans BLOB NOT NULL,  -- pairs of milliseconds
            PRIMARY KEY (file_id, name_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX suggestion_name ON suggestion (name_id);
    """)
