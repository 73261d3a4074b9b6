from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from engine.library import Library
from trainer import small_runs
from trainer.config import CONFIGS, load_recipe
from trainer.errors import TrainerError
from trainer.small_library import LibraryPlan
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
    assert {run.recipe.partition(":")[0] for run in runs} == {path.stem for path in CONFIGS.glob("*.toml")} - {
        "captioner"
    }
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


def test_tuning_learns_from_a_library_that_is_made_first(
    small_shared: Path, network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = load_recipe("default")
    data = replace(default.data, held_out_sources=("c",), unseen_labels=("high tone", "low tone"))
    monkeypatch.setattr(small_runs, "load_recipe", lambda _: replace(default, data=data))
    monkeypatch.setattr(small_runs, "default_network_folder", lambda: network)
    command, run = Commands(), SmallRun("mine-seed2", "personal", seed=2)
    run_all([run], command, small_shared, tmp_path, LibraryPlan(sounds=5, labels=2, files=2, tagged=1))
    (said,) = command.said
    assert said[:5] == ["run", "personal", "--small", "--run", str(tmp_path / "mine-seed2")]
    assert said[5:9] == ["--set", "descent.seed=2", "--library", str(tmp_path / "mine-seed2" / "library")]
    assert sorted(said[9:]) == ["--tag", "--tag", "high tone", "low tone"]
    with Library(tmp_path / "mine-seed2" / "library", read_only=True) as library:
        assert len(library.listing()) == 5


def test_a_run_that_is_not_planned_is_named() -> None:
    with pytest.raises(TrainerError, match="no run nobody; there are clap2022, "):
        wanted(planned(ablations=False), ["nobody"])
