"""The numbers that define a network, as frozen dataclasses that are stored as config.json beside its weights."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, TypeVar, get_args, get_type_hints

FORMAT_VERSION = 2
PATCH_FRAMES = 16  # length of the vit's patches


@dataclass(frozen=True)
class MelConfig:
    """Log-mel front end. Frames are centred, so a waveform of n samples gives 1 + n // hop_samples frames."""

    sample_rate_hz: int
    fft_samples: int
    window_samples: int  # periodic Hann window, centred in the FFT frame
    hop_samples: int
    mels: int
    low_hz: float
    high_hz: float
    scale: Literal["htk", "slaney"] = "slaney"
    unit_area: bool = True  # "slaney" normalisation: every triangle has the same area
    floor_db: float = -100.0  # 10 log10 of the smallest power that is told from silence
    mean_db: float = 0.0  # standardisation: (level - mean_db) / deviation_db
    deviation_db: float = 1.0


@dataclass(frozen=True)
class AudioEncoderConfig:
    """What turns a log-mel spectrogram into columns; see `audio_encoder.py` for the kinds.

    Raises ValueError if there is no such kind, it has no stages, or its heads cannot share the width.
    """

    kind: Literal["convnext", "transformer", "mobilenet", "vit"] = "convnext"
    stem_channels: tuple[int, ...] = (32, 64, 128, 256)  # each stage halves time and frequency; the vit has none
    width: int = 320
    blocks: int = 5  # along time; of the mobilenet: in each late stage of its stem
    kernel_columns: int = 7  # odd
    expansion: int = 4
    heads: int = 5  # of attention
    patch_bands: int = 16  # height of the vit's patches

    def __post_init__(self) -> None:
        kinds = get_args(get_type_hints(type(self))["kind"])
        if self.kind not in kinds:
            raise ValueError(f"kind is {self.kind!r}, not one of {', '.join(kinds)}")
        if not self.stem_channels:
            raise ValueError("stem_channels is empty")
        if self.kind in ("transformer", "vit") and (self.heads < 1 or self.width % (2 * self.heads)):
            raise ValueError(f"width is {self.width}, not an even number for each of {self.heads} heads")

    @property
    def frames_per_column(self) -> int:
        return PATCH_FRAMES if self.kind == "vit" else 1 << len(self.stem_channels)


@dataclass(frozen=True)
class TextEncoderConfig:
    """A BERT-shaped sentence encoder with mean pooling. Defaults are those of all-MiniLM-L6-v2."""

    vocabulary: int = 30522
    width: int = 384
    layers: int = 6
    heads: int = 12
    hidden: int = 1536
    positions: int = 512
    max_tokens: int = 128


@dataclass(frozen=True)
class NetworkConfig:
    """Earmark's own audio-text network.

    An embedding is the concatenation of two views, `text_view_dim` numbers in the sentence space and
    `tag_view_dim` numbers that summarise the network's own tags; see `network.py`.
    """

    name: str
    mel: MelConfig
    audio: AudioEncoderConfig = field(default_factory=AudioEncoderConfig)
    text: TextEncoderConfig = field(default_factory=TextEncoderConfig)
    text_view_dim: int = 384
    tags: int = 527
    tag_view_dim: int = 128
    tag_view_weight: float = 1.0  # length of the tag view when the text view has length 1
    bridge_temperature: float = 0.05  # of the softmax over tag names that turns a query into tags
    bridge_tags: int = 12  # a query is spread over this many tags at the most
    columns_per_segment: int = 4
    segments_per_window: int = 16
    format_version: int = FORMAT_VERSION

    @property
    def dim(self) -> int:
        return self.text_view_dim + self.tag_view_dim

    @property
    def samples_per_segment(self) -> int:
        return self.columns_per_segment * self.audio.frames_per_column * self.mel.hop_samples

    @property
    def segment_s(self) -> float:
        return self.samples_per_segment / self.mel.sample_rate_hz

    @property
    def window_s(self) -> float:
        return self.segments_per_window * self.segment_s

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> NetworkConfig:
        """Rebuild a stored config. Raises TypeError, KeyError or ValueError if its fields are not what they must be."""
        values = dict(stored)
        audio = dict(values.pop("audio"))
        audio["stem_channels"] = tuple(audio["stem_channels"])
        config = cls(
            mel=_checked(MelConfig(**values.pop("mel"))),
            audio=_checked(AudioEncoderConfig(**audio)),
            text=_checked(TextEncoderConfig(**values.pop("text"))),
            **values,
        )
        return _checked(config)


_Config = TypeVar("_Config", MelConfig, AudioEncoderConfig, TextEncoderConfig, NetworkConfig)
_KINDS: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "str": (str,), "bool": (bool,)}


def _checked(config: _Config) -> _Config:
    """The config, if its plain fields hold what their annotations say and its counts are positive.

    Dataclasses do not look. Raises TypeError or ValueError.
    """
    for plain in fields(config):
        value, kinds = getattr(config, plain.name), _KINDS.get(str(plain.type))
        if kinds and type(value) not in kinds:
            raise TypeError(f"{plain.name} is {value!r}, not {plain.type}")
        if plain.type == "int" and value < 1:
            raise ValueError(f"{plain.name} is {value}, not positive")
    return config
