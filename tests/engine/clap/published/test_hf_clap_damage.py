"""Published folders that are incomplete, altered, hostile or of another kind: each is refused in one sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.clap.published import hf_clap
from engine.errors import DamagedCheckpoint
from tests.small_networks import write_small_clap


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "clap-small"
    write_small_clap(folder)
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(original, tmp_path / "clap-small"))


def change_json(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


def _spoilt_config(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    return lambda folder: change_json(folder / "config.json", change)


def _fuse(folder: Path) -> None:
    change_json(folder / "config.json", lambda values: values["audio_config"].update(enable_fusion=True))


def _only_a_pickle(folder: Path) -> None:
    torch.save({}, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def _change_weights(change: Callable[[dict[str, Tensor]], object]) -> Callable[[Path], object]:
    def apply(folder: Path) -> None:
        weights = load_file(folder / "model.safetensors")
        change(weights)
        save_file(weights, folder / "model.safetensors")

    return apply


def _shard_elsewhere(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder.parent / "outside.safetensors")
    index = {"weight_map": {"logit_scale_a": "../outside.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def _shard_missing(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    index = {"weight_map": {"logit_scale_a": "model-00001-of-00001.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


WEIGHT = "audio_projection.linear1.weight"
DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "fused config": (_fuse, "fused"),
    "fused extractor": (
        lambda folder: change_json(
            folder / "preprocessor_config.json", lambda values: values.update(truncation="fusion")
        ),
        "fused",
    ),
    "only a pickle": (_only_a_pickle, "convert them to model.safetensors"),
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), r"model\.safetensors is missing"),
    "no tokenizer": (lambda folder: (folder / "tokenizer.json").unlink(), r"tokenizer\.json is missing"),
    "no config": (lambda folder: (folder / "config.json").unlink(), r"config\.json cannot be read"),
    "tokenizer of nonsense": (
        lambda folder: (folder / "tokenizer.json").write_text("{}"),
        r"tokenizer\.json is damaged",
    ),
    "config of nonsense": (lambda folder: (folder / "config.json").write_text("[" * 10**5), r"config\.json cannot be"),
    "extractor of nonsense": (lambda folder: (folder / "preprocessor_config.json").write_text("3"), "table"),
    "empty weights": (lambda folder: (folder / "model.safetensors").write_bytes(b""), "damaged or cut short"),
    "one weight too few": (
        _change_weights(lambda weights: weights.pop(WEIGHT)),
        f"1 of its weights are missing, {WEIGHT}",
    ),
    "one weight too many": (
        _change_weights(lambda weights: weights.update(extra=torch.ones(1))),
        "not part of its kind",
    ),
    "misshapen weight": (_change_weights(lambda weights: weights.update({WEIGHT: torch.ones(2, 2)})), "another shape"),
    "NaN": (_change_weights(lambda weights: weights[WEIGHT][3, 4:5].fill_(float("nan"))), "not finite"),
    "infinity": (_change_weights(lambda weights: weights[WEIGHT][3, 4:5].fill_(float("inf"))), "not finite"),
    "shard outside the folder": (_shard_elsewhere, "outside the folder"),
    "shard missing": (_shard_missing, "is missing"),
    "vocabulary too small": (
        lambda folder: (
            _spoilt_config(lambda values: values["text_config"].update(vocab_size=100))(folder),
            _change_weights(
                lambda weights: weights.update(
                    {
                        name: weight[:100].clone()
                        for name, weight in weights.items()
                        if name.endswith("word_embeddings.weight")
                    }
                )
            )(folder),
        ),
        "more words",
    ),
    "enormous layers": (
        _spoilt_config(lambda values: values["text_config"].update(hidden_size=16_000, intermediate_size=65_000)),
        "another shape|do not fit together",
    ),
    "more layers than weights": (
        _spoilt_config(lambda values: values["audio_config"].update(depths=[2, 1, 3, 1])),
        "of its weights are missing",
    ),
    "heads that do not divide the width": (
        _spoilt_config(lambda values: values["text_config"].update(num_attention_heads=7)),
        "do not fit together",
    ),
    "image smaller than the sound": (
        _spoilt_config(lambda values: values["audio_config"].update(spec_size=128)),
        "do not fit together|another shape",
    ),
    "other number of mel bands": (
        lambda folder: change_json(folder / "preprocessor_config.json", lambda values: values.update(feature_size=32)),
        "do not fit together",
    ),
    "more than a number can be": (
        _spoilt_config(lambda values: values["text_config"].update(vocab_size=10**30)),
        "its setting vocab_size is not a whole number",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_one_sentence(folder: Path, damage: str) -> None:
    spoil, reason = DAMAGE[damage]
    spoil(folder)
    with pytest.raises(DamagedCheckpoint, match=reason) as caught:
        hf_clap.load(folder)
    sentence = str(caught.value)
    assert str(folder) in sentence
    assert "\n" not in sentence
    assert sentence.count(". ") == 0


def _mutants(weights: bytes) -> Iterator[bytes]:
    """Cut anywhere, or with one bit of the header flipped."""
    generator = np.random.default_rng(0)
    header_bytes = 8 + int.from_bytes(weights[:8], "little")
    for position in generator.integers(len(weights), size=20):
        yield weights[:position]
    for position in generator.integers(header_bytes, size=60):
        flipped = bytearray(weights)
        flipped[position] ^= 1 << int(generator.integers(8))
        yield bytes(flipped)


def test_damaged_weights_never_load_as_what_they_were(folder: Path) -> None:
    _, sound_id = hf_clap.load(folder)
    weights = (folder / "model.safetensors").read_bytes()
    refused = 0
    for mutant in _mutants(weights):
        (folder / "model.safetensors").write_bytes(mutant)
        try:
            assert hf_clap.load(folder)[1] != sound_id
        except DamagedCheckpoint:
            refused += 1
    assert refused > 60
