"""From a file and sentences to where each is heard: the Explainer.

*How clearly.* A sentence is compared with the names of other kinds of sound in the same stretch, of which hardly any is
there: what these reach is what may be chance. So any file can be explained, of a library or not. For 500 held-out
sounds and their captions the best segment's deviations go with those above 5,000 segments of a library (r .90). Of a
file of a library the shape is the same, but it is as clear as its score there: see `known_sounds`.

*At which frequencies.* How warm a spot is, is how clear its moment is, times how loud it is, times how much more the
sentence's likeness falls there without this band than without others. `earmark-train evaluate localisation` measures it
beside loudness alone, and loudness where the curve is high. In 120 scenes (360 events) of held-out sounds, by which it
was chosen, and in as many of the sounds that measure:

                                      held out                  measured
                                      heat  loud  loud, clear   heat  loud  loud, clear
    the warmest spot is the event's   .64   .33   .61           .74   .33   .70
    share of the heat in the event    .39   .18   .37           .46   .19   .43
    two that meet are told apart      .61   .50   .53           .63   .50   .54
    area under the curve              .94   .93   .96           .92   .91   .94

Heat points to an event far better than loudness does, and alone tells frequencies apart; to colour all of an event it
is no better, so that it goes over a spectrogram and not in its place. The curve's highest point lies in the event for
.73 and .74, the loudest moment for .43 and .48, any moment for .22 and .26. Networks of other kinds were not measured,
and have no heat maps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from engine.audio import AudioDecoder, Resampler, to_mono
from engine.background import EVEN_Z, Background
from engine.clap.network import EarmarkNetwork, WeighingNetwork, padded_to_segments, segments_in
from engine.clap.saliency import HeardWindow, costs_of_bands, hear_window, row_edges_hz
from engine.decoding import WindowCutter
from engine.embedding import Embedder
from engine.explanation import Explanation, HeatMap, Relevance
from engine.known_sounds import KnownSound, KnownSounds, segments_between
from engine.ontology import sound_kinds

FINE_S = 60.0  # a longer stretch is heard by segments, and has no heat maps
ATTENTION = "what counts for the whole"  # the name of `Explainer.attention`
OTHER_KINDS_STEP = 5  # every fifth kind of sound is enough to be compared with
MOST_COMPARED = 1000  # segments or columns of a long stretch that are compared with them
LONGEST_LISTENED_S = 600.0  # of a file that a library does not know yet: hours take minutes
MOST_VALUES = 20_000  # of a curve of hours: more than a picture has pixels
WINDOWS_AT_ONCE = 8  # of a long stretch that are in memory
LOUD_RANGE_DB = 60.0  # so far below the loudest spot nothing is warm
COSTS_MORE = 0.03  # likeness that a band takes away, beyond what others do, and by which it counts


class ExplainingStopped(Exception):
    """Something else was wanted first."""


class Explainer:
    """Explains with the network of `embedder`: finely with our own, by its segments with any other.

    known : the sounds of a library; then long stretches of its files need not be listened to again
    """

    def __init__(self, embedder: Embedder, known: KnownSounds | None = None) -> None:
        self._embedder = embedder
        self._known = known
        self._others: np.ndarray | None = None

    def explain(
        self,
        path: Path,
        texts: Sequence[str],
        start_s: float,
        end_s: float,
        with_heat: bool = False,
        *,
        overall: Collection[str] = (),
        should_stop: Callable[[], bool] | None = None,
    ) -> Explanation:
        """How clearly each text is heard from `start_s` to `end_s` of a file, and if asked at which frequencies.

        There are no heat maps of more than `FINE_S`, nor with a network that is not our own; of hours a value stands
        for several segments; and of more than `LONGEST_LISTENED_S` of what a library does not know there is nothing.
        Curves and maps end where the file does.

        overall : those of the texts in the score of which what the file is on the whole has a say
        should_stop : asked before each window that is listened to
        Raises UnreadableAudio; ValueError if there is no time between start and end; ExplainingStopped.
        """
        _refuse_no_time(start_s, end_s)
        wanted = self._embedder.embed_text(texts)
        known = self._known.at(path, wanted, [text in overall for text in texts]) if self._known is not None else None
        may_go_on = partial(_go_on, should_stop or (lambda: False))
        if isinstance(self._embedder.network, EarmarkNetwork) and end_s - start_s <= FINE_S:
            return self._fine(path, texts, wanted, known, start_s, end_s, with_heat, may_go_on)
        if known is not None:
            return Explanation(path, self._stored_curves(texts, known, start_s, end_s))
        if self._known is not None and end_s - start_s > LONGEST_LISTENED_S:
            return Explanation(path, ())
        segments = np.concatenate(list(self._segments(self._windows(path, start_s, end_s, may_go_on))))
        z = self._contrast_z(wanted, segments)
        return Explanation(path, _curves(texts, z, start_s, self._embedder.segment_s))

    def _fine(
        self,
        path: Path,
        texts: Sequence[str],
        wanted: np.ndarray,
        known: KnownSound | None,
        start_s: float,
        end_s: float,
        with_heat: bool,
        may_go_on: Callable[[], None],
    ) -> Explanation:
        network = self._embedder.network
        assert isinstance(network, EarmarkNetwork)

        def hear(window: np.ndarray) -> HeardWindow:
            may_go_on()
            return hear_window(network, window, with_bands=with_heat)

        heard = self._embedder.share_out(hear, self._windows(path, start_s, end_s, may_go_on))
        columns = np.concatenate([window.columns for window in heard])
        if known is not None:
            z = known.fine_z(wanted @ columns.T, *segments_between(start_s, end_s, self._embedder.segment_s))
        else:
            z = self._contrast_z(wanted, columns)
        curves = _curves(texts, z, start_s, network.column_s)
        edges_hz = row_edges_hz(network.config.mel)
        return Explanation(path, curves, heat_maps(heard, wanted, curves, edges_hz) if with_heat else ())

    def attention(self, path: Path, start_s: float, end_s: float) -> Relevance | None:
        """How much each moment counts for what a file is on the whole, 1 for the one that counts most; None with a
        network that does not tell. Raises as `explain` does.
        """
        network = self._embedder.network
        if not isinstance(network, WeighingNetwork):
            return None
        weigh = partial(self._weights, network)
        _refuse_no_time(start_s, end_s)
        windows = _some_at_once(self._windows(path, start_s, end_s))
        weights = np.concatenate([each for some in windows for each in self._embedder.share_out(weigh, some)])
        return Relevance(ATTENTION, start_s, self._embedder.segment_s, weights / max(float(weights.max()), 1e-9))

    def _weights(self, network: WeighingNetwork, window: np.ndarray) -> np.ndarray:
        sound = padded_to_segments(window, self._embedder.samples_per_segment).to(self._embedder.device)
        segments = segments_in(len(window), self._embedder.samples_per_segment)
        return np.asarray(network.weigh_audio(sound)[0, :segments].float().cpu().numpy())

    def _windows(
        self, path: Path, start_s: float, end_s: float, may_go_on: Callable[[], None] = lambda: None
    ) -> Iterator[np.ndarray]:
        """(samples,) each, decoded when they are asked for."""
        cutter = WindowCutter(self._embedder.samples_per_window)
        length_s = None if math.isinf(end_s) else end_s - start_s
        with AudioDecoder(path, start_s=start_s, duration_s=length_s) as decoder:
            resampler = Resampler(decoder.info.sample_rate_hz, self._embedder.sample_rate_hz)
            for block in decoder:
                may_go_on()
                yield from cutter.feed(resampler.feed(to_mono(block)))
        yield from cutter.feed(resampler.finish()) + cutter.finish()

    def _segments(self, windows: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """The embeddings (segments, dim) of some windows at a time."""
        for some in _some_at_once(windows):
            parts = self._embedder.embed_windows(some)
            yield self._embedder.join_windows(parts, [len(window) for window in some]).segments

    def _stored_curves(
        self, texts: Sequence[str], known: KnownSound, start_s: float, end_s: float
    ) -> tuple[Relevance, ...]:
        segment_s = self._embedder.segment_s
        first, end = segments_between(start_s, end_s, segment_s)
        z = known.part_z(first, end)
        in_step = max(1, -(-z.shape[1] // MOST_VALUES))
        clearest = np.maximum.reduceat(z, np.arange(0, z.shape[1], in_step), axis=1) if z.size else z
        return _curves(texts, clearest, first * segment_s, in_step * segment_s)

    def _contrast_z(self, wanted: np.ndarray, heard: np.ndarray) -> np.ndarray:
        """Embeddings of texts (texts, dim) and of what was heard (steps, dim), compared with other kinds of sound:
        (texts, steps).
        """
        if self._others is None:
            self._others = self._embedder.embed_text([kind.synonyms[0] for kind in sound_kinds()[::OTHER_KINDS_STEP]])
        compared = heard[:: -(-len(heard) // MOST_COMPARED)]
        return Background.of((compared @ self._others.T).ravel()).z(wanted @ heard.T)


def _curves(texts: Sequence[str], z: np.ndarray, start_s: float, step_s: float) -> tuple[Relevance, ...]:
    """z : (texts, steps)"""
    scores = (1.0 / (1.0 + np.exp(EVEN_Z - z))).astype(np.float32)
    return tuple(Relevance(text, start_s, step_s, row) for text, row in zip(texts, scores, strict=True))


def _refuse_no_time(start_s: float, end_s: float) -> None:
    if not 0 <= start_s < end_s:
        raise ValueError(f"{start_s=} and {end_s=} hold no sound")


def _go_on(should_stop: Callable[[], bool]) -> None:
    if should_stop():
        raise ExplainingStopped


def heat_maps(
    heard: Sequence[HeardWindow], wanted: np.ndarray, curves: Sequence[Relevance], edges_hz: np.ndarray
) -> tuple[HeatMap, ...]:
    """heard : windows, one after the other; wanted : (texts, dim), of the texts of the curves."""
    levels_db = np.concatenate([window.levels_db for window in heard], axis=1)  # (rows, steps)
    loud = np.clip((levels_db - levels_db.max()) / LOUD_RANGE_DB + 1.0, 0.0, 1.0)
    maps = []
    for text, curve in zip(wanted, curves, strict=True):
        costs = np.concatenate([costs_of_bands(window, text) for window in heard], axis=1)
        counts = 1.0 / (1.0 + np.exp((costs.mean(axis=0) - costs) / COSTS_MORE))
        heat = curve.values * np.square(loud) * counts
        heat *= float(curve.values.max()) / max(float(heat.max()), 1e-9)  # the warmest spot is as clear as its moment
        end_s = curve.start_s + heat.shape[1] * curve.step_s
        maps.append(HeatMap(curve.text, curve.start_s, end_s, edges_hz, heat.astype(np.float32)))
    return tuple(maps)


def _some_at_once(windows: Iterable[np.ndarray]) -> Iterator[list[np.ndarray]]:
    remaining = iter(windows)
    while some := list(islice(remaining, WINDOWS_AT_ONCE)):
        yield some
