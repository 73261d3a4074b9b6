"""Runs side by side: what `evaluate` wrote of several networks, and what several trainings told last.

Each is compared with the first. Figures are of the same sounds if the notes of their tables are the same; where they
are not, it is said. Intervals that do not overlap are a difference; of those that do nothing is known, since both
were measured on the same sounds, and a difference of pairs can be surer than its parts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.errors import display_path
from trainer.errors import TrainerError
from trainer.evaluate.figures import Figure
from trainer.running_news import LOG, read_news

FIGURES = "figures.json"  # of a run's folder, if it was evaluated there
LAST = "last of the log"


@dataclass(frozen=True)
class Measured:
    """What is known of one run: its name, and by table, row and column its figures; a plain number has no interval."""

    name: str
    figures: Mapping[str, Mapping[tuple[str, str], Figure | float]]
    notes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Compared:
    """One cell of a table that all runs have. `apart` : of each but the first, whether its interval and that of the
    first do not overlap; None where there are no intervals.
    """

    table: str
    row: str
    column: str
    figures: tuple[Figure | float, ...]
    differences: tuple[float, ...]
    apart: tuple[bool | None, ...]


@dataclass(frozen=True)
class Comparison:
    names: tuple[str, ...]
    cells: tuple[Compared, ...]
    remarks: tuple[str, ...]

    def text(self) -> str:
        blocks = []
        for table in dict.fromkeys(cell.table for cell in self.cells):
            of_table = [cell for cell in self.cells if cell.table == table]
            blocks.append(_as_text(table, self.names, of_table))
        told = [f"{letter}: {name}" for letter, name in zip(_letters(len(self.names)), self.names, strict=True)]
        return "\n\n".join([*blocks, "\n".join([*self.remarks, *told])])

    def to_dict(self) -> dict[str, Any]:
        cells = [
            {
                **{part: getattr(cell, part) for part in ("table", "row", "column")},
                "figures": [asdict(each) if isinstance(each, Figure) else each for each in cell.figures],
                "differences": list(cell.differences),
                "intervals_apart": list(cell.apart),
            }
            for cell in self.cells
        ]
        return {"runs": list(self.names), "cells": cells, "remarks": list(self.remarks)}


def compare(paths: Sequence[Path]) -> Comparison:
    """paths : what `evaluate --json` wrote, or folders of runs.

    Raises TrainerError if one cannot be read, or all have nothing in common.
    """
    runs = [measured_in(path) for path in paths]
    first, *others = runs
    cells = []
    for table, cells_of_table in first.figures.items():
        for row, column in cells_of_table:
            found = [run.figures.get(table, {}).get((row, column)) for run in runs]
            figures = [each for each in found if each is not None]
            if len(figures) == len(runs):
                cells.append(_compared(table, row, column, figures))
    if not cells:
        raise TrainerError("There is nothing that was measured of all of them.")
    remarks = tuple(_remarks(first, others, {cell.table for cell in cells}))
    return Comparison(tuple(run.name for run in runs), tuple(cells), remarks)


def measured_in(path: Path) -> Measured:
    """Raises TrainerError if the file is not what `evaluate --json` writes, or the folder not that of a run."""
    if path.is_dir():
        return _of_folder(path)
    figures, notes = _of_file(path)
    return Measured(display_path(path), figures, notes)


def _of_folder(folder: Path) -> Measured:
    evaluated = folder / FIGURES
    figures, notes = _of_file(evaluated) if evaluated.exists() else ({}, {})
    if (folder / LOG).exists() or not figures:
        figures = {**figures, LAST: {("", name): value for name, value in _last_told(folder).items()}}
    return Measured(display_path(folder), figures, notes)


def _last_told(folder: Path) -> dict[str, float]:
    last: dict[str, float] = {}
    for entry in read_news(folder):
        last |= entry
    return last


def _of_file(path: Path) -> tuple[dict[str, dict[tuple[str, str], Figure | float]], dict[str, tuple[str, ...]]]:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        figures: dict[str, dict[tuple[str, str], Figure | float]] = {
            table: {
                (row, column): Figure(**cell)
                for row, columns in content["rows"].items()
                for column, cell in columns.items()
                if cell
            }
            for table, content in stored["tables"].items()
        }
        return figures, {table: tuple(content["notes"]) for table, content in stored["tables"].items()}
    except OSError as error:
        raise TrainerError(f"{display_path(path)} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainerError(f"{display_path(path)} is not what `evaluate --json` writes.") from error


def _compared(table: str, row: str, column: str, figures: Sequence[Figure | float]) -> Compared:
    first, *others = figures
    return Compared(
        table,
        row,
        column,
        tuple(figures),
        tuple(_value(other) - _value(first) for other in others),
        tuple(_apart(first, other) for other in others),
    )


def _value(figure: Figure | float) -> float:
    return figure.value if isinstance(figure, Figure) else figure


def _apart(one: Figure | float, other: Figure | float) -> bool | None:
    if not (isinstance(one, Figure) and isinstance(other, Figure)):
        return None
    return one.high < other.low or other.high < one.low


def _remarks(first: Measured, others: Sequence[Measured], tables: set[str]) -> Iterator[str]:
    yield "differences are to A; * where the 95 % intervals do not overlap"
    for letter, other in zip(_letters(len(others) + 1)[1:], others, strict=True):
        different = [table for table in sorted(tables) if first.notes.get(table) != other.notes.get(table)]
        if different:
            yield f"A and {letter} were not measured on the same, or not in the same way: {', '.join(different)}"


def _as_text(table: str, names: Sequence[str], cells: Sequence[Compared]) -> str:
    letters = _letters(len(names))
    heads = [letters[0], *(text for letter in letters[1:] for text in (letter, f"{letter} - A"))]
    lines = [[table, "", *heads]]
    for cell in cells:
        texts = [_as_cell(cell.figures[0])]
        for figure, difference, apart in zip(cell.figures[1:], cell.differences, cell.apart, strict=True):
            texts += [_as_cell(figure), f"{difference:+.3g}{' *' if apart else ''}"]
        lines.append([cell.row, cell.column, *texts])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _as_cell(figure: Figure | float) -> str:
    return str(figure) if isinstance(figure, Figure) else f"{figure:.4g}"


def _letters(count: int) -> list[str]:
    """A, B ... Z, then 27 and so on."""
    return [chr(ord("A") + number) if number < 26 else str(number + 1) for number in range(count)]
