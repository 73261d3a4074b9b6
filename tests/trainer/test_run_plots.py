from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from trainer.errors import TrainerError
from trainer.run_plots import draw_plots


def write_log(run: Path, *entries: dict[str, float]) -> None:
    (run / "log.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def test_there_is_a_picture_for_each_kind_of_figure(tmp_path: Path) -> None:
    pace = {"learning_rate": 1e-4, "rows_per_s": 30.0, "waiting_share": 0.0, "minutes_left": 1.0}
    write_log(
        tmp_path,
        {"step": 0, "map": 0.1, "r10": 0.2, "modality_gap": 0.9, "scale": 14.0},
        {"step": 5, "loss": 2.0, "contrastive": 1.5, **pace},
        {"step": 10, "loss": 1.0, "contrastive": 0.5, **pace},
        {"step": 10, "map": 0.3, "r10": 0.4, "modality_gap": 0.8, "scale": 15.0},
    )
    drawn = draw_plots(tmp_path)
    names = ["loss", "retrieval", "modality_gap", "held_out", "learning_rate", "throughput"]
    assert drawn == [tmp_path / "plots" / f"{name}.png" for name in names]
    for path in drawn:
        with Image.open(path) as picture:
            assert picture.size == (840, 432)
            assert len(picture.convert("RGB").getcolors(2**20) or []) > 10  # something is drawn


def test_a_run_that_has_only_begun_has_what_there_is(tmp_path: Path) -> None:
    write_log(tmp_path, {"step": 0, "map": 0.1})
    assert [path.name for path in draw_plots(tmp_path)] == ["retrieval.png"]


def test_nothing_to_draw_is_said(tmp_path: Path) -> None:
    write_log(tmp_path)
    with pytest.raises(TrainerError, match="has told nothing that can be drawn"):
        draw_plots(tmp_path)
