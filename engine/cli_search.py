"""What `earmark search` was asked, as a question, and its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from engine.errors import EngineError, display_path
from engine.hits import NOTHING, Answer, Hit
from engine.library_rows import Order
from engine.query import EmptyQuery, clean, parse
from engine.question import Example, Question

if TYPE_CHECKING:
    from engine.library import Library
    from engine.search import Searcher

_TIME = r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?|\.\d+)"
_PART = re.compile(rf"(?:{_TIME})?-(?:{_TIME})?", re.ASCII)


def example_at(argument: str) -> Example:
    """FILE, or FILE@from-to with seconds, m:ss or h:mm:ss, of which one may be missing: door.wav@2-3.5, rain.wav@1:30-.

    A name may hold an @ too: the longest name of a file that there is counts. Raises BadParameter.
    """
    if not argument:
        raise typer.BadParameter("The path is empty.")
    for end in _possible_ends(argument):
        if Path(argument[:end]).exists():
            return _example(argument, end)
    end = argument.rfind("@")  # on a drive that is not there, perhaps
    return _example(argument, end if end > 0 and _PART.fullmatch(argument, end + 1) else len(argument))


def _possible_ends(argument: str) -> Iterator[int]:
    yield len(argument)
    yield from (at for at in range(len(argument) - 1, 0, -1) if argument[at] == "@")


def _example(argument: str, end: int) -> Example:
    path, part = Path(argument[:end]), argument[end + 1 :]
    if end == len(argument):
        return Example(path)
    found = _PART.fullmatch(part)
    if not found or part == "-":
        raise typer.BadParameter(
            f'"{display_path(part)}" is no part of a file: write it as {display_path(path.name)}@2-3.5.'
        )
    start_s, end_s = _seconds(found.groups()[:3]) or 0.0, _seconds(found.groups()[3:])
    if end_s is not None and end_s <= start_s:
        raise typer.BadParameter(f'In "{display_path(part)}" the end does not come after the beginning.')
    return Example(path, start_s, end_s)


def _seconds(written: tuple[str | None, ...]) -> float | None:
    hours, minutes, seconds = written
    return None if seconds is None else 3600.0 * int(hours or 0) + 60.0 * int(minutes or 0) + float(seconds)


def checked_query(sentence: str) -> str:
    """A sentence that asks something, in one line. Raises BadParameter."""
    try:
        parse(sentence)
        return clean(sentence)
    except EmptyQuery as empty:
        raise typer.BadParameter(str(empty)) from empty


def read_queries(path: Path) -> list[str]:
    """The lines of a text file that ask something."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EngineError(f"{display_path(path)} is not UTF-8 text: save it as such, one query per line.") from error
    queries = [line.strip() for line in text.split("\n") if clean(line)]
    if not queries:
        raise EngineError(f"{display_path(path)} holds no query: write one per line.")
    return queries


def answer_of(question: Question, searcher: Searcher, library: Library, limit: int) -> Answer:
    """Of a question that listens for nothing, the files that it is about, by name."""
    if not question.is_browsing:
        return searcher.find(question, limit)
    ids = library.listing(question.part, Order()).tolist()[:limit]
    words = tuple(question.parsed.literal)
    hits = []
    for file in library.files(ids).values():
        duration_s = file.duration_s or 0.0
        hits.append(Hit(file.id, file.path, 1.0, 0.0, duration_s, (), words, duration_s))
    if not hits:
        return NOTHING
    hits.sort(key=lambda hit: ids.index(hit.file_id))
    return Answer(tuple(hits), len(hits), "No sound was asked for: these files are as you say.")
