from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from engine.clap.towers.config import AssembledConfig
from tests.small_networks import SMALL_ASSEMBLED


def stored(**changed: Any) -> dict[str, Any]:
    """What lies in config.json, with some of it changed."""
    return json.loads(json.dumps(SMALL_ASSEMBLED.to_dict())) | changed


def test_a_config_comes_back_from_its_file() -> None:
    assert AssembledConfig.from_dict(stored()) == SMALL_ASSEMBLED


def test_a_config_says_its_family() -> None:
    assert stored()["family"] == "assembled"


@pytest.mark.parametrize(
    "changed",
    [
        {"dim": "wide"},
        {"audio": {**stored()["audio"], "kind": "ear"}},
        {"text": {**stored()["text"], "causal": "yes"}},
        {"audio_head": {**stored()["audio_head"], "kind": "hat"}},
        {"mood": 1},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_is_no_config_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        AssembledConfig.from_dict(stored(**changed))


def test_a_section_that_is_missing_is_refused() -> None:
    without = stored()
    del without["decoder"]
    with pytest.raises(KeyError):
        AssembledConfig.from_dict(without)


def test_configs_can_be_compared() -> None:
    assert replace(SMALL_ASSEMBLED, dim=SMALL_ASSEMBLED.dim + 1) != SMALL_ASSEMBLED
