from __future__ import annotations

import json
from typing import Any

import pytest

from engine.clap.config import NetworkConfig
from tests.small_networks import SMALL_CONFIG


def stored() -> dict[str, Any]:
    """SMALL_CONFIG as config.json holds it."""
    loaded: dict[str, Any] = json.loads(json.dumps(SMALL_CONFIG.to_dict()))
    return loaded


def test_config_survives_its_json() -> None:
    assert NetworkConfig.from_dict(stored()) == SMALL_CONFIG


def test_lengths_follow_from_hop_columns_and_segments() -> None:
    assert SMALL_CONFIG.audio.frames_per_column == 16
    assert SMALL_CONFIG.samples_per_segment == 4 * 16 * 160
    assert SMALL_CONFIG.segment_s == pytest.approx(0.64)
    assert SMALL_CONFIG.window_s == pytest.approx(2.56)
    assert SMALL_CONFIG.dim == 16 + 4


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        (None, "name", 3),
        (None, "tags", "seven"),
        (None, "segments_per_window", 4.5),
        (None, "from_the_future", 1),
        ("mel", "hop_samples", None),
        ("mel", "hop_samples", 0),
        ("mel", "unit_area", 1),
        ("mel", "floor_db", "-100"),
        ("audio", "blocks", True),
        ("audio", "stem_channels", 4),
        ("text", "layers", [1]),
    ],
)
def test_wrong_fields_are_refused(section: str | None, key: str, value: object) -> None:
    values = stored()
    (values if section is None else values[section])[key] = value
    with pytest.raises((TypeError, ValueError)):
        NetworkConfig.from_dict(values)


@pytest.mark.parametrize("key", ["name", "mel", "audio", "text"])
def test_missing_fields_are_refused(key: str) -> None:
    values = stored()
    del values[key]
    with pytest.raises((KeyError, TypeError)):
        NetworkConfig.from_dict(values)


def test_whole_numbers_may_stand_for_real_ones() -> None:
    values = stored()
    values["mel"]["low_hz"] = 50
    assert NetworkConfig.from_dict(values) == SMALL_CONFIG
