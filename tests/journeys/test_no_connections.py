"""No network connection is ever opened: not by the window, nor by its services, from the first paint to the end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.driven_programs import Program
from tests.open_connections import SocketWatch, note_taking, noted

WHOLE_SESSION = Path(__file__).with_name("whole_session.py")
LOOPBACK = """
import socket, time
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
print("connected", flush=True)
time.sleep(60)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def test_a_connection_would_be_seen_from_outside_and_from_inside(tmp_path: Path):
    program = Program("-c", LOOPBACK, settings=tmp_path / "settings.json", environment=note_taking(tmp_path / "notes"))
    try:
        with SocketWatch(program.pids) as watch:
            program.await_line("connected")
            watch.look_twice()
    finally:
        program.kill()
    assert any(socket.startswith("tcp ") for socket in watch.seen)
    _, notes = noted(tmp_path / "notes")
    assert {note.split()[0] for note in notes} >= {"socket.bind", "socket.connect"}


def test_indexing_searching_and_playing_open_no_connection(tmp_path: Path):
    program = Program(
        *(WHOLE_SESSION, "gui", "--library", tmp_path / "library"),
        settings=tmp_path / "settings.json",
        environment=note_taking(tmp_path / "notes"),
    )
    try:
        with SocketWatch(program.pids) as watch:
            program.await_line("played")
            assert program.end() == 0
    finally:
        program.kill()
    assert len(watch.processes) >= 3, "the window and its services"
    assert watch.seen == set()
    processes, notes = noted(tmp_path / "notes")
    assert processes >= 3
    assert notes == []
