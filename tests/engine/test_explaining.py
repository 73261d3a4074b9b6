from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.embedding import Embedder
from engine.errors import UnreadableAudio
from engine.explaining import ATTENTION, FINE_S, LONGEST_LISTENED_S, MOST_VALUES, Explainer, ExplainingStopped
from engine.explanation import Relevance
from engine.indexing import index_folders
from engine.known_sounds import KnownSounds
from engine.library import Library
from engine.paths import demo_sounds_folder
from engine.vector_index import VectorIndex
from tests.small_networks import make_small_network
from tests.tones import make_tone_embedder

RATE_HZ = 16_000


@pytest.fixture(scope="module")
def small() -> Explainer:
    """With a random network of our own kind: columns of 160 ms, segments of 640 ms, windows of 2.56 s."""
    return Explainer(Embedder(make_small_network(), "small-1", threads=1))


@pytest.fixture(scope="module")
def default() -> Explainer:
    return Explainer(Embedder.load())


@pytest.fixture
def noise_path(tmp_path: Path) -> Path:
    """6 s."""
    path = tmp_path / "noise.wav"
    soundfile.write(path, 0.1 * np.random.default_rng(0).standard_normal(6 * RATE_HZ), RATE_HZ)
    return path


def step_at(curve: Relevance, at_s: float) -> float:
    return float(curve.values[int((at_s - curve.start_s) / curve.step_s)])


def test_each_text_has_a_curve_of_160_ms_steps_between_0_and_1(small: Explainer, noise_path: Path) -> None:
    explanation = small.explain(noise_path, ("a dog barks", "rain"), 1.0, 5.0)
    assert explanation.path == noise_path
    assert [curve.text for curve in explanation.relevance] == ["a dog barks", "rain"]
    for curve in explanation.relevance:
        assert (curve.start_s, curve.step_s) == (1.0, pytest.approx(0.16))
        assert curve.values.shape == (25,)  # two windows
        assert curve.values.dtype == np.float32
        assert ((curve.values >= 0) & (curve.values <= 1)).all()
    assert explanation.heat_maps == ()


def test_curves_end_where_the_file_does(small: Explainer, noise_path: Path) -> None:
    (curve,) = small.explain(noise_path, ("rain",), 5.0, 50.0).relevance
    assert curve.values.shape == (7,)  # a second: the last column is not whole


def test_a_heat_map_goes_with_each_curve(small: Explainer, noise_path: Path) -> None:
    explanation = small.explain(noise_path, ("a dog barks", "rain"), 1.0, 5.0, with_heat=True)
    assert [heat.text for heat in explanation.heat_maps] == ["a dog barks", "rain"]
    for heat, curve in zip(explanation.heat_maps, explanation.relevance, strict=True):
        assert (heat.start_s, heat.end_s) == (1.0, pytest.approx(5.0))
        assert heat.heat.shape == (len(heat.edges_hz) - 1, len(curve.values))
        assert heat.heat.dtype == np.float32
        assert heat.heat.min() >= 0
        assert heat.heat.max() == pytest.approx(curve.values.max())  # the warmest spot is as clear as its moment


def test_longer_stretches_are_heard_by_segments_and_have_no_heat_maps(small: Explainer, tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, 0.1 * np.random.default_rng(0).standard_normal(64 * RATE_HZ), RATE_HZ)
    explanation = small.explain(path, ("rain",), 0.0, FINE_S + 4, with_heat=True)
    (curve,) = explanation.relevance
    assert (curve.step_s, len(curve.values)) == (pytest.approx(0.64), 100)
    assert explanation.heat_maps == ()


def test_other_networks_explain_by_their_segments(tmp_path: Path) -> None:
    time_s = np.arange(4 * 8000) / 8000
    path = tmp_path / "tones.wav"
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * np.where(time_s < 2, 300, 3000) * time_s), 8000)
    explainer = Explainer(make_tone_embedder())
    low, high = explainer.explain(path, ("300 Hz", "3000 Hz"), 0.0, 4.0, with_heat=True).relevance
    assert low.step_s == high.step_s == 0.5
    assert (low.values[:4] > low.values[4:].max()).all()
    assert (high.values[4:] > high.values[:4].max()).all()
    assert explainer.attention(path, 0.0, 4.0) is None


def test_an_owl_is_heard_when_it_calls_and_where_its_call_is(default: Explainer) -> None:
    """In a demo sound it calls from 3.1 and from 8.1 s on, at 400 to 600 Hz, while insects sing above 2 kHz."""
    path = demo_sounds_folder() / "campsite.ogg"
    explanation = default.explain(path, ("an owl", "a car horn"), 0.0, 12.0, with_heat=True)
    owl, horn = explanation.relevance
    assert min(step_at(owl, 4.0), step_at(owl, 9.0)) > 0.75
    assert max(step_at(owl, 0.5), step_at(owl, 11.5)) < 0.5
    assert horn.values.max() < 0.5
    heat = explanation.heat_maps[0]
    row, column = np.unravel_index(heat.heat.argmax(), heat.heat.shape)
    assert 300 <= heat.edges_hz[row] <= heat.edges_hz[row + 1] <= 800
    at_s = heat.start_s + column * owl.step_s
    assert 3.0 <= at_s <= 4.7 or 8.0 <= at_s <= 9.7


def test_attention_says_which_segments_count_for_the_whole(small: Explainer, noise_path: Path) -> None:
    attention = small.attention(noise_path, 0.0, 6.0)
    assert attention is not None
    assert (attention.text, attention.start_s, attention.step_s) == (ATTENTION, 0.0, pytest.approx(0.64))
    assert attention.values.shape == (10,)  # the last segment is not whole
    assert attention.values.min() > 0
    assert attention.values.max() == 1.0


def test_no_time_cannot_be_explained(small: Explainer, noise_path: Path) -> None:
    with pytest.raises(ValueError, match="hold no sound"):
        small.explain(noise_path, ("rain",), 2.0, 2.0)


def test_what_is_no_sound_is_refused(small: Explainer, tmp_path: Path) -> None:
    (tmp_path / "letter.wav").write_text("Dear listener")
    with pytest.raises(UnreadableAudio, match=r"letter\.wav"):
        small.explain(tmp_path / "letter.wav", ("rain",), 0.0, 1.0)


def test_the_file_stays_as_it_was(small: Explainer, noise_path: Path) -> None:
    before = noise_path.read_bytes(), noise_path.stat().st_mtime_ns
    small.explain(noise_path, ("rain",), 0.0, 6.0, with_heat=True)
    assert (noise_path.read_bytes(), noise_path.stat().st_mtime_ns) == before


# --- beside a library -------------------------------------------------------------------------------------------------


@pytest.fixture
def library(small: Explainer, noise_path: Path, tmp_path: Path) -> Iterator[Library]:
    """Which has listened to `noise_path`, and to 66 s of louder and softer noise."""
    loudness = np.repeat([0.01, 0.3, 0.05], 22 * RATE_HZ)
    soundfile.write(tmp_path / "long.wav", loudness * np.random.default_rng(1).standard_normal(66 * RATE_HZ), RATE_HZ)
    with Library(tmp_path / "library") as library:
        index_folders(library, small._embedder, [tmp_path])
        yield library


@pytest.fixture
def beside(small: Explainer, library: Library) -> Explainer:
    embedder = small._embedder
    return Explainer(embedder, KnownSounds(library, VectorIndex(library.index_db, embedder.checkpoint_id)))


def test_of_a_known_file_the_shape_is_the_same_on_another_scale(
    small: Explainer, beside: Explainer, noise_path: Path
) -> None:
    alone, known = (
        each.explain(noise_path, ("rain",), 0.0, 6.0).relevance[0].values.astype(float) for each in (small, beside)
    )
    odds = [np.log(values / (1 - values)) for values in (alone, known)]
    assert np.corrcoef(*odds)[0, 1] == pytest.approx(1.0, abs=1e-3)
    assert abs(alone - known).max() > 1e-3


def test_a_long_stretch_of_a_known_file_is_not_listened_to_again(beside: Explainer, tmp_path: Path) -> None:
    listened = beside.explain(tmp_path / "long.wav", ("rain", "dog"), 1.0, 65.0).relevance
    (tmp_path / "long.wav").unlink()
    stored = beside.explain(tmp_path / "long.wav", ("rain", "dog"), 1.0, 65.0).relevance
    for before, after in zip(listened, stored, strict=True):
        assert after.start_s == pytest.approx(0.64)
        assert (after.step_s, len(after.values)) == (pytest.approx(0.64), 101)
        assert (after.values == before.values).all()


def test_of_hours_each_value_is_the_clearest_of_several_segments(
    beside: Explainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (all_values,) = beside.explain(tmp_path / "long.wav", ("rain",), 0.0, 66.0).relevance
    monkeypatch.setattr("engine.explaining.MOST_VALUES", 30)
    (curve,) = beside.explain(tmp_path / "long.wav", ("rain",), 0.0, 66.0).relevance
    assert MOST_VALUES >= len(all_values.values) == 104
    assert (curve.step_s, len(curve.values)) == (pytest.approx(4 * 0.64), 26)
    assert (curve.values == all_values.values.reshape(26, 4).max(axis=1)).all()


def test_nobody_waits_for_hours_that_the_library_does_not_know(beside: Explainer, tmp_path: Path) -> None:
    path = tmp_path / "later.wav"
    soundfile.write(path, np.zeros(int(LONGEST_LISTENED_S + 1) * 2000), 2000)
    assert beside.explain(path, ("rain",), 0.0, LONGEST_LISTENED_S + 1).relevance == ()
    (curve,) = beside.explain(path, ("rain",), 0.0, FINE_S + 1).relevance
    assert len(curve.values) == 96


@pytest.mark.parametrize("end_s", [6.0, FINE_S + 4])
def test_what_is_under_way_stops_when_it_should(
    small: Explainer, library: Library, tmp_path: Path, end_s: float
) -> None:
    asked: list[bool] = []

    def after_some() -> bool:
        asked.append(True)
        return len(asked) > 2

    with pytest.raises(ExplainingStopped):
        small.explain(tmp_path / "long.wav", ("rain",), 0.0, end_s, should_stop=after_some)
