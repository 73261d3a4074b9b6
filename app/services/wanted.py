"""What the indexing child's next run is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.services.agenda import united
from app.services.messages import ConfirmGone, Index, Rescan, Retry
from engine.errors import EngineError, NotInLibrary, display_path
from engine.library_rows import Root
from engine.scanning import Touched


@dataclass
class Wanted:
    """Requests grow together in it; a run that had to end before everything was done begins again with the same.

    numbers : of the requests that it answers
    roots : by id, and what may differ in each
    retried_roots, retried_paths : whose unreadable files are tried again, and single ones
    confirmed : the roots of which what is gone was deleted
    embedded, reused, vanished : files, in the parts of the run that are behind it
    """

    numbers: list[int] = field(default_factory=list)
    roots: dict[int, Touched] = field(default_factory=dict)
    retried_roots: set[int] = field(default_factory=set)
    retried_paths: set[Path] = field(default_factory=set)
    confirmed: set[int] = field(default_factory=set)
    embedded: int = 0
    reused: int = 0
    vanished: int = 0

    def __bool__(self) -> bool:
        return bool(self.numbers or self.roots)

    def look_at(self, root_id: int, touched: Touched = None) -> None:
        self.roots[root_id] = united(self.roots.get(root_id, frozenset()), touched)

    def add(self, request: Index | Rescan | Retry | ConfirmGone, roots: Sequence[Root]) -> None:
        """`roots`: all of the library, or those that an Index named. Raises EngineError, and then nothing is added."""
        match request:
            case Index():
                for root in roots:
                    self.look_at(root.id)
                if request.retry:
                    self.retried_roots.update(root.id for root in roots)
            case Rescan():
                self.look_at(_root(request.root_id, roots).id)
            case Retry():
                self._add_retry(request, roots)
            case ConfirmGone():
                root = _root(request.root_id, roots)
                if not root.path.is_dir():
                    raise EngineError(f"{display_path(root.path)} is out of reach, so nothing of it counts as deleted.")
                self.look_at(root.id)
                self.confirmed.add(root.id)
        self.numbers.append(request.number)

    def _add_retry(self, request: Retry, roots: Sequence[Root]) -> None:
        for path in request.paths:
            for root in roots:
                if path.is_relative_to(root.path):
                    self.look_at(root.id, frozenset([path.relative_to(root.path)]))
        self.retried_paths.update(request.paths)


def _root(root_id: int, roots: Sequence[Root]) -> Root:
    for root in roots:
        if root.id == root_id:
            return root
    raise NotInLibrary(f"The library has no root number {root_id}.")
