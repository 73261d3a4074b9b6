from __future__ import annotations

import json
from pathlib import Path

import pytest

from trainer.errors import TrainerError
from trainer.evaluate.compare import compare
from trainer.evaluate.evaluation import Evaluation
from trainer.evaluate.figures import Figure, Row, Table


def write(
    path: Path, first: Figure, *others: Figure | None, note: str = "12 sounds", section: str = "both ways"
) -> Path:
    columns = tuple(f"R@{k}" for k in range(1 + len(others)))
    table = Table(section, columns, (Row("ours", (first, *others)),), (note,))
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(Evaluation("net", "1", [table], []).to_dict()))
    return path


def test_shared_figures_stand_side_by_side(tmp_path: Path) -> None:
    a = write(tmp_path / "a.json", Figure(0.2, 0.1, 0.3), Figure(0.5, 0.4, 0.6), None)
    b = write(tmp_path / "b.json", Figure(0.4, 0.35, 0.5), Figure(0.55, 0.5, 0.7))
    c = write(tmp_path / "c.json", Figure(0.05, 0.0, 0.09), Figure(0.5, 0.4, 0.6), note="13 sounds")
    compared = compare([a, b, c])
    assert [(cell.row, cell.column) for cell in compared.cells] == [("ours", "R@0"), ("ours", "R@1")]
    assert compared.cells[0].differences == pytest.approx((0.2, -0.15))
    assert [cell.apart for cell in compared.cells] == [(True, True), (False, False)]
    lines = compared.text().splitlines()
    assert lines[0].split() == ["both", "ways", "A", "B", "B", "-", "A", "C", "C", "-", "A"]
    assert "+0.2 *" in lines[1]
    assert "+0.05 " in lines[2]
    assert "A and C were not measured on the same, or not in the same way: both ways" in lines
    assert lines[-3].startswith("A: ")
    stored = json.loads(json.dumps(compared.to_dict()))
    assert stored["cells"][0]["figures"][1] == {"value": 0.4, "low": 0.35, "high": 0.5}
    assert stored["cells"][0]["intervals_apart"] == [True, True]


def test_folders_of_runs_are_compared_by_what_they_told_last(tmp_path: Path) -> None:
    for name, loss in (("one", 2.0), ("two", 1.5)):
        write(tmp_path / name / "figures.json", Figure(loss, loss, loss))
        news = [{"step": 1, "loss": 9.0, "r10": 0.1}, {"step": 2, "loss": loss}]
        (tmp_path / name / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in news))
    compared = compare([tmp_path / "one", tmp_path / "two"])
    of_log = {cell.column: cell for cell in compared.cells if cell.table == "last of the log"}
    assert of_log["loss"].differences == (-0.5,)
    assert of_log["loss"].apart == (None,)
    assert of_log["r10"].differences == (0.0,)
    assert next(cell.table for cell in compared.cells) == "both ways"


def test_what_cannot_be_compared_is_said(tmp_path: Path) -> None:
    a = write(tmp_path / "a.json", Figure(0.2, 0.1, 0.3))
    with pytest.raises(TrainerError, match=r"nowhere\.json cannot be read"):
        compare([a, tmp_path / "nowhere.json"])
    (tmp_path / "other.json").write_text('{"tables": 3}')
    with pytest.raises(TrainerError, match=r"other\.json is not what"):
        compare([a, tmp_path / "other.json"])
    with pytest.raises(TrainerError, match="nothing that was measured of all"):
        compare([a, write(tmp_path / "b.json", Figure(0.2, 0.1, 0.3), section="retrieval")])
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainerError, match="no log"):
        compare([a, tmp_path / "empty"])
