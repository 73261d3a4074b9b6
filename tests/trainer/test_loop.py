from __future__ import annotations

import itertools
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.small_tasks import PairsTask, paper_recipe
from trainer.errors import TrainerError
from trainer.interruptions import Wish
from trainer.loop import Outcome, learn, train
from trainer.run_state import load_newest_state
from trainer.running_news import read_news
from trainer.tasks.task import Batch


def weights(task: PairsTask) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in task.module.state_dict().items()}


def newest(folder: Path) -> dict[str, Any]:
    state = load_newest_state(folder)
    assert state is not None
    return state


def assert_same(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    for name in one:
        assert torch.equal(one[name], other[name]), name


def after(steps: int) -> Callable[[], bool]:
    """A wish to end after so many steps."""
    count = itertools.count(1)
    return lambda: next(count) == steps


def wait_until(condition: Callable[[], bool], *, patience_s: float = 60.0) -> None:
    until = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < until, "this never came"
        time.sleep(0.01)


def test_a_run_learns_and_its_best_network_is_what_is_left(tmp_path: Path) -> None:
    task = PairsTask()
    outcome = train(task, paper_recipe(length__steps=60, length__validate_every=10), tmp_path)
    assert outcome.finished
    assert outcome.steps == outcome.of == task.followed == 60
    assert outcome.best["rank"] < 0.5 * outcome.start["rank"]
    with torch.no_grad():
        assert task.validate() == pytest.approx(outcome.best)


@pytest.mark.parametrize(
    "settings",
    [
        {"descent__kind": "adamw", "schedule__kind": "plateau", "schedule__patience_epochs": 1},
        {"descent__kind": "lars", "descent__sharpness_radius": 0.1, "length__rows_at_once": 3},
    ],
)
def test_ten_interruptions_change_no_bit(tmp_path: Path, settings: dict[str, Any]) -> None:
    recipe = paper_recipe(length__steps=40, **settings)
    unbroken = PairsTask(dropout=0.3, norm=True)
    whole = train(unbroken, recipe, tmp_path / "unbroken")
    for stops in range(1, 11):
        task = PairsTask(dropout=0.3, norm=True)
        outcome = train(task, recipe, tmp_path / "broken", stop=after(1 + stops % 4))
        assert (outcome.finished, outcome.wish) == (False, Wish.END_FOR_CALLER)
    task = PairsTask(dropout=0.3, norm=True)
    assert train(task, recipe, tmp_path / "broken") == whole
    assert_same(weights(task), weights(unbroken))
    ends = [newest(tmp_path / each) for each in ("broken", "unbroken")]
    assert_same(ends[0]["module"], ends[1]["module"])


def test_a_run_that_is_finished_is_not_trained_further(tmp_path: Path) -> None:
    train(PairsTask(), paper_recipe(), tmp_path)
    task = PairsTask()
    again = train(task, paper_recipe(), tmp_path)
    assert (again.finished, again.steps, task.followed) == (True, 12, 0)


def test_a_signal_ends_a_process_after_its_step_and_it_goes_on_to_the_bit(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.small_tasks", "train", str(tmp_path / "run"), "100000"]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL) as process:
        log = tmp_path / "run" / "log.jsonl"
        wait_until(lambda: log.exists() and len(log.read_text().splitlines()) > 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 3
    reached = newest(tmp_path / "run")
    task = PairsTask(dropout=0.3)
    longer = paper_recipe(length__steps=100_000, length__validate_every=10**6, length__save_every=10**6)
    train(task, longer, tmp_path / "again", stop=after(reached["step"]))
    assert_same(weights(task), reached["module"])


def test_a_second_signal_ends_the_process_at_once(tmp_path: Path) -> None:
    script = (
        "import os, signal, time\n"
        "from pathlib import Path\n"
        "from trainer.interruptions import Interruptions, Wish\n"
        "with Interruptions(Path(), lambda: False) as wishes:\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    assert wishes.wish() == Wish.END_FOR_SIGNAL\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    time.sleep(60)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[2], timeout=50, check=False)
    assert ended.returncode == -signal.SIGTERM


def test_signals_are_the_former_handlers_again_after_the_run(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)

    def terminate() -> bool:
        os.kill(os.getpid(), signal.SIGTERM)
        return False

    ended = train(PairsTask(), paper_recipe(), tmp_path, stop=terminate)
    assert (ended.wish, ended.steps) == (Wish.END_FOR_SIGNAL, 2)  # heard after it was asked for
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_file_pauses_a_run_and_another_ends_it(tmp_path: Path) -> None:
    outcomes: list[Outcome] = []
    (tmp_path / "pause").touch()
    recipe = paper_recipe(length__steps=1_000_000, length__validate_every=10**6, length__save_every=10**6)
    run = threading.Thread(target=lambda: outcomes.append(train(PairsTask(), recipe, tmp_path)))
    run.start()
    wait_until(lambda: (tmp_path / "state-00000001.pt").exists())
    wait_until(lambda: (tmp_path / "log.jsonl").exists() and "paused" in (tmp_path / "log.jsonl").read_text())
    assert run.is_alive()
    (tmp_path / "pause").unlink()
    wait_until(lambda: '"paused": 0.0' in (tmp_path / "log.jsonl").read_text())
    (tmp_path / "stop").touch()
    run.join(60)
    assert outcomes[0].wish == Wish.END_FOR_FILE
    assert newest(tmp_path)["step"] == outcomes[0].steps > 1
    assert not (tmp_path / "stop").exists()  # the next run goes on


def test_no_better_network_for_long_enough_ends_a_run_with_the_best(tmp_path: Path) -> None:
    class Worsening(PairsTask):
        """Nothing is better than after the second validation."""

        def validate(self) -> dict[str, float]:
            return {"rank": abs(self.followed - 4.0)}

    recipe = paper_recipe(
        length__steps=100, length__validate_every=2, length__stop_after=3, length__save_every=1, length__kept_states=2
    )
    task = Worsening()
    outcome = train(task, recipe, tmp_path)
    assert (outcome.finished, outcome.steps, outcome.best_step) == (True, 10, 4)
    kept = sorted(path.name for path in tmp_path.glob("state-*"))
    assert kept == ["state-00000004.pt", "state-00000009.pt", "state-00000010.pt"]
    other = PairsTask()
    train(other, recipe, tmp_path / "until the best", stop=after(4))
    assert_same(weights(task), weights(other))


def test_the_log_tells_losses_figures_pace_and_rate(tmp_path: Path) -> None:
    train(PairsTask(), paper_recipe(), tmp_path)
    news = read_news(tmp_path)
    assert [entry["step"] for entry in news] == list(range(13))
    assert set(news[0]) == {"step", "rank", "modality_gap"}
    parts = {"loss", "to_text", "to_sound"}
    assert set(news[1]) == {"step", "learning_rate", "rows_per_s", "waiting_share", "minutes_left", *parts}
    assert set(news[12]) == set(news[1]) | set(news[0])
    assert [entry["learning_rate"] for entry in news[1:4]] == pytest.approx([1.5e-2, 3e-2, 3e-2])
    assert list((tmp_path / "tensorboard").iterdir())


def test_a_loss_that_is_no_number_ends_the_run_and_leaves_a_state_that_was_one(tmp_path: Path) -> None:
    class Breaking(PairsTask):
        def batch(self, step: int, rows: range) -> Batch:
            return {
                name: value * (torch.nan if step == 7 and name == "heard" else 1)
                for name, value in super().batch(step, rows).items()
            }

    with pytest.raises(TrainerError, match=r"no longer a number at step 8; try a lower learning rate\."):
        train(Breaking(), paper_recipe(length__save_every=1), tmp_path)
    state = newest(tmp_path)
    assert state["step"] == 7
    assert all(value.isfinite().all() for value in state["module"].values())


def test_a_folder_of_another_network_is_refused(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    train(PairsTask(norm=True), paper_recipe(), tmp_path)
    with pytest.raises(TrainerError, match="of another network; it is untouched: choose another folder"):
        train(PairsTask(), paper_recipe(), tmp_path)


def test_numbers_of_sixteen_bits_train_too(tmp_path: Path) -> None:
    recipe = paper_recipe(length__precision="bfloat16", length__steps=60, descent__clip_norm=1.0)
    outcome = train(PairsTask(), recipe, tmp_path)
    assert outcome.best["rank"] < 0.5 * outcome.start["rank"]


def test_what_is_frozen_as_a_whole_stays_in_evaluation_mode() -> None:
    task = PairsTask(dropout=0.1, norm=True)
    task.towers.hear.requires_grad_(False)
    learn(task.module)
    assert task.module.training
    assert task.towers.read.training
    assert not any(each.training for each in task.towers.hear.modules())


def test_a_tower_that_can_do_without_its_activations_is_told_to(tmp_path: Path) -> None:
    told = []

    class Tower(nn.Linear):
        def checkpoint_activations(self, on: bool) -> None:
            told.append(on)

    task = PairsTask()
    task.towers.read = Tower(5, 4)
    train(task, paper_recipe(length__checkpoint_activations=True, length__steps=1), tmp_path)
    assert told == [True]
