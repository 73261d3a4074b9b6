"""What the children of the service tests run, and how a test waits for what they say.

In a module of its own, because a spawned child imports the module of the function it runs.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from app.services.indexing_service import serve_indexing
from app.services.messages import Answer, Failure, IndexFinished, Request, Search, Stop
from app.services.parent import Parent
from engine import hits
from engine.question import Question

WAIT_S = 280.0  # far more than anything here takes, also for a child of low priority on a busy machine


@dataclass
class Heard:
    """What a service said, in order."""

    answers: list[Answer] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def of(self, kind: type) -> list:
        return [answer for answer in self.answers if isinstance(answer, kind)]

    def await_one(self, kind: type, number: int | None = None, timeout_s: float = WAIT_S):
        """The first answer of this kind, of this number if one is given."""

        def found() -> list:
            return [answer for answer in self.of(kind) if number is None or number in _numbers(answer)]

        wait_until(found, timeout_s, lambda: f"no {kind.__name__} in {self}")
        return found()[0]

    def await_troubles(self, count: int) -> list[str]:
        wait_until(lambda: len(self.troubles) >= count, WAIT_S, lambda: str(self))
        return self.troubles


def _numbers(answer: Answer) -> tuple[int | None, ...]:
    """The requests that it answers."""
    return answer.numbers if isinstance(answer, IndexFinished) else (getattr(answer, "number", None),)


def wait_until(
    condition: Callable[[], object], timeout_s: float = WAIT_S, explain: Callable[[], str] = lambda: ""
) -> None:
    give_up = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < give_up, f"waited {timeout_s} s in vain: {explain()}"
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Whether the process exists and is more than an exit code that nobody has asked for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


# --- a child without a network ----------------------------------------------------------------------------------------


def serve_echoes(connection: Connection) -> None:
    """Answers a Search by a Failure that repeats its query; does what some queries say instead."""
    parent = Parent(connection)
    moving = True
    stopped: list[Request] = []

    def talk_on() -> None:
        while True:
            parent.send(Failure(None, "talk"))
            time.sleep(0.05)

    def take(request: Request) -> None:
        nonlocal moving
        match request:
            case Stop():
                stopped.append(request)
            case Search(question=Question(text="die")):
                os._exit(3)
            case Search(question=Question(text="stand still")):
                moving = False
            case Search(question=Question(text="talk on")):
                threading.Thread(target=talk_on, daemon=True).start()
            case Search():
                parent.send(Failure(request.number, request.question.text))

    parent.listen(take, lambda: moving)
    while not stopped:  # busy all the time
        sum(range(1000))
    parent.leave()


def serve_echoes_and_never_stop(connection: Connection) -> None:
    """Deaf to Stop and to the polite signal."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        request = connection.recv()
        if isinstance(request, Search):
            connection.send(Failure(request.number, request.question.text))


def die_at_once(connection: Connection) -> None:
    os._exit(7)


# --- children with a network ------------------------------------------------------------------------------------------


def serve_searches_and_die_of_some(
    connection: Connection, library_folder: Path, network_folder: Path | None, former: Sequence[Path | None]
) -> None:
    """The search service, killed by the query "die", and by "die once" if it is the first to hear it; and by a tag that
    is called so.
    """
    from app.services import search_service
    from engine.learned_tag import LearnedTag
    from engine.personal_tagging import PersonalTagger
    from engine.search import Searcher
    from engine.tag_examples import ExamplesOfTag

    find, learn = Searcher.find, PersonalTagger.learn
    once = library_folder / "died"

    def die_of(text: str) -> None:
        if text == "die" or (text == "die once" and not once.exists()):
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    def learn_or_die(
        self: PersonalTagger, name: str, examples: ExamplesOfTag | None = None, limit: int = 200
    ) -> LearnedTag:
        die_of(name)
        return learn(self, name, examples, limit)

    def find_or_die(self: Searcher, question: Question, limit: int = 20) -> hits.Answer:
        die_of(question.text)
        return find(self, question, limit)

    Searcher.find = find_or_die  # type: ignore[method-assign]
    PersonalTagger.learn = learn_or_die  # type: ignore[method-assign]
    search_service.serve_searches(connection, library_folder, network_folder, former)


def serve_indexing_at_short_notice(
    connection: Connection, library_folder: Path, network_folder: Path | None, device: str
) -> None:
    """The indexing service, which soon notices what happens in a root, makes graphs of small libraries too, and takes
    10 ms or more for a file.
    """
    from app.services import watched_roots
    from engine import decoding, vector_index
    from engine.audio import AudioDecoder
    from engine.watching import Timing

    class SlowDecoder(AudioDecoder):
        def __init__(self, path: Path) -> None:
            time.sleep(0.01)
            super().__init__(path)

    decoding.AudioDecoder = SlowDecoder  # type: ignore[attr-defined, assignment]
    watched_roots.TIMING = Timing(settle_s=0.2, longest_s=2.0, poll_s=0.2, probe_s=0.1)
    vector_index.GRAPH_FROM_SEGMENTS = 100
    serve_indexing(connection, library_folder, network_folder, device)


def serve_indexing_with_bad_decoder(
    connection: Connection, library_folder: Path, network_folder: Path | None, device: str
) -> None:
    """The indexing service, with a decoder that crashes on "fatal" files and never ends with "endless" ones."""
    from app.services import pulse
    from engine import decoding
    from engine.audio import AudioDecoder

    class BadDecoder(AudioDecoder):
        def __init__(self, path: Path) -> None:
            super().__init__(path)
            self._name = path.name

        def __iter__(self) -> Iterator[np.ndarray]:
            if self._name.startswith("fatal"):
                os.kill(os.getpid(), signal.SIGSEGV)
            while self._name.startswith("endless"):
                time.sleep(0.1)
            return super().__iter__()

    decoding.AudioDecoder = BadDecoder  # type: ignore[attr-defined, assignment]
    pulse.STANDSTILL_S = 1.0
    serve_indexing(connection, library_folder, network_folder, device)
