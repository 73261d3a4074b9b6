"""What a table says of files, into the library: tags and collections are added, and what a person said stays.

The table is read whole and understood before anything is changed. It needs a column "path"; of the others, "tags",
"collections", "caption", "note" and "rating" are taken. An empty cell says nothing.
"""

from __future__ import annotations

import csv
import functools
import io
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.annotations import Annotations
from engine.audio_readers import reason_of
from engine.database import storable_text
from engine.errors import EngineError, display_path
from engine.library import Library
from engine.library_rows import AudioFile
from engine.spreadsheet_cells import cell_of, text_of, texts_of

_MOST_BYTES = 500_000_000
_MOST_CHARACTERS = 100_000  # in one cell
_MOST_REMARKS = 1000
_TAKEN = ("tags", "collections", "caption", "note", "rating")


@dataclass(frozen=True)
class ChangedFile:
    """A file of which something new is said: the tags and collections it gains, and the texts and rating it gets."""

    path: Path
    tags: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    caption: str = ""
    note: str = ""
    rating: int | None = None


@dataclass(frozen=True)
class Import:
    """What a table said and what became of it.

    changed, unchanged : files of the library, by whether anything new was said of them
    unknown : paths that the library does not know, safe to show
    remarks : one sentence for each row or cell that was left out
    """

    changed: tuple[ChangedFile, ...]
    unchanged: int
    unknown: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass
class _Said:
    """All that the rows of one file say of it. Of several captions, notes or ratings the first counts."""

    tags: list[str] = field(default_factory=list)
    collections: list[str] = field(default_factory=list)
    caption: str = ""
    note: str = ""
    rating: int | None = None


@dataclass
class _Understood:
    files: dict[int, tuple[AudioFile, _Said]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def import_csv(library: Library, path: Path, *, dry_run: bool = False, overwrite: bool = False) -> Import:
    """Captions, notes and ratings are taken where a person gave none, or with `overwrite` everywhere.

    dry_run : say what would happen, and change nothing

    Raises EngineError for a file that is no such table; then nothing was changed.
    """
    understood = _understand(library, path, _rows(path))
    changes = _changes(library, understood, overwrite=overwrite)
    if not dry_run:
        with library.index_db.atomic(), library.library_db.atomic():  # all of it or nothing
            changes.make(library)
    changed = changes.files()
    remarks = understood.remarks[:_MOST_REMARKS]
    if len(understood.remarks) > _MOST_REMARKS:
        remarks.append(f"{len(understood.remarks) - _MOST_REMARKS} further remarks are left out.")
    return Import(
        tuple(changes.of(file) for file_id, (file, _) in understood.files.items() if file_id in changed),
        len(understood.files) - len(changed),
        tuple(dict.fromkeys(understood.unknown)),
        tuple(remarks),
    )


@dataclass
class _Changes:
    """What is to be done so that the library says what the table does; files by id."""

    tags: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    collections: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    ratings: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    captions: dict[int, str] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)

    def files(self) -> set[int]:
        groups = [*self.tags.values(), *self.collections.values(), *self.ratings.values()]
        return set().union(*groups, self.captions, self.notes)

    def of(self, file: AudioFile) -> ChangedFile:
        return ChangedFile(
            file.path,
            tuple(tag for tag, file_ids in self.tags.items() if file.id in file_ids),
            tuple(name for name, file_ids in self.collections.items() if file.id in file_ids),
            self.captions.get(file.id, ""),
            self.notes.get(file.id, ""),
            next((stars for stars, file_ids in self.ratings.items() if file.id in file_ids), None),
        )

    def make(self, library: Library) -> None:
        for tag, file_ids in self.tags.items():
            library.add_tag(file_ids, tag)
        for name, file_ids in self.collections.items():
            library.collections.add(library.collections.create(name).id, file_ids)
        for stars, file_ids in self.ratings.items():
            library.set_rating(file_ids, stars)
        for file_id, caption in self.captions.items():
            library.set_caption(file_id, caption)
        for file_id, note in self.notes.items():
            library.set_note(file_id, note)


def _changes(library: Library, understood: _Understood, *, overwrite: bool) -> _Changes:
    annotations, changes = Annotations(library.library_db), _Changes()
    members = {
        collection.name.casefold(): set(library.collections.files(collection.id))
        for collection in library.collections.all()
    }
    for file_id, (_, said) in understood.files.items():
        has = {tag.casefold() for tag in library.tags_of(file_id)}
        for tag in said.tags:
            if tag.casefold() not in has:
                changes.tags[tag].add(file_id)
        for name in said.collections:
            if file_id not in members.get(name.casefold(), ()):
                changes.collections[name].add(file_id)
        caption, note = annotations.caption_of(file_id), library.note_of(file_id)
        # the network's own caption, exported and read back, is no person's
        if said.caption not in {"", library.caption_of(file_id)} and (overwrite or not caption):
            changes.captions[file_id] = said.caption
        if said.note not in {"", note} and (overwrite or not note):
            changes.notes[file_id] = said.note
        rating = library.rating_of(file_id)
        if said.rating is not None and said.rating != rating and (overwrite or rating is None):
            changes.ratings[said.rating].add(file_id)
    return changes


# --- understanding a table --------------------------------------------------------------------------------------------


def _understand(library: Library, path: Path, rows: Iterator[tuple[int, list[str]]]) -> _Understood:
    understood = _Understood()
    _, first = next(rows, (0, []))
    columns = [text_of(cell).strip().lower() for cell in first]
    if "path" not in columns:
        raise EngineError(f'{display_path(path)} has no column "path" in its first line; nothing was imported.')
    ignored = sorted({name for name in columns if name not in {"path", *_TAKEN}} - {""})
    if ignored:
        understood.remarks.append(f"Not read: {display_path(', '.join(ignored)[:500])}.")
    paths = _Paths(library)
    for number, row in rows:
        if len(row) != len(columns):
            understood.remarks.append(f"Line {number}: {len(row)} cells instead of {len(columns)}; left out.")
            continue
        cells = dict(zip(columns, row, strict=True))
        file = paths.file_called(text_of(cells["path"]).strip())
        if file is None:
            understood.unknown.append(display_path(cells["path"][:500]))
        else:
            _, said = understood.files.setdefault(file.id, (file, _Said()))
            understood.remarks += [f"Line {number}: {remark}" for remark in _take(cells, said)]
    return understood


class _Paths:
    """Files by what a table calls them: an absolute path, or one relative to a root, if only one root has it."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._roots = library.roots()

    def file_called(self, name: str) -> AudioFile | None:
        if not name:
            return None
        try:
            found = self._known([Path(name)] if os.path.isabs(name) else [root.path / name for root in self._roots])
        except (OSError, ValueError):  # no file can have this name
            return None
        if not found and "\\x" in name:
            found = self._known(self._shown.get(name, []))
        return found[0] if len(found) == 1 else None

    def _known(self, paths: Iterable[Path]) -> list[AudioFile]:
        return list(self._library.files_at_paths(paths).values())

    @functools.cached_property
    def _shown(self) -> dict[str, list[Path]]:
        """Paths that are not UTF-8, as export shows them."""
        shown: dict[str, list[Path]] = defaultdict(list)
        for root in self._roots:
            for file in self._library.files_under(root.id):
                for path in (file.path, file.relative_path):
                    if not os.fspath(path).isprintable():
                        shown[text_of(cell_of(os.fspath(path)))].append(file.path)
        return shown


def _take(cells: dict[str, str], said: _Said) -> Iterator[str]:
    """Enter a row into what is said of its file; yields what was left out, and why."""
    said.tags += filter(None, map(storable_text, texts_of(cells.get("tags", ""))))
    said.collections += filter(None, map(storable_text, texts_of(cells.get("collections", ""))))
    for column in ("caption", "note"):
        text = storable_text(text_of(cells.get(column, "")))
        if text and getattr(said, column) not in {"", text}:
            yield f"another {column} for a file that has one above; left out."
        elif text:
            setattr(said, column, text)
    rating = text_of(cells.get("rating", "")).strip()
    if rating in {"1", "2", "3", "4", "5"}:
        if said.rating not in {None, int(rating)}:
            yield "another rating for a file that has one above; left out."
        else:
            said.rating = int(rating)
    elif rating:
        yield f'"{display_path(rating[:20])}" is no rating from 1 to 5; left out.'


# --- reading a table --------------------------------------------------------------------------------------------------


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The line on which each row ends, and its cells. Raises EngineError."""
    text = _text(path)
    delimiter = max(",;\t", key=text[:10_000].partition("\n")[0].count)  # spreadsheets follow the system's language
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = []
    try:
        for row in reader:
            if any(len(cell) > _MOST_CHARACTERS for cell in row):
                raise csv.Error("a cell is too large")
            if any(row):
                rows.append((reader.line_num, row))
    except csv.Error as error:
        raise EngineError(
            f"{display_path(path)} holds no table, or a cell of more than {_MOST_CHARACTERS:,} characters,"
            f" at line {reader.line_num}; nothing was imported."
        ) from error
    return iter(rows)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise EngineError(f"{display_path(path)} is too large for a table of sounds; nothing was imported.")
        stored = path.read_bytes()
    except OSError as error:
        raise EngineError(f"{display_path(path)} cannot be read: {reason_of(error)}.") from error
    try:
        if stored.startswith((b"\xff\xfe", b"\xfe\xff")):
            return stored.decode("utf-16")
        return stored.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EngineError(
            f"{display_path(path)} is not in UTF-8, so its letters would be wrong; nothing was imported."
            ' Save it as "CSV UTF-8" and try again.'
        ) from error
