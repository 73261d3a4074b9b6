"""The numbers that define a network assembled of two towers, as frozen dataclasses stored in its config.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from engine.clap.config import MelConfig

FAMILY = "assembled"  # what config.json says of itself, beside which Earmark's own network says nothing


@dataclass(frozen=True)
class AudioTowerConfig:
    """What turns a log-mel spectrogram into states; `kind` says which of the numbers it reads.

    cnn14, resnet38  PANNs (Kong et al. 2020): `channels`, one number a block; a state is the last of them
    htsat            a Swin transformer over patches (Chen et al. 2022): `width` of the first stage, `depths`,
                     `heads_of`, `window_patches`, `square_bands`
    patches          a ViT over patches of `patch_frames` × `patch_bands` (K11 to K14, D02, D08): `width`, `layers`,
                     `heads`, `hidden`, `activation`, `positions`
    """

    kind: Literal["cnn14", "resnet38", "htsat", "patches"]
    channels: tuple[int, ...] = (64, 128, 256, 512, 1024, 2048)
    width: int = 768
    layers: int = 12
    heads: int = 12
    hidden: int = 3072
    activation: Literal["gelu", "silu"] = "gelu"
    positions: Literal["sinusoidal", "sinusoidal in time"] = "sinusoidal"  # the latter: learned in frequency (K12)
    patch_frames: int = 16
    patch_bands: int = 16
    depths: tuple[int, ...] = (2, 2, 12, 2)
    heads_of: tuple[int, ...] = (4, 8, 16, 32)
    window_patches: int = 8
    square_bands: int = 256  # the image that the Swin transformer sees is so high and so wide
    dropout: float = 0.0


@dataclass(frozen=True)
class TextTowerConfig:
    """What turns token ids into states. Defaults are BERT-base (C07).

    causal : a token sees those before it alone (K21), so that a decoder can be stacked on the states
    pooling : which state, or the mean of which, stands for the text
    """

    kind: Literal["bert", "roberta", "t5"] = "bert"
    vocabulary: int = 30522
    width: int = 768
    layers: int = 12
    heads: int = 12
    hidden: int = 3072
    positions: int = 512
    max_tokens: int = 100
    causal: bool = False
    pooling: Literal["first", "mean", "last"] = "first"
    dropout: float = 0.1


@dataclass(frozen=True)
class HeadConfig:
    """From a tower's states to an embedding of the shared space; `kind` says which of the numbers it reads.

    linear      one learned projection of the tower's pooled state (C03); without a bias if `bias` is false
    mlp         two layers with a ReLU between them, of the pooled state (W01): `hidden`
    pooler      attention with one learned query over all states, then a projection (K23): `heads`
    block       transformer blocks behind a class token, whose output is the embedding (D10): `layers`, `heads`,
                `hidden`
    aggregator  a transformer with positions, the first output then projected (W04): `layers`, `heads`, `hidden`,
                `dropout`, `most_positions`. On the audio side it reads one pooled state for every second of sound
    none        the pooled state itself (D20's text side), whose width must be that of the shared space
    """

    kind: Literal["linear", "mlp", "pooler", "block", "aggregator", "none"] = "linear"
    hidden: int = 0
    layers: int = 1
    heads: int = 1
    dropout: float = 0.0
    most_positions: int = 0
    bias: bool = True


@dataclass(frozen=True)
class DecoderConfig:
    """Transformer layers stacked on the text tower that write captions (K22). `layers` is 0 where there is none."""

    layers: int = 0
    heads: int = 12
    hidden: int = 3072
    dropout: float = 0.1


@dataclass(frozen=True)
class AssembledConfig:
    """An audio tower, a text tower and their heads.

    dim : of the shared space; chunk_s : of the pieces of sound that an audio aggregator reads, 0 without one
    segment_s, window_s : about how long a segment is, and the longest stretch that is heard at once; both are rounded
    to what the towers can tell apart
    """

    name: str
    mel: MelConfig
    audio: AudioTowerConfig
    text: TextTowerConfig
    audio_head: HeadConfig
    text_head: HeadConfig
    decoder: DecoderConfig
    dim: int
    chunk_s: float = 0.0
    segment_s: float = 1.0
    window_s: float = 10.0
    family: str = FAMILY
    format_version: int = 1

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> AssembledConfig:
        """Rebuild a stored config. Raises TypeError, KeyError or ValueError if its fields are not what they must be."""
        values = dict(stored)
        config = cls(
            mel=checked(MelConfig(**values.pop("mel"))),
            audio=checked(AudioTowerConfig(**with_tuples(values.pop("audio")))),
            text=checked(TextTowerConfig(**values.pop("text"))),
            audio_head=checked(HeadConfig(**values.pop("audio_head"))),
            text_head=checked(HeadConfig(**values.pop("text_head"))),
            decoder=checked(DecoderConfig(**values.pop("decoder"))),
            **values,
        )
        return checked(config)


_Section = TypeVar("_Section")


def checked(section: _Section) -> _Section:
    """A dataclass of numbers and words, if its fields hold what their annotations say; dataclasses do not look.

    Raises TypeError or ValueError.
    """
    for name, kind in get_type_hints(type(section)).items():
        value = getattr(section, name)
        if get_origin(kind) is Literal:
            if value not in get_args(kind):
                raise ValueError(f"{name} is {value!r}, not one of {', '.join(get_args(kind))}")
        elif get_origin(kind) is tuple:
            if not value or not all(type(each) is int and each > 0 for each in value):
                raise TypeError(f"{name} is {value!r}, not positive counts")
        elif kind is float:
            if type(value) not in (int, float):
                raise TypeError(f"{name} is {value!r}, not a number")
        elif kind in (int, str, bool) and (type(value) is not kind or (kind is int and value < 0)):
            raise TypeError(f"{name} is {value!r}, not {kind.__name__}")
    return section


def with_tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    """What JSON or TOML stored, with tuples for lists."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
