"""Pictures of a run, from what it told: one PNG file for each kind of figure that it has.

matplotlib draws them, and is imported by what needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from trainer.errors import TrainerError
from trainer.running_news import read_news

PLOTS = "plots"
SIZE_INCHES, DOTS_PER_INCH = (7.0, 3.6), 120
_PACE = frozenset({"step", "learning_rate", "rows_per_s", "waiting_share", "minutes_left", "paused"})

News = Sequence[dict[str, float]]


@dataclass(frozen=True)
class Plot:
    """The file's name, what its height means, and which of the figures it shows."""

    name: str
    height: str
    shows: Callable[[str], bool]


def _is_retrieval(figure: str) -> bool:
    """R@k and mean average precision, of whichever direction."""
    last = figure.rpartition("_")[2]
    return last == "map" or (last[:1] == "r" and last[1:].isdigit())


RETRIEVAL = Plot("retrieval", "share of held-out queries", _is_retrieval)
MODALITY_GAP = Plot("modality_gap", "length of the difference of means", lambda figure: figure == "modality_gap")
LEARNING_RATE = Plot("learning_rate", "learning rate", lambda figure: figure == "learning_rate")
THROUGHPUT = Plot("throughput", "rows per second", lambda figure: figure == "rows_per_s")


def draw_plots(run: Path) -> list[Path]:
    """Write <run>/plots/*.png; returns the files. Raises TrainerError if the run has told nothing that can be drawn."""
    news = read_news(run)
    losses = {name for entry in news if "loss" in entry and "learning_rate" in entry for name in entry}
    measured = {name for entry in news if "learning_rate" not in entry for name in entry}
    losses -= measured | _PACE
    others = measured - _PACE
    plots = (
        Plot("loss", "loss", lambda figure: figure in losses),
        RETRIEVAL,
        MODALITY_GAP,
        Plot("held_out", "held-out sounds", lambda f: f in others and not _is_retrieval(f) and f != "modality_gap"),
        LEARNING_RATE,
        THROUGHPUT,
    )
    folder = run / PLOTS
    folder.mkdir(exist_ok=True)
    drawn = [path for plot in plots if (path := _draw(plot, news, folder)) is not None]
    if not drawn:
        raise TrainerError(f"The run in {run} has told nothing that can be drawn.")
    return drawn


def _draw(plot: Plot, news: News, folder: Path) -> Path | None:
    from matplotlib.figure import Figure

    names = sorted({name for entry in news for name in entry if plot.shows(name)})
    if not names:
        return None
    figure = Figure(SIZE_INCHES, DOTS_PER_INCH, layout="constrained")
    axis = figure.subplots()
    for name in names:
        told = [(entry["step"], entry[name]) for entry in news if name in entry]
        few = "." if len(told) < 50 else ""  # a single one would not be seen without
        axis.plot([step for step, _ in told], [value for _, value in told], marker=few, label=name.replace("_", " "))
    axis.set_xlabel("step")
    axis.set_ylabel(plot.height)
    axis.grid(alpha=0.3)
    if len(names) > 1:
        axis.legend(fontsize=8)
    path = folder / f"{plot.name}.png"
    figure.savefig(path)
    return path
