"""One run of the indexing child: it scans the roots that are wanted, listens to what differs, and tells the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.agenda import Agenda
from app.services.messages import Progress, RootInDoubt, RootsChanged, RootsInDoubt, Stored
from app.services.parent import Parent
from app.services.pulse import Pulse
from app.services.wanted import Wanted
from engine.library import Library
from engine.library_rows import Root
from engine.scanning import Changes, FoundFile, find_changes

if TYPE_CHECKING:
    from engine import progress
    from engine.embedding import Embedder
    from engine.indexing import IndexReport


class IndexingRuns:
    """All runs of one child, one after the other."""

    def __init__(self, parent: Parent, agenda: Agenda, pulse: Pulse) -> None:
        self.quarantined: set[Path] = set()  # files that are not tried again
        self._parent = parent
        self._agenda = agenda
        self._pulse = pulse
        self._in_doubt: dict[int, RootInDoubt] = {}
        self._told: tuple[RootInDoubt, ...] = ()

    def work_through(self, wanted: Wanted, library: Library, embedder: Embedder, threads: int | None) -> IndexReport:
        """The report is `stopped` if the run had to end before everything was done. Raises EngineError."""
        from engine.indexing import Indexer

        roots = [root for root in library.roots() if root.id in wanted.roots and not root.paused]
        changes = [self._find_changes(library, root, wanted) for root in roots]
        self.tell_doubts(library.roots())
        return Indexer(library, embedder, threads=threads).apply_all(
            list(zip(roots, changes, strict=True)),
            on_progress=_Telling(self._parent, self._pulse, library, roots, changes).tell,
            should_stop=lambda: self._must_break(threads),
        )

    def tell_doubts(self, roots: Sequence[Root]) -> None:
        """Which of all the roots are in doubt, if that has changed."""
        in_doubt = [self._in_doubt.get(root.id) for root in roots if not root.paused]
        paths = {root.path for root in roots}
        doubts = tuple(doubt for doubt in in_doubt if doubt is not None and doubt.folder in paths)
        if doubts != self._told:
            self._told = doubts
            self._parent.send(RootsInDoubt(doubts))

    def _find_changes(self, library: Library, root: Root, wanted: Wanted) -> Changes:
        believe_gone = root.id in wanted.confirmed
        changes = find_changes(library, root, wanted.roots[root.id], believe_gone=believe_gone)
        if changes.in_doubt:
            self._in_doubt[root.id] = RootInDoubt(root.id, root.path, changes.in_doubt)
        elif not changes.partial:
            self._in_doubt.pop(root.id, None)
        if not changes.offline and (wanted.retried_paths or root.id in wanted.retried_roots):
            changes.changed += self._retried(library, root, wanted)
        return changes

    def _retried(self, library: Library, root: Root, wanted: Wanted) -> list[FoundFile]:
        return [
            FoundFile(file.relative_path, file.stat)
            for file in library.unreadable()
            if file.root_id == root.id
            and (root.id in wanted.retried_roots or file.path in wanted.retried_paths)
            and file.path not in self.quarantined
        ]

    def _must_break(self, threads: int | None) -> bool:
        """Asked by a run again and again."""
        return self._agenda.must_break() or self._agenda.workers != threads


class _Telling:
    """What the window is told of one run while it goes on, about twice a second."""

    def __init__(
        self, parent: Parent, pulse: Pulse, library: Library, roots: Sequence[Root], changes: Sequence[Changes]
    ) -> None:
        self._parent = parent
        self._pulse = pulse
        self._library = library
        self._roots_before = library.roots()
        self._root_ids = tuple(root.id for root in roots)
        self._settled = sum(len(each.moved) + len(each.gone) for each in changes)  # files that need no listening
        self._stored = 0
        self._done: tuple[int, float] | None = None

    def tell(self, seen: progress.Progress) -> None:
        """First when what needs no listening was entered."""
        if self._done is None and self._library.roots() != self._roots_before:
            self._parent.send(RootsChanged(None))
        done = (seen.files_done, seen.audio_seconds)
        if self._pulse.resting or done != self._done:
            self._pulse.beat()
        self._done = done
        stored = self._settled + seen.files_done
        if stored > self._stored:
            self._parent.send(Stored(stored - self._stored))
            self._stored = stored
        self._parent.send(
            Progress(
                files_done=seen.files_done,
                files_total=seen.files_total,
                audio_seconds=seen.audio_seconds,
                speed=seen.speed,
                seconds_left=seen.seconds_left,
                root_ids=self._root_ids,
            )
        )
