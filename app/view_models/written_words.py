"""What a person is writing about files: never lost, never overwritten, never given to another file."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

FileIds = tuple[int, ...]


@dataclass(frozen=True)
class Written:
    """A finished text, and the files it was written for."""

    file_ids: FileIds
    text: str


class WrittenWords:
    """One field, such as a note, of whichever files are shown.

    What was written stands until the library says the same, for it may be read before it is stored.
    """

    def __init__(self) -> None:
        self.file_ids: FileIds = ()
        self.text = ""
        self._stored = ""
        self._unconfirmed: dict[FileIds, str] = {}

    def show(self, file_ids: Sequence[int], stored: str) -> Written | None:
        """Turn to these files, of which the library says `stored`; returns what has to be stored of the ones before.

        If they are shown already and something is being written, that stays.
        """
        wanted = tuple(file_ids)
        if is_same(self._unconfirmed.get(wanted, ""), stored):
            self._unconfirmed.pop(wanted, None)
        if wanted == self.file_ids and (self.is_changed or is_same(self.text, stored)):
            return None
        written = self.finish()
        last = self._unconfirmed.get(wanted)
        self.file_ids = wanted
        self.text = self._stored = stored if last is None else last
        return written

    def write(self, text: str) -> None:
        self.text = text

    @property
    def is_changed(self) -> bool:
        return bool(self.file_ids) and not is_same(self.text, self._stored)

    def finish(self) -> Written | None:
        """What has to be stored now, if anything."""
        if not self.is_changed:
            return None
        self._stored = self.text
        self._unconfirmed[self.file_ids] = self.text
        return Written(self.file_ids, self.text)


def is_same(one: str, other: str) -> bool:
    """As a library keeps text: without white space around it, and with composed letters."""
    return unicodedata.normalize("NFC", one).strip() == unicodedata.normalize("NFC", other).strip()
