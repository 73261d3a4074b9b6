"""Sees what processes do with networks: from outside in the tables of Linux, from inside in what Python does.

Both see only what happens while they look, or what Python does; together little escapes them.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

LOOK_EVERY_S = 0.02
TABLES = ("tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6", "icmp", "icmp6", "packet")
INODE_COLUMN = {"packet": 8}
LOG = "EARMARK_TEST_SOCKET_LOG"

# A sitecustomize, which Python imports at the start of each process that finds it: it notes whatever the process does
# that belongs to a network. Local sockets and pipes are how the processes of one machine talk to each other.
NOTE_TAKER = f'''
import os
import socket
import sys


def write(line):
    with open(os.environ["{LOG}"], "a") as log:
        log.write(f"{{line}} in process {{os.getpid()}}\\n")


def note(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
        if arguments[0].family == socket.AF_UNIX:
            return
        what = arguments[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"):
        what = arguments[0]
    else:
        return
    write(f"{{event}} {{what!r}}")


sys.addaudithook(note)
write("begun")
'''


def note_taking(folder: Path) -> dict[str, str]:
    """The environment in which Python processes note what they do with networks; see `noted`."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(NOTE_TAKER)
    (folder / "log").touch()
    return {"PYTHONPATH": str(folder), LOG: str(folder / "log")}


def noted(folder: Path) -> tuple[int, list[str]]:
    """How many processes took notes, and what they noted."""
    lines = (folder / "log").read_text().splitlines()
    notes = [line for line in lines if not line.startswith("begun")]
    return len(lines) - len(notes), notes


class SocketWatch:
    """As a context manager: looks all the time at the sockets of some processes, and keeps those of networks."""

    def __init__(self, pids: Callable[[], Iterable[int]]) -> None:
        self._pids = pids
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="socket watch")
        self.seen: set[str] = set()
        self.processes: set[int] = set()
        self.looks = 0

    def __enter__(self) -> SocketWatch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join()

    def look_twice(self) -> None:
        """What there is now has been looked at when this returns."""
        enough = self.looks + 2
        while self.looks < enough:
            time.sleep(LOOK_EVERY_S)

    def _watch(self) -> None:
        while not self._ending.wait(LOOK_EVERY_S):
            pids = set(self._pids())
            inodes = {inode: pid for pid in pids for inode in _sockets_of(pid)}
            self.seen |= {f"{line} of process {inodes[inode]}" for inode, line in _networked() if inode in inodes}
            self.processes |= pids
            self.looks += 1


def _sockets_of(pid: int) -> set[int]:
    """The inodes of the sockets that a process holds."""
    inodes = set()
    with suppress(OSError):
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                target = os.readlink(f"/proc/{pid}/fd/{descriptor}")
                if target.startswith("socket:["):
                    inodes.add(int(target[len("socket:[") : -1]))
    return inodes


def _networked() -> Iterable[tuple[int, str]]:
    """Every socket of this machine that belongs to a network, as inode and line of its table."""
    for table in TABLES:
        with suppress(OSError):
            for line in Path("/proc/net", table).read_text().splitlines()[1:]:
                yield int(line.split()[INODE_COLUMN.get(table, 9)]), f"{table} {' '.join(line.split())}"
