"""The real trainer beside the window: it is heard, held, ended and begun again, and it never outlives the window."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.view_models.training_texts import DIED, NO_TRAINER
from app.workers import training_process
from app.workers.training_process import TrainingProcess, trainer_folder
from engine.errors import EngineError
from tests.app.service_children import is_running
from tests.taught_libraries import write_taught_library

LONG_MS = 280_000  # for a child of low priority that imports torch on a busy machine


class Told:
    """What a process told."""

    def __init__(self, process: TrainingProcess) -> None:
        self.lines: list[dict[str, Any]] = []
        self.ends: list[str] = []
        process.told.connect(self.lines.extend)
        process.ended.connect(self.ends.append)

    def stages(self) -> list[str]:
        return list(dict.fromkeys(line["stage"] for line in self.lines))


@pytest.fixture
def process(qtbot: QtBot) -> Iterator[TrainingProcess]:
    process = TrainingProcess()
    yield process
    process.begin_end()
    process.end()


def test_it_is_held_ends_with_the_window_and_goes_on(tmp_path: Path, network: Path, qtbot: QtBot):
    write_taught_library(tmp_path / "library", tmp_path / "sounds")
    out, run = tmp_path / "networks" / "bells", tmp_path / "run"
    arguments = ["personal", str(tmp_path / "library"), "--network", str(network), "--out", str(out), "--tag", "bell"]
    process = TrainingProcess()
    told = Told(process)
    process.start(arguments, run, threads=1)
    with pytest.raises(EngineError, match="Another network"):
        process.start(arguments, run)
    process.pause()  # before it even listens
    qtbot.waitUntil(lambda: "paused" in told.stages(), timeout=LONG_MS)
    pid = process.pid
    assert pid is not None
    process.begin_end()
    process.end()
    assert not is_running(pid)
    assert told.ends == []
    assert "tuning" not in told.stages()
    assert not out.exists()

    process = TrainingProcess()
    told = Told(process)
    process.start(arguments, run, threads=1)  # no pause is left to hold it
    qtbot.waitUntil(lambda: "listening" in told.stages(), timeout=LONG_MS)
    process.stop()
    qtbot.waitUntil(lambda: told.ends == [""], timeout=LONG_MS)
    assert told.stages()[-1] in ("stopped", "finished")
    assert not process.is_running


def test_what_went_wrong_is_one_sentence(process: TrainingProcess, tmp_path: Path, qtbot: QtBot):
    told = Told(process)
    arguments = ["captions", str(tmp_path / "nothing"), "--out", str(tmp_path / "own")]
    process.start(arguments, tmp_path / "run")
    qtbot.waitUntil(lambda: told.ends == [""], timeout=LONG_MS)
    assert told.lines[-1]["stage"] == "failed"
    assert "There is no complete library" in told.lines[-1]["sentence"]
    process.start(["no such command"], tmp_path / "run")
    qtbot.waitUntil(lambda: len(told.ends) == 2, timeout=LONG_MS)
    assert told.ends[1] == DIED


def test_without_a_trainer_nothing_begins(process: TrainingProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert trainer_folder() == Path(training_process.__file__).parents[2]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert trainer_folder() is None
    with pytest.raises(EngineError, match="came without its trainer"):
        process.start(["personal"], tmp_path / "run")
    assert NO_TRAINER
    assert not (tmp_path / "run").exists()
