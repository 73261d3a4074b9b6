from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trainer.evaluate import modality
from trainer.evaluate.modality import modality_gap, modality_table
from trainer.evaluate.systems import NetworkSystem, Sounds
from trainer.manifest import Clip


def test_the_gap_is_the_distance_of_the_means() -> None:
    heard = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert modality_gap(heard, heard[::-1]) == 0.0
    assert modality_gap(heard, -heard) == pytest.approx(np.sqrt(2))
    assert modality_gap(heard, -heard, np.array([2.0, 0.0])) == pytest.approx(2.0)


class SaysTheOpposite(NetworkSystem):
    """Its sentences lie where no sound does."""

    def __init__(self, system: NetworkSystem) -> None:
        super().__init__(system._embedder)
        self.name = "opposite"
        self.read = lambda texts: -system.read(texts)


def test_sentences_that_lie_apart_have_a_wide_gap(
    clips: list[Clip], tone_system: NetworkSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modality, "MOST_POINTS", 10)
    table = modality_table([tone_system, SaysTheOpposite(tone_system)], Sounds(clips, 8000), tmp_path / "plots")
    near, far = (table.figure(name, "gap") for name in ("tones", "opposite"))
    assert near.value < 0.1
    assert far.value > 0.5
    assert far.low <= far.value <= far.high
    assert table.figure("tones", "cosine with own captions").value > 0.95
    assert table.figure("tones", "with all captions").value < 0.5
    assert (tmp_path / "plots" / "modalities-tones.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == [
        "modalities-opposite.png",
        "modalities-tones.png",
    ]


def test_the_picture_shows_who_is_near_whom() -> None:
    random = np.random.default_rng(0)
    middles = np.repeat(np.eye(8)[:2], 20, axis=0)
    points = modality.in_two_dimensions(middles + 0.01 * random.standard_normal((40, 8)))
    one, other = points[:20], points[20:]
    apart = np.linalg.norm(one.mean(axis=0) - other.mean(axis=0))
    assert apart > 2 * max(one.std(), other.std())
