from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Literal

import pytest

from engine.clap.config import AudioEncoderConfig, NetworkConfig
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
        ("audio", "stem_channels", []),
        ("audio", "kind", "ear"),
        ("audio", "kind", None),
        ("audio", "kind", ["vit"]),
        ("audio", "heads", 2.5),
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


def test_a_config_stored_before_there_were_kinds_is_a_convnext() -> None:
    values = stored()
    for later in ("kind", "heads", "patch_bands"):
        del values["audio"][later]
    assert NetworkConfig.from_dict(values) == SMALL_CONFIG
    assert SMALL_CONFIG.audio.kind == "convnext"


@pytest.mark.parametrize("kind", ["convnext", "transformer", "mobilenet", "vit"])
def test_every_kind_of_encoder_survives_its_json(kind: Literal["convnext", "transformer", "mobilenet", "vit"]) -> None:
    config = replace(SMALL_CONFIG, audio=AudioEncoderConfig(kind, width=32, heads=4, patch_bands=8))
    assert NetworkConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert config.audio.frames_per_column == 16


@pytest.mark.parametrize("heads", [0, 5, 32])
def test_heads_share_the_width_of_a_network_with_attention(heads: int) -> None:
    with pytest.raises(ValueError, match=f"even number for each of {heads} heads"):
        AudioEncoderConfig("vit", width=32, heads=heads)
    assert AudioEncoderConfig("convnext", width=32, heads=5).width == 32
