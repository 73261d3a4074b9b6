"""`kill -9` while indexing, again and again on one library: nothing acknowledged is lost, nothing is torn.

A file is acknowledged when `Library.store_indexed` has returned. Every trial proves that it tested something: the
process had acknowledged work, and it died of the signal. What a kill left behind stays for the next trial.
EARMARK_KILL_TRIALS asks for another number of trials than 100.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engine.library import Library
from tests.tones import write_different_sound

TRIALS = int(os.environ.get("EARMARK_KILL_TRIALS", "100"))
CHILD = Path(__file__).with_name("indexing_child.py")
ROOT = CHILD.parent.parent.parent
WAITING_FILES = 100  # there is always more to do than a child can do before it is killed
SEGMENTS = 2  # of a sound of 0.6 s
CHECKPOINT = "tones-1"

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill -9")


class Indexing:
    """A process that can start indexing at once, because it has imported everything."""

    def __init__(self) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, str(CHILD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=ROOT
        )
        self._unread = b""

    def close(self) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()
            assert self._process.wait(60) == 0

    def start(self, library: Path, sounds: Path, *, group_files: int = 50, hasty: bool = False) -> int:
        """Returns the process id of the child that indexes."""
        task = {"library": str(library), "sounds": str(sounds), "group_files": group_files, "hasty": hasty}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(task).encode() + b"\n")
        self._process.stdin.flush()
        return int(self.line().removeprefix("PID "))

    def line(self, timeout_s: float = 60.0) -> str:
        """The next line of output; "" if there is none in time."""
        assert self._process.stdout is not None
        until = time.monotonic() + timeout_s
        while b"\n" not in self._unread:
            left_s = until - time.monotonic()
            if left_s <= 0 or not select.select([self._process.stdout], [], [], left_s)[0]:
                return ""
            chunk = os.read(self._process.stdout.fileno(), 1 << 16)
            assert chunk, "the process that starts the children died"
            self._unread += chunk
        line, self._unread = self._unread.split(b"\n", 1)
        return line.decode()


@dataclass
class Trial:
    acknowledged: list[str] = field(default_factory=list)
    embedded: int = 0  # told by a child that came to the end
    status: int | None = None

    def hear(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "ACK":
            self.acknowledged.append(json.loads(rest))
        elif word == "DONE":
            self.embedded = int(rest)
        elif word == "EXIT":
            self.status = int(rest)

    @property
    def was_killed(self) -> bool:
        return self.status is not None and os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGKILL


def index_and_kill(indexing: Indexing, pid: int, after_acknowledged: int, then_s: float) -> Trial:
    """Kill the child `then_s` after it has acknowledged so many files, and hear it out."""
    trial = Trial()
    while trial.status is None and len(trial.acknowledged) < after_acknowledged:
        trial.hear(indexing.line())
    until = time.monotonic() + then_s
    while trial.status is None and time.monotonic() < until:
        trial.hear(indexing.line(until - time.monotonic()))
    if trial.status is None:
        os.kill(pid, signal.SIGKILL)
    while trial.status is None:
        trial.hear(indexing.line())
    return trial


@dataclass
class Sounds:
    """The files of a person, and what they held when they were written."""

    folder: Path
    written: dict[str, str] = field(default_factory=dict)  # name -> SHA-256

    def add(self, count: int) -> None:
        for _ in range(count):
            # every name a word of its own, "aaaa", "aaab" ..., so that it can be searched for
            number = len(self.written)
            word = "".join(chr(ord("a") + number // 26**place % 26) for place in (3, 2, 1, 0))
            path = write_different_sound(self.folder / f"{word}.wav", seconds=0.6)
            self.written[path.name] = sha256(path)

    @property
    def are_untouched(self) -> bool:
        return self.written == {path.name: sha256(path) for path in self.folder.iterdir()}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A database as it lies there, without Earmark's own code."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        yield connection


def torn_databases(library: Path) -> list[str]:
    """What SQLite itself finds wrong."""
    found = []
    for name in ("library.db", "index.db"):
        with opened(library / name) as database:
            found += [row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
            found += [str(row) for row in database.execute("PRAGMA foreign_key_check")]
    with opened(library / "index.db") as database:
        database.execute("INSERT INTO text (text) VALUES ('integrity-check')")  # raises if the text index is damaged
    return found


def stored_files(library: Path) -> tuple[dict[str, int], list[str]]:
    """Names with the number of their segments, and the names of files that are there only in part."""
    with opened(library / "library.db") as database:
        sounds = dict(database.execute("SELECT uid, content_id FROM audio_file WHERE state = 'ok'"))
        names = {uid: os.fsdecode(path) for uid, path in database.execute("SELECT uid, relative_path FROM audio_file")}
    whole, torn = {}, []
    with opened(library / "index.db") as database:
        rows = database.execute(
            "SELECT file.uid, file.content_id, n, crc, embedding.data, peaks.data NOTNULL, json NOTNULL"
            " FROM embedding JOIN file ON file.id = embedding.file_id"
            " LEFT JOIN peaks ON peaks.file_id = file.id LEFT JOIN metadata ON metadata.file_id = file.id"
        )
        for uid, content_id, n, crc, blob, has_peaks, has_metadata in rows:
            is_whole = len(blob) == 2 * 32 * (n + 1) and zlib.crc32(blob) == crc and has_peaks and has_metadata
            if is_whole and content_id is not None and sounds.get(uid) == content_id:
                whole[names[uid]] = n
            else:
                torn.append(names.get(uid, uid.hex()))
    return whole, torn


def lost_files(library: Path, acknowledged: set[str]) -> set[str]:
    """Acknowledged files that are not there, whole and readable."""
    whole, _ = stored_files(library)
    return {name for name in acknowledged if whole.get(name) != SEGMENTS}


def check_with_earmark(library: Path, acknowledged: set[str], latest: list[str]) -> None:
    """Opening must not find more to do, and every file must be found by its name."""
    with Library(library) as reopened:
        (root,) = reopened.roots()
        to_do = {str(file.relative_path) for file in reopened.needs_embedding(root.id, CHECKPOINT)}
        assert not to_do & acknowledged
        for name in latest:
            file = reopened.file_at(root.path / name)
            assert file is not None
            assert [hit.file_id for hit in reopened.search_text(file.path.stem, limit=2)] == [file.id]


def dump(library: Path) -> list[str]:
    with opened(library / "library.db") as persons, opened(library / "index.db") as computed:
        return [*persons.iterdump(), *computed.iterdump()]


@pytest.fixture(scope="module")
def indexing() -> Iterator[Indexing]:
    process = Indexing()
    yield process
    process.close()


@pytest.fixture
def person(sounds: Path) -> Sounds:
    return Sounds(sounds)


def test_no_acknowledged_file_is_lost_and_none_is_torn(
    indexing: Indexing, person: Sounds, tmp_path: Path, record_testsuite_property: Callable[[str, object], None]
):
    library = tmp_path / "library"
    chance = random.Random(20)
    acknowledged: set[str] = set()
    kills = trials = 0
    while kills < TRIALS:
        trials += 1
        assert trials <= 1.1 * TRIALS + 1, f"{trials - kills} of {trials} processes ended before they could be killed"
        person.add(len(acknowledged) + WAITING_FILES - len(person.written))
        pid = indexing.start(library, person.folder, group_files=chance.choice([1, 2, 5, 20]))
        trial = index_and_kill(indexing, pid, chance.randint(1, 10), chance.uniform(0, 0.02))
        assert trial.acknowledged, f"trial {trials}: nothing was acknowledged before the kill"
        assert trial.was_killed or trial.status == 0
        kills += trial.was_killed  # only proven kills count: on a busy machine a process may be done too soon
        assert not acknowledged & set(trial.acknowledged), "acknowledged files were indexed again"
        acknowledged |= set(trial.acknowledged)
        assert lost_files(library, acknowledged) == set()
        assert stored_files(library)[1] == []
        assert torn_databases(library) == []
        check_with_earmark(library, acknowledged, trial.acknowledged)
    record_testsuite_property("kills while indexing", kills)
    record_testsuite_property("files acknowledged before a kill", len(acknowledged))

    rest = finish(indexing, library, person.folder)
    assert len(person.written) - len(acknowledged) >= rest.embedded > 0
    assert stored_files(library) == (dict.fromkeys(person.written, SEGMENTS), [])
    before = dump(library)
    assert finish(indexing, library, person.folder).embedded == 0
    assert dump(library) == before
    assert person.are_untouched


def test_the_check_sees_files_that_were_acknowledged_too_early(indexing: Indexing, person: Sounds, tmp_path: Path):
    """The negative control: with the order of storing and acknowledging turned round, files must be found lost."""
    library = tmp_path / "library"
    lost: set[str] = set()
    acknowledged: set[str] = set()
    for _ in range(20):
        person.add(WAITING_FILES)
        trial = index_and_kill(indexing, indexing.start(library, person.folder, hasty=True), 1, 0.0)
        acknowledged |= set(trial.acknowledged)
        lost = lost_files(library, acknowledged)
        if lost:
            break
    assert lost


def finish(indexing: Indexing, library: Path, sounds: Path) -> Trial:
    """Index without being killed."""
    indexing.start(library, sounds)
    trial = Trial()
    while trial.status is None:
        trial.hear(indexing.line())
    assert trial.status == 0
    return trial
