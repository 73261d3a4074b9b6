"""What the command line prints: for people as text, for programs as JSON, one object per line.

Text never holds a name as it is, because a name can hold a newline or an escape sequence. In JSON a path is a string
from which `os.fsencode` makes the very bytes again: bytes that are not UTF-8 appear as "\\udc80" to "\\udcff".
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import typer

from engine.cut import reason_of
from engine.errors import EngineError, display_path
from engine.hits import Answer, Hit
from engine.library_rows import Root
from engine.query import Joiner, ParsedQuery, joiner_of
from engine.question import Example, Question
from engine.synonyms import synonyms_of

if TYPE_CHECKING:
    from engine.describing import DescribingProgress, DescribingReport
    from engine.indexing import IndexReport
    from engine.progress import Progress

FAILED = 1  # the exit code of what the world did not allow
INTERRUPTED = 130
_JOINED: dict[Joiner | None, str] = {None: "", "then": "then ", "while": "at the same time ", "and": "and "}
PROGRESS_LINE_S = 10.0  # between two lines where a line cannot be overwritten


def say(sentence: str) -> None:
    """A remark or an error, apart from the answers."""
    typer.echo(sentence, err=True)


def answer(app: typer.Typer, name: str, arguments: Sequence[str] | None) -> int:
    """Run one command of `app`, by default that of the process; returns its exit code.

    A failure of the world is said in its one sentence; any other exception is a fault of the program and stays.
    """
    try:
        typer.main.get_command(app).main(args=arguments, prog_name=name)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except EngineError as error:
        say(str(error))
    except OSError as error:
        where = f" ({display_path(error.filename)})" if error.filename else ""
        say(f"The system refused: {error.strerror or error}{where}.")
    else:
        return 0
    return FAILED


def show_json(value: Mapping[str, Any]) -> None:
    typer.echo(json.dumps(value))


def show_facts(facts: Mapping[str, Any]) -> None:
    """One line for each fact that there is; facts within facts in their place."""
    flat: dict[str, Any] = {}
    for name, value in facts.items():
        flat |= value if isinstance(value, Mapping) else {name: value}
    shown = {name.replace("_", " "): _fact(value) for name, value in flat.items() if value not in (None, "", [])}
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        typer.echo(f"{name:<{width}}  {display_path(value)}")


def _fact(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


# --- hits -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A question, and what it is called in the answer.

    query : its sentence, as it is understood beside its examples
    """

    title: str
    question: Question
    query: ParsedQuery


def show_answer(
    asked: Asked, answer: Answer, roots: Sequence[Root], *, as_json: bool, titled: bool = False, explain: bool = False
) -> None:
    """`titled` says which question it was, where there are several. To be strict is to see no weak hits."""
    if asked.question.strictness == "strict":
        answer = _without_weak(answer)
    if as_json:
        show_json(answer_as_json(asked, answer))
        return
    if titled:
        typer.echo(f"{display_path(asked.title)}:")
    if explain:
        typer.echo("\n".join(["Understood as:", *(f"     {line}" for line in _understood(asked)), ""]))
    typer.echo(answer.reason)
    _show_hits(answer, roots, explain)
    if titled:
        typer.echo("")


def _show_hits(answer: Answer, roots: Sequence[Root], explain: bool) -> None:
    for rank, hit in enumerate(answer.hits, start=1):
        if rank > 1 and rank == answer.cut + 1:
            typer.echo("     weaker:")
        says = f"  (says {display_path(', '.join(hit.words))})" if hit.words else ""
        where = span(hit.start_s, hit.end_s)
        typer.echo(f"{rank:>3}  {hit.score:.2f}  {where:>11}  {_below_root(hit.path, roots)}{says}")
        for line in _why(hit, answer) if explain else ():
            typer.echo(f"           {line}")


def _without_weak(answer: Answer) -> Answer:
    good = answer.hits[: answer.cut]
    return replace(answer, hits=good, reason=reason_of(good, len(good)) if good else answer.reason)


def _understood(asked: Asked) -> Iterator[str]:
    """One line for each part of a question."""
    query, question = asked.query, asked.question
    for at, clause in enumerate(query.clauses):
        joiner = joiner_of(query, at)
        others = synonyms_of(clause.text)
        also = f"  (other words: {', '.join(others)})" if others else ""
        yield f"{'without ' if clause.negated else _JOINED[joiner]}{display_path(clause.text)}{also}"
    named = (("like", question.examples), ("more like", question.liked), ("less like", question.disliked))
    for how, examples in named:
        yield from (f"{how} {_name_of(example)}" for example in examples)
    yield from (f'says "{display_path(words)}"' for words in query.literal)
    yield from (f"is {display_path(str(condition))}" for condition in query.filters)


def _name_of(example: Example) -> str:
    if example.start_s == 0 and example.end_s is None:
        return display_path(example.path)
    until = f"–{example.end_s:g} s" if example.end_s is not None else " s to the end"
    return f"{display_path(example.path)}, {example.start_s:g}{until}"


def _why(hit: Hit, answer: Answer) -> Iterator[str]:
    """Why a file was found, and why it is weak."""
    for clause in hit.clauses:
        name = f"{'without ' if clause.negated else ''}{display_path(clause.text)}"
        yield f"{clause.score:.2f}  {span(clause.start_s, clause.end_s):>11}  {name}"
    if hit.order_margin is not None:
        fits = "fits better than any other" if hit.order_margin > 0 else "does not fit better than any other"
        yield f"the order {fits}: by {hit.order_margin:.1f}"
    if hit.weak and hit.score < answer.least_score:
        yield f"weak: any file may reach less than {answer.least_score:.2f} by chance"
    elif hit.weak:
        yield "weak: it lacks one of the sounds, or has them the other way round"


def answer_as_json(asked: Asked, answer: Answer) -> dict[str, Any]:
    query, question = asked.query, asked.question
    return {
        "query": asked.title,
        "understood": {
            "clauses": [
                {
                    "text": clause.text,
                    "negated": clause.negated,
                    "group": clause.group,
                    "together": clause.together,
                    "other_words": list(synonyms_of(clause.text)),
                }
                for clause in query.clauses
            ],
            "filters": [str(condition) for condition in query.filters],
            "says": list(query.literal),
            "like": [_example_as_json(example) for example in question.examples],
            "more_like": [_example_as_json(example) for example in question.liked],
            "less_like": [_example_as_json(example) for example in question.disliked],
            "strictness": question.strictness,
        },
        "reason": answer.reason,
        "least_score": round(answer.least_score, 6),
        "hits": [hit_as_json(hit) for hit in answer.hits],
    }


def _example_as_json(example: Example) -> dict[str, Any]:
    return {"path": str(example.path), "start_s": example.start_s, "end_s": example.end_s}


def hit_as_json(hit: Hit) -> dict[str, Any]:
    return {
        "path": str(hit.path),
        "score": round(hit.score, 6),
        "start_s": round(hit.start_s, 3),
        "end_s": round(hit.end_s, 3),
        "clauses": [
            {
                "text": clause.text,
                "start_s": round(clause.start_s, 3),
                "end_s": round(clause.end_s, 3),
                "score": round(clause.score, 6),
                "negated": clause.negated,
            }
            for clause in hit.clauses
        ],
        "words": list(hit.words),
        "duration_s": round(hit.duration_s, 3),
        "order_margin": None if hit.order_margin is None else round(hit.order_margin, 3),
        "weak": hit.weak,
    }


def span(start_s: float, end_s: float) -> str:
    """The whole seconds that a span touches by more than a tenth: 0:42–0:44."""
    first_s = math.floor(start_s)
    return f"{clock(first_s)}–{clock(max(first_s + 1, math.ceil(end_s - 0.1)))}"


def clock(seconds: float) -> str:
    """Minutes and seconds, with hours where there are any: 0:42, 1:00:07."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _below_root(path: Path, roots: Sequence[Root]) -> str:
    """A file's path below its root, with the root's name in front where there are several."""
    for root in roots:
        if path.is_relative_to(root.path):
            relative = path.relative_to(root.path)
            return display_path(root.path.name / relative if len(roots) > 1 else relative)
    return display_path(path)


# --- indexing ---------------------------------------------------------------------------------------------------------


class ProgressLine:
    """Progress on standard error: one line that is written over, or on no terminal a line from time to time."""

    def __init__(self) -> None:
        self._rewrites = sys.stderr.isatty()
        self._shown_at = -math.inf

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._rewrites:
            typer.echo("\r\x1b[K", err=True, nl=False)

    def show(self, progress: Progress) -> None:
        if progress.files_total:
            self._write(_progress_text(progress), progress.files_done == progress.files_total)

    def show_describing(self, progress: DescribingProgress) -> None:
        """The words come before all else: that they are read need not be said again."""
        reading = progress.step == "reading"
        what = "words to know tags by were read" if reading else "files have tags and captions suggested"
        done = f"{progress.done} of {progress.total} {what}"
        self._write(done, is_last=not reading and progress.done == progress.total)

    def _write(self, line: str, is_last: bool) -> None:
        if self._rewrites:
            typer.echo(f"\r\x1b[K{line}", err=True, nl=False)
        elif time.monotonic() - self._shown_at >= PROGRESS_LINE_S or is_last:
            self._shown_at = time.monotonic()
            say(line)


def _progress_text(progress: Progress) -> str:
    done = f"{progress.files_done} of {progress.files_total} files, {clock(progress.audio_seconds)} of sound"
    speed = f", {progress.speed:.0f} times real time" if progress.speed else ""
    left = "" if progress.seconds_left is None else f", {clock(progress.seconds_left)} left"
    return f"{done}{speed}{left}"


def show_report(report: IndexReport, described: DescribingReport | None, *, as_json: bool) -> None:
    """`described` is None where no tags were to be suggested."""
    if as_json:
        show_json(
            {
                "files": report.files,
                "segments": report.segments,
                "audio_seconds": round(report.audio_seconds, 3),
                "unreadable": [{"path": str(failed.path), "reason": failed.reason} for failed in report.unreadable],
                "described": described.described if described else 0,
                "seconds": round(report.seconds, 3),
            }
        )
        return
    length = f"{clock(report.audio_seconds)} of sound in {count(report.segments, 'segment')}"
    typer.echo(f"{count(report.files, 'file')} can be searched: {length}.")
    typer.echo(f"Listened to {count(report.embedded, 'file')} in {report.seconds:.1f} s.")
    if described and described.described:
        typer.echo(f"Suggested tags for {count(described.described, 'file')} in {described.seconds:.1f} s.")
    if report.unreadable:
        typer.echo(f"{count(len(report.unreadable), 'file')} could not be read:")
    for failed in report.unreadable:
        typer.echo(f"  {display_path(failed.path)}: {failed.reason}")


def count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
