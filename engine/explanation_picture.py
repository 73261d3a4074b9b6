"""An explanation as a picture: the spectrogram, at which frequencies each clause is heard, and how clearly over time.

matplotlib draws it, which only the extra `pictures` brings.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import EngineError, display_path
from engine.explanation import Explanation, HeatMap, Relevance
from engine.long_spectrogram import SAMPLE_RATE_HZ, LongSpectrogram

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

WIDTH_INCHES, DOTS_PER_INCH = 11.0, 120
SPECTROGRAM_INCHES, CURVE_INCHES, MARGIN_INCHES = 2.3, 0.9, 0.55
COLOURS = ("#c2410c", "#1d6fb8", "#2e7d32", "#8e24aa", "#b8860b")  # of clauses: dark enough for a line on white
MOST_OPAQUE = 0.85  # so that the spectrogram is seen below the warmest spot
LOWEST_HZ, TICKS_HZ = 50.0, (50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000)
RANGE_DB = 70.0  # below the loudest spot


def picture_of(explanation: Explanation, spectrogram: LongSpectrogram) -> bytes:
    """A PNG file.

    spectrogram : of the stretch that was explained
    Raises EngineError without matplotlib.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise EngineError(
            "A picture needs matplotlib, which is not installed: `pip install earmark[pictures]` adds it."
        ) from error
    heights = _heights(explanation)
    figure = Figure((WIDTH_INCHES, sum(heights) + MARGIN_INCHES), DOTS_PER_INCH, layout="constrained")
    figure.suptitle(display_path(explanation.path.name), x=0.01, ha="left", fontsize=10, parse_math=False)
    _draw(figure, heights, explanation, spectrogram)
    content = io.BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()


def _heights(explanation: Explanation) -> list[float]:
    """In inches: a spectrogram for each heat map, or one for all; a curve below."""
    curves = len(explanation.relevance)
    if explanation.heat_maps:
        return [SPECTROGRAM_INCHES, CURVE_INCHES] * curves
    return [SPECTROGRAM_INCHES, *[CURVE_INCHES] * curves]


def _draw(figure: Figure, heights: list[float], explanation: Explanation, spectrogram: LongSpectrogram) -> None:
    from matplotlib.colors import LinearSegmentedColormap, to_rgba

    axes = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    spectrograms, curves = (axes[::2], axes[1::2]) if explanation.heat_maps else (axes[:1], axes[1:])
    for axis in spectrograms:
        _draw_spectrogram(axis, spectrogram)
    for number, (axis, curve) in enumerate(zip(curves, explanation.relevance, strict=True)):
        _draw_curve(axis, curve, COLOURS[number % len(COLOURS)], is_named=not explanation.heat_maps)
    for number, (axis, heat_map) in enumerate(zip(spectrograms, explanation.heat_maps, strict=False)):
        colour = COLOURS[number % len(COLOURS)]
        fading = [to_rgba(colour, 0.0), to_rgba(colour, MOST_OPAQUE)]
        _draw_heat(axis, heat_map, LinearSegmentedColormap.from_list("heat", fading))
        axis.set_title(heat_map.text, loc="left", fontsize=10, color=colour, parse_math=False)
    axes[-1].set_xlim(spectrogram.start_s, spectrogram.end_s)
    axes[-1].set_xlabel("seconds")


def _draw_spectrogram(axis: Axes, spectrogram: LongSpectrogram) -> None:
    levels_db = spectrogram.levels_db
    edges_hz = np.maximum(spectrogram.edges_hz, 1.0)
    loudest = float(levels_db.max())
    axis.pcolormesh(spectrogram.edges_s, edges_hz, levels_db, vmin=loudest - RANGE_DB, vmax=loudest, cmap="Greys")
    axis.set_yscale("log")
    axis.set_ylim(LOWEST_HZ, SAMPLE_RATE_HZ / 2)
    ticks = [hz for hz in TICKS_HZ if hz < SAMPLE_RATE_HZ / 2]
    axis.set_yticks(ticks, [f"{hz / 1000:g} kHz" if hz >= 1000 else f"{hz} Hz" for hz in ticks])
    axis.minorticks_off()


def _draw_heat(axis: Axes, heat_map: HeatMap, colours: Colormap) -> None:
    edges_s = np.linspace(heat_map.start_s, heat_map.end_s, heat_map.heat.shape[1] + 1)
    axis.pcolormesh(edges_s, np.maximum(heat_map.edges_hz, 1.0), heat_map.heat, vmin=0.0, vmax=1.0, cmap=colours)


def _draw_curve(axis: Axes, curve: Relevance, colour: str, *, is_named: bool) -> None:
    edges_s = curve.start_s + curve.step_s * np.arange(len(curve.values) + 1)
    axis.stairs(curve.values, edges_s, fill=True, color=colour, alpha=0.25)
    axis.stairs(curve.values, edges_s, baseline=None, color=colour)
    axis.axhline(0.5, color="0.7", linewidth=0.8, linestyle=":")
    axis.set_ylim(0.0, 1.0)
    axis.set_yticks([0.0, 0.5, 1.0])
    axis.set_ylabel("how clearly", fontsize=8)
    if is_named:
        axis.set_title(curve.text, loc="left", fontsize=10, color=colour, parse_math=False)
