"""The folder of a network assembled of towers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.clap import assembled_checkpoint, captioner, checkpoint
from engine.clap.assembled import AssembledNetwork
from engine.clap.captioner import CaptionDecoder, CaptionerConfig
from engine.clap.towers.config import AssembledConfig, AudioTowerConfig, DecoderConfig
from engine.errors import DamagedCheckpoint
from tests.small_networks import SMALL_ASSEMBLED, make_small_assembled, write_small_assembled, write_small_network

FILES = sorted((*checkpoint.REQUIRED_OF_ASSEMBLED, checkpoint.CARD, checkpoint.MANIFEST))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A saved network."""
    write_small_assembled(tmp_path / "network")
    return tmp_path / "network"


def change_json(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


def embeddings(network: AssembledNetwork) -> list[torch.Tensor]:
    waveforms = torch.randn(2, 2 * network.samples_per_segment, generator=torch.Generator().manual_seed(0))
    clips, segments = network.embed_audio(waveforms, torch.full((2,), waveforms.shape[1]))
    return [clips, segments, network.embed_text(["a dog barks", "rain on the roof"])]


SWIN = AudioTowerConfig("htsat", width=8, depths=(1, 1), heads_of=(1, 2), window_patches=4, square_bands=32)
CNN = AudioTowerConfig("cnn14", channels=(4, 8))


@pytest.mark.parametrize(
    "config",
    [
        SMALL_ASSEMBLED,
        replace(SMALL_ASSEMBLED, audio=SWIN, text=replace(SMALL_ASSEMBLED.text, kind="roberta")),
        replace(
            SMALL_ASSEMBLED,
            audio=CNN,
            text=replace(SMALL_ASSEMBLED.text, kind="t5", causal=False),
            decoder=DecoderConfig(layers=0),
        ),
    ],
    ids=["patches and bert", "htsat and roberta", "cnn14 and t5"],
)
def test_loaded_network_gives_the_embeddings_of_the_saved_one(tmp_path: Path, config: AssembledConfig) -> None:
    write_small_assembled(tmp_path, config)
    network, _ = assembled_checkpoint.load(tmp_path)
    torch.testing.assert_close(embeddings(network), embeddings(make_small_assembled(config)), atol=1e-6, rtol=0)
    assert network.config == config
    assert not network.training
    assert not any(weight.requires_grad for weight in network.parameters())
    assert all(weight.dtype == torch.float32 for weight in network.parameters())


def test_saving_a_loaded_network_changes_no_byte(folder: Path, tmp_path: Path) -> None:
    network, checkpoint_id = assembled_checkpoint.load(folder)
    again = assembled_checkpoint.save(tmp_path / "again", network, card=(folder / checkpoint.CARD).read_text())
    assert again == checkpoint_id
    assert [(tmp_path / "again" / name).read_bytes() for name in FILES] == [
        (folder / name).read_bytes() for name in FILES
    ]


def test_a_run_of_many_steps_is_saved_and_weights_beyond_half_precision_are_not(tmp_path: Path) -> None:
    network = make_small_assembled()
    network.register_buffer("steps", torch.tensor(200_000))  # as batch norms count them
    assembled_checkpoint.save(tmp_path / "long", network, card="")
    network.log_scale.fill_(1e5)
    with pytest.raises(ValueError, match="log_scale"):
        assembled_checkpoint.save(tmp_path / "network", network, card="")
    assert not (tmp_path / "network").exists()


@pytest.mark.parametrize("name", FILES)
def test_every_flipped_bit_every_cut_and_a_missing_file_are_noticed(folder: Path, name: str) -> None:
    original = (folder / name).read_bytes()
    generator = np.random.default_rng(0)
    for position in generator.integers(len(original), size=8):
        flipped = bytearray(original)
        flipped[position] ^= 1 << int(generator.integers(8))
        for mutant in (bytes(flipped), original[:position]):
            (folder / name).write_bytes(mutant)
            with pytest.raises(DamagedCheckpoint, match="cannot be used"):
                assembled_checkpoint.load(folder)
    (folder / name).unlink()
    with pytest.raises(DamagedCheckpoint, match=name):
        assembled_checkpoint.load(folder)


def test_network_of_a_newer_earmark_asks_for_an_update(folder: Path) -> None:
    change_json(folder / checkpoint.MANIFEST, lambda manifest: manifest.update(format=99))
    with pytest.raises(DamagedCheckpoint, match="newer Earmark"):
        assembled_checkpoint.load(folder)


@pytest.mark.parametrize("name", checkpoint.REQUIRED_OF_ASSEMBLED)
def test_a_manifest_must_list_every_part(folder: Path, name: str) -> None:
    change_json(folder / checkpoint.MANIFEST, lambda manifest: manifest["sha256"].pop(name))
    with pytest.raises(DamagedCheckpoint, match="does not list all of its files"):
        assembled_checkpoint.load(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda config: config.update(dim="many"),
        lambda config: config.update(dim=8),
        lambda config: config.update(window_s=float("inf")),
        lambda config: config.pop("audio"),
        lambda config: config.update(import_this="os"),
        lambda config: config["audio"].update(kind="exploit"),
        lambda config: config["audio"].update(channels=[]),
        lambda config: config["audio"].update(layers=-1),
        lambda config: config["text"].update(layers=2),
        lambda config: config["text"].update(causal="yes"),
        lambda config: config["text_head"].update(heads=True),
        lambda config: config["mel"].update(hop_samples=0),
        lambda config: config.update(decoder=None),
    ],
)
def test_config_that_does_not_fit_is_refused(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    change_json(folder / checkpoint.CONFIG, change)
    checkpoint.seal(folder)  # with honest checksums: the parts themselves must be found out
    with pytest.raises(DamagedCheckpoint, match="do not fit together"):
        assembled_checkpoint.load(folder)


def test_neither_family_is_taken_for_the_other(folder: Path, tmp_path: Path) -> None:
    write_small_network(tmp_path / "own")
    with pytest.raises(DamagedCheckpoint, match="no network assembled of towers"):
        assembled_checkpoint.load(tmp_path / "own")
    with pytest.raises(DamagedCheckpoint, match="no network of Earmark's own kind"):
        checkpoint.load(folder)


@pytest.mark.parametrize("name", [checkpoint.WEIGHTS, checkpoint.TOKENIZER])
def test_sealed_garbage_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\x10\0\0\0\0\0\0\0garbage")
    checkpoint.seal(folder)
    with pytest.raises(DamagedCheckpoint, match="do not fit together"):
        assembled_checkpoint.load(folder)


def test_a_captioner_of_embeddings_can_lie_beside_it(folder: Path) -> None:
    assert captioner.load(folder) is None
    before = checkpoint.verify(folder)
    settings = CaptionerConfig(("a", "dog"), SMALL_ASSEMBLED.dim, width=8, layers=1, heads=2, hidden=8, word_width=4)
    captioner.save(folder, CaptionDecoder(settings))
    assert captioner.load(folder) is not None
    assert assembled_checkpoint.load(folder)[1] == before
