from __future__ import annotations

import json
import logging
import math
from pathlib import Path

import pytest

from trainer.errors import TrainerError
from trainer.journal import Journal


def make_journal(folder: Path, *, first: int = 0) -> Journal:
    return Journal(folder / "run" / "log.jsonl", rows_per_step=8, first=first, steps=100)


def lines(journal: Journal) -> list[dict[str, float]]:
    return [json.loads(line) for line in journal.path.read_text().splitlines()]


def test_every_entry_is_a_line_and_a_later_run_goes_on_with_the_same_file(tmp_path: Path) -> None:
    make_journal(tmp_path).write(50, {"loss": 1.23456, "caption": 0.5})
    again = make_journal(tmp_path, first=50)
    again.write(100, {"loss": 1.0})
    assert lines(again) == [{"step": 50, "loss": 1.2346, "caption": 0.5}, {"step": 100, "loss": 1.0}]


def test_the_log_says_the_same_in_short(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        make_journal(tmp_path).write(50, {"loss": 12.3456, "caption": 0.5})
    assert "step 50 of 100  loss 12.35  caption 0.5" in caplog.text


def test_pace_counts_from_where_the_run_went_on(tmp_path: Path) -> None:
    journal = make_journal(tmp_path, first=60)
    journal.started -= 20.0  # 20 s ago
    pace = journal.pace(70)
    assert pace["rows_per_s"] == pytest.approx(8 / 2.0, rel=0.1)
    assert pace["minutes_left"] == pytest.approx(30 * 2.0 / 60.0, rel=0.1)
    assert journal.pace(100)["minutes_left"] == 0.0


@pytest.mark.parametrize("broken", [math.nan, math.inf])
def test_a_figure_that_is_no_number_ends_the_run_once_it_is_written(tmp_path: Path, broken: float) -> None:
    journal = make_journal(tmp_path)
    with pytest.raises(TrainerError, match=r"no longer a number at step 50; try a lower learning rate\."):
        journal.write(50, {"loss": broken, "caption": 0.5})
    assert [entry["step"] for entry in lines(journal)] == [50]
