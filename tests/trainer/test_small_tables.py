from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from trainer.small_runs import ABLATIONS, DONE, FIGURES, RECIPES
from trainer.small_tables import COMPARISONS, report


def cell(value: float, spread: float = 0.01) -> dict[str, float]:
    return {"value": value, "low": value - spread, "high": value + spread}


def finish(
    folder: Path, name: str, told: Sequence[Mapping[str, float | str]], tables: Mapping[str, Any] | None = None
) -> None:
    """Leave what a finished run leaves."""
    run = folder / name
    run.mkdir(parents=True)
    (run / DONE).write_text('{"seconds": 90}')
    (run / "log.jsonl").write_text("\n".join(json.dumps(entry) for entry in told))
    if tables is not None:
        (run / FIGURES).write_text(json.dumps({"network": "tiny", "tables": tables}))


def found(value: float) -> dict[str, Any]:
    return {"both ways": {"rows": {"tiny": {"T2A mAP@10": cell(value)}}, "notes": ["both ways: 4 captions"]}}


def row_of(text: str, begins: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"| {begins} |"))
    return [each.strip() for each in line.strip("|").split("|")]


def test_a_recipe_is_shown_before_and_after(tmp_path: Path) -> None:
    told = [{"step": 0, "map": 0.02}, {"step": 50, "loss": 3.0}, {"step": 300, "map": 0.07, "modality_gap": 0.8}]
    finish(tmp_path, "clap2022", told, found(0.061))
    finish(tmp_path, "cacophony_mae", [{"step": 0, "held_out_masked": 1.2}, {"step": 9, "held_out_masked": 0.6}])
    judged = [{"step": 0, "found": 0.2, "held_out": 3.0}, {"step": 40, "found": 0.5, "held_out": 2.0}]
    lines: list[Mapping[str, float | str]] = [{"stage": "listening", "done": 9}, *judged]
    lines.append({"stage": "finished", "found": 0.6, "held_out": 1.9})
    finish(tmp_path, "personal", lines, found(0.2))
    text = report(tmp_path)
    assert row_of(text, "personal")[1:7] == ["ours", "40 × 96", "1.5", "mAP of tags by name", "0.200", "0.600"]
    _, items, _, minutes, figure, before, after, by_sentence, gap = row_of(text, "clap2022")
    assert (items, minutes, figure, before, after, gap) == ("C01-C15, C26-C28", "1.5", "mAP", "0.020", "0.070", "0.800")
    assert by_sentence == "0.061 [0.051, 0.071]"
    assert row_of(text, "cacophony_mae")[5:8] == ["1.200", "0.600", "–"]  # no sentence is asked of it
    assert "* both ways: 4 captions" in text
    assert "| reclap |" not in text  # which did not run


@pytest.mark.parametrize(
    ("with_sam", "without", "said"),
    [(0.10, 0.05, "agrees"), (0.05, 0.10, "disagrees"), (0.10, 0.09, "not told apart")],
)
def test_a_comparison_says_whether_the_paper_is_borne_out(
    with_sam: float, without: float, said: str, tmp_path: Path
) -> None:
    finish(tmp_path, "cacophony_coca", [], found(with_sam))
    finish(tmp_path, "coca_without_sam", [], found(without))
    row = row_of(report(tmp_path), "SAM, mAP@10")
    assert row[3] == f"{with_sam - without:+.3f}"
    assert row[5] == said


def test_what_the_paper_says_is_worse_is_borne_out_by_less(tmp_path: Path) -> None:
    finish(tmp_path, "temporal_aggregator", [], found(0.05))
    finish(tmp_path, "mlp_joined", [], found(0.10))
    assert row_of(report(tmp_path), "transformer and MLP, mAP@10")[5] == "agrees"


def test_several_seeds_are_compared_by_all_of_them(tmp_path: Path) -> None:
    for seed, value in (("", 0.100), ("-seed2", 0.102)):
        finish(tmp_path, f"cacophony_coca{seed}", [], found(value))
        finish(tmp_path, f"coca_without_sam{seed}", [], found(value - 0.005))
    row = row_of(report(tmp_path), "SAM, mAP@10")
    assert row[1] == "0.101 ± 0.001"
    assert row[5] == "agrees"  # intervals overlap, but every seed is better than any without


def test_every_comparison_is_of_runs_that_are_planned() -> None:
    names = {run.name for run in (*RECIPES, *ABLATIONS)}
    assert {one.run for one in COMPARISONS} | {one.other for one in COMPARISONS} <= names
