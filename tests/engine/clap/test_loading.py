from __future__ import annotations

from pathlib import Path

import pytest

from engine.clap import checkpoint
from engine.clap.loading import load_network
from engine.clap.network import EarmarkNetwork
from engine.clap.published.hf_clap import HfClapNetwork
from engine.errors import DamagedCheckpoint
from tests.small_networks import write_small_clap, write_small_network


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
