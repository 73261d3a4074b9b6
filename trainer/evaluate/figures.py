"""What an evaluation says: figures with their intervals, in tables of systems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike

from trainer.evaluate.bootstrap import interval, resampled_counts, resampled_means


@dataclass(frozen=True)
class Figure:
    """A measured value with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def figure(values: np.ndarray, groups: ArrayLike) -> Figure:
    """The mean of the values (n,), and its interval when whole groups, (n,) or (n, members), of them are drawn."""
    return Figure(float(values.mean()), *interval(values, groups))


def figure_of(measure: Callable[[np.ndarray], float | None], groups: ArrayLike) -> Figure:
    """A measure that is no mean of what was measured on each: of all, and its interval when whole groups are drawn.

    measure : from how often each counts (n,) to the value, or None where these say nothing; such draws are left out
    groups : as for `bootstrap.resampled_counts`
    Raises ValueError if all of them say nothing.
    """
    value = measure(np.ones(len(np.asarray(groups))))
    if value is None:
        raise ValueError("there is nothing to measure")
    drawn = [measure(counts) if counts.any() else None for counts in resampled_counts(groups)]
    low, high = np.percentile([each for each in drawn if each is not None] or [value], [2.5, 97.5])
    return Figure(float(value), float(low), float(high))


def ratio(above: np.ndarray, below: np.ndarray, groups: ArrayLike) -> Figure | None:
    """How many times the mean of `below` (n,) that of `above` (n,) is; None if it is 0, or often would be.

    Both were measured on the same, so that they are drawn together.
    """
    means = resampled_means(below, groups)
    if not np.all(means > 0):
        return None
    low, high = np.percentile(resampled_means(above, groups) / means, [2.5, 97.5])
    return Figure(float(above.mean() / below.mean()), float(low), float(high))


@dataclass(frozen=True)
class Row:
    """What was measured of one system or under one condition; None where there was nothing to measure."""

    name: str
    figures: tuple[Figure | None, ...]


@dataclass(frozen=True)
class Table:
    """One section of an evaluation. `notes` say on how much it was measured."""

    section: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    def figure(self, row: str, column: str) -> Figure | None:
        """The figure in a cell. Raises KeyError if there is no such row or column."""
        return dict(zip(self.columns, self._row(row).figures, strict=True))[column]

    def _row(self, name: str) -> Row:
        return {row.name: row for row in self.rows}[name]

    def text(self) -> str:
        cells = [(self.section, *self.columns)]
        cells += [(row.name, *(str(figure or "-") for figure in row.figures)) for row in self.rows]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
        return "\n".join([*lines, *self.notes])

    def to_dict(self) -> dict[str, object]:
        rows = {
            row.name: {
                column: asdict(figure) if figure else None
                for column, figure in zip(self.columns, row.figures, strict=True)
            }
            for row in self.rows
        }
        return {"rows": rows, "notes": list(self.notes)}
