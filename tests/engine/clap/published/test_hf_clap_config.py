from __future__ import annotations

from typing import Any

import pytest

from engine.clap.published.hf_clap_config import Refusal, read_preprocessing, read_settings
from tests.small_networks import make_clap, make_extractor

# what published folders say beside the numbers that matter, and what a hostile one may try
IGNORED: dict[str, Any] = {
    "architectures": ["ClapModel"],
    "_commit_hash": None,
    "torch_dtype": "float32",
    "transformers_version": "4.27.0.dev0",
    "initializer_factor": 1.0,
    "logit_scale_init_value": 14.285714285714285,
    "auto_map": {"AutoModel": "modeling_evil.Evil"},
    "trust_remote_code": True,
    "_attn_implementation": "somebody/kernel",
    "quantization_config": {"load_in_8bit": True},
}


def test_what_transformers_writes_is_read_back() -> None:
    config = make_clap().config
    settings = read_settings(config.to_dict())
    assert settings["projection_dim"] == 24
    for part in ("audio_config", "text_config"):
        written = config.to_dict()[part]
        assert settings[part].items() <= written.items()
        assert settings[part].keys() >= {"hidden_size", "hidden_act", "layer_norm_eps"}


def test_other_keys_are_ignored() -> None:
    stored = {"projection_dim": 512, "text_config": dict(IGNORED), "audio_config": dict(IGNORED), **IGNORED}
    assert read_settings(stored) == {"projection_dim": 512, "text_config": {}, "audio_config": {}}


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("text_config", "vocab_size", 10**12),
        ("text_config", "num_hidden_layers", 10**6),
        ("text_config", "num_hidden_layers", True),
        ("text_config", "num_hidden_layers", 12.0),
        ("text_config", "hidden_size", "768"),
        ("text_config", "hidden_size", -1),
        ("text_config", "hidden_act", "__import__('os')"),
        ("text_config", "hidden_act", ["gelu"]),
        ("text_config", "layer_norm_eps", float("nan")),
        ("text_config", "layer_norm_eps", float("inf")),
        ("audio_config", "depths", []),
        ("audio_config", "depths", [2] * 1000),
        ("audio_config", "depths", [2, [2]]),
        ("audio_config", "depths", 12),
        ("audio_config", "mlp_ratio", 10**400),
        ("audio_config", "qkv_bias", 1),
        ("audio_config", "enable_fusion", "no"),
    ],
)
def test_value_out_of_bounds_is_refused_by_name(part: str, key: str, value: object) -> None:
    with pytest.raises(Refusal, match=f"its setting {key} is"):
        read_settings({part: {key: value}})


@pytest.mark.parametrize("stored", [None, [], "clap", 3])
def test_settings_that_are_no_table_are_refused(stored: object) -> None:
    with pytest.raises(Refusal, match="table"):
        read_settings(stored)
    with pytest.raises(Refusal, match="table"):
        read_settings({"audio_config": stored})
    with pytest.raises(Refusal, match="table"):
        read_preprocessing(stored)


def test_fused_networks_are_refused() -> None:
    with pytest.raises(Refusal, match="fused"):
        read_settings({"audio_config": {"enable_fusion": True}})
    with pytest.raises(Refusal, match="fused"):
        read_preprocessing({"truncation": "fusion"})


def test_missing_preprocessing_is_the_published_one() -> None:
    # above all frequency_min: the extractor's own default, 0, belongs to no published network
    assert read_preprocessing({}) == read_preprocessing(make_extractor().to_dict())
    assert read_preprocessing({}).mel.low_hz == 50.0
    assert read_preprocessing({}).window_samples == 480_000


@pytest.mark.parametrize(
    "stored",
    [
        {"sampling_rate": 0},
        {"hop_length": 0},
        {"frequency_min": 14000},
        {"frequency_max": 24001},
        {"max_length_s": 10_000},
        {"padding": "pad"},
        {"truncation": "os.system"},
    ],
)
def test_preprocessing_out_of_bounds_is_refused(stored: dict[str, object]) -> None:
    with pytest.raises(Refusal):
        read_preprocessing(stored)
