"""The recipe of tuning: `trainer/configs/personal.toml`, as frozen dataclasses. The file says what each setting is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from trainer.config import read_settings

_MAY_BE_NOTHING = ("unlikes_per_step", "warmup_steps", "seed")


@dataclass(frozen=True)
class _Numbers:
    """Raises TypeError for what is no number, ValueError for a count below 1."""

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if type(value) not in (int, float) or (each.type == "int" and type(value) is not int):
                raise TypeError(f"{each.name} is {value!r}, not {'a count' if each.type == 'int' else 'a number'}")
            if each.type == "int" and value < (0 if each.name in _MAY_BE_NOTHING else 1):
                raise ValueError(f"{each.name} is {value}, which is too small")


@dataclass(frozen=True)
class RowsConfig(_Numbers):
    likes_per_step: int
    least_likes: int
    unlikes_per_step: int
    strangers_per_step: int
    captioned_per_step: int
    strangers: int
    first_s: float

    @property
    def per_step(self) -> int:
        """Of a step, where a library has all kinds of sounds."""
        return self.likes_per_step + self.unlikes_per_step + self.strangers_per_step + self.captioned_per_step


@dataclass(frozen=True)
class ObjectiveConfig(_Numbers):
    temperature: float
    replay: float
    held_out_every: int
    doubtful_share: float
    same_sentence: float
    doubtful_of_sentence_share: float


@dataclass(frozen=True)
class DescentConfig(_Numbers):
    rank: int
    steps: int
    longer_steps: int
    learning_rate: float
    warmup_steps: int
    clip_norm: float
    judge_every: int
    patience: int
    seed: int


@dataclass(frozen=True)
class TuningRecipe:
    name: str
    task: Literal["tuning"]
    rows: RowsConfig
    objective: ObjectiveConfig
    descent: DescentConfig


_SECTIONS: dict[str, Callable[..., object]] = {
    "rows": RowsConfig,
    "objective": ObjectiveConfig,
    "descent": DescentConfig,
}


def load_tuning_recipe(
    name_or_path: str = "personal", overrides: Mapping[str, Any] | None = None, *, small: bool = False
) -> TuningRecipe:
    """By the name of its file in `trainer/configs`, or by a .toml file's path; see `config.load_recipe`."""
    return read_settings(TuningRecipe, _SECTIONS, name_or_path, overrides, small=small)
