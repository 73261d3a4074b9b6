"""What is known and said of files, on its way out: as CSV, as JSON, or as a small file beside each sound.

What a person said and what is suggested stay apart. Nothing is overwritten but a sidecar that Earmark itself wrote.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from engine.audio_readers import reason_of
from engine.errors import EngineError, Failure, display_path
from engine.library import Library
from engine.library_rows import EVERYTHING, AudioFile, Scope, Suggestion
from engine.metadata import parse_ucs_name
from engine.safe_files import write_new, write_over
from engine.spreadsheet_cells import cell_of, cell_of_texts
from engine.tag_edits import TagTexts

SIDECAR_SUFFIX = ".earmark.json"
SIDECAR_VERSION = 1
_SIDECAR_KEY = "earmark_sidecar"
_FILES_AT_ONCE = 1000
_MOST_SIDECAR_BYTES = 16_000_000

# Told before each file how many of how many are done; whether to go on. In whatever thread the work is done.
GoOn = Callable[[int, int], bool]


class Stopped(EngineError):
    """What was asked for was called off; the sentence says what is safe."""


def always(done: int, total: int) -> bool:
    return True


@dataclass(frozen=True)
class ExportedFile:
    """One file. Texts are "" and numbers None where nothing is known.

    tags, caption, note, rating : what a person said
    suggested_tags, suggested_caption : what the network or a personal tag makes of it, where a person did not say so
    ucs : CatID, category and subcategory, if its name begins with a CatID
    """

    path: str
    root: str
    relative_path: str
    duration_s: float | None
    sample_rate_hz: int | None
    channels: int | None
    format: str
    encoding: str
    size_bytes: int
    content_id: str
    tags: tuple[str, ...]
    suggested_tags: tuple[Suggestion, ...]
    caption: str
    suggested_caption: str
    note: str
    rating: int | None
    collections: tuple[str, ...]
    ucs: tuple[str, ...]


COLUMNS = tuple(field.name for field in fields(ExportedFile))


def exported(library: Library, scope: Scope = EVERYTHING, go_on: GoOn = always) -> Iterator[ExportedFile]:
    """The audible files of a scope, by name. Raises Stopped if `go_on` says no."""
    ids = library.listing(scope).tolist()
    collections = _collections_of_files(library)
    for start in range(0, len(ids), _FILES_AT_ONCE):
        here = ids[start : start + _FILES_AT_ONCE]
        files, suggested = library.files(here), library.suggestions_of(here)
        for number, file_id in enumerate(here, start):
            if not go_on(number, len(ids)):
                raise Stopped("The export was stopped, and no table was written.")
            if file_id in files:
                yield _exported(library, files[file_id], tuple(collections[file_id]), suggested.get(file_id, ()))


def _collections_of_files(library: Library) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for collection in library.collections.all():
        for file_id in library.collections.files(collection.id):
            found[file_id].append(collection.name)
    return found


def _exported(
    library: Library, file: AudioFile, collections: tuple[str, ...], suggested: Sequence[Suggestion]
) -> ExportedFile:
    caption, is_suggested = library.caption_of(file.id), library.caption_is_suggested(file.id)
    ucs = parse_ucs_name(file.path.name)  # what was read when it was indexed may be of a former name
    depth = len(file.relative_path.parts)
    return ExportedFile(
        path=os.fspath(file.path),
        root=os.fspath(file.path.parents[depth - 1]),
        relative_path=os.fspath(file.relative_path),
        duration_s=file.duration_s,
        sample_rate_hz=file.sample_rate_hz,
        channels=file.channels,
        format=file.container or "",
        encoding=file.encoding or "",
        size_bytes=file.size,
        content_id=(file.content_id or b"").hex(),
        tags=tuple(library.tags_of(file.id)),
        suggested_tags=tuple(suggested),
        caption="" if is_suggested else caption,
        suggested_caption=caption if is_suggested else "",
        note=library.note_of(file.id),
        rating=library.rating_of(file.id),
        collections=collections,
        ucs=(ucs.cat_id, ucs.category, ucs.subcategory) if ucs else (),
    )


def texts_to_write(library: Library, file_id: int, *, suggested_caption: bool = False) -> TagTexts:
    """What `engine.tag_writing` would write into a file: its tags, and a person's caption, or else, if asked for, the
    network's. Where nothing was said, what is in the file stays.
    """
    caption = library.caption_of(file_id)
    if library.caption_is_suggested(file_id) and not suggested_caption:
        caption = ""
    return TagTexts(caption or None, tuple(library.tags_of(file_id)) or None)


# --- CSV and JSON -----------------------------------------------------------------------------------------------------


def export_csv(library: Library, path: Path, scope: Scope = EVERYTHING, go_on: GoOn = always) -> int:
    """Write UTF-8 with a mark that spreadsheets recognise; returns how many files. Raises EngineError.

    A suggested tag is written with its strength: "dog (very likely)". A path that is not Unicode is written with
    escapes, as it is shown.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    count = 0
    for file in exported(library, scope, go_on):
        writer.writerow([_cell(getattr(file, column)) for column in COLUMNS])
        count += 1
    _write_export(path, written.getvalue().encode("utf-8-sig"))
    return count


def export_json(library: Library, path: Path, scope: Scope = EVERYTHING, go_on: GoOn = always) -> int:
    """Write a list of objects in ASCII, every text as it is; returns how many files. Raises EngineError."""
    files = [asdict(file) for file in exported(library, scope, go_on)]
    _write_export(path, json.dumps({"earmark_export": 1, "files": files}, indent=1).encode())
    return len(files)


def _write_export(path: Path, content: bytes) -> None:
    try:
        write_new(path, content)
    except FileExistsError as error:
        raise EngineError(f"{display_path(path)} exists already and was left as it is.") from error
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "no file can have this name"
        raise EngineError(f"{display_path(path)} cannot be written: {reason}.") from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return cell_of_texts(_text_of_part(part) for part in value)
    return cell_of(value) if isinstance(value, str) else str(value)


def _text_of_part(part: str | Suggestion) -> str:
    return part if isinstance(part, str) else f"{part.name} ({part.strength})"


# --- sidecars ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sidecars:
    """What became of them: how many were written, and the files that got none, with the reason.

    stopped : before all files had their turn
    """

    written: int
    failures: tuple[Failure, ...]
    stopped: bool = False


def write_sidecars(
    library: Library, scope: Scope = EVERYTHING, folder: Path | None = None, go_on: GoOn = always
) -> Sidecars:
    """A file `name.wav.earmark.json` for each sound: beside it, or in `folder`, in a folder of its root's name.

    An earlier sidecar is replaced at once; anything else of that name is not Earmark's and stays.
    """
    written: set[Path] = set()
    failures = []
    try:
        for file in exported(library, scope, go_on):
            sound = Path(file.path)
            beside = sound if folder is None else folder / Path(file.root).name / file.relative_path
            path = beside.with_name(f"{sound.name}{SIDECAR_SUFFIX}")
            if path in written:
                reason = "another root of the same name has a file of the same name"
            else:
                reason = _write_sidecar(path, file)
            if reason:
                failures.append(Failure(sound, reason))
            else:
                written.add(path)
    except Stopped:
        return Sidecars(len(written), tuple(failures), stopped=True)
    return Sidecars(len(written), tuple(failures))


def _write_sidecar(path: Path, file: ExportedFile) -> str:
    """Returns why it was not written; "" if it was."""
    content = json.dumps({_SIDECAR_KEY: SIDECAR_VERSION, **_without_place(file)}, indent=1).encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_new(path, content)
    except FileExistsError:
        return _replace_sidecar(path, content)
    except OSError as error:
        return reason_of(error)
    return ""


def _without_place(file: ExportedFile) -> dict[str, Any]:
    """Where the sound is says the sidecar's own place, which may move."""
    told = {name: value for name, value in asdict(file).items() if name not in {"path", "root", "relative_path"}}
    return {"file": Path(file.path).name, **told}


def _replace_sidecar(path: Path, content: bytes) -> str:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_SIDECAR_BYTES:
            return "there is another file of the sidecar's name"
        stored = json.loads(path.read_bytes())
        if not isinstance(stored, dict) or stored.get(_SIDECAR_KEY) != SIDECAR_VERSION:
            return "there is another file of the sidecar's name"
        write_over(path, content)
    except (ValueError, RecursionError):  # no JSON
        return "there is another file of the sidecar's name"
    except OSError as error:
        return reason_of(error)
    return ""
