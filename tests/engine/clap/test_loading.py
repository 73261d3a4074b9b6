from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.clap import checkpoint
from engine.clap.assembled import AssembledNetwork
from engine.clap.loading import load_network
from engine.clap.network import EarmarkNetwork
from engine.clap.published.hf_clap import HfClapNetwork
from engine.embedding import Embedder
from engine.errors import DamagedCheckpoint
from tests.small_networks import write_small_assembled, write_small_clap, write_small_network


def test_a_folder_of_our_own_is_recognised(tmp_path: Path) -> None:
    checkpoint_id = write_small_network(tmp_path)
    network, loaded_id = load_network(tmp_path)
    assert isinstance(network, EarmarkNetwork)
    assert loaded_id == checkpoint_id


def test_a_published_folder_is_recognised(tmp_path: Path) -> None:
    write_small_clap(tmp_path)
    network, loaded_id = load_network(tmp_path)
    assert isinstance(network, HfClapNetwork)
    assert len(loaded_id) == 16


def test_missing_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(DamagedCheckpoint, match="does not exist"):
        load_network(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "config", [None, "", "[]", "{}", '{"model_type": "bert"}', '{"model_type": ["clap"]}', "[" * 10**5]
)
def test_any_other_folder_is_unknown(tmp_path: Path, config: str | None) -> None:
    if config is not None:
        (tmp_path / "config.json").write_text(config)
    with pytest.raises(DamagedCheckpoint, match="no network that Earmark knows"):
        load_network(tmp_path)


def test_our_own_folder_without_its_manifest_is_not_trusted(tmp_path: Path) -> None:
    write_small_network(tmp_path)
    (tmp_path / checkpoint.MANIFEST).unlink()
    with pytest.raises(DamagedCheckpoint):
        load_network(tmp_path)


def test_a_folder_of_an_assembled_network_is_recognised(tmp_path: Path) -> None:
    checkpoint_id = write_small_assembled(tmp_path)
    network, loaded_id = load_network(tmp_path)
    assert isinstance(network, AssembledNetwork)
    assert loaded_id == checkpoint_id


@pytest.mark.parametrize("config", ["", "[]", '{"family": "assembled"}', '{"family": "another"}'])
def test_its_config_must_be_the_one_that_was_saved(tmp_path: Path, config: str) -> None:
    write_small_assembled(tmp_path)
    (tmp_path / "config.json").write_text(config)
    with pytest.raises(DamagedCheckpoint, match=r"config\.json .*; nothing was changed, install it again"):
        load_network(tmp_path)


def test_an_assembled_network_embeds_files_and_sentences(tmp_path: Path) -> None:
    checkpoint_id = write_small_assembled(tmp_path)
    embedder = Embedder.load(tmp_path, threads=1)
    sound = np.random.default_rng(0).normal(0, 0.1, int(7.3 * embedder.sample_rate_hz)).astype(np.float32)
    heard = embedder.embed_audio(sound)
    assert heard.segments.shape == (12, embedder.dim)
    assert embedder.checkpoint_id == checkpoint_id
    np.testing.assert_allclose(np.linalg.norm(heard.segments, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(embedder.embed_audio(sound).clip, heard.clip)
    np.testing.assert_allclose(np.linalg.norm(embedder.embed_text(["a dog barks"]), axis=1), 1.0, atol=1e-5)
