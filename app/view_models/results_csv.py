"""Results as a table for spreadsheets."""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from app.view_models import wording
from app.view_models.plain_text import one_line
from app.view_models.result_columns import named
from app.view_models.results import ResultRow
from engine.errors import EngineError, display_path
from engine.library_rows import FileRow

HEADINGS = (
    "file",
    "folder",
    "score",
    "weak",
    "order_margin",
    "start_s",
    "end_s",
    "clauses",
    "words",
    "duration_s",
    "sample_rate_hz",
    "channels",
    "format",
    "tags",
    "rating",
)
# Spreadsheets take text that begins so for a formula, which might reach other files or open a connection
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")

Value = str | int | float | None


def write_csv(path: Path, rows: Iterable[tuple[ResultRow, FileRow]]) -> None:
    """Write the file as a whole or not at all. Raises EngineError.

    UTF-8 with a byte order mark: without it Excel reads names with umlauts in the wrong character set, and everything
    else that reads CSV knows what it is.
    """
    written = path.with_name(f".{secrets.token_hex(8)}.csv")
    try:
        with written.open("x", encoding="utf-8-sig", newline="") as file:
            table = csv.writer(file)
            table.writerow(HEADINGS)
            table.writerows([_harmless(value) for value in _values(*row)] for row in rows)
            file.flush()
            os.fsync(file.fileno())
        os.replace(written, path)
    except OSError as error:
        raise EngineError(
            f"The results could not be written to {display_path(path)} ({error.strerror or error}); "
            "nothing there has changed, and you can choose another place."
        ) from error
    finally:
        written.unlink(missing_ok=True)


def _values(result: ResultRow, file: FileRow) -> tuple[Value, ...]:
    has_moment = result.end_s is not None
    return (
        display_path(file.path.name),
        display_path(file.path.parent),
        _rounded(result.score),
        None if result.score is None else "yes" if result.weak else "no",
        _rounded(result.order_margin),
        _rounded(result.start_s) if has_moment else None,
        _rounded(result.end_s),
        "; ".join(
            f"{named(clause)} {clause.start_s:.3f}–{clause.end_s:.3f} ({clause.score:.3f})" for clause in result.clauses
        ),
        ", ".join(map(one_line, result.words)),
        _rounded(file.duration_s),
        file.sample_rate_hz,
        file.channels,
        wording.format_label(file.container, file.encoding, None),
        ", ".join(map(one_line, file.tags)),
        file.stars,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _harmless(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_BEGINNINGS) else value
