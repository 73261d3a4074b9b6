from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.embedding import BATCH_SEGMENTS, BATCH_TEXTS, Embedder
from engine.errors import DamagedCheckpoint
from engine.stored_embeddings import FileEmbeddings, pack
from tests.small_networks import SMALL_CONFIG, make_small_network, write_small_clap, write_small_network

SEGMENT = SMALL_CONFIG.samples_per_segment  # 0.64 s
WINDOW = 4 * SEGMENT


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder(make_small_network(), "small-1")


def noise(samples: int, seed: int = 0) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal(samples)).astype(np.float32)


def assert_equal(found: FileEmbeddings, expected: FileEmbeddings) -> None:
    np.testing.assert_allclose(found.segments, expected.segments, atol=1e-6)
    np.testing.assert_allclose(found.clip, expected.clip, atol=1e-6)


def test_embedder_says_what_its_network_is(embedder: Embedder) -> None:
    assert (embedder.name, embedder.checkpoint_id) == ("small", "small-1")
    assert (embedder.dim, embedder.sample_rate_hz) == (20, 16_000)
    assert embedder.segment_s == pytest.approx(0.64)
    assert embedder.window_s == pytest.approx(2.56)


@pytest.mark.parametrize(
    ("samples", "segments"),
    [
        (0, 1),
        (1, 1),
        (SEGMENT, 1),
        (SEGMENT + SEGMENT // 10, 1),
        (SEGMENT + SEGMENT // 10 + 1, 2),
        (3 * SEGMENT, 3),
        (WINDOW, 4),
        (WINDOW + 1, 4),
        (WINDOW + SEGMENT // 2, 5),
        (25 * 16_000, 39),
    ],
)
def test_sound_of_any_length_gives_storable_embeddings(embedder: Embedder, samples: int, segments: int) -> None:
    embeddings = embedder.embed_audio(noise(samples))
    assert embeddings.segments.shape == (segments, 20)
    assert embeddings.segments.dtype == embeddings.clip.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(embeddings.segments, axis=1), 1.0, atol=1e-5)
    assert np.linalg.norm(embeddings.clip) == pytest.approx(1.0, abs=1e-5)
    pack(embeddings)  # raises unless it can be stored


@pytest.mark.parametrize("amplitude", [0.0, 1e-30, 1.0])
def test_silence_and_clipped_sound_can_be_stored(embedder: Embedder, amplitude: float) -> None:
    pack(embedder.embed_audio(np.full(WINDOW + SEGMENT, amplitude, dtype=np.float32)))


@settings(max_examples=20, deadline=None)
@given(lengths=st.lists(st.integers(0, WINDOW), min_size=1, max_size=2 * BATCH_SEGMENTS))
def test_windows_keep_their_order_and_know_nothing_of_each_other(lengths: list[int]) -> None:
    embedder = Embedder(make_small_network(), "small-1")
    windows = [noise(length, seed) for seed, length in enumerate(lengths)]
    together = embedder.embed_windows(windows)
    assert len(together) == len(windows)
    for found, window in zip(together, windows, strict=True):
        assert_equal(found, embedder.embed_windows([window])[0])


def test_no_windows_give_no_embeddings(embedder: Embedder) -> None:
    assert embedder.embed_windows([]) == []


def test_a_file_is_its_windows_joined(embedder: Embedder) -> None:
    waveform = noise(2 * WINDOW + SEGMENT)
    windows = [waveform[:WINDOW], waveform[WINDOW : 2 * WINDOW], waveform[2 * WINDOW :]]
    parts = embedder.embed_windows(windows)
    assert_equal(embedder.embed_audio(waveform), embedder.join_windows(parts, [len(window) for window in windows]))


def test_join_weighs_clips_by_length(embedder: Embedder) -> None:
    east, north = np.eye(20, dtype=np.float32)[:2]
    parts = [FileEmbeddings(np.tile(east, (4, 1)), east), FileEmbeddings(north[None], north)]
    joined = embedder.join_windows(parts, [WINDOW, SEGMENT])
    np.testing.assert_allclose(joined.clip, (4 * east + north) / np.sqrt(17), atol=1e-6)
    np.testing.assert_array_equal(joined.segments, [east, east, east, east, north])


def test_join_of_opposite_windows_is_still_a_direction(embedder: Embedder) -> None:
    east = np.eye(20, dtype=np.float32)[0]
    parts = [FileEmbeddings(np.tile(east, (4, 1)), east), FileEmbeddings(np.tile(-east, (4, 1)), -east)]
    np.testing.assert_array_equal(embedder.join_windows(parts, [WINDOW, WINDOW]).clip, east)


def test_texts_become_unit_vectors_in_order(embedder: Embedder) -> None:
    texts = ["a dog barks", "rain on the roof", ""]
    vectors = embedder.embed_text(texts)
    assert vectors.shape == (3, 20)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(vectors[1:2], embedder.embed_text(texts[1:2]), atol=1e-6)


def test_many_texts_are_embedded_as_each_alone(embedder: Embedder) -> None:
    texts = [" ".join(["dog", "car", "bell"][: 1 + number % 3]) for number in range(3 * BATCH_TEXTS + 1)]
    alone = np.concatenate([embedder.embed_text([text]) for text in texts[:3]])
    np.testing.assert_allclose(embedder.embed_text(texts), alone[np.arange(len(texts)) % 3], atol=1e-6)


def test_threads_do_not_disturb_each_other() -> None:
    windows = [noise(WINDOW, seed) for seed in range(20)]
    alone = Embedder(make_small_network(), "small-1", threads=1).embed_windows(windows)
    together = Embedder(make_small_network(), "small-1", threads=4).embed_windows(windows)
    for found, expected in zip(together, alone, strict=True):
        assert_equal(found, expected)


def test_the_caller_keeps_torchs_own_threads() -> None:
    before = torch.get_num_threads()
    Embedder(make_small_network(), "small-1").embed_audio(noise(WINDOW))
    assert torch.get_num_threads() == before


def test_work_is_shared_out_and_comes_back_in_order() -> None:
    embedder = Embedder(make_small_network(), "small-1", threads=4)

    def threads_of(part: int) -> tuple[int, int, bool]:
        return part, torch.get_num_threads(), torch.is_inference_mode_enabled()

    assert embedder.share_out(threads_of, range(20)) == [(part, 1, True) for part in range(20)]


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed_text([]).shape == (0, 20)


def test_networks_of_both_kinds_are_loaded_from_their_folders(tmp_path: Path) -> None:
    checkpoint_id = write_small_network(tmp_path / "own")
    own = Embedder.load(tmp_path / "own")
    assert (own.name, own.checkpoint_id) == ("small", checkpoint_id)
    write_small_clap(tmp_path / "published")
    published = Embedder.load(tmp_path / "published")
    assert (published.name, published.dim, published.segment_s, published.window_s) == ("published", 24, 0.3125, 10.0)


def test_damaged_network_is_not_loaded(tmp_path: Path) -> None:
    write_small_network(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(DamagedCheckpoint):
        Embedder.load(tmp_path)
