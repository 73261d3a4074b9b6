"""The recipe of a captioner: `trainer/configs/captioner.toml`, as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.clap.captioner import CaptionerConfig
from trainer.config import OptimizerConfig, read_settings


@dataclass(frozen=True)
class RowsConfig:
    """What is drawn to learn from; see `captioning.Rows`."""

    written: tuple[str, ...]  # collections of sentences; see `caption_material`
    most_words: int  # of such a sentence
    least_uses: int  # of a word that can be said
    written_share: float  # of sentences; the others are said of a sound that is here
    stray_share: float  # how far a sentence goes astray as sounds do
    sound_stray_share: float  # and how far a sound that is here does, as if it were less known
    piece_share: float  # and each of its pieces as the segments of one sound do
    order_share: float  # of rows that are two sounds one after the other
    together_share: float  # of rows that are two sounds at once


@dataclass(frozen=True)
class DecoderConfig:
    """`engine.clap.captioner.CaptionerConfig` without what the material decides."""

    width: int
    layers: int
    heads: int
    hidden: int
    word_width: int
    most_words: int
    most_pieces: int

    def of(self, words: tuple[str, ...], dim: int) -> CaptionerConfig:
        return CaptionerConfig(words=words, dim=dim, **vars(self))


@dataclass(frozen=True)
class CaptionerRecipe:
    name: str
    decoder: DecoderConfig
    rows: RowsConfig
    optimizer: OptimizerConfig


_SECTIONS: dict[str, Callable[..., object]] = {
    "decoder": DecoderConfig,
    "rows": RowsConfig,
    "optimizer": OptimizerConfig,
}


def load_captioner_recipe(name_or_path: str, overrides: Mapping[str, Any] | None = None) -> CaptionerRecipe:
    """By the name of its file in `trainer/configs`, or by a .toml file's path; see `config.load_recipe`."""
    return read_settings(CaptionerRecipe, _SECTIONS, name_or_path, overrides)
