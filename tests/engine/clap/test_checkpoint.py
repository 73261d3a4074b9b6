from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.clap import checkpoint
from engine.clap.network import EarmarkNetwork
from engine.errors import DamagedCheckpoint
from tests.small_networks import SMALL_CONFIG, TAGS, make_small_network, write_small_network

FILES = sorted((*checkpoint.REQUIRED, checkpoint.CARD, checkpoint.MANIFEST))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A saved network."""
    write_small_network(tmp_path / "network")
    return tmp_path / "network"


def change_json(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


def embeddings(network: EarmarkNetwork) -> list[torch.Tensor]:
    waveforms = torch.randn(2, 2 * SMALL_CONFIG.samples_per_segment, generator=torch.Generator().manual_seed(0))
    clips, segments = network.embed_audio(waveforms, torch.full((2,), waveforms.shape[1]))
    return [clips, segments, network.embed_text(["a dog barks", "rain on the roof"])]


def test_loaded_network_gives_the_embeddings_of_the_saved_one(folder: Path) -> None:
    network, _ = checkpoint.load(folder)
    saved = make_small_network()
    for found, expected in zip(embeddings(network)[:2], embeddings(saved)[:2], strict=True):
        torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)  # audio weights were of half precision already
    texts = (embeddings(network)[2] * embeddings(saved)[2]).sum(dim=-1)
    assert torch.all(texts > 0.999)  # text weights are stored in one byte each


def test_saving_a_loaded_network_changes_no_byte(folder: Path, tmp_path: Path) -> None:
    network, checkpoint_id = checkpoint.load(folder)
    again = checkpoint.save(tmp_path / "again", network, tags=TAGS, card=(folder / checkpoint.CARD).read_text())
    assert again == checkpoint_id
    assert [(tmp_path / "again" / name).read_bytes() for name in FILES] == [
        (folder / name).read_bytes() for name in FILES
    ]


def test_equal_text_weights_give_equal_bytes(folder: Path, tmp_path: Path) -> None:
    network = make_small_network()
    network.tag_head.weight.add_(1.0)
    other_id = checkpoint.save(tmp_path / "trained", network, tags=TAGS, card="")
    assert other_id != checkpoint.verify(folder)
    name = checkpoint.TEXT_WEIGHTS
    assert (tmp_path / "trained" / name).read_bytes() == (folder / name).read_bytes()


@pytest.mark.parametrize("value", [1e5, float("nan")])
@pytest.mark.parametrize("name", ["tag_head.weight", "text_encoder.bert.encoder.layer.0.output.dense.weight"])
def test_weights_beyond_half_precision_are_not_saved(tmp_path: Path, name: str, value: float) -> None:
    network = make_small_network()
    network.get_parameter(name)[0, 0] = value
    with pytest.raises(ValueError, match=name):
        checkpoint.save(tmp_path / "network", network, tags=TAGS, card="")
    assert not (tmp_path / "network").exists()


def test_loaded_network_is_ready_for_use_alone(folder: Path) -> None:
    network, _ = checkpoint.load(folder)
    assert not network.training
    assert not any(weight.requires_grad for weight in network.parameters())
    assert all(weight.dtype == torch.float32 for weight in network.parameters())


def test_the_card_has_no_part_in_the_checkpoint_id(folder: Path) -> None:
    before = checkpoint.verify(folder)
    (folder / checkpoint.CARD).write_text("Better words.\n")
    assert checkpoint.seal(folder) == before


@pytest.mark.parametrize("name", checkpoint.REQUIRED)
def test_everything_else_has(folder: Path, name: str) -> None:
    before = checkpoint.verify(folder)
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    assert checkpoint.seal(folder) != before


@pytest.mark.parametrize("name", FILES)
def test_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(DamagedCheckpoint, match=name):
        checkpoint.load(folder)


@pytest.mark.parametrize("name", FILES)
def test_every_flipped_bit_and_every_cut_is_noticed(folder: Path, name: str) -> None:
    original = (folder / name).read_bytes()
    generator = np.random.default_rng(0)
    for position in generator.integers(len(original), size=16):
        flipped = bytearray(original)
        flipped[position] ^= 1 << int(generator.integers(8))
        for mutant in (bytes(flipped), original[:position]):
            (folder / name).write_bytes(mutant)
            if not _means_the_same(name, mutant, original):
                with pytest.raises(DamagedCheckpoint, match="cannot be used"):
                    checkpoint.load(folder)


def _means_the_same(name: str, mutant: bytes, original: bytes) -> bool:
    """A flip that leaves the manifest's JSON as it was: a space that became another space."""
    try:
        return name == checkpoint.MANIFEST and json.loads(mutant) == json.loads(original)
    except ValueError:
        return False


def test_sound_parts_of_two_networks_do_not_make_one(folder: Path, tmp_path: Path) -> None:
    write_small_network(tmp_path / "other", seed=1)
    shutil.copy(tmp_path / "other" / checkpoint.AUDIO_WEIGHTS, folder)
    with pytest.raises(DamagedCheckpoint, match=r"audio\.safetensors is not the file"):
        checkpoint.load(folder)


def test_network_of_a_newer_earmark_asks_for_an_update(folder: Path) -> None:
    change_json(folder / checkpoint.MANIFEST, lambda manifest: manifest.update(format=99, sha512={}))
    with pytest.raises(DamagedCheckpoint, match="newer Earmark"):
        checkpoint.load(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest.pop("format"),
        lambda manifest: manifest.pop("sha256"),
        lambda manifest: manifest.update(sha256=[]),
        lambda manifest: manifest.update(format="1"),
        lambda manifest: manifest["sha256"].pop("config.json"),
        lambda manifest: manifest["sha256"].update({"../network/config.json": "0"}),
        lambda manifest: manifest["sha256"].update({"": "0"}),
        lambda manifest: manifest["sha256"].update({"config.json": None}),
    ],
)
def test_manifest_that_vouches_for_nothing_is_refused(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    change_json(folder / checkpoint.MANIFEST, change)
    with pytest.raises(DamagedCheckpoint, match="cannot be used"):
        checkpoint.load(folder)


@pytest.mark.parametrize("content", ["[]", "null", "[" * 100_000, "\xff", '"manifest"'])
def test_manifest_of_another_shape_is_refused(folder: Path, content: str) -> None:
    (folder / checkpoint.MANIFEST).write_text(content, encoding="latin-1")
    with pytest.raises(DamagedCheckpoint, match=r"manifest\.json"):
        checkpoint.load(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda config: config.update(text_view_dim=8),
        lambda config: config.update(tags="many"),
        lambda config: config["mel"].update(hop_samples=0),
        lambda config: config["mel"].update(mels=-1),
        lambda config: config["text"].update(heads=0),
        lambda config: config["text"].update(layers=2),
        lambda config: config["audio"].update(stem_channels=[]),
        lambda config: config.pop("audio"),
        lambda config: config.update(import_this="os"),
    ],
)
def test_config_that_does_not_fit_its_weights_is_refused(
    folder: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    change_json(folder / checkpoint.CONFIG, change)
    checkpoint.seal(folder)  # with honest checksums: the parts themselves must be found out
    with pytest.raises(DamagedCheckpoint, match="do not fit together"):
        checkpoint.load(folder)


@pytest.mark.parametrize("name", [checkpoint.AUDIO_WEIGHTS, checkpoint.TEXT_WEIGHTS, checkpoint.TOKENIZER])
def test_sealed_garbage_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\x10\0\0\0\0\0\0\0garbage")
    checkpoint.seal(folder)
    with pytest.raises(DamagedCheckpoint, match="do not fit together"):
        checkpoint.load(folder)
