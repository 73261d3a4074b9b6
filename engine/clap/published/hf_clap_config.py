"""What the folder of a published `ClapModel` says of itself, read through an allow-list.

The files come from strangers. Only the keys listed here are looked at, and each must hold a number, a word or a yes
within sensible bounds; whatever else a file says, code to be fetched and run above all, is ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.clap.config import MelConfig

# What the published unfused networks state, for folders that lack the file or a key. The extractor's own default for
# frequency_min is 0, with which none of them was trained.
PUBLISHED_PREPROCESSING: dict[str, Any] = {
    "sampling_rate": 48000,
    "fft_window_size": 1024,
    "hop_length": 480,
    "feature_size": 64,
    "frequency_min": 50,
    "frequency_max": 14000,
    "max_length_s": 10,
    "padding": "repeatpad",
    "truncation": "rand_trunc",
}


class Refusal(ValueError):
    """Why a network cannot be used: the end of a sentence for the user."""


@dataclass(frozen=True)
class Preprocessing:
    """How sound becomes the network's input: `window_samples`, filled by repetition, as a log-mel image."""

    mel: MelConfig
    window_samples: int


def read_settings(stored: object) -> dict[str, Any]:
    """The arguments of a ClapConfig from a stored config.json. Raises Refusal, also for fused networks."""
    settings = {"audio_config": {}, "text_config": {}} | _allowed(stored, _TOP)
    settings["audio_config"] = _allowed(settings["audio_config"], _AUDIO)
    settings["text_config"] = _allowed(settings["text_config"], _TEXT)
    if settings["audio_config"].get("enable_fusion"):
        raise Refusal(_FUSED)
    return settings


def read_preprocessing(stored: object) -> Preprocessing:
    """Preprocessing from a stored preprocessor_config.json, or from {} as published. Raises Refusal."""
    values = PUBLISHED_PREPROCESSING | _allowed(stored, _PREPROCESSING)
    if values["truncation"] == "fusion":
        raise Refusal(_FUSED)
    mel = MelConfig(
        sample_rate_hz=values["sampling_rate"],
        fft_samples=values["fft_window_size"],
        window_samples=values["fft_window_size"],
        hop_samples=values["hop_length"],
        mels=values["feature_size"],
        low_hz=float(values["frequency_min"]),
        high_hz=float(values["frequency_max"]),
    )
    if not mel.low_hz < mel.high_hz <= mel.sample_rate_hz / 2:
        raise Refusal("its frequencies are not in order")
    return Preprocessing(mel, window_samples=values["max_length_s"] * values["sampling_rate"])


Reader = Callable[[Any], Any]  # gives a stored value back as the type it must have; raises ValueError


def _allowed(stored: Any, readers: dict[str, Reader]) -> dict[str, Any]:
    values = {}
    for key, read in readers.items():
        try:
            if key in _table(stored):
                values[key] = read(stored[key])
        except ValueError as error:
            raise Refusal(f"its setting {key} is {error}") from error
    return values


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("not a table of names and values")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")
    return value


def _whole(low: int, high: int) -> Reader:
    def read(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"not a whole number from {low} to {high}")
        return value

    return read


def _real(low: float, high: float) -> Reader:
    def read(value: Any) -> float:
        if type(value) not in (int, float) or not low <= value <= high:
            raise ValueError(f"not a number from {low:g} to {high:g}")
        return float(value)

    return read


def _word(*known: str) -> Reader:
    def read(value: Any) -> str:
        if value not in known:
            raise ValueError(f"none of {', '.join(known)}")
        return str(value)

    return read


def _list(read: Reader, *, longest: int) -> Reader:
    def read_all(values: Any) -> list[Any]:
        if not isinstance(values, list) or not 1 <= len(values) <= longest:
            raise ValueError(f"not a list of 1 to {longest}")
        return [read(value) for value in values]

    return read_all


_FUSED = "it is a fused network, and Earmark reads only the unfused ones"
_WIDTH = _whole(1, 16_384)
_LAYERS = _whole(1, 64)
_HEADS = _whole(1, 256)
_EPSILON = _real(0.0, 0.01)
_ACTIVATION = _word("gelu", "relu", "gelu_new", "silu")

_TOP: dict[str, Reader] = {
    "projection_dim": _WIDTH,
    "projection_hidden_act": _ACTIVATION,
    "audio_config": _table,
    "text_config": _table,
}
# dropout, initialisation and labels are left out: they do not shape an embedding
_AUDIO: dict[str, Reader] = {
    "window_size": _whole(1, 32),
    "num_mel_bins": _whole(8, 512),
    "spec_size": _whole(16, 1024),
    "hidden_act": _ACTIVATION,
    "patch_size": _whole(1, 64),
    "patch_stride": _list(_whole(1, 64), longest=2),
    "hidden_size": _WIDTH,
    "depths": _list(_LAYERS, longest=8),
    "num_attention_heads": _list(_HEADS, longest=8),
    "enable_fusion": _flag,
    "patch_embed_input_channels": _whole(1, 16),
    "flatten_patch_embeds": _flag,
    "patch_embeds_hidden_size": _WIDTH,
    "enable_patch_layer_norm": _flag,
    "qkv_bias": _flag,
    "mlp_ratio": _real(0.25, 16.0),
    "layer_norm_eps": _EPSILON,
}
_TEXT: dict[str, Reader] = {
    "vocab_size": _whole(1, 1_000_000),
    "hidden_size": _WIDTH,
    "num_hidden_layers": _LAYERS,
    "num_attention_heads": _HEADS,
    "intermediate_size": _whole(1, 65_536),
    "hidden_act": _ACTIVATION,
    "max_position_embeddings": _whole(8, 16_384),
    "type_vocab_size": _whole(1, 16),
    "layer_norm_eps": _EPSILON,
    "pad_token_id": _whole(0, 1_000_000),
}
_PREPROCESSING: dict[str, Reader] = {
    "sampling_rate": _whole(8_000, 192_000),
    "fft_window_size": _whole(64, 16_384),
    "hop_length": _whole(16, 16_384),
    "feature_size": _whole(8, 512),
    "frequency_min": _real(0.0, 96_000.0),
    "frequency_max": _real(1.0, 96_000.0),
    "max_length_s": _whole(1, 60),
    "padding": _word("repeatpad"),
    "truncation": _word("rand_trunc", "fusion"),
}
