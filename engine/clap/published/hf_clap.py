"""Published CLAP networks in the layout that transformers stores: a folder with an unfused `ClapModel`.

    config.json               model_type "clap"; HTSAT tiny or base beside RoBERTa
    model.safetensors         or model.safetensors.index.json and the shards it names
    preprocessor_config.json  or processor_config.json, where newer releases keep the same values; may be absent
    tokenizer.json

A window of 10 s is one image of 1001 frames, which HTSAT folds into four stretches of 2.5 s and gives back as 32
columns in time. Their mean, projected, is the clip embedding; each column, projected alike, that of its 312.5 ms.

The published extractor crops sound above 10 s at random; here the Embedder cuts windows, so that never happens.
Shorter sound is repeated as often as it fits whole and then padded with zeros, as in training; the columns of its first
round stand for its segments, all columns together for the clip.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import normalize, pad
from transformers import ClapConfig, ClapModel
from transformers.initialization import no_init_weights

from engine.clap import checkpoint
from engine.clap.mel import LogMel
from engine.clap.published.hf_clap_config import Preprocessing, Refusal, read_preprocessing, read_settings
from engine.clap.text_encoder import load_tokenizer, tokenize
from engine.errors import DamagedCheckpoint, display_path

PREPROCESSING_VERSION = 1  # part of the checkpoint id: raise it when the same files come to give other embeddings
MAX_TOKENS = 77  # what the text side saw in training

WEIGHTS, SHARDS, PICKLE = "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"
PREPROCESSOR, PROCESSOR = "preprocessor_config.json", "processor_config.json"

# buffers that follow from the config; files of some releases hold them and others do not
_COMPUTED = ("position_ids", "token_type_ids", "relative_position_index", "num_batches_tracked")


class HfClapNetwork:
    """An `AudioTextNetwork` around a ClapModel in evaluation mode."""

    def __init__(self, name: str, model: ClapModel, tokenizer: Tokenizer, preprocessing: Preprocessing) -> None:
        """Raises ValueError or RuntimeError if model and preprocessing do not fit together."""
        self.name = name
        self.model = model
        self.tokenizer = tokenizer
        self.log_mel = LogMel(preprocessing.mel)
        self.window_samples = preprocessing.window_samples
        self.sample_rate_hz = preprocessing.mel.sample_rate_hz
        self.dim = int(model.config.projection_dim)
        with torch.inference_mode():
            _, columns = self.encode_window(torch.zeros(0))  # the network itself says how many columns it has
        self.segments_per_window = len(columns)
        if self.window_samples % self.segments_per_window:
            raise ValueError("its window is not a whole number of columns")
        self.samples_per_segment = self.window_samples // self.segments_per_window
        self.segment_s = self.samples_per_segment / self.sample_rate_hz

    def embed_audio(self, waveforms: Tensor, lengths_samples: Tensor) -> tuple[Tensor, Tensor]:
        # one window at a time: batches are no faster on a CPU, and the last digits would depend on the neighbours
        embedded = [self._embed_window(row[: int(n)]) for row, n in zip(waveforms, lengths_samples, strict=True)]
        clips, segments = zip(*embedded, strict=True)
        return torch.stack(clips), torch.stack(segments)[:, : waveforms.shape[1] // self.samples_per_segment]

    def embed_text(self, texts: Sequence[str]) -> Tensor:
        tokens, mask = tokenize(self.tokenizer, texts)
        device = self.model.device
        sentences = self.model.text_model(input_ids=tokens.to(device), attention_mask=mask.to(device)).pooler_output
        return normalize(self.model.text_projection(sentences), dim=-1)

    def encode_window(self, sound: Tensor) -> tuple[Tensor, Tensor]:
        """Sound (samples,), at most a window -> its state (width,) and that of each column (columns, width).

        The first is the mean of the second, up to rounding.
        """
        encoded = self.model.audio_model(input_features=self.features_of(sound))
        columns = encoded.last_hidden_state[0].mean(1).T  # (width, frequencies, columns) -> (columns, width)
        return encoded.pooler_output[0], columns

    def features_of(self, sound: Tensor) -> Tensor:
        """Sound (samples,) -> the log-mel image (1, 1, frames, mels) that the published extractor makes of it."""
        rounds = self.window_samples // max(1, len(sound))
        window = sound.repeat(rounds)
        window = pad(window, (0, self.window_samples - len(window)))
        # float64, like the extractor: beside a pure tone float32 would be off by half a decibel near the floor
        levels_db: Tensor = self.log_mel(window.double().unsqueeze(0))  # (1, mels, frames)
        return levels_db.float().transpose(1, 2).unsqueeze(1)

    def _embed_window(self, sound: Tensor) -> tuple[Tensor, Tensor]:
        clip, columns = self.encode_window(sound)
        embeddings = normalize(self.model.audio_projection(torch.cat([clip.unsqueeze(0), columns])), dim=-1)
        return embeddings[0], embeddings[1:]


def load(folder: Path) -> tuple[HfClapNetwork, str]:
    """Load the network in `folder`; returns it and its checkpoint id. Raises DamagedCheckpoint.

    There is no manifest of what was published, so damage is told by what does not fit: missing, unexpected or
    misshapen weights, and numbers that are not finite. The id holds the checksum of the weights.
    """
    try:
        settings = read_settings(checkpoint.read_json(folder, checkpoint.CONFIG))
        preprocessing = read_preprocessing(_stored_preprocessing(folder))
        files = _weight_files(folder)
        network = _assemble(folder, settings, preprocessing, files)
        return network, _identify(folder, settings, preprocessing, files)
    except Refusal as refusal:
        raise DamagedCheckpoint(f"The network in {display_path(folder)} cannot be used: {refusal}.") from refusal
    except OSError as error:
        raise DamagedCheckpoint(f"The network in {display_path(folder)} cannot be read: {error.strerror}.") from error


def _assemble(
    folder: Path, settings: dict[str, Any], preprocessing: Preprocessing, files: Sequence[str]
) -> HfClapNetwork:
    weights = _read_weights(folder, files)
    try:
        config = ClapConfig(**settings)
        model = _model(config, weights)
        return HfClapNetwork(display_path(folder.absolute().name), model, _tokenizer(folder, config), preprocessing)
    except Refusal:
        raise
    except Exception as error:  # numbers that are sensible one by one and fit no network fail in the library anyhow
        raise Refusal("its settings do not fit together") from error


def _stored_preprocessing(folder: Path) -> object:
    if (folder / PREPROCESSOR).is_file():
        return checkpoint.read_json(folder, PREPROCESSOR)
    if (folder / PROCESSOR).is_file():
        processor = checkpoint.read_json(folder, PROCESSOR)
        return processor.get("feature_extractor", {}) if isinstance(processor, dict) else processor
    return {}


def _tokenizer(folder: Path, config: ClapConfig) -> Tokenizer:
    text = config.text_config
    if not (folder / checkpoint.TOKENIZER).is_file():
        raise Refusal(f"{checkpoint.TOKENIZER} is missing")
    # RoBERTa counts positions from the one after the padding token's number
    max_tokens = min(MAX_TOKENS, text.max_position_embeddings - text.pad_token_id - 1)
    try:
        tokenizer = load_tokenizer(folder / checkpoint.TOKENIZER, max_tokens=max_tokens, pad_id=text.pad_token_id)
    except ValueError as error:
        raise Refusal(f"{checkpoint.TOKENIZER} is damaged") from error
    if max(tokenizer.get_vocab().values(), default=0) >= text.vocab_size:
        raise Refusal("its tokenizer knows more words than its text encoder")
    return tokenizer


def _weight_files(folder: Path) -> list[str]:
    if (folder / WEIGHTS).is_file():
        return [WEIGHTS]
    if (folder / SHARDS).is_file():
        index = checkpoint.read_json(folder, SHARDS)
        names = index.get("weight_map") if isinstance(index, dict) else None
        if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
            raise Refusal(f"{SHARDS} names no files")
        if any(Path(name).name != name for name in names.values()):
            raise Refusal(f"{SHARDS} names files outside the folder")
        return sorted(set(names.values()))
    if (folder / PICKLE).is_file():
        raise Refusal(
            f"its weights are a pickle ({PICKLE}), which could run any program; convert them to {WEIGHTS} and try again"
        )
    raise Refusal(f"{WEIGHTS} is missing")


def _read_weights(folder: Path, files: Sequence[str]) -> dict[str, Tensor]:
    weights: dict[str, Tensor] = {}
    for file in files:
        try:
            weights |= load_file(folder / file)
        except FileNotFoundError as error:
            raise Refusal(f"{display_path(file)} is missing") from error
        except SafetensorError as error:
            raise Refusal(f"{display_path(file)} is damaged or cut short") from error
    weights = {name: weight.float() for name, weight in weights.items() if not name.endswith(_COMPUTED)}
    for name, weight in weights.items():
        if not weight.sum().isfinite():  # a sum keeps every NaN and infinity, and costs no copy
            raise Refusal(f"its weights are damaged ({name} is not finite)")
    return weights


def _model(config: ClapConfig, weights: dict[str, Tensor]) -> ClapModel:
    """The model of this config with these weights. Raises Refusal unless they match, name by name."""
    with torch.device("meta"), no_init_weights():  # costs no memory, whatever sizes the config dreams of
        expected = {name: weight.shape for name, weight in ClapModel(config).state_dict().items()}
    needed = {name for name in expected if not name.endswith(_COMPUTED)}
    for names, problem in ((needed - weights.keys(), "missing"), (weights.keys() - needed, "not part of its kind")):
        if names:
            raise Refusal(f"{len(names)} of its weights are {problem}, {min(names)} among them")
    for name in needed:
        if weights[name].shape != expected[name]:
            raise Refusal(f"{name} has another shape than its settings say")
    with no_init_weights():
        model = ClapModel(config)
    model.load_state_dict(weights, strict=False)  # copies: nothing hangs on the mapped file afterwards
    return model.eval().requires_grad_(False)


def _identify(folder: Path, settings: dict[str, Any], preprocessing: Preprocessing, files: Sequence[str]) -> str:
    used = json.dumps([PREPROCESSING_VERSION, asdict(preprocessing), settings], sort_keys=True)
    checksums = {file: checkpoint.sha256_of(folder / file) for file in (*files, checkpoint.TOKENIZER)}
    return checkpoint.identify(checksums | {"settings": hashlib.sha256(used.encode()).hexdigest()})
