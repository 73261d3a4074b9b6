"""A training recipe: a TOML file under `trainer/configs/`, read into frozen dataclasses."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from engine.clap.config import AudioEncoderConfig, MelConfig
from engine.errors import display_path
from trainer.errors import TrainerError

CONFIGS = Path(__file__).parent / "configs"

_Settings = TypeVar("_Settings")


@dataclass(frozen=True)
class DataConfig:
    held_out_sources: tuple[str, ...]  # for choosing settings; never trained on
    refused_licences: tuple[str, ...]  # rows that must not train a network that ships
    refused_recordings: tuple[str, ...]  # known to be in an evaluation set too
    unseen_labels: tuple[str, ...]  # clips that are named so train nothing: what is measured is meeting them first
    mixtures: int  # variations and mixtures of clips, rendered as waveforms and labelled by the teachers
    seed: int
    most_clips: int = 0  # of sources that are not held out, so many are read, drawn by the seed; 0 is all


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
    own_text_share: float  # of captions; the others say what such a sound is like (seeds R03, R05)


@dataclass(frozen=True)
class OptimizerConfig:
    steps: int
    rows_per_step: int
    learning_rate: float
    warmup_steps: int
    weight_decay: float
    clip_norm: float
    average_decay: float  # of the exponential moving average of the weights
    sharpness_starts: float  # from this share of the steps on, minimise sharpness too (SAM); 1 is never
    sharpness_radius: float
    patience: int  # validations without a better one before a run ends early; 0 is never
    seed: int


@dataclass(frozen=True)
class PretrainingConfig:
    """Masked pretraining of the ear, before any teacher speaks; see `objectives.masked`."""

    kind: Literal["none", "mae", "m2d", "columns"]
    steps: int


@dataclass(frozen=True)
class TagViewConfig:
    """How tags and sentences meet in an embedding; see `engine.clap.network`."""

    dim: int
    weight: float  # of the tag view beside the text view
    bridge_temperature: float
    bridge_tags: int


@dataclass(frozen=True)
class Recipe:
    name: str
    mel: MelConfig
    audio: AudioEncoderConfig
    tag_view: TagViewConfig
    data: DataConfig
    scenes: SceneConfig
    losses: LossConfig
    pretraining: PretrainingConfig
    optimizer: OptimizerConfig


_SECTIONS: dict[str, Callable[..., object]] = {
    "mel": MelConfig,
    "audio": AudioEncoderConfig,
    "tag_view": TagViewConfig,
    "data": DataConfig,
    "scenes": SceneConfig,
    "losses": LossConfig,
    "pretraining": PretrainingConfig,
    "optimizer": OptimizerConfig,
}


def load_recipe(name_or_path: str, overrides: Mapping[str, Any] | None = None, *, small: bool = False) -> Recipe:
    """A recipe by the name of its file in `trainer/configs`, or by the path of a .toml file.

    overrides : "section.key" -> value, for instance {"optimizer.steps": 100}
    small : the variant in its table `[small]`, which a processor trains in minutes; the overrides come after it
    Raises TrainerError if there is no such recipe or variant, or it has other settings than a recipe has.
    """
    return read_settings(Recipe, _SECTIONS, name_or_path, overrides, small=small)


def read_settings(
    kind: Callable[..., _Settings],
    sections: Mapping[str, Callable[..., object]],
    name_or_path: str,
    overrides: Mapping[str, Any] | None,
    *,
    small: bool = False,
) -> _Settings:
    """`load_recipe` for any dataclass whose `sections` are dataclasses too."""
    path = recipe_file(name_or_path)
    try:
        stored = stored_settings(path, small=small)
        for dotted, value in (overrides or {}).items():
            override(stored, dotted, value)
        return kind(**{name: _made(sections.get(name), value) for name, value in stored.items()})
    except (TypeError, ValueError) as error:  # TOML and dataclasses name what they cannot take
        raise TrainerError(f"{display_path(path)} is not a recipe: {error}.") from error


def recipe_file(name_or_path: str) -> Path:
    return Path(name_or_path) if name_or_path.endswith(".toml") else CONFIGS / f"{name_or_path}.toml"


def stored_settings(path: Path, *, small: bool) -> dict[str, Any]:
    """What a recipe's file says; those of its table `[small]` in their place if `small`.

    Raises TrainerError if there is no such file or variant, ValueError if it is no TOML.
    """
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise TrainerError(f"There is no recipe {display_path(path)}.") from error
    variant = stored.pop("small", None)
    if not small:
        return stored
    if variant is None:
        raise TrainerError(f"The recipe {display_path(path)} has no small variant.")
    return merged(stored, variant)


def merged(stored: Mapping[str, Any], different: Mapping[str, Any]) -> dict[str, Any]:
    """Settings, those that are different in their place, setting by setting in each section."""
    return {**stored, **{key: _over(stored.get(key), value) for key, value in different.items()}}


def _over(value: Any, replacement: Any) -> Any:
    return {**(value or {}), **replacement} if isinstance(replacement, dict) else replacement


def _made(section: Callable[..., object] | None, value: Any) -> Any:
    """A section as its dataclass, with tuples for lists; any other setting as it is."""
    if section is None:
        return value
    return section(**{key: tuple(each) if isinstance(each, list) else each for key, each in value.items()})


def override(stored: dict[str, Any], dotted: str, value: Any) -> None:
    """Set what "section.key" names. Raises TrainerError if there is no such setting, or it is of another kind."""
    section, _, key = dotted.rpartition(".")
    settings = stored.get(section) if section else stored
    if not isinstance(settings, dict) or key not in settings:
        raise TrainerError(f"A recipe has no setting {dotted}.")
    was = settings[key]
    if type(value) is not type(was) and not (isinstance(was, float) and type(value) is int):
        raise TrainerError(f"{dotted} is {was!r} in the recipe and cannot be {value!r}.")
    settings[key] = value
