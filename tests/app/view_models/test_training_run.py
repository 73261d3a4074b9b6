"""What a run's journal says of it."""

from __future__ import annotations

import json
from pathlib import Path

from app.view_models.training_run import TrainingRun, read_lines, read_networks

TUNING = [
    {"stage": "tuning", "step": 0, "steps": 40, "held_out": 3.0, "found": 0.2, "kept": 1.0},
    *(
        {"stage": "tuning", "step": step, "steps": 40, "loss": 3.0 - step / 40, "minutes_left": 1.0}
        for step in range(1, 21)
    ),
    {"stage": "tuning", "step": 20, "steps": 40, "held_out": 2.0, "found": 0.6, "kept": 0.99},
]


def test_what_is_told_becomes_progress_and_curves() -> None:
    run = TrainingRun().after([{"stage": "listening", "done": 16, "total": 64, "minutes_left": 2.5}])
    assert (run.stage, run.done, run.total, run.minutes_left, run.share_done) == ("listening", 16, 64, 2.5, 0.25)
    run = run.after(TUNING)
    assert (run.stage, run.done, run.total, run.minutes_left) == ("tuning", 20, 40, 1.0)
    assert run.curves.held_out == ((0, 3.0), (20, 2.0))
    assert run.curves.found == ((0, 0.2), (20, 0.6))
    assert run.curves.kept[-1] == (20, 0.99)
    assert len(run.curves.loss) == 20
    assert not run.is_over


def test_a_run_that_goes_on_draws_nothing_twice() -> None:
    again = [{"stage": "listening", "done": 64, "total": 64}, {"stage": "tuning", "step": 11, "steps": 40, "loss": 9.0}]
    run = TrainingRun().after([*TUNING, {"stage": "stopped"}]).after(again)
    assert [step for step, _ in run.curves.loss] == list(range(1, 12))
    assert run.curves.loss[-1] == (11, 9.0)


def test_a_pause_is_neither_end_nor_stage() -> None:
    run = TrainingRun().after([*TUNING, {"stage": "paused"}])
    assert (run.is_paused, run.stage) == (True, "tuning")
    assert not run.after([{"stage": "resumed"}]).is_paused
    assert run.after([{"stage": "stopped"}]).is_over


def test_lines_without_sense_are_passed_over() -> None:
    assert read_lines('{"stage": "stopped"}\n[1]\nno json\n{"half') == [{"stage": "stopped"}]
    assert TrainingRun().after([{"stage": "unheard of"}, {"step": 4}, {"stage": "tuning"}]).stage == "tuning"


def test_networks_are_known_by_their_folders(tmp_path: Path) -> None:
    def begin(name: str, *lines: dict, ready: bool = False) -> None:
        run = tmp_path / "training" / name
        run.mkdir(parents=True)
        (run / "run.json").write_text(json.dumps({"recipe": "personal", "tags": ["bell"]}))
        (run / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        if ready:
            (tmp_path / "networks" / name).mkdir(parents=True)
            (tmp_path / "networks" / name / "manifest.json").write_text("{}")

    begin("ready", *TUNING, {"stage": "finished", "steps": 20}, ready=True)
    begin("killed", *TUNING)
    begin("taken away", {"stage": "finished"})
    begin("failed", {"stage": "failed", "sentence": "Too few."})
    (tmp_path / "networks" / "copied").mkdir()
    (tmp_path / "networks" / "copied" / "manifest.json").write_text("{}")
    (tmp_path / "networks" / ".earmark-half").mkdir()
    found = {network.name: network for network in read_networks(tmp_path)}
    assert {name: network.run.stage for name, network in found.items()} == {
        "copied": "finished",
        "failed": "failed",
        "killed": "stopped",
        "ready": "finished",
        "taken away": "stopped",
    }
    assert found["failed"].run.sentence == "Too few."
    assert found["ready"].run.result == {"stage": "finished", "steps": 20}
    assert (found["killed"].recipe, found["killed"].arguments) == ("personal", {"recipe": "personal", "tags": ["bell"]})
    assert found["copied"].recipe is None
    assert read_networks(tmp_path / "nothing") == []
