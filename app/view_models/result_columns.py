"""The columns of the list of results, and what each says of a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.view_models import order_texts, wording
from app.view_models.plain_text import one_line
from app.view_models.results import ResultRow
from app.view_models.verdicts import Verdict
from engine.errors import display_path
from engine.hits import ClauseMatch
from engine.library_rows import Column, FileRow

ColumnId = Literal["name", "match", "moment", "duration", "tags", "format", "folder", "rating", "modified", "waveform"]
Text = Callable[[ResultRow, FileRow | None], str]

NOT_LOADED = "…"
AS_FITS_PX = 1  # for a width that no person chose: narrower than a column can be made
LEAST_COLUMN_PX = 32


@dataclass(frozen=True)
class ResultColumn:
    """width_px : the least it takes by default
    growth : its share of the room that is left over
    text : what it says of a file, of which perhaps nothing is known yet
    order : what the library sorts by; None for what only a search knows
    numeric : shown with tabular figures, flush right
    usual : shown before a person chooses
    """

    id: ColumnId
    title: str
    width_px: int
    growth: int
    text: Text
    order: Column | None = None
    numeric: bool = False
    usual: bool = True


def _name(result: ResultRow, file: FileRow | None) -> str:
    return file.name if file else NOT_LOADED


def _match(result: ResultRow, file: FileRow | None) -> str:
    if result.score is not None:
        return f"{percent(result.score)} %"
    return _said(result)


def _moment(result: ResultRow, file: FileRow | None) -> str:
    return wording.moment(result.start_s, result.end_s) if result.end_s is not None else ""


def _duration(result: ResultRow, file: FileRow | None) -> str:
    return wording.duration(file.duration_s) if file else ""


def _tags(result: ResultRow, file: FileRow | None) -> str:
    return ", ".join(shown_tags(file)) if file else ""


def _format(result: ResultRow, file: FileRow | None) -> str:
    return wording.format_label(file.container, file.encoding, file.sample_rate_hz) if file else ""


def _folder(result: ResultRow, file: FileRow | None) -> str:
    return file.folder if file else ""


def _rating(result: ResultRow, file: FileRow | None) -> str:
    return "★" * file.stars if file and file.stars else ""


def _modified(result: ResultRow, file: FileRow | None) -> str:
    return wording.day(file.modified_s) if file else ""


def _nothing(result: ResultRow, file: FileRow | None) -> str:
    return ""


COLUMNS: tuple[ResultColumn, ...] = (
    ResultColumn("name", "Name", 200, 4, _name, "name"),
    ResultColumn("match", "Match", 72, 0, _match),
    ResultColumn("moment", "Moment", 104, 0, _moment, numeric=True),
    ResultColumn("duration", "Length", 64, 0, _duration, "duration", numeric=True),
    ResultColumn("tags", "Tags", 80, 2, _tags),
    ResultColumn("format", "Format", 96, 0, _format, "format"),
    ResultColumn("folder", "Folder", 80, 2, _folder, "folder"),
    ResultColumn("rating", "Rating", 80, 0, _rating, "rating", usual=False),
    ResultColumn("modified", "Modified", 88, 0, _modified, "modified", numeric=True, usual=False),
    ResultColumn("waveform", "Waveform", 96, 4, _nothing),
)
NUMBER_OF: dict[str, int] = {column.id: number for number, column in enumerate(COLUMNS)}
ColumnWidths = tuple[tuple[str, int], ...]


def percent(score: float) -> int:
    return round(100 * score)


def shown_tags(file: FileRow) -> list[str]:
    return [one_line(tag) for tag in file.tags]


def usual_columns() -> ColumnWidths:
    """As before a person chose, and as wide as fits."""
    return tuple((column.id, AS_FITS_PX) for column in COLUMNS if column.usual)


def chosen_columns(stored: ColumnWidths) -> ColumnWidths:
    """What a settings file says, as far as it makes sense: the name is always there, and no column twice."""
    known = {name: max(AS_FITS_PX, width_px) for name, width_px in stored if name in NUMBER_OF}
    if not known:
        return usual_columns()
    nameless = () if "name" in known else (("name", AS_FITS_PX),)
    return (*nameless, *known.items())


def fitting_widths(columns: Sequence[ResultColumn], room_px: int) -> dict[str, int]:
    """The columns' own widths, and where there is more room, their shares of it."""
    spare_px = max(0, room_px - sum(column.width_px for column in columns))
    shares = sum(column.growth for column in columns) or 1
    return {column.id: column.width_px + spare_px * column.growth // shares for column in columns}


def tooltip_of(column: ResultColumn, result: ResultRow, file: FileRow | None) -> str:
    """More than the column has room for, in plain lines."""
    if column.id == "match":
        return _why(result)
    if file is None:
        return ""
    lines = {
        "tags": _tags(result, file),
        "rating": wording.counted(file.stars, "star") if file.stars else "",
        "modified": wording.day_and_time(file.modified_s),
        "duration": wording.spoken_duration(file.duration_s) if file.duration_s is not None else "",
    }
    return lines.get(column.id) or "\n".join(_whole_file(file))


def _why(result: ResultRow) -> str:
    heard = [
        f"{named(clause)}: {percent(clause.score)} % at {wording.moment(clause.start_s, clause.end_s)}"
        for clause in result.clauses
    ]
    said = [f"Says {_said(result)}"] if result.words else []
    chance = ", may be chance" if result.weak else ""
    match = [f"{percent(result.score)} % match{chance}"] if result.score is not None else []
    wanted = sum(not clause.negated for clause in result.clauses)
    order = order_texts.sentence(result.order_margin, wanted)
    return "\n".join([*match, *heard, *([order] if order else []), *said])


def named(clause: ClauseMatch) -> str:
    """rain, or: not rain"""
    return f"not {one_line(clause.text)}" if clause.negated else one_line(clause.text)


def _said(result: ResultRow) -> str:
    return ", ".join(f"“{one_line(word)}”" for word in result.words)


def _whole_file(file: FileRow) -> list[str]:
    details = wording.format_details(file.container, file.encoding, file.sample_rate_hz, file.channels)
    facts = [wording.duration(file.duration_s), details, wording.size(file.size_bytes)]
    return [display_path(file.path), " · ".join(fact for fact in facts if fact), *_trouble(file)]


def _trouble(file: FileRow) -> list[str]:
    if file.state == "missing":
        return ["Not where it was when Earmark last looked"]
    return [f"Cannot be read: {one_line(file.reason or '')}"] if file.state == "unreadable" else []


def spoken(result: ResultRow, file: FileRow | None, verdict: Verdict | None = None) -> str:
    """A row for a screen reader: street_07.wav, match 82 percent, in order, 0:42 to 0:47, 3 minutes 10 seconds."""
    parts = [file.name if file else "not loaded yet"]
    if verdict is not None:
        parts.append(verdict)
    if result.score is not None:
        parts.append(f"match {percent(result.score)} percent")
    if result.weak:
        parts.append("may be chance")
    if order := order_texts.badge(result.order_margin):
        parts.append(order)
    if result.words:
        parts.append(f"says {_said(result)}")
    if result.end_s is not None:
        parts.append(_moment(result, file).replace("–", " to "))
    if file and file.duration_s is not None:
        parts.append(wording.spoken_duration(file.duration_s))
    if file and file.stars:
        parts.append(wording.counted(file.stars, "star"))
    return ", ".join(parts)
