"""What a list has loaded of its files, and what it should ask for next."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

Value = TypeVar("Value")


class LoadedValues(Generic[Value]):
    """Values by file id, of which the ones used last are kept.

    One request is under way at a time: while its answer is awaited the list may have moved on, and then what it left
    behind is never asked for.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._values: OrderedDict[int, Value | None] = OrderedDict()  # None: asked for, and there is none
        self._outdated: set[int] = set()
        self._asked: list[int] = []

    def __len__(self) -> int:
        return len(self._values)

    def get(self, file_id: int) -> Value | None:
        value = self._values.get(file_id)
        if value is not None:
            self._values.move_to_end(file_id)
        return value

    def to_ask(self, wanted: Iterable[int]) -> list[int]:
        """Those of the wanted files that are to be asked for now; nothing while an answer is awaited."""
        if not self._asked:
            self._asked = [file_id for file_id in wanted if file_id not in self._values or file_id in self._outdated]
            return self._asked
        return []

    def put(self, values: Mapping[int, Value | None]) -> None:
        """Take an answer, or news of any files. An answer without anything means that nothing could be found out."""
        self._keep(values)
        if not values or not values.keys().isdisjoint(self._asked):
            self._keep({file_id: self._values.get(file_id) for file_id in self._asked if file_id not in values})
            self._asked = []

    def _keep(self, values: Mapping[int, Value | None]) -> None:
        """There may be thousands, while a person waits."""
        for file_id in values:
            self._values.pop(file_id, None)  # what is used last comes last
        self._values.update(values)
        self._outdated.difference_update(values)
        for _ in range(len(self._values) - self._capacity):
            self._outdated.discard(self._values.popitem(last=False)[0])

    def outdate(self) -> None:
        """Anything may have changed: what is wanted next is asked for again, and shown as it was until then."""
        self._outdated = set(self._values)
