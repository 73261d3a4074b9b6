"""The last things a person said, which can be taken back one by one."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from app.windows.changes import Undo

MOST_STEPS = 100


@dataclass(frozen=True)
class Step:
    """sentence : what was done; file_ids : of which files; undo : the way back
    field : of steps in a row with the same field only the first is kept, since it is the way back for all of them:
        words are stored whenever a person stops typing
    """

    sentence: str
    file_ids: tuple[int, ...]
    undo: Undo
    field: Hashable = None


class UndoStack:
    def __init__(self) -> None:
        self._steps: list[Step] = []

    def __len__(self) -> int:
        return len(self._steps)

    def add(self, step: Step) -> None:
        if step.field is None or not self._steps or self._steps[-1].field != step.field:
            self._steps.append(step)
            del self._steps[:-MOST_STEPS]

    def pop(self) -> Step | None:
        """The last one, which is taken back by whoever asks for it; None if there is none."""
        return self._steps.pop() if self._steps else None
