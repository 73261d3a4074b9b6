"""What the window and its services say to each other: small frozen values that can be pickled.

They hold nothing of the engine's but paths, so that the window can read them without importing a network. Searches and
runs of indexing carry a number, given by whoever asks, and their answers carry it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.explanation import Explanation
from engine.hits import Answer as Found
from engine.learned_tag import LearnedTag
from engine.question import Question
from engine.tag_examples import ExamplesOfTag
from engine.watch_state import WatchState

# --- to any service -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ping:
    """Asks for a sign of life; a service whose work stands still gives none."""


@dataclass(frozen=True)
class Stop:
    """End yourself. The closed connection of a parent that died says the same."""


# --- to the search service --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Search:
    """Answer a question with so many files at the most. Only the newest one is sure to be answered."""

    number: int
    question: Question
    limit: int


@dataclass(frozen=True)
class Learn:
    """Learn a personal tag, and suggest so many files at the most. Only the newest one is sure to be answered.

    examples : to learn from instead of those that are stored; None for these
    """

    number: int
    name: str
    examples: ExamplesOfTag | None
    limit: int


@dataclass(frozen=True)
class Explain:
    """Say where in a file, from `start_s` to `end_s`, each of these texts is heard. Only the newest one is sure to be
    answered.

    with_heat : in frequency too, which takes longer
    overall : see `engine.explaining.Explainer.explain`
    """

    number: int
    path: Path
    texts: tuple[str, ...]
    start_s: float
    end_s: float
    with_heat: bool
    overall: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refresh:
    """The library has changed: take it in before the next question has to wait for that.

    run_is_over : a run of indexing came to its end, so that another network may answer from now on
    """

    run_is_over: bool = False


# --- to the indexing service ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Index:
    """Watch these folders, and bring the library up to what is in them; no folder at all means every root.

    retry : try unreadable files again that have not changed
    """

    number: int
    folders: tuple[Path, ...] = ()
    retry: bool = False


@dataclass(frozen=True)
class Rescan:
    """Bring the library up to what is in this root."""

    number: int
    root_id: int


@dataclass(frozen=True)
class Retry:
    """Try these unreadable files again, although they have not changed."""

    number: int
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class ConfirmGone:
    """A person says that what is gone from this root was deleted, even if it is most of it: see `RootsInDoubt`."""

    number: int
    root_id: int


@dataclass(frozen=True)
class RemoveRoot:
    """Watch this root no longer, and forget its files."""

    number: int
    root_id: int


@dataclass(frozen=True)
class PauseRoot:
    """Leave this root alone until it is no longer paused; what is known of it stays."""

    number: int
    root_id: int
    paused: bool


@dataclass(frozen=True)
class MoveRoot:
    """This root lies in another folder now."""

    number: int
    root_id: int
    folder: Path


@dataclass(frozen=True)
class Describe:
    """When there is nothing else to do, suggest tags anew where what they are made of has changed, as personal tags do
    when they are given examples.
    """


@dataclass(frozen=True)
class Pause:
    """Hold what you are doing, and keep it."""


@dataclass(frozen=True)
class Resume:
    """Go on after `Pause`."""


@dataclass(frozen=True)
class SetWorkers:
    """Use so many threads at the most."""

    workers: int


@dataclass(frozen=True)
class Examine:
    """Before anything else, decode each of these files alone: a process died while they were being decoded."""

    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Quarantine:
    """Store this file as unreadable for `reason`, and leave it alone in the runs that are asked for next."""

    path: Path
    reason: str


# --- from any service -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pong:
    """Answers `Ping`."""


@dataclass(frozen=True)
class Ready:
    """The network is loaded, and computes on `device`: "cpu", "cuda" or "mps".

    awaited : the network that will answer searches in its place, once it has listened to everything
    """

    network: str
    checkpoint_id: str
    load_s: float
    device: str = "cpu"
    awaited: str = ""


@dataclass(frozen=True)
class Failure:
    """What was asked could not be done, in one sentence; `number` is None if nothing numbered was asked."""

    number: int | None
    sentence: str


# --- from the search service ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hits:
    """The answer to a search."""

    number: int
    answer: Found


@dataclass(frozen=True)
class Learned:
    """The answer to `Learn`."""

    number: int
    tag: LearnedTag


@dataclass(frozen=True)
class Explained:
    """The answer to `Explain`."""

    number: int
    explanation: Explanation


# --- from the indexing service ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Decoding:
    """The thread `worker` is about to open this file; what it opened before is behind it."""

    worker: int
    path: Path


@dataclass(frozen=True)
class Examined:
    """Decoding this file alone did no harm."""

    path: Path


@dataclass(frozen=True)
class FileFailed:
    """This file is stored as unreadable from now on."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Progress:
    """How far the run through these roots is, as `engine.progress.Progress` describes it."""

    files_done: int
    files_total: int
    audio_seconds: float
    speed: float
    seconds_left: float | None
    root_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Stored:
    """So many files are in the library or differ there since the last of these messages, of which there are two a
    second at the most.
    """

    files: int


@dataclass(frozen=True)
class Described:
    """Tags and captions are suggested for so many files more or differ there, and so many are left. There are two of
    these messages a second at the most.
    """

    files: int
    left: int = 0


@dataclass(frozen=True)
class GraphRenewed:
    """There is a new search graph."""


@dataclass(frozen=True)
class RootsChanged:
    """The roots, or their states, are not what they were. `number` is that of the request that did it, if any."""

    number: int | None


@dataclass(frozen=True)
class Watching:
    """How each root is watched, whenever one of them differs."""

    states: tuple[WatchState, ...]


@dataclass(frozen=True)
class RootInDoubt:
    """A root whose folder is there, while so many of its files went at once that a drive may have gone instead."""

    root_id: int
    folder: Path
    files_gone: int


@dataclass(frozen=True)
class RootsInDoubt:
    """All such roots, whenever they differ. They count as offline, until the files are back or `ConfirmGone` comes."""

    roots: tuple[RootInDoubt, ...]


@dataclass(frozen=True)
class IndexFinished:
    """One run came to its end for all the requests of these numbers; what the roots hold, and what the run did.

    A run for roots that stirred of themselves has no numbers.
    """

    numbers: tuple[int, ...]
    files: int
    segments: int
    audio_seconds: float
    unreadable: int
    embedded: int
    reused: int
    vanished: int
    offline: tuple[Path, ...]


RootRequest = Index | Rescan | Retry | ConfirmGone | RemoveRoot | PauseRoot | MoveRoot  # each with a number
Enquiry = Search | Learn | Explain  # each with a number, and only the newest of its kind is sure to be answered
ToIndexing = RootRequest | Describe | Pause | Resume | SetWorkers | Examine | Quarantine
Request = Ping | Stop | Enquiry | Refresh | ToIndexing
RunNews = Progress | Stored | FileFailed | IndexFinished
IndexingNews = RunNews | Described | GraphRenewed | RootsChanged | Watching | RootsInDoubt
Answer = Pong | Ready | Failure | Hits | Learned | Explained | Decoding | Examined | IndexingNews
