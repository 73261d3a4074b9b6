"""Files as a list shows them, hits in them, and a list that knows all of its files at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from app.item_models.results_model import ResultsModel
from engine.hits import Answer, ClauseMatch, Hit
from engine.library_rows import FileRow

OUTLINE = np.array([[-64, 64]] * 256, np.int8)


def file_row(file_id: int, **said: Any) -> FileRow:
    """`sound_007.wav` in /sounds/field: 190 s of stereo, 24 bits at 48 kHz."""
    row = FileRow(
        id=file_id,
        root_id=1,
        path=Path(f"/sounds/field/sound_{file_id:03}.wav"),
        name=f"sound_{file_id:03}.wav",
        folder="sounds/field",
        state="ok",
        reason=None,
        duration_s=190.0,
        sample_rate_hz=48_000,
        channels=2,
        container="WAV",
        encoding="PCM_24",
        size_bytes=54_720_044,
        modified_s=datetime(2026, 11, 18, 12).timestamp(),
        tags=(),
        stars=None,
    )
    return replace(row, **said)


def hit(
    file_id: int, score: float = 0.8, start_s: float = 42.3, end_s: float = 44.0, words: tuple[str, ...] = ()
) -> Hit:
    clause = ClauseMatch("dog barks", start_s, end_s, score)
    return Hit(file_id, file_row(file_id).path, score, start_s, end_s, (clause,), words, 190.0, weak=score < 0.5)


def knowing_model() -> ResultsModel:
    """Answers itself what it asks for: each file is a `file_row` with an outline."""

    def fetch_rows(file_ids: list[int]) -> None:
        model.put_rows({file_id: file_row(file_id) for file_id in file_ids})

    def fetch_peaks(file_ids: list[int]) -> None:
        model.put_peaks(dict.fromkeys(file_ids, OUTLINE))

    model = ResultsModel(fetch_rows, fetch_peaks)
    return model


def answer_of(hits: Sequence[Hit]) -> Answer:
    return Answer(tuple(hits), sum(not hit.weak for hit in hits), "Some of these stand out.")
