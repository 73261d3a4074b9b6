from __future__ import annotations

from typing import Any

import pytest

from trainer.recipe import ScheduleConfig
from trainer.schedules import LearningRate, steps_of


def rate(kind: Any, **settings: Any) -> LearningRate:
    """100 steps; an epoch is 10 of them."""
    return LearningRate(ScheduleConfig(kind, **settings), peak=2.0, steps=100, rows_per_step=4, rows=40)


@pytest.mark.parametrize("kind", ["constant", "cosine", "step", "plateau"])
def test_a_warm_up_goes_up_in_a_line(kind: str) -> None:
    warmed = rate(kind, warmup_steps=10)
    assert [warmed.at(step) for step in (0, 4, 9, 10)] == pytest.approx([0.2, 1.0, 2.0, 2.0])


def test_a_cosine_goes_down_to_the_final_rate() -> None:  # K17
    cosine = rate("cosine", warmup_steps=20, final_rate=0.5)
    assert [cosine.at(step) for step in (20, 60, 100, 200)] == pytest.approx([2.0, 1.25, 0.5, 0.5])


def test_steps_come_after_so_many_epochs() -> None:  # W02
    stepped = rate("step", every_epochs=3, factor=0.1)
    assert [stepped.at(step) for step in (0, 29, 30, 59, 60)] == pytest.approx([2.0, 2.0, 0.2, 0.2, 0.02])


@pytest.mark.parametrize("more", [True, False])
def test_a_plateau_of_more_epochs_than_patience_reduces_the_rate(more: bool) -> None:  # C14
    waiting = rate("plateau", patience_epochs=2, factor=0.1)
    figures = [(10, 1.0), (20, 2.0), (30, 2.0), (40, 1.5), (50, 1.0), (60, 2.0), (70, 3.0)]
    rates = []
    for step, figure in figures:
        waiting.observe(step, figure if more else -figure, more_is_better=more)
        rates.append(waiting.at(step))
    assert rates == pytest.approx([2.0, 2.0, 2.0, 2.0, 0.2, 0.2, 0.2])
    resumed = rate("plateau", patience_epochs=2, factor=0.1)
    resumed.resume(waiting.state())
    for each in (waiting, resumed):
        each.observe(100, 0.0, more_is_better=more)
    assert resumed.at(100) == waiting.at(100)
    assert resumed.state() == waiting.state()


def test_steps_count_before_epochs() -> None:
    assert steps_of(steps=7, epochs=3, rows=10, rows_per_step=4) == 7
    assert steps_of(steps=0, epochs=3, rows=10, rows_per_step=4) == 6  # whole batches alone
    assert steps_of(steps=0, epochs=3, rows=3, rows_per_step=4) == 3
