from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from trainer.config import CONFIGS
from trainer.errors import TrainerError
from trainer.small_runs import ABLATIONS, DONE, FIGURES, RECIPES, SmallRun, planned, run_all, wanted

EAR = SmallRun("ear", "cacophony_mae")
BOTH = SmallRun("both", "cacophony_coca", ("loss.captioning=0.0",), start="ear", sections=("both_ways",))


class Commands:
    """Takes what `earmark-train` would be told; does what leaves traces, and fails where it is told to."""

    def __init__(self, fails: str = "") -> None:
        self.said: list[list[str]] = []
        self._fails = fails

    def __call__(self, arguments: Sequence[str]) -> int:
        self.said.append(list(arguments))
        if self._fails in arguments:
            return 1
        for option, name in (("--run", "log.jsonl"), ("--json", "")):
            if option in arguments:
                path = Path(arguments[list(arguments).index(option) + 1], name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("{}")
        return 0


def test_every_recipe_is_run_after_what_it_starts_with() -> None:
    runs = planned(ablations=True, seeds=2)
    assert {run.recipe for run in runs} == {path.stem for path in CONFIGS.glob("*.toml")} - {"captioner"}
    assert len({run.name for run in runs}) == len(runs) == 2 * (len(RECIPES) + len(ABLATIONS))
    before: set[str] = {""}
    for run in runs:
        assert run.start in before
        before.add(run.name)


def test_a_run_is_trained_by_its_recipe_and_measured_on_held_out_sounds(tmp_path: Path) -> None:
    command = Commands()
    run_all([EAR, BOTH], command, Path("shared"), tmp_path)
    first, second, evaluation = command.said
    assert first[:3] == ["run", "cacophony_mae", "--small"]
    assert "--set" not in first
    assert [second[i + 1] for i, each in enumerate(second) if each == "--set"] == [
        "loss.captioning=0.0",
        f"start.audio={tmp_path / 'ear'}",
    ]
    assert evaluation[:4] == ["evaluate", "both_ways", "--split", "held-out"]
    assert json.loads((tmp_path / "both" / DONE).read_text())["seconds"] >= 0
    assert not (tmp_path / "ear" / FIGURES).exists()  # no network comes of it


def test_what_is_finished_is_not_run_again(tmp_path: Path) -> None:
    failing = Commands(fails="evaluate")
    with pytest.raises(TrainerError, match="both could not be done"):
        run_all([EAR, BOTH], failing, Path("shared"), tmp_path)
    again = Commands()
    run_all([EAR, BOTH], again, Path("shared"), tmp_path)
    assert [said[0] for said in again.said] == ["evaluate"]


def test_another_seed_starts_with_a_run_of_that_seed(tmp_path: Path) -> None:
    chosen = wanted(planned(ablations=False, seeds=3), ["cacophony_coca-seed3"])
    assert [run.name for run in chosen] == ["cacophony_mae-seed3", "cacophony_coca-seed3"]
    command = Commands()
    run_all(chosen, command, Path("shared"), tmp_path)
    assert "descent.seed=3" in command.said[0]


def test_a_run_that_is_not_planned_is_named() -> None:
    with pytest.raises(TrainerError, match="no run nobody; there are clap2022, "):
        wanted(planned(ablations=False), ["nobody"])
