"""How indexing is going, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from app.services.messages import IndexFinished, Progress, Ready
from app.view_models.plain_text import one_line
from app.view_models.wording import count, counted

Run = Literal["idle", "starting", "indexing", "given up"]
Hold = Literal["asked", "listening"]


@dataclass(frozen=True)
class IndexingState:
    """`run` goes on, or would but for a `hold`: a person asked for a pause, or is listening.

    network : the one that is being loaded
    reason : a sentence, why indexing was given up
    heard : what the roots held when the last run had finished
    """

    run: Run = "idle"
    hold: Hold | None = None
    network: str = ""
    progress: Progress | None = None
    heard: IndexFinished | None = None
    reason: str = ""

    # --- what happens -------------------------------------------------------------------------------------------------

    def starting(self, network: str) -> IndexingState:
        """A network is being loaded."""
        return replace(self, run="starting", network=network, progress=None, reason="")

    def ready(self, answer: Ready) -> IndexingState:
        """It is loaded, and what there is to do will be known in a moment."""
        return replace(self, run="idle", network=answer.network)

    def progressed(self, progress: Progress) -> IndexingState:
        is_over = progress.files_done >= progress.files_total
        return replace(self, run="idle" if is_over else "indexing", progress=progress, reason="")

    def finished(self, answer: IndexFinished) -> IndexingState:
        return replace(self, run="idle", progress=None, heard=answer, reason="")

    def given_up(self, sentence: str) -> IndexingState:
        return replace(self, run="given up", progress=None, reason=sentence)

    def held(self, hold: Hold | None) -> IndexingState:
        return replace(self, hold=hold)

    # --- how it is said -----------------------------------------------------------------------------------------------

    @property
    def can_pause(self) -> bool:
        """Whether there is something to pause, or to go on with."""
        return self.run in {"starting", "indexing"} or self.hold == "asked"

    @property
    def share_done(self) -> float | None:
        """0..1 of the files; None where nothing is being done."""
        if self.run != "indexing" or self.progress is None:
            return None
        return min(1.0, self.progress.files_done / self.progress.files_total)

    @property
    def sentence(self) -> str:
        match self.run:
            case "given up":
                return "Indexing stopped"
            case "starting":
                return f"Loading the network {one_line(self.network)}" + (" · paused" if self.hold == "asked" else "")
            case "indexing":
                return self._progress_sentence()
        if self.hold == "asked":
            return "Indexing is paused"
        return f"{counted(self.heard.files, 'file')} ready" if self.heard else ""

    @property
    def details(self) -> str:
        """More of it, for whoever asks; lines of text."""
        if self.reason:
            return self.reason
        if self.run == "indexing" and self.progress:
            heard = f"{spoken_time(self.progress.audio_seconds)} of sound heard in this run"
            if self.progress.speed >= 0.1 and not self.hold:
                heard += f", {self.progress.speed:,.3g} times as fast as it plays"
            return f"{heard}.\nWhat is indexed can be searched already."
        if self.heard:
            return f"{spoken_time(self.heard.audio_seconds)} of sound in {counted(self.heard.files, 'file')}."
        return ""

    def _progress_sentence(self) -> str:
        if self.progress is None:
            return "Indexing"
        of = f"{count(self.progress.files_done)} of {count(self.progress.files_total)}"
        match self.hold:
            case "asked":
                return f"Paused at {of}"
            case "listening":
                return f"Paused at {of} while you listen"
        left = time_left(self.progress.seconds_left)
        return f"Indexing {of}" + (f" · {left}" if left else "")


def time_left(seconds: float | None) -> str:
    """As exact as anyone can say: 18 min left, 2 h 10 min left, 3 days left; nothing where it is not known."""
    if seconds is None:
        return ""
    if seconds < 55:
        return "under a minute left"
    return f"{spoken_time(seconds)} left"


def spoken_time(seconds: float) -> str:
    """42 s, 18 min, 2 h 10 min, 31 h, 3 days: two figures tell enough."""
    if seconds < 55:
        return f"{round(seconds)} s"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 10 * 60:
        hours, minutes = divmod(round(minutes, -1) if minutes > 120 else minutes, 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} days"
