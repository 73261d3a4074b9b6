"""Sentence vectors of all captions, computed once (D11): what stands for the text tower where none is trained.

An encoder is the one in the box ("earmark": all-MiniLM-L6-v2) or any folder of transformers, whose mean token state is
taken. Vectors are cached by encoder and text, so that a run with more captions encodes only the new ones.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.clap import checkpoint
from engine.clap.text_encoder import tokenize
from engine.errors import DamagedCheckpoint, display_path
from engine.paths import default_network_folder
from engine.safe_files import replace
from trainer.errors import TrainerError

EARMARK = "earmark"
TEXTS_PER_FILE = 4096
_TEXTS_AT_ONCE = 64
_MOST_TOKENS = 128
_END_BYTES = 1 << 20  # of a large file its two ends tell it from others

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SentenceEncoder:
    """key : tells encoders apart, in file names; encode : texts -> vectors (texts, width), L2-normalised, float32"""

    key: str
    width: int
    encode: Callable[[Sequence[str]], Tensor]


class SentenceVectors:
    """vectors : (texts, width) float32, L2-normalised"""

    def __init__(self, texts: Sequence[str], vectors: Tensor) -> None:
        self.vectors = vectors
        self._row = {text: row for row, text in enumerate(texts)}

    @property
    def width(self) -> int:
        return int(self.vectors.shape[1])

    def of(self, texts: Sequence[str]) -> Tensor:
        """(texts, width). Raises KeyError for a text that was not among those that were asked for."""
        return self.vectors[[self._row[text] for text in texts]]


def make_sentence_encoder(name: str, device: torch.device | str = "cpu") -> SentenceEncoder:
    """name : "earmark", or the path of a folder. Raises TrainerError."""
    return _earmark(device) if name == EARMARK else _of_transformers(Path(name), device)


def sentence_vectors(texts: Iterable[str], encoder: SentenceEncoder, cache: Path) -> SentenceVectors:
    """The vectors of all different texts; those that the cache lacks are computed, and kept as they come.

    Raises TrainerError if the cache is damaged.
    """
    folder = cache / f"sentences-{encoder.key}"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = sorted(set(texts))
    known = _read(folder, encoder.width)
    missing = [text for text in wanted if text not in known]
    for first in range(0, len(missing), TEXTS_PER_FILE):
        group = missing[first : first + TEXTS_PER_FILE]
        vectors = _encode_all(group, encoder)
        _write(folder, group, vectors)
        known.update(zip(group, vectors, strict=True))
        log.info("sentence vectors: %d of %d", first + len(group), len(missing))
    vectors = np.stack([known[text] for text in wanted]) if wanted else np.zeros((0, encoder.width), np.float32)
    return SentenceVectors(wanted, torch.from_numpy(vectors))


def _encode_all(texts: Sequence[str], encoder: SentenceEncoder) -> np.ndarray:
    """Those of about one length together, which saves padding."""
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    vectors = np.empty((len(texts), encoder.width), np.float32)
    for first in range(0, len(order), _TEXTS_AT_ONCE):
        chosen = order[first : first + _TEXTS_AT_ONCE]
        vectors[chosen] = encoder.encode([texts[at] for at in chosen]).numpy()
    return vectors


# --- encoders ---------------------------------------------------------------------------------------------------------


def _earmark(device: torch.device | str) -> SentenceEncoder:
    try:
        network, checkpoint_id = checkpoint.load(default_network_folder())
    except DamagedCheckpoint as error:
        raise TrainerError(str(error)) from error
    model = network.text_encoder.eval().to(device)

    @torch.inference_mode()
    def encode(texts: Sequence[str]) -> Tensor:
        tokens, mask = tokenize(network.tokenizer, texts)
        return model(tokens.to(device), mask.to(device)).float().cpu()

    return SentenceEncoder(f"{EARMARK}-{checkpoint_id[:12]}", network.config.text.width, encode)


def _of_transformers(folder: Path, device: torch.device | str) -> SentenceEncoder:
    from transformers import AutoModel, AutoTokenizer

    if not folder.is_dir():
        raise TrainerError(f"There is no sentence encoder in {display_path(folder)}: there is no such folder.")
    try:  # nothing that the folder holds is executed or unpickled
        tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model: Any = AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    except (OSError, ValueError, KeyError) as error:
        raise TrainerError(
            f"{display_path(folder)} holds no text model that transformers can load from safetensors without "
            "running code of its own."
        ) from error
    model = getattr(model, "encoder", model) if model.config.is_encoder_decoder else model
    model.eval().to(device)
    if tokenizer.pad_token is None:  # of models that only ever write; what is padded is masked
        tokenizer.pad_token = tokenizer.eos_token

    @torch.inference_mode()
    def encode(texts: Sequence[str]) -> Tensor:
        tokens = tokenizer(list(texts), padding=True, truncation=True, max_length=_MOST_TOKENS, return_tensors="pt")
        tokens = tokens.to(device)
        states = model(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]).last_hidden_state
        weights = tokens["attention_mask"].unsqueeze(-1).to(states.dtype)
        mean = (states * weights).sum(1) / weights.sum(1).clamp_min(1.0)
        return functional.normalize(mean.float(), dim=-1).cpu()

    return SentenceEncoder(_digest(folder), int(model.config.hidden_size), encode)


def _digest(folder: Path) -> str:
    """Of what the folder holds, wherever it lies."""
    digest = hashlib.sha256()
    for path in sorted(each for each in folder.iterdir() if each.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.name} {size} ".encode())
        with path.open("rb") as file:
            digest.update(file.read(_END_BYTES))
            file.seek(max(0, size - _END_BYTES))
            digest.update(file.read(_END_BYTES))
    return digest.hexdigest()[:24]


# --- the cache --------------------------------------------------------------------------------------------------------


def _read(folder: Path, width: int) -> dict[str, np.ndarray]:
    known: dict[str, np.ndarray] = {}
    for path in sorted(folder.glob("*.npy")):
        try:
            texts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            vectors = np.load(path)
            if vectors.shape != (len(texts), width):
                raise ValueError(f"vectors of shape {vectors.shape}")
        except (OSError, ValueError, EOFError) as error:
            raise TrainerError(
                f"The sentence vectors in {display_path(folder)} are damaged; delete that folder and they are "
                "computed again."
            ) from error
        known.update(zip(texts, vectors, strict=True))
    return known


def _write(folder: Path, texts: Sequence[str], vectors: np.ndarray) -> None:
    """The vectors come last: where they are, their texts are."""
    listed = json.dumps(list(texts)).encode()
    name = hashlib.sha256(listed).hexdigest()[:24]
    texts_file, vectors_file = folder / f"{name}.json", folder / f"{name}.npy"
    unfinished = folder / f"{name}.{os.getpid()}.part"
    unfinished.write_bytes(listed)
    replace(unfinished, texts_file)
    with unfinished.open("wb") as file:
        np.save(file, vectors)
    replace(unfinished, vectors_file)
