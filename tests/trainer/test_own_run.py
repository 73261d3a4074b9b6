"""A run that is told what to do by two files, and tells what it does in a third."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
import torch

from trainer.errors import TrainerError
from trainer.own_run import LOG, PAUSE, STOP, OwnRun, RunStopped, is_number


@pytest.fixture
def run(tmp_path: Path) -> OwnRun:
    run = OwnRun(tmp_path / "run")
    run.begin({"recipe": "personal", "tags": ["bell"]})
    return run


def lines(run: OwnRun) -> list[dict]:
    assert run.folder is not None
    return [json.loads(line) for line in (run.folder / LOG).read_text().splitlines()]


def test_it_tells_line_by_line_and_how_long_it_will_take(run: OwnRun) -> None:
    run.tell_progress("listening", 1, 3)
    run.tell_progress("listening", 2, 3)
    run.tell("tuning", step=1, loss=0.123456789)
    first, second, third = lines(run)
    assert first == {"stage": "listening", "done": 1, "total": 3}
    assert second["minutes_left"] >= 0
    assert third == {"stage": "tuning", "step": 1, "loss": 0.12346}


def test_it_holds_while_there_is_a_pause_and_ends_at_a_stop(run: OwnRun) -> None:
    assert run.folder is not None
    run.heed()
    (run.folder / PAUSE).touch()
    held = threading.Thread(target=run.heed)
    held.start()
    give_up = time.monotonic() + 60
    while not (run.folder / LOG).exists() and time.monotonic() < give_up:
        time.sleep(0.01)
    assert held.is_alive()
    (run.folder / PAUSE).unlink()
    held.join(60)
    assert [line["stage"] for line in lines(run)] == ["paused", "resumed"]
    (run.folder / PAUSE).touch()
    (run.folder / STOP).touch()
    with pytest.raises(RunStopped):  # held or not
        run.heed()
    run.stopped()
    assert not (run.folder / STOP).exists()


def test_a_folder_is_for_one_thing(run: OwnRun) -> None:
    assert run.folder is not None
    OwnRun(run.folder).begin({"recipe": "personal", "tags": ("bell",)})
    with pytest.raises(TrainerError, match="something else"):
        OwnRun(run.folder).begin({"recipe": "personal", "tags": ["rain"]})


def test_what_was_made_is_not_made_again_until_it_is_finished(run: OwnRun) -> None:
    made = [([torch.ones(2).half()], [5]), None]
    assert run.kept_sounds("a", lambda: made) is made
    (columns, lengths), nothing = run.kept_sounds("a", lambda: pytest.fail("made again"))
    assert (columns[0].tolist(), lengths, nothing) == ([1, 1], [5], None)
    run.keep(3, {"done": 3})
    kept = run.kept()
    assert kept is not None
    assert kept["done"] == 3
    run.clear()
    assert run.kept() is None
    assert run.kept_sounds("a", lambda: 7) == 7


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    run = OwnRun(ended=lambda: True)
    run.begin({})
    run.tell("tuning", step=1)
    run.keep(1, {})
    assert run.kept() is None
    with pytest.raises(RunStopped):
        run.heed()
    run.clear()
    assert list(tmp_path.iterdir()) == []


def test_a_loss_that_is_no_number_ends_it() -> None:
    assert is_number(1.5) == 1.5
    with pytest.raises(TrainerError, match="no longer a number"):
        is_number(float("nan"))
