from __future__ import annotations

import json
import logging
import math
import sys
from pathlib import Path

import pytest
import torch

from trainer.errors import TrainerError
from trainer.running_news import RunningNews, read_news


def lines(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def make_news(folder: Path, *, steps: int = 100) -> RunningNews:
    return RunningNews(folder, first=0, steps=steps, rows_per_step=8)


def test_a_line_has_the_means_since_the_one_before(tmp_path: Path) -> None:
    news = make_news(tmp_path)
    for done, loss in enumerate([1.0, 2.0, 6.0, 7.0], start=1):
        news.after_step(done, {"loss": torch.tensor(loss)}, waited_s=0.1, took_s=0.4)
        if done % 2 == 0:
            news.tell_training(done, learning_rate=1.23456e-5)
    news.close()
    first, second = lines(tmp_path)
    assert (first["loss"], second["loss"]) == (1.5, 6.5)
    assert first["rows_per_s"] == pytest.approx(20.0)
    assert first["waiting_share"] == pytest.approx(0.25)
    assert first["learning_rate"] == pytest.approx(1.2346e-5)  # far below 1, and still told


@pytest.mark.parametrize(("steps", "every"), [(10, 1), (150, 3), (1_000_000, 50)])
def test_a_short_run_tells_more_often(tmp_path: Path, steps: int, every: int) -> None:
    news = make_news(tmp_path, steps=steps)
    assert next(done for done in range(1, 101) if news.is_due(done)) == every
    news.close()


@pytest.mark.parametrize("writes", [True, False])
def test_a_loss_that_is_no_number_ends_the_run_in_every_process(tmp_path: Path, writes: bool) -> None:
    news = RunningNews(tmp_path, first=0, steps=9, rows_per_step=8, writes=writes)
    news.after_step(5, {"loss": torch.tensor(math.nan)}, waited_s=0.0, took_s=1.0)
    with pytest.raises(TrainerError, match=r"no longer a number at step 5; try a lower learning rate\."):
        news.tell_training(5, learning_rate=0.1)
    news.close()
    assert (tmp_path / "log.jsonl").exists() == writes


def test_without_tensorboard_the_log_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with caplog.at_level(logging.INFO):
        news = make_news(tmp_path)
    news.tell(0, {"map": 0.5})
    news.close()
    assert "TensorBoard is not installed" in caplog.text
    assert lines(tmp_path) == [{"step": 0, "map": 0.5}]


def test_the_later_of_two_lines_counts_and_half_a_line_does_not(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(
        '{"step": 0, "map": 0.1}\n{"step": 2, "loss": 3.0}\n{"step": 4, "loss": 2.0}\n'
        '{"step": 2, "loss": 2.5}\n{"step": 2, "map": 0.2}\n{"step": 4, "lo'
    )
    assert read_news(tmp_path) == [
        {"step": 0, "map": 0.1},
        {"step": 2, "loss": 2.5, "map": 0.2},
        {"step": 4, "loss": 2.0},
    ]
    with pytest.raises(TrainerError, match=r"There is no log of a run in .*nowhere\."):
        read_news(tmp_path / "nowhere")


def test_the_terminal_has_one_line_with_the_time_that_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    news = make_news(tmp_path)
    news.after_step(1, {"loss": torch.tensor(2.0)}, waited_s=0.0, took_s=0.5)
    news.close()
    shown = capsys.readouterr().err
    assert "\r\x1b[Kstep 1 of 100  loss 2  16 rows/s  0:0" in shown
    assert shown.endswith("\r\x1b[K")
