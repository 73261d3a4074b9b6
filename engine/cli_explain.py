"""`earmark explain`: where in a file a sentence is heard, in words or as a picture."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from engine.audio import AudioDecoder, Resampler, read_info, to_mono
from engine.cli_options import JsonOption, NetworkOption, path_argument
from engine.cli_output import say, show_json
from engine.cli_search import checked_query
from engine.errors import EngineError, display_path
from engine.long_spectrogram import SAMPLE_RATE_HZ, LongSpectrogram
from engine.query import parse
from engine.safe_files import write_over

if TYPE_CHECKING:
    from engine.explanation import Explanation, HeatMap, Relevance

PICTURE_SUFFIX = ".png"
LEAST_SCORE = 0.25  # below, a clause is hardly heard
OF_BEST = 0.5  # share of the best that a moment keeps
WARM = 0.5  # share of the warmest spot, that every frequency which is named reaches


@dataclass(frozen=True)
class Moment:
    """From when to when a clause is heard, and how clearly at best."""

    start_s: float
    end_s: float
    score: float


def explain_command(
    file: Annotated[
        Path, typer.Argument(parser=path_argument, metavar="FILE", help="A sound file, of the library or not.")
    ],
    clause: Annotated[str, typer.Argument(metavar="CLAUSE", help="What you hear in it; several sounds if you like.")],
    start_s: Annotated[float, typer.Option("--from", metavar="S", help="Where to begin, in seconds.")] = 0.0,
    end_s: Annotated[float | None, typer.Option("--to", metavar="S", help="Where to end.")] = None,
    png: Annotated[
        Path | None,
        typer.Option("--png", parser=path_argument, metavar="FILE", help="Draw it instead, into this PNG file."),
    ] = None,
    network: NetworkOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say when in a file each sound of a sentence is heard, how clearly, and at which frequencies.

    Frequencies are told of at most a minute: choose it with --from and --to. A picture shows the spectrogram, above it
    where each sound is heard, and below how clearly over time.

    Example: earmark explain yard.wav "a dog barks, then a car passes" --png yard.png
    """
    if png is not None and png.suffix.lower() != PICTURE_SUFFIX:
        raise typer.BadParameter(f"{display_path(png)} does not end in {PICTURE_SUFFIX}.", param_hint="--png")
    texts = [clause.text for clause in parse(checked_query(clause)).clauses]
    if not texts:
        raise typer.BadParameter("The sentence names no sound.", param_hint="CLAUSE")
    until_s = _checked_end(file, start_s, end_s)
    explanation = _explained(file, texts, start_s, until_s, network)
    if png is not None:
        _draw(explanation, start_s, until_s, png)
    maps = explanation.heat_maps or [None] * len(texts)
    for curve, heat_map in zip(explanation.relevance, maps, strict=True):
        if as_json:
            show_json(_as_json(file, curve, heat_map))
        elif png is None:
            _tell(curve, heat_map)


def moments_of(curve: Relevance) -> list[Moment]:
    """In order: where the curve is at least LEAST_SCORE and keeps OF_BEST of its best."""
    values = curve.values
    above = np.flatnonzero(values >= max(LEAST_SCORE, OF_BEST * float(values.max())))
    runs = np.split(above, np.flatnonzero(np.diff(above) > 1) + 1) if len(above) else []
    return [
        Moment(
            curve.start_s + float(run[0]) * curve.step_s,
            curve.start_s + float(run[-1] + 1) * curve.step_s,
            float(values[run].max()),
        )
        for run in runs
    ]


def band_of(heat_map: HeatMap, moment: Moment) -> tuple[float, float]:
    """From where to where, in hertz, a moment is warm: at least WARM of its warmest spot."""
    step_s = (heat_map.end_s - heat_map.start_s) / heat_map.heat.shape[1]
    first, last = ((at_s - heat_map.start_s) / step_s for at_s in (moment.start_s, moment.end_s))
    warmest = heat_map.heat[:, round(first) : round(last)].max(axis=1)  # (bands,)
    warm = np.flatnonzero(warmest >= WARM * warmest.max())
    return float(heat_map.edges_hz[warm[0]]), float(heat_map.edges_hz[warm[-1] + 1])


def _checked_end(file: Path, start_s: float, end_s: float | None) -> float:
    """Where the stretch ends. Raises BadParameter, EngineError for a part that the file does not have."""
    if not (math.isfinite(start_s) and start_s >= 0):
        raise typer.BadParameter(f"{start_s:g} is no time in a file.", param_hint="--from")
    if end_s is not None and not (math.isfinite(end_s) and end_s > start_s):
        raise typer.BadParameter(f"{end_s:g} does not come after {start_s:g}.", param_hint="--to")
    duration_s = read_info(file).duration_s or math.inf
    if start_s >= duration_s:
        raise EngineError(f"{display_path(file)} ends after {duration_s:.1f} s, before {start_s:g} s.")
    return min(duration_s, math.inf if end_s is None else end_s)


def _explained(file: Path, texts: list[str], start_s: float, end_s: float, network: Path | None) -> Explanation:
    from engine.embedding import Embedder
    from engine.explaining import FINE_S, Explainer

    if end_s - start_s > FINE_S:
        say(f"More than {FINE_S:g} s: frequencies are left out.")
    return Explainer(Embedder.load(network)).explain(file, texts, start_s, end_s, with_heat=True)


def _draw(explanation: Explanation, start_s: float, end_s: float, png: Path) -> None:
    from engine.explanation_picture import picture_of

    blocks = _blocks(explanation.path, start_s, end_s - start_s)
    write_over(png, picture_of(explanation, LongSpectrogram(blocks, start_s)))
    say(f"The picture is in {display_path(png)}.")


def _blocks(path: Path, start_s: float, duration_s: float) -> Iterator[np.ndarray]:
    """(samples,) each, at SAMPLE_RATE_HZ."""
    with AudioDecoder(path, start_s=start_s, duration_s=None if math.isinf(duration_s) else duration_s) as decoder:
        resampler = Resampler(decoder.info.sample_rate_hz, SAMPLE_RATE_HZ)
        for block in decoder:
            yield resampler.feed(to_mono(block))
    yield resampler.finish()


def _tell(curve: Relevance, heat_map: HeatMap | None) -> None:
    moments = moments_of(curve)
    typer.echo(f"{display_path(curve.text)}: {'' if moments else 'hardly heard'}".rstrip())
    for moment in moments:
        where = f"{moment.start_s:.1f} to {moment.end_s:.1f} s"
        band = ""
        if heat_map is not None:
            low_hz, high_hz = band_of(heat_map, moment)
            band = f"  mostly {_frequency(low_hz)} to {_frequency(high_hz)}"
        typer.echo(f"  {moment.score:.2f}  {where}{band}")


def _as_json(file: Path, curve: Relevance, heat_map: HeatMap | None) -> dict[str, Any]:
    heat = (
        {
            "start_s": round(heat_map.start_s, 3),
            "end_s": round(heat_map.end_s, 3),
            "edges_hz": [round(float(hz), 1) for hz in heat_map.edges_hz],
            "rows": [[round(float(value), 3) for value in row] for row in heat_map.heat],
        }
        if heat_map is not None
        else None
    )
    return {
        "path": str(file),
        "text": curve.text,
        "start_s": round(curve.start_s, 3),
        "step_s": round(curve.step_s, 4),
        "values": [round(float(value), 3) for value in curve.values],
        "moments": [
            {"start_s": round(one.start_s, 3), "end_s": round(one.end_s, 3), "score": round(one.score, 3)}
            for one in moments_of(curve)
        ],
        "heat": heat,
    }


def _frequency(hz: float) -> str:
    return f"{hz / 1000:.1f} kHz" if hz >= 995 else f"{round(hz, -1):.0f} Hz"
