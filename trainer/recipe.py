"""A recipe of one of the papers: a TOML file under `trainer/configs/`, read into frozen dataclasses.

Its `[small]` table holds, in the same shape, what is different where two processor cores train it in minutes, and each
`[variants.NAME]` what is different in another row of the paper's tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from engine.clap.config import MelConfig
from engine.clap.towers.config import AudioTowerConfig, DecoderConfig, HeadConfig, TextTowerConfig, with_tuples
from engine.errors import display_path
from trainer.config import merged, override, recipe_file, stored_settings
from trainer.errors import TrainerError

_Section = TypeVar("_Section")

TUNING = "tuning"  # the task of a recipe that is none of a paper, see `tuning_recipe`
TaskName = Literal["contrastive", "captioning", "masked_autoencoder", "masked_duo", "frozen_audio", "supervised"]


@dataclass(frozen=True)
class StartConfig:
    """With what a network begins. Empty text: with random weights.

    audio : the folder of a run or of an assembled network whose audio tower is taken over, and its head if it is alike
    text : "earmark", the sentence encoder of the network in the box, a folder of transformers, or one as for `audio`
    vectors : a folder of transformers, or "earmark", whose sentence vectors are computed once and stand for the text
              tower in training (D11); empty where the text tower is trained
    """

    audio: str = ""
    text: str = ""
    vectors: str = ""


@dataclass(frozen=True)
class PairsConfig:
    """Which sounds and sentences meet, and how they are varied."""

    clip_s: float = 10.0  # longest stretch of a sound; a longer one is cropped at random (C11)
    held_out_sources: tuple[str, ...] = ()  # kept for choosing; recordings are never on both sides
    held_out_share: float = 0.0  # of recordings, where no source is named
    rewrites: int = 0  # K, of a caption (R02)
    keep_share: float = 1.0  # p: how often the caption itself is taken (R03)
    joined_pairs: int = 0  # sounds joined in the order that their sentence says (W13)
    cross_fade_s: float = 1.0
    kept_words: Literal["all", "nouns and verbs"] = "all"  # of training sentences (W09)
    label_sentence: str = ""  # for a sound without caption, "{labels}" is replaced (D15)
    augment: bool = False  # waveform and spectrogram, `trainer.augmentations`


@dataclass(frozen=True)
class LossConfig:
    """Weights and shapes of the objectives; a recipe reads those of its task."""

    contrastive: float = 1.0
    captioning: float = 0.0  # lambda_cap (K20)
    masked: float = 0.0  # lambda_m2d (D13)
    hidden_share: float = 0.0  # of patches that the encoder does not see (K13, D03, D20)
    temperature: float = 0.07  # at the start, learned from there on
    most_scale: float = 100.0  # logits are never scaled by more (C08)
    most_patches: int = 0  # of a sound that is longer, so many are drawn (K24); 0 is all
    first_decay: float = 0.99995  # of the slow copy, at the first step and at the last (D07)
    last_decay: float = 0.99999
    predictor_layers: int = 0  # of what guesses the hidden patches (K15, D04)
    predictor_width: int = 0  # and how wide it is, with how many heads; 0: as the audio tower
    predictor_heads: int = 0
    swapped_negatives: bool = False  # the same words in another order are wrong answers too (W13, as an option)
    spare_equal_captions: bool = False  # a sound that is said in the same words is no wrong answer


@dataclass(frozen=True)
class FrozenConfig:
    """Which towers do not learn (C09, C28, D20); heads always do."""

    audio: bool = False
    text: bool = False


@dataclass(frozen=True)
class DescentConfig:
    kind: Literal["adam", "adamw", "sgd", "lars"] = "adamw"
    learning_rate: float = 1e-4
    weight_decay: float = 0.0
    rows_per_step: int = 32  # of the whole batch, over all processes
    clip_norm: float = 0.0  # 0: gradients are not clipped
    sharpness_radius: float = 0.0  # rho of SAM (K27), 0: none
    seed: int = 1


@dataclass(frozen=True)
class ScheduleConfig:
    """How the learning rate goes: up in a line over the warm-up, then as `kind` says."""

    kind: Literal["constant", "cosine", "step", "plateau"] = "constant"
    warmup_steps: int = 0
    final_rate: float = 0.0  # of the cosine
    factor: float = 0.1  # of the step and of the plateau (C14, W02)
    every_epochs: int = 20  # of the step
    patience_epochs: int = 10  # of the plateau


@dataclass(frozen=True)
class LengthConfig:
    """How long a run is and what is kept of it. `steps` counts if it is not 0, else `epochs`."""

    steps: int = 0
    epochs: int = 0
    validate_every: int = 500  # steps
    save_every: int = 500
    kept_states: int = 2
    stop_after: int = 0  # validations without a better one; 0: never early (W02)
    precision: Literal["float32", "bfloat16"] = "float32"
    checkpoint_activations: bool = False
    rows_at_once: int = 0  # rows that fit into memory; the batch stays whole (gradient caching); 0: all of them


@dataclass(frozen=True)
class FineTuningConfig:
    """The supervised task: classes rather than sentences (C26, C27, D21, D27, D28)."""

    layers: int = 1  # fully connected, behind the audio tower (C26)
    many_labels: bool = False  # sigmoid and mAP rather than softmax and accuracy
    mixup: float = 0.0  # alpha of the Beta distribution
    random_resize_crop: bool = False
    spec_augment_bands: int = 0
    spec_augment_frames: int = 0
    structured_patchout: float = 0.0  # share of patch columns and rows that are dropped
    positions: Literal["keep", "adjust", "freeze embedding"] = "keep"


@dataclass(frozen=True)
class PaperRecipe:
    name: str
    task: TaskName
    items: str  # of the papers, as numbered in docs/training.md
    mel: MelConfig
    audio: AudioTowerConfig
    dim: int
    text: TextTowerConfig = field(default_factory=TextTowerConfig)
    audio_head: HeadConfig = field(default_factory=HeadConfig)
    text_head: HeadConfig = field(default_factory=HeadConfig)
    decoder: DecoderConfig = field(default_factory=DecoderConfig)
    chunk_s: float = 0.0
    start: StartConfig = field(default_factory=StartConfig)
    pairs: PairsConfig = field(default_factory=PairsConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    frozen: FrozenConfig = field(default_factory=FrozenConfig)
    descent: DescentConfig = field(default_factory=DescentConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    length: LengthConfig = field(default_factory=LengthConfig)
    fine_tuning: FineTuningConfig = field(default_factory=FineTuningConfig)


_SECTIONS: dict[str, type] = {
    name: kind for name, kind in get_type_hints(PaperRecipe).items() if hasattr(kind, "__dataclass_fields__")
}


def load_paper_recipe(
    name_or_path: str, overrides: Mapping[str, Any] | None = None, *, small: bool = False
) -> PaperRecipe:
    """A recipe by the name of its file in `trainer/configs`, or by the path of a .toml file; "name:variant" is one of
    its variants.

    overrides : "section.key" -> value, for instance {"length.steps": 100}; they come after the variant, and that comes
    after `small`
    Raises TrainerError if there is no such recipe or variant, or it has other settings than a recipe has.
    """
    path, variant = _file_and_variant(name_or_path)
    try:
        stored = stored_settings(path, small=small)
        variants = stored.pop("variants", {})
        if variant:
            if variant not in variants:
                known = ", ".join(sorted(variants)) or "none"
                raise TrainerError(f"The recipe {display_path(path)} has no variant {variant}; it has {known}.")
            stored = merged(stored, variants[variant])
        recipe = _recipe(stored)
        if overrides:
            changed = asdict(recipe)
            for dotted, value in overrides.items():
                override(changed, dotted, tuple(value) if isinstance(value, list) else value)
            recipe = _recipe(changed)
        return recipe
    except (TypeError, ValueError) as error:  # TOML and dataclasses name what they cannot take
        raise TrainerError(f"{display_path(path)} is not a recipe: {error}.") from error


def is_of_a_paper(name_or_path: str) -> bool:
    """Whether it is read by `load_paper_recipe` rather than `config.load_recipe` or `tuning_recipe.load_tuning_recipe`.

    Raises TrainerError for no recipe.
    """
    return _task_of(name_or_path) not in (None, TUNING)


def is_tuning(name_or_path: str) -> bool:
    """Whether it is read by `tuning_recipe.load_tuning_recipe`. Raises TrainerError for no recipe."""
    return _task_of(name_or_path) == TUNING


def _task_of(name_or_path: str) -> Any:
    """None for recipes that learn from teachers."""
    path, _ = _file_and_variant(name_or_path)
    try:
        return stored_settings(path, small=False).get("task")
    except ValueError as error:
        raise TrainerError(f"{display_path(path)} is not a recipe: {error}.") from error


def variants_of(name_or_path: str) -> list[str]:
    """The names of a recipe's variants. Raises TrainerError if there is no such recipe."""
    return list(stored_settings(recipe_file(name_or_path), small=False).get("variants", {}))


def _file_and_variant(name_or_path: str) -> tuple[Path, str]:
    if name_or_path.endswith(".toml"):  # a path may have a colon of its own
        return recipe_file(name_or_path), ""
    name, _, variant = name_or_path.partition(":")
    return recipe_file(name), variant


def _recipe(stored: Mapping[str, Any]) -> PaperRecipe:
    sections = {
        key: _checked(_SECTIONS[key](**with_tuples(value))) if key in _SECTIONS else value
        for key, value in stored.items()
    }
    return _checked(PaperRecipe(**sections))


def _checked(section: _Section) -> _Section:
    """The section, if its fields hold what their annotations say. Raises TypeError or ValueError."""
    for name, kind in get_type_hints(type(section)).items():
        value = getattr(section, name)
        if get_origin(kind) is Literal:
            if value not in get_args(kind):
                raise ValueError(f"{name} is {value!r}, not one of {', '.join(get_args(kind))}")
        elif kind is float:
            if type(value) not in (int, float):
                raise TypeError(f"{name} is {value!r}, not a number")
        elif kind in (int, str, bool) and type(value) is not kind:
            raise TypeError(f"{name} is {value!r}, not {kind.__name__}")
    return section
