"""Which sounds there are: one row a clip.

A manifest is a CSV file with the columns of `COLUMNS`, and of `MORE_COLUMNS` where they are needed; or a file of JSON
lines (.jsonl) or a Parquet file (.parquet) with fields of the same names. In a CSV file the lists of `MORE_COLUMNS` are
JSON.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from engine.errors import display_path
from engine.safe_files import write_over
from trainer.errors import TrainerError

COLUMNS = ("path", "source", "recording", "label", "caption", "seconds", "licence")
MORE_COLUMNS = ("other_captions", "labels", "split", "events")
_LISTS = ("other_captions", "labels", "events")


class Event(NamedTuple):
    """Something that is heard in a part of a clip; seconds from its beginning."""

    onset_s: float
    offset_s: float
    label: str


@dataclass(frozen=True)
class Clip:
    """One sound file. `caption` is empty where nobody could say what it is; split by `source` and `recording` only.

    labels : all classes of a set in which a sound has several; `label` alone where it has one
    split : the part of the published set that it is in, as in "test"; for sets with folds "fold1"
    events : what is heard when, in the order of onsets
    """

    path: Path
    source: str
    recording: str
    label: str
    caption: str
    seconds: float
    licence: str
    other_captions: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    split: str = ""
    events: tuple[Event, ...] = ()

    @property
    def captions(self) -> tuple[str, ...]:
        """All that people said of it; none where nobody could."""
        return tuple(each for each in (self.caption, *self.other_captions) if each)


def read_manifest(path: Path) -> list[Clip]:
    """The rows of a manifest, in its order; sounds' paths are relative to the folder that holds it.

    Raises TrainerError if there is no such file, a column is missing, or a length is not a number.
    """
    rows = _READERS.get(path.suffix.lower(), _csv_rows)
    try:
        return [clip_of_row(path.parent, row) for row in rows(path)]
    except FileNotFoundError as error:
        raise TrainerError(f"There is no manifest {display_path(path)}.") from error
    except KeyError as error:
        raise TrainerError(f"The manifest {display_path(path)} has no column {error}.") from error
    except (OSError, ValueError, TypeError, csv.Error) as error:  # pyarrow's errors are ValueErrors or OSErrors
        raise TrainerError(f"The manifest {display_path(path)} cannot be read: {error}.") from error


def write_manifest(path: Path, clips: Sequence[Clip]) -> None:
    """The suffix says how: .csv, .jsonl or .parquet. Sounds below the manifest's folder get relative paths.

    Raises TrainerError for another suffix, and for a name or text that the file cannot hold; then nothing is written.
    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise TrainerError(f"{display_path(path)} is no manifest's name: it ends in .csv, .jsonl or .parquet.")
    folder = Path(os.path.abspath(path.parent))
    try:
        content = write([row_of_clip(folder, clip) for clip in clips])
        path.parent.mkdir(parents=True, exist_ok=True)
        write_over(path, content)
    except UnicodeEncodeError as error:
        raise TrainerError(
            f"{display_path(path)} was not written: the text {display_path(str(error.object)[:80])} is not UTF-8;"
            " a .jsonl file can hold it."
        ) from error
    except OSError as error:
        raise TrainerError(f"{display_path(path)} cannot be written: {error.strerror or error}.") from error


def _csv_rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets put a mark before UTF-8
        for row in csv.DictReader(file):
            for column in _LISTS:
                if row.get(column):
                    row[column] = json.loads(row[column])
            yield row


def _jsonl_rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise ValueError(f"line {number} is no JSON object")
                yield row


def _parquet_rows(path: Path) -> list[dict[str, Any]]:
    from pyarrow import parquet

    with path.open("rb") as file:  # pyarrow would take a name for an address
        return list(parquet.read_table(file).to_pylist())


def clip_of_row(folder: Path, row: Mapping[str, Any]) -> Clip:
    """A row of a manifest in this folder. Raises KeyError, ValueError or TypeError."""
    path, source, recording, label, caption, seconds, licence = (row[column] for column in COLUMNS)
    if path is None or seconds is None:
        raise ValueError("a row ends early")
    length_s = float(seconds)
    if not 0.0 <= length_s < math.inf:
        raise ValueError(f"{seconds!r} is no length")
    texts = (str(each or "") for each in (source, recording, label, caption, licence))
    source, recording, label, caption, licence = texts
    return Clip(
        folder / path,
        source,
        recording,
        label,
        caption,
        length_s,
        licence,
        other_captions=_texts(row.get("other_captions")),
        labels=_texts(row.get("labels")),
        split=str(row.get("split") or ""),
        events=tuple(_event(each) for each in row.get("events") or ()),
    )


def _texts(stored: Any) -> tuple[str, ...]:
    if not isinstance(stored or [], list):
        raise TypeError(f"{stored!r} is no list")
    return tuple(str(each) for each in stored or ())


def _event(stored: Any) -> Event:
    onset_s, offset_s, label = (stored[name] for name in Event._fields)
    return Event(float(onset_s), float(offset_s), str(label))


def row_of_clip(folder: Path, clip: Clip) -> dict[str, Any]:
    """The fields of a clip as JSON has them, for a manifest in this folder."""
    path = Path(os.path.abspath(clip.path))
    return {
        "path": path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path),
        **{column: getattr(clip, column) for column in COLUMNS[1:]},
        "other_captions": list(clip.other_captions),
        "labels": list(clip.labels),
        "split": clip.split,
        "events": [Event(*event)._asdict() for event in clip.events],
    }


def _as_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Columns that no row needs are left out, so that what needs seven has seven."""
    columns = [*COLUMNS, *(column for column in MORE_COLUMNS if any(row[column] for row in rows))]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    return (json.dumps(value, ensure_ascii=False) if value else "") if isinstance(value, list) else value


def _as_jsonl(rows: Sequence[Mapping[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()  # ASCII: any name of a file can be told


def _as_parquet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    import pyarrow
    from pyarrow import parquet

    texts = pyarrow.list_(pyarrow.string())
    event = pyarrow.struct(
        [("onset_s", pyarrow.float64()), ("offset_s", pyarrow.float64()), ("label", pyarrow.string())]
    )
    kinds = {"seconds": pyarrow.float64(), "other_captions": texts, "labels": texts, "events": pyarrow.list_(event)}
    schema = pyarrow.schema([(each, kinds.get(each, pyarrow.string())) for each in (*COLUMNS, *MORE_COLUMNS)])
    written = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(list(rows), schema=schema), written)
    return written.getvalue()


_READERS: dict[str, Callable[[Path], Any]] = {".jsonl": _jsonl_rows, ".parquet": _parquet_rows}
_WRITERS = {".csv": _as_csv, ".jsonl": _as_jsonl, ".parquet": _as_parquet}


def without_licences(clips: Sequence[Clip], refused: Collection[str]) -> list[Clip]:
    """Leave out clips whose licence does not allow training a network that ships."""
    return [clip for clip in clips if clip.licence not in refused]


def split_by_source(clips: Sequence[Clip], held_out: Collection[str]) -> tuple[list[Clip], list[Clip]]:
    """(the rest, the held-out sources): nothing recorded by the same people is on both sides.

    Raises TrainerError for a source that no clip has, which is a slip of the pen.
    """
    unknown = set(held_out) - {clip.source for clip in clips}
    if unknown:
        raise TrainerError(f"No clip comes from these held-out sources: {', '.join(sorted(unknown))}.")
    return [c for c in clips if c.source not in held_out], [c for c in clips if c.source in held_out]


def mentions(clip: Clip, labels: Collection[str]) -> bool:
    """Whether a clip's label is one of these, or its caption has the words of one, whatever their endings."""
    if clip.label in labels:
        return True
    words = clip.caption.lower().split()
    return any(all(any(word.startswith(part) for word in words) for part in label.split()) for label in labels)
