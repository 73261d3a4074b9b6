"""A training recipe: a TOML file under `trainer/configs/`, read into frozen dataclasses."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from engine.clap.config import AudioEncoderConfig, MelConfig

CONFIGS = Path(__file__).parent / "configs"


@dataclass(frozen=True)
class DataConfig:
    held_out_sources: tuple[str, ...]  # for choosing settings; never trained on
    refused_licences: tuple[str, ...]  # rows that must not train a network that ships
    refused_recordings: tuple[str, ...]  # known to be in an evaluation set too
    mixtures: int  # pairs of clips mixed as waveforms and labelled by the teachers
    seed: int


@dataclass(frozen=True)
class SceneConfig:
    """Rows of several clips, composed anew in every step from cached levels."""

    columns: int  # length of a row in columns of the network
    events: int  # most events in one row
    overlay_share: float  # of rows in which a second sound lies over the events
    mixture_share: float  # of events drawn from the teacher-labelled mixtures


@dataclass(frozen=True)
class LossConfig:
    """Weights of the objectives; the text objectives come in gradually after `text_starts` of the steps."""

    column_scores: float
    event_scores: float
    embedding: float
    bridge: float
    caption: float
    temperature: float  # of the softmax over captions and tag names
    text_starts: float


@dataclass(frozen=True)
class OptimizerConfig:
    steps: int
    rows_per_step: int
    learning_rate: float
    warmup_steps: int
    weight_decay: float
    clip_norm: float
    average_decay: float  # of the exponential moving average of the weights
    seed: int


@dataclass(frozen=True)
class Recipe:
    name: str
    mel: MelConfig
    audio: AudioEncoderConfig
    tag_view_dim: int
    data: DataConfig
    scenes: SceneConfig
    losses: LossConfig
    optimizer: OptimizerConfig


def load_recipe(name_or_path: str, overrides: dict[str, Any] | None = None) -> Recipe:
    """A recipe by the name of its file in `trainer/configs`, or by path.

    overrides : "section.key" -> value, for instance {"optimizer.steps": 100}.
    Raises FileNotFoundError, and ValueError for a key that no recipe has.
    """
    path = Path(name_or_path) if name_or_path.endswith(".toml") else CONFIGS / f"{name_or_path}.toml"
    stored = tomllib.loads(path.read_text(encoding="utf-8"))
    for dotted, value in (overrides or {}).items():
        section, _, key = dotted.partition(".")
        if key not in stored.get(section, {}):
            raise ValueError(f"the recipe has no setting {dotted}")
        stored[section][key] = value
    sections = {
        "mel": MelConfig,
        "audio": AudioEncoderConfig,
        "data": DataConfig,
        "scenes": SceneConfig,
        "losses": LossConfig,
        "optimizer": OptimizerConfig,
    }
    made = {section: _make(kind, stored.pop(section)) for section, kind in sections.items()}
    return Recipe(**stored, **made)


def _make(kind: Any, values: dict[str, Any]) -> Any:
    unknown = set(values) - {field.name for field in fields(kind)}
    if unknown:
        raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})
