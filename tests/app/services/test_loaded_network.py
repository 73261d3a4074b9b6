"""On which device, with how many threads, and how often the network is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from app.services.loaded_network import LoadedNetwork
from app.services.messages import Ready
from engine.errors import DamagedCheckpoint


class Parent:
    def __init__(self) -> None:
        self.sent: list[Ready] = []

    def send(self, answer: Ready) -> None:
        self.sent.append(answer)


@pytest.fixture
def parent() -> Parent:
    return Parent()


def test_it_is_loaded_once_and_told(parent: Parent, network: Path):
    loaded = LoadedNetwork(parent, network, "auto")  # type: ignore[arg-type]
    assert parent.sent == []
    one = loaded.embedder(None)
    assert loaded.embedder(None) is one
    other = loaded.embedder(1)
    assert other.network is one.network
    assert other.device == one.device
    assert loaded.embedder(1) is other
    (ready,) = parent.sent
    assert (ready.network, ready.checkpoint_id, ready.device) == ("small", one.checkpoint_id, one.device.type)


@pytest.mark.skipif(torch.cuda.is_available() or torch.backends.mps.is_available(), reason="has a graphics card")
@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "mps"])
def test_the_processor_stands_in_for_what_the_machine_lacks(parent: Parent, network: Path, device: str):
    LoadedNetwork(parent, network, device).embedder(None)  # type: ignore[arg-type]
    assert parent.sent[0].device == "cpu"


@pytest.mark.parametrize(("machine_has", "used"), [({"cpu", "mps"}, "mps"), ({"cpu", "mps", "cuda"}, "cuda")])
def test_the_fastest_that_there_is_is_asked_for(
    parent: Parent, network: Path, monkeypatch: pytest.MonkeyPatch, machine_has: set[str], used: str
):
    from engine.clap import device
    from engine.embedding import Embedder

    asked: list[str] = []
    load = Embedder.load

    def note(folder: Path | None, *, device: str) -> Embedder:
        asked.append(device)
        return load(folder)

    monkeypatch.setattr(device, "is_available", machine_has.__contains__)
    monkeypatch.setattr(Embedder, "load", note)
    LoadedNetwork(parent, network, "auto").embedder(None)  # type: ignore[arg-type]
    LoadedNetwork(parent, network, "cpu").embedder(None)  # type: ignore[arg-type]
    assert asked == [used, "cpu"]


def test_one_that_is_not_there_is_told_every_time(parent: Parent, tmp_path: Path):
    loaded = LoadedNetwork(parent, tmp_path / "missing", "auto")  # type: ignore[arg-type]
    for _ in range(2):
        with pytest.raises(DamagedCheckpoint):
            loaded.embedder(None)
    assert parent.sent == []
