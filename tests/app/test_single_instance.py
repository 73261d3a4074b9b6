"""A second start finds the first, however the first came to an end before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from multiprocessing.connection import Client
from pathlib import Path

import pytest

from app.single_instance import FAMILY, LOCK_FILE, SingleInstance
from engine.errors import EngineError, UnusableLibrary

ROOT = Path(__file__).resolve().parent.parent.parent
FIRST = """
import sys, threading
from pathlib import Path
from app.single_instance import SingleInstance
assert SingleInstance.claim(Path(sys.argv[1]), lambda: print("raised", flush=True))
print("claimed", flush=True)
threading.Event().wait()
"""


def never() -> None:
    raise AssertionError("nobody asked for the window")


def start_first(folder: Path) -> subprocess.Popen[str]:
    first = subprocess.Popen([sys.executable, "-c", FIRST, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    assert first.stdout.readline() == "claimed\n"
    return first


def test_a_second_start_raises_the_first_window(tmp_path: Path):
    folder = tmp_path / "libraries" / "mine"
    with start_first(folder) as first:
        assert first.stdout is not None
        assert SingleInstance.claim(folder, never) is None
        assert first.stdout.readline() == "raised\n"
        assert SingleInstance.claim(folder, never) is None
        assert first.stdout.readline() == "raised\n"
        first.kill()
    # the claim of a process that was killed is void
    mine = SingleInstance.claim(folder, never)
    assert mine is not None
    mine.close()


def test_another_library_has_a_window_of_its_own(tmp_path: Path):
    one, two = SingleInstance.claim(tmp_path / "one", never), SingleInstance.claim(tmp_path / "two", never)
    assert one is not None
    assert two is not None
    one.close()
    two.close()


def test_a_claim_can_be_given_up_and_taken_again(tmp_path: Path):
    for _ in range(3):
        mine = SingleInstance.claim(tmp_path, never)
        assert mine is not None
        mine.close()
        mine.close()  # once more does no harm
    assert [thread.name for thread in threading.enumerate() if thread.name == "single instance"] == []


def test_strangers_who_say_something_else_are_ignored(tmp_path: Path):
    mine = SingleInstance.claim(tmp_path, never)
    assert mine is not None
    address = (tmp_path / LOCK_FILE).read_text()
    for word in (b"", b"exit", b"raise" * 1000):
        with Client(address, FAMILY) as stranger:
            stranger.send_bytes(word)
    with Client(address, FAMILY):
        pass  # says nothing at all
    mine.close()


def test_a_first_that_does_not_answer_is_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.single_instance.ANSWER_S", 0.5)
    with start_first(tmp_path) as first:
        os.kill(first.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, first.pid, os.WSTOPPED | os.WNOWAIT)  # the signal takes a moment to reach every thread
        try:
            with pytest.raises(EngineError, match=r"already open .* does not answer"):
                SingleInstance.claim(tmp_path, never)
        finally:
            first.kill()


def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableLibrary, match="cannot hold a library"):
        SingleInstance.claim(tmp_path / "file" / "library", never)


def test_only_the_user_can_reach_it(tmp_path: Path):
    mine = SingleInstance.claim(tmp_path, never)
    assert mine is not None
    address = Path((tmp_path / LOCK_FILE).read_text())
    assert address.parent.stat().st_mode & 0o077 == 0
    assert (tmp_path / LOCK_FILE).stat().st_mode & 0o077 == 0
    mine.close()
    assert not address.exists()
