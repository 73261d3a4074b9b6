"""Names after the Universal Category System for many files at once: shown first, then given, and taken back.

    CatID(-UserCategory)_(VendorCategory-)FXName_CreatorID_SourceID(_UserData).wav

(https://universalcategorysystem.com). No file is ever renamed over another. The library is told of each new name, so
that tags and embeddings stay; what a crash kept from it, the next scan sees, because a renamed file is the same file.
"""

from __future__ import annotations

import functools
import json
import os
import re
import secrets
import stat
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from engine.audio_readers import reason_of
from engine.errors import EngineError, Failure, display_path
from engine.exporting import SIDECAR_SUFFIX, GoOn, Stopped, always
from engine.library import Library
from engine.library_rows import AudioFile, Suggestion
from engine.metadata import parse_ucs_name, ucs_categories
from engine.ontology import kind_by_id
from engine.safe_files import move_to_new, write_new

FX_NAME_CHARACTERS = 25  # what the system asks for
_NOBODY = "NONE"  # what it writes for a block that is not known and not the last
_LONGEST_NAME = 255  # bytes on Linux, UTF-16 units on Windows and macOS
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')  # by Windows
# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)

Problem = Literal["", "unchanged", "taken", "wanted twice", "too long", "reserved", "no category"]


@dataclass(frozen=True)
class UcsBlocks:
    """The parts of a name; only the CatID must be there, written as in the public list."""

    cat_id: str
    fx_name: str = ""
    creator_id: str = ""
    source_id: str = ""
    user_category: str = ""
    vendor_category: str = ""
    user_data: str = ""


@dataclass(frozen=True)
class Renaming:
    """A file and the name it would get. Only one without a problem is carried out.

    case_only : nothing but capital letters differs
    """

    file_id: int
    old: Path
    new: Path
    problem: Problem = ""
    case_only: bool = False


# --- names ------------------------------------------------------------------------------------------------------------


def ucs_file_name(blocks: UcsBlocks, suffix: str) -> str:
    """Underscore and hyphen separate blocks, so inside one they become spaces. Raises ValueError for another CatID."""
    if blocks.cat_id not in ucs_categories():
        raise ValueError(f"{blocks.cat_id!r} is no CatID of the Universal Category System")
    category = "-".join(filter(None, [blocks.cat_id, _block(blocks.user_category)]))
    name = "-".join(filter(None, [_block(blocks.vendor_category), _block(blocks.fx_name)]))
    parts = [category, name, *map(_block, (blocks.creator_id, blocks.source_id, blocks.user_data))]
    while not parts[-1]:
        parts.pop()
    return "_".join(part or _NOBODY for part in parts) + suffix


def _block(text: str) -> str:
    plain = _FORBIDDEN.sub(" ", unicodedata.normalize("NFC", text)).replace("_", " ").replace("-", " ")
    return " ".join(plain.encode("utf-8", "replace").decode("utf-8").replace("?", " ").split()).strip(". ")


def suggested_blocks(
    file_name: str, *, tags: Sequence[str] = (), caption: str = "", cat_id: str = "", creator_id: str = "",
    source_id: str = "",
) -> UcsBlocks | None:  # fmt: skip
    """What is known of a file as blocks; None if neither its name nor a tag says of which category it is.

    What a UCS name says already stays, but for what is given here. The FXName of another file is its caption, or else
    its old name, as far as whole words fit.
    """
    known = parse_ucs_name(file_name)
    chosen = cat_id or (known.cat_id if known else category_of_tags(tags))
    if not chosen:
        return None
    if known is None:
        fx_name = _shortened(_block(caption or os.path.splitext(file_name)[0]))
        return UcsBlocks(chosen, fx_name, creator_id, source_id)
    return UcsBlocks(
        chosen,
        known.fx_name,
        creator_id or known.creator_id,
        source_id or known.source_id,
        known.user_category,
        known.vendor_category,
        known.user_data,
    )


def category_of_tags(tags: Iterable[str]) -> str:
    """The CatID of the first tag that names one, or that is called like one subcategory alone; "" if none does."""
    names = _cat_ids_by_name()
    return next((names[tag.casefold()] for tag in tags if tag.casefold() in names), "")


def category_of_suggestions(suggestions: Iterable[Suggestion]) -> str:
    """The CatID under which the best of what is at least likely would be filed; "" if there is none."""
    for suggestion in suggestions:
        if suggestion.kind is not None and suggestion.strength != "maybe" and not suggestion.implied:
            with suppress(KeyError):  # of another version's ontology
                for cat_id in kind_by_id(suggestion.kind).ucs:
                    return cat_id
    return ""


@functools.cache
def _cat_ids_by_name() -> dict[str, str]:
    named: dict[str, set[str]] = defaultdict(set)
    for cat_id, (category, subcategory) in ucs_categories().items():
        for name in (subcategory, f"{category} {subcategory}", f"{category}-{subcategory}", cat_id):
            named[name.casefold()].add(cat_id)
    unique = {name: min(cat_ids) for name, cat_ids in named.items() if len(cat_ids) == 1}
    return unique | {cat_id.casefold(): cat_id for cat_id in ucs_categories()}


def _shortened(text: str) -> str:
    if len(text) <= FX_NAME_CHARACTERS:
        return text
    whole_words = text[: FX_NAME_CHARACTERS + 1].rpartition(" ")[0].rstrip(",;. ")
    return whole_words or text[:FX_NAME_CHARACTERS]


@dataclass(frozen=True)
class FileToName:
    """What a name can be made of. `category` is a CatID that is only suggested; "" for none."""

    id: int
    path: Path
    tags: tuple[str, ...] = ()
    caption: str = ""
    category: str = ""

    def blocks(self, cat_id: str = "", creator_id: str = "", source_id: str = "") -> UcsBlocks | None:
        """As `suggested_blocks`; what is suggested counts where neither the name nor a tag says it."""
        said = suggested_blocks(
            self.path.name,
            tags=self.tags,
            caption=self.caption,
            cat_id=cat_id,
            creator_id=creator_id,
            source_id=source_id,
        )
        return said or (self.blocks(self.category, creator_id, source_id) if self.category else None)


@dataclass(frozen=True)
class FilesToName:
    """Files, and all names that are in their folders."""

    files: tuple[FileToName, ...]
    names: dict[Path, list[str]]


def files_to_name(library: Library, file_ids: Sequence[int], go_on: GoOn = always) -> FilesToName:
    """Those that there are, in the order of the ids; missing ones are left out. Raises Stopped if `go_on` says no."""
    rows, suggested = library.rows(file_ids), library.suggestions_of(file_ids)
    files = []
    for number, file_id in enumerate(file_ids):
        if not go_on(number, len(file_ids)):
            raise Stopped("It was stopped, and all files keep their names.")
        if file_id in rows and rows[file_id].state != "missing":
            category = category_of_suggestions(suggested.get(file_id, ()))
            row = rows[file_id]
            files.append(FileToName(file_id, row.path, row.tags, library.caption_of(file_id), category))
    return FilesToName(tuple(files), names_in_folders(file.path.parent for file in files))


# --- preview ----------------------------------------------------------------------------------------------------------


def preview_renamings(
    wanted: Mapping[int, tuple[Path, str]], names: Mapping[Path, Collection[str]]
) -> list[Renaming]:  # fmt: skip
    """What would become of files, and what is in the way; nothing is looked up or changed.

    wanted : by file id where the file is and its new name; "" if there is no category to name it after
    names : all that lies in each of the folders (see `names_in_folders`); a name that another of the files gives up
        counts as taken, because that file may keep it after all
    """
    taken = {folder: Counter(map(_compared, inside)) for folder, inside in names.items()}
    targets = Counter((path.parent, _compared(new_name)) for path, new_name in wanted.values() if new_name)
    renamings = []
    for file_id, (path, new_name) in wanted.items():
        same = _compared(new_name) == _compared(path.name)
        problem = _problem(path.name, new_name)
        if not problem and taken.get(path.parent, Counter())[_compared(new_name)] > same:
            problem = "taken"
        if not problem and targets[path.parent, _compared(new_name)] > 1:
            problem = "wanted twice"
        new = path.with_name(new_name) if problem != "reserved" and new_name else path
        renamings.append(Renaming(file_id, path, new, problem, case_only=same and new_name != path.name))
    return renamings


def _problem(old_name: str, new_name: str) -> Problem:
    if not new_name:
        return "no category"
    if new_name == old_name:
        return "unchanged"
    if len(os.fsencode(new_name)) > _LONGEST_NAME:
        return "too long"
    first_part = new_name.partition(".")[0].rstrip(" ")
    if _RESERVED.fullmatch(first_part) or _FORBIDDEN.search(new_name) or new_name[-1] in ". " or new_name[0] == ".":
        return "reserved"
    return ""


def _compared(name: str) -> str:
    """Names that some system takes for one: capitals and composed letters make no difference there."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def names_in_folders(folders: Iterable[Path]) -> dict[Path, list[str]]:
    """All names in each of the folders; a folder that cannot be listed has none."""
    found: dict[Path, list[str]] = {}
    for folder in set(folders):
        with suppress(OSError):
            found[folder] = os.listdir(folder)
    return found


# --- renaming ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Renamed:
    """How many files have other names now, which could not get theirs, and what takes it all back (None: nothing).

    stopped : before all files had their turn
    """

    files: int
    failures: tuple[Failure, ...]
    journal: Path | None
    stopped: bool = False


def rename_files(
    library: Library, renamings: Iterable[Renaming], journal_folder: Path, go_on: GoOn = always
) -> Renamed:
    """Carry out those without a problem. Raises EngineError if the way back cannot be kept; then nothing was done."""
    sound = [renaming for renaming in renamings if not renaming.problem]
    if not sound:
        return Renamed(0, (), None)
    journal = journal_folder / f"{time.time_ns():020d}-{secrets.token_hex(4)}.json"
    steps = [{"file_id": each.file_id, "old": os.fspath(each.old), "new": os.fspath(each.new)} for each in sound]
    try:
        journal_folder.mkdir(parents=True, exist_ok=True)
        write_new(journal, json.dumps(steps).encode())
    except OSError as error:
        reason = reason_of(error)
        raise EngineError(
            f"No file was renamed: {display_path(journal_folder)} cannot be written: {reason}."
        ) from error
    files = library.files(each.file_id for each in sound)
    failures: list[Failure] = []
    for number, each in enumerate(sound):
        if not go_on(number, len(sound)):
            return Renamed(number - len(failures), tuple(failures), journal, stopped=True)
        reason = _rename(library, files.get(each.file_id), each.old, each.new)
        if reason:
            failures.append(Failure(each.old, reason))
    return Renamed(len(sound) - len(failures), tuple(failures), journal)


def take_back_names(library: Library, journal: Path, go_on: GoOn = always) -> Renamed:
    """Give files their former names, the last renamed first. Raises EngineError for a journal that cannot be read.

    A file that has gone on to a third name, or whose former name is taken, keeps what it has; then so does the journal.
    """
    try:
        steps = [(int(step["file_id"]), Path(step["old"]), Path(step["new"])) for step in _steps(journal)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineError(f"{display_path(journal)} is damaged; all files keep their names.") from error
    files = library.files(file_id for file_id, _, _ in steps)
    done = 0
    failures: list[Failure] = []
    for number, (file_id, old, new) in enumerate(reversed(steps)):
        if not go_on(number, len(steps)):
            return Renamed(done, tuple(failures), journal, stopped=True)
        if not os.path.lexists(new) and os.path.lexists(old):
            continue  # it never got its new name
        reason = _rename(library, files.get(file_id), new, old)
        if reason:
            failures.append(Failure(new, reason))
        done += not reason
    if failures:
        return Renamed(done, tuple(failures), journal)
    with suppress(OSError):
        journal.unlink()
    return Renamed(done, (), None)


def kept_journals(journal_folder: Path) -> list[Path]:
    """What can be taken back, the latest first."""
    return sorted(journal_folder.glob("*.json"), reverse=True)


def _steps(journal: Path) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = json.loads(journal.read_bytes())
    return steps


def _rename(library: Library, file: AudioFile | None, old: Path, new: Path) -> str:
    """Returns why it could not be done; "" if it was."""
    if file is None or file.path not in {old, new} or new.parent != old.parent:
        return "the library knows it elsewhere"
    try:
        if not stat.S_ISREG(os.lstat(old).st_mode):
            return "it is not an ordinary file"
        move_to_new(old, new)
    except FileExistsError:
        return "there is a file of its new name"
    except (OSError, ValueError) as error:
        return reason_of(error) if isinstance(error, OSError) else "no file can have this name"
    with suppress(OSError):  # it may have none, or the place of one is taken
        move_to_new(old.with_name(old.name + SIDECAR_SUFFIX), new.with_name(new.name + SIDECAR_SUFFIX))
    # what the library knew of it, not what it is now: an edit it has not seen yet must not be hidden from the scan
    library.store_move(file.id, file.root_id, file.relative_path.with_name(new.name), file.stat)
    return ""
