"""How the training of a network of one's own is going, as the journal of its run tells it (docs/training.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

RUN, LOG = "run.json", "log.jsonl"

Stage = Literal["starting", "listening", "tuning", "comparing", "trying", "finished", "failed", "stopped"]
Recipe = Literal["personal", "captions", "continue"]
Point = tuple[int, float]  # step, value

_STAGES: tuple[Stage, ...] = ("listening", "tuning", "comparing", "trying", "finished", "failed", "stopped")


@dataclass(frozen=True)
class Curves:
    """What is drawn, step by step.

    loss : of what is learned from; held_out : of what is kept apart, by which the best step is chosen
    found : 0..1, how early sounds kept apart come for their name or sentence
    kept : 0..1, how much alike other sounds are to what they were
    """

    loss: tuple[Point, ...] = ()
    held_out: tuple[Point, ...] = ()
    found: tuple[Point, ...] = ()
    kept: tuple[Point, ...] = ()

    def after(self, line: Mapping[str, Any]) -> Curves:
        """A run that goes on begins where its state was kept: what it had told beyond that is void."""
        step = line.get("step")
        if not isinstance(step, int):
            return self
        names = [name for name in vars(self) if isinstance(line.get(name), int | float)]
        return replace(self, **{name: (*_before(step, getattr(self, name)), (step, line[name])) for name in names})


def _before(step: int, points: tuple[Point, ...]) -> tuple[Point, ...]:
    if not points or points[-1][0] < step:
        return points
    return tuple(point for point in points if point[0] < step)


@dataclass(frozen=True)
class TrainingRun:
    """What a run told last.

    done, total : of its stage, sounds or steps; result : the figures it ended with; sentence : why it failed
    """

    stage: Stage = "starting"
    is_paused: bool = False
    done: int = 0
    total: int = 0
    minutes_left: float | None = None
    curves: Curves = Curves()
    result: Mapping[str, Any] | None = None
    sentence: str = ""

    @property
    def is_over(self) -> bool:
        return self.stage in ("finished", "failed", "stopped")

    @property
    def share_done(self) -> float | None:
        """0..1 of its stage; None where that is not known."""
        return self.done / self.total if self.total else None

    def after(self, lines: Iterable[Mapping[str, Any]]) -> TrainingRun:
        """And then it told this."""
        run = self
        for line in lines:
            run = run._after(line)
        return run

    def _after(self, line: Mapping[str, Any]) -> TrainingRun:
        stage = line.get("stage")
        if stage in ("paused", "resumed"):
            return replace(self, is_paused=stage == "paused")
        if stage not in _STAGES:
            return self
        told = replace(self, stage=stage, is_paused=False, sentence=str(line.get("sentence", "")))
        match stage:
            case "tuning":
                told = replace(
                    told, curves=self.curves.after(line), done=_whole(line, "step"), total=_whole(line, "steps")
                )
            case "listening" | "trying":
                told = replace(told, done=_whole(line, "done"), total=_whole(line, "total"))
            case "finished":
                told = replace(told, result=line)
            case "comparing":
                told = replace(told, total=0)
        if "loss" in line or stage != "tuning":  # what is judged now and then says nothing of the time
            told = replace(told, minutes_left=line.get("minutes_left"))
        return told


def _whole(line: Mapping[str, Any], name: str) -> int:
    value = line.get(name)
    return value if isinstance(value, int) else 0


def read_lines(text: str) -> list[dict[str, Any]]:
    """The whole lines of a journal that make sense."""
    found = []
    for line in text.splitlines():
        try:
            read = json.loads(line)
        except ValueError:
            continue
        if isinstance(read, dict):
            found.append(read)
    return found


# --- what lies in a library's folder ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class OwnNetwork:
    """A network of one's own, finished or on its way.

    name : of its folder; folder : where the network is or will be; run_folder : where its run is kept
    recipe : None where nothing is known of how it was made
    """

    name: str
    folder: Path
    run_folder: Path
    run: TrainingRun
    recipe: Recipe | None = None
    arguments: Mapping[str, Any] | None = None

    @property
    def is_ready(self) -> bool:
        return self.run.stage == "finished"


def networks_folder(library_folder: Path) -> Path:
    return library_folder / "networks"


def runs_folder(library_folder: Path) -> Path:
    return library_folder / "training"


def trials_folder(library_folder: Path) -> Path:
    return library_folder / "trials"


def read_networks(library_folder: Path) -> list[OwnNetwork]:
    """Those that were made here or begun, by name. Reads small files only."""
    names = {
        path.name
        for parent in (networks_folder(library_folder), runs_folder(library_folder))
        if parent.is_dir()
        for path in parent.iterdir()
        if path.is_dir() and not path.name.startswith(".")
    }
    return [read_network(library_folder, name) for name in sorted(names, key=str.casefold)]


def read_network(library_folder: Path, name: str) -> OwnNetwork:
    folder, run_folder = networks_folder(library_folder) / name, runs_folder(library_folder) / name
    made_of = _read_json(run_folder / RUN)
    recipe = made_of.get("recipe")
    try:
        run = TrainingRun().after(read_lines((run_folder / LOG).read_text(encoding="utf-8")))
    except OSError:
        run = TrainingRun()
    if (folder / "manifest.json").is_file():  # a network is there as a whole or not at all
        run = replace(run, stage="finished")
    elif not run.is_over:  # it ended without a word
        run = replace(run, stage="stopped", is_paused=False)
    elif run.stage == "finished":  # its network was taken away
        run = replace(run, stage="stopped")
    known = recipe if recipe in ("personal", "captions", "continue") else None
    return OwnNetwork(name, folder, run_folder, run, known, made_of)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
