"""What came of the small runs, as tables: of every recipe, and of what the papers leave out to see what it gives.

A comparison says what a paper reports, what is found here, and whether both agree. Where the intervals of two figures
overlap, one run of each does not tell them apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from trainer.config import load_recipe
from trainer.evaluate.figures import Figure
from trainer.recipe import is_of_a_paper, is_tuning, load_paper_recipe
from trainer.small_runs import ABLATIONS, DONE, FIGURES, RECIPES, SmallRun
from trainer.tuning_recipe import load_tuning_recipe

# what a run tells of held-out sounds, and how it is called here; the first that it tells is shown
TOLD = {
    "map": "mAP",
    "both_map": "mAP",
    "accuracy": "accuracy",
    "held_out_masked": "error in hidden patches (less is better)",
    "found": "mAP of tags by name",  # among random sounds of a library, of what was kept apart
}
SEED = re.compile(r"-seed\d+$")

HEAD = """# What the recipes give at our size

Every recipe's small variant, and what the papers leave out to see what it gives, trained and measured by

    earmark-train small --ablations --out docs/training-results.md

The sounds are those beside the repository. Sources that are held out train nothing; on them the best weights of a run
were chosen *and* its figures measured, alike for all: they compare these runs with each other and are no measure of a
network. The small variants have narrow towers and train for minutes on two processor cores; the papers' networks
trained for days on many cards. `personal` begins with the network in the box and tunes it to three tags of a small
library, so its figures stand beside no other's.
"""


@dataclass(frozen=True)
class Place:
    """Of a figure among `evaluate`'s tables. section : how the table's name begins; row : what the row's name holds, or
    nothing for that of the network.
    """

    section: str
    column: str
    row: str = ""


@dataclass(frozen=True)
class Comparison:
    """A run beside another. claim : what the paper says, where the first is better by it if `gains`."""

    what: str
    run: str
    other: str
    place: Place
    claim: str
    gains: bool = True
    other_place: Place | None = None  # where it is not the same


FOUND = Place("both ways", "T2A mAP@10")
BAT = Place("swapping", "BAT", "clip embedding")
NAMED, DRAWN = (Place("zero shot: ", "accuracy", way) for way in ("(C21)", "scenes (R05)"))

COMPARISONS = (
    Comparison(
        "masked pretraining, mAP@10", "cacophony_coca", "coca_without_mae", FOUND,
        "R@1 40.5 and 20.1 with it, 39.9 and 17.2 without",
    ),
    Comparison(
        "SAM, mAP@10", "cacophony_coca", "coca_without_sam", FOUND,
        "R@1 40.5 and 20.1 with it, 37.1 and 15.5 without",
    ),
    Comparison(
        "captioning, mAP@10", "cacophony_coca", "coca_without_captions", FOUND,
        "R@1 40.5 and 20.1 with it, 38.9 and 18.6 without",
    ),
    Comparison(
        "caption augmentation, mAP@10", "reclap", "reclap_without_rewrites", FOUND,
        "R@1 is not compared; zero-shot accuracy rises on every set",
    ),
    Comparison(
        "caption augmentation, zero-shot", "reclap", "reclap_without_rewrites", NAMED,
        "ESC-50 90.0 with it, 88.6 without",
    ),
    Comparison(
        "prompt augmentation, zero-shot", "reclap", "reclap", DRAWN,
        "ESC-50 92.8 with it, 90.0 without", other_place=NAMED,
    ),
    Comparison(
        "the same without caption augmentation", "reclap_without_rewrites", "reclap_without_rewrites", DRAWN,
        "it gains less: ESC-50 89.9 with it, 88.6 without", other_place=NAMED,
    ),
    Comparison(
        "joined sounds, BAT of the transformer", "temporal_aggregator", "aggregator_not_joined", BAT,
        "about .68 with them, .55 without",
    ),
    Comparison(
        "joined sounds, BAT of the MLP", "mlp_joined", "mlp_not_joined", BAT,
        ".51 with them, .50 without",
    ),
    Comparison(
        "transformer and MLP, BAT", "temporal_aggregator", "mlp_joined", BAT,
        "about .68 and .51, both with joined sounds",
    ),
    Comparison(
        "transformer and MLP, mAP@10", "temporal_aggregator", "mlp_joined", FOUND,
        "the transformer finds less: R@10 .730 and .790", gains=False,
    ),
    Comparison(
        "joined sounds, mAP@10 of the transformer", "temporal_aggregator", "aggregator_not_joined", FOUND,
        "R@10 .730 with them, .685 without",
    ),
)  # fmt: skip


def report(folder: Path) -> str:
    """All tables, in Markdown, of the runs that are finished there."""
    tables = (
        ("Every recipe", _recipe_table(folder)),
        ("With and without", _comparison_table(folder)),
        ("Order", _order_table(folder)),
    )
    parts = [HEAD]
    for title, table in tables:
        head, rule, *rows = table
        if rows:
            parts += [f"## {title}", "", head, rule, *rows, ""]
    return "\n".join([*parts, "## On how much it was measured", "", *_notes(folder)]) + "\n"


# --- the tables ---------------------------------------------------------------------------------------------------


def _recipe_table(folder: Path) -> Iterator[str]:
    yield "| run | items | steps × rows | minutes | figure | untrained | trained | mAP@10 by sentence | modality gap |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for run in RECIPES:
        ran = _of_all_seeds(folder, run.name)
        if ran:
            yield "| " + " | ".join(_recipe_cells(run, ran)) + " |"


def _recipe_cells(run: SmallRun, ran: Sequence[Path]) -> Iterator[str]:
    items, steps, rows = _size_of(run.recipe)
    yield from (run.name, items, f"{steps} × {rows}")
    yield f"{fmean(_minutes(path) for path in ran):.1f}"
    told = [_told(path) for path in ran]
    name = next((key for key in TOLD if key in told[0][0]), "")
    yield TOLD.get(name, "–")
    yield from (_mean([each[at][name] for each in told if name in each[at]]) for at in (0, 1))
    yield _mean_figure([_figure_in(path, FOUND) for path in ran])
    yield _mean([each[1]["modality_gap"] for each in told if "modality_gap" in each[1]])


def _comparison_table(folder: Path) -> Iterator[str]:
    yield "| what | run | beside | difference | the paper | here |"
    yield "|---|---|---|---|---|---|"
    for one in COMPARISONS:
        runs = [_figure_in(path, one.place) for path in _of_all_seeds(folder, one.run)]
        others = [_figure_in(path, one.other_place or one.place) for path in _of_all_seeds(folder, one.other)]
        with_it, without = ([figure for figure in figures if figure] for figures in (runs, others))
        if with_it and without:
            difference = fmean(each.value for each in with_it) - fmean(each.value for each in without)
            said = _verdict(with_it, without, gains=one.gains)
            cells = (one.what, _mean_figure(with_it), _mean_figure(without), f"{difference:+.3f}", one.claim, said)
            yield "| " + " | ".join(cells) + " |"


def _order_table(folder: Path) -> Iterator[str]:
    columns = ("BAT", "PTe R@1", "PTe swapped R@1")
    yield "| run | " + " | ".join(columns) + " | mAP@10 by sentence |"
    yield "|---|" + "---|" * (len(columns) + 1)
    for run in (*RECIPES, *ABLATIONS):
        if "swapping" in run.sections and (ran := _of_all_seeds(folder, run.name)):
            places = [*(Place(BAT.section, column, BAT.row) for column in columns), FOUND]
            cells = (_mean_figure([_figure_in(path, place) for path in ran]) for place in places)
            yield f"| {run.name} | " + " | ".join(cells) + " |"


def _notes(folder: Path) -> Iterator[str]:
    """What `evaluate` says of its tables, each sentence once."""
    said: dict[str, None] = {}
    for run in (*RECIPES, *ABLATIONS):
        for path in _of_all_seeds(folder, run.name):
            for table in _tables(path).values():
                said.update(dict.fromkeys(table["notes"]))
    seeds = max((len(_of_all_seeds(folder, run.name)) for run in RECIPES), default=0)
    yield f"* seeds: {seeds}; of several the mean is shown, with the standard deviation between them"
    yield from (f"* {note}" for note in said)


def _verdict(runs: Sequence[Figure], others: Sequence[Figure], *, gains: bool) -> str:
    """Whether the first is better, as the paper says: by all seeds, or by intervals that do not overlap."""
    if len(runs) > 1 and len(others) > 1:
        clear = min(each.value for each in runs) > max(each.value for each in others)
        clearly_not = max(each.value for each in runs) < min(each.value for each in others)
    else:
        clear, clearly_not = runs[0].low > others[0].high, runs[0].high < others[0].low
    if not gains:
        clear, clearly_not = clearly_not, clear
    return "agrees" if clear else "disagrees" if clearly_not else "not told apart"


# --- what the runs left -------------------------------------------------------------------------------------------


def _of_all_seeds(folder: Path, name: str) -> list[Path]:
    """The folders of a finished run, one a seed."""
    done = sorted(path.parent for path in folder.glob(f"{name}*/{DONE}"))
    return [path for path in done if SEED.sub("", path.name) == name]


def _minutes(run: Path) -> float:
    return float(json.loads((run / DONE).read_text(encoding="utf-8"))["seconds"]) / 60.0


def _told(run: Path) -> tuple[dict[str, float], dict[str, float]]:
    """The figures of held-out sounds before the first step, and after the last."""
    lines = (run / "log.jsonl").read_text(encoding="utf-8").splitlines()
    figures = [entry for entry in map(json.loads, lines) if TOLD.keys() & entry.keys()]
    return (figures[0], figures[-1]) if figures and figures[0]["step"] == 0 else ({}, figures[-1] if figures else {})


def _size_of(recipe: str) -> tuple[str, int, int]:
    """Items of the papers, steps, rows per step of a recipe's small variant."""
    if is_of_a_paper(recipe):
        paper = load_paper_recipe(recipe, small=True)
        return paper.items, paper.length.steps, paper.descent.rows_per_step
    if is_tuning(recipe):
        tuning = load_tuning_recipe(recipe, small=True)
        return "ours", tuning.descent.steps, tuning.rows.per_step
    own = load_recipe(recipe, small=True)
    return "ours", own.optimizer.steps, own.optimizer.rows_per_step


def _tables(run: Path) -> dict[str, Any]:
    path = run / FIGURES
    return dict(json.loads(path.read_text(encoding="utf-8"))["tables"]) if path.exists() else {}


def _figure_in(run: Path, place: Place) -> Figure | None:
    path = run / FIGURES
    if not path.exists():
        return None
    measured = json.loads(path.read_text(encoding="utf-8"))
    for section, table in measured["tables"].items():
        for row, cells in table["rows"].items():
            wanted = place.row in row if place.row else row == measured["network"]
            if section.startswith(place.section) and wanted and cells.get(place.column):
                return Figure(**cells[place.column])
    return None


def _mean_figure(figures: Iterable[Figure | None]) -> str:
    """One figure with its interval; of several their mean, with the standard deviation between them."""
    known = [figure for figure in figures if figure]
    if len(known) == 1:
        return str(known[0])
    return _mean([figure.value for figure in known])


def _mean(values: Sequence[float]) -> str:
    if not values:
        return "–"
    return f"{fmean(values):.3f}" + (f" ± {stdev(values):.3f}" if len(values) > 1 else "")
