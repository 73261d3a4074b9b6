"""A network as a folder: config.json, safetensors, tokenizer.json, tags.json, card and a manifest of checksums.

A captioner may lie beside them: see `captioner.py`. Embeddings do not depend on it, so the id does not either.

Neither safetensors nor pickles notice a flipped bit, so every file is checked against `manifest.json` before any of
it is used. Nothing in a checkpoint is ever executed: weights are safetensors, settings are JSON, and the config is
read into our own dataclasses.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers.initialization import no_init_weights

from engine.clap.config import FORMAT_VERSION, NetworkConfig
from engine.clap.network import EarmarkNetwork
from engine.clap.text_encoder import from_bytes_per_row, load_tokenizer, to_bytes_per_row
from engine.errors import DamagedCheckpoint, display_path

CONFIG, AUDIO_WEIGHTS, TEXT_WEIGHTS = "config.json", "audio.safetensors", "text.safetensors"
TOKENIZER, TAGS, CARD, MANIFEST = "tokenizer.json", "tags.json", "CARD.md", "manifest.json"
CAPTIONER, CAPTIONER_WEIGHTS = "captioner.json", "captioner.safetensors"  # of a network that has one
REQUIRED = (CONFIG, AUDIO_WEIGHTS, TEXT_WEIGHTS, TOKENIZER, TAGS)  # what shapes an embedding
OPTIONAL = (CAPTIONER, CAPTIONER_WEIGHTS)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_json(folder: Path, name: str) -> Any:
    """What one of a network's JSON files holds. Raises DamagedCheckpoint if it cannot be read."""
    try:
        return json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(folder, f"{name} cannot be read") from error


def verify(folder: Path) -> str:
    """Check every file against the manifest; returns the checkpoint's id, a hash of all that shapes an embedding.

    Raises DamagedCheckpoint if a file is missing, altered or not in the manifest, or from a newer Earmark.
    """
    manifest = read_json(folder, MANIFEST)
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise _damaged(folder, f"{MANIFEST} does not say which format it is")
    if manifest["format"] > FORMAT_VERSION:  # before anything else: other rules may hold there
        raise DamagedCheckpoint(f"The network in {display_path(folder)} was made by a newer Earmark; update to use it.")
    expected = manifest.get("sha256")
    if not isinstance(expected, dict) or not set(REQUIRED) <= set(expected):
        raise _damaged(folder, f"{MANIFEST} does not list all of its files")
    for name, digest in expected.items():
        if Path(name).name != name or not (folder / name).is_file():
            raise _damaged(folder, f"{display_path(name)} is missing")
        try:
            found = sha256_of(folder / name)
        except OSError as error:
            raise _damaged(folder, f"{display_path(name)} cannot be read") from error
        if found != digest:
            raise _damaged(folder, f"{display_path(name)} is not the file that was published")
    return identify({name: expected[name] for name in REQUIRED})


def identify(checksums: dict[str, str]) -> str:
    """The checkpoint's id: 16 hexadecimal digits over the checksums of everything that shapes an embedding."""
    lines = "\n".join(f"{name} {checksums[name]}" for name in sorted(checksums))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def load(folder: Path) -> tuple[EarmarkNetwork, str]:
    """Verify and load; returns the network in evaluation mode and its checkpoint id. Raises DamagedCheckpoint."""
    checkpoint_id = verify(folder)
    try:
        config = NetworkConfig.from_dict(read_json(folder, CONFIG))
        tokenizer = load_tokenizer(folder / TOKENIZER, max_tokens=config.text.max_tokens)
        with no_init_weights():  # random weights that are replaced at once would cost half a second
            network = EarmarkNetwork(config, tokenizer)
        weights = {name: weight.float() for name, weight in load_file(folder / AUDIO_WEIGHTS).items()}
        for name, weight in from_bytes_per_row(load_file(folder / TEXT_WEIGHTS)).items():
            weights["text_encoder." + name] = weight
        network.load_state_dict(weights)
    except (TypeError, KeyError, ValueError, RuntimeError, ArithmeticError, SafetensorError) as error:
        raise _damaged(folder, "its parts do not fit together") from error
    return network.eval().requires_grad_(False), checkpoint_id


def save(folder: Path, network: EarmarkNetwork, *, tags: Sequence[str], card: str) -> str:
    """Write the network's folder, its manifest last; returns the checkpoint id.

    Audio weights are stored as float16, text weights as int8 per row: identical text weights give identical bytes.
    Raises ValueError, and writes nothing, if a weight is not finite at half precision.
    """
    text: dict[str, Tensor] = {}
    audio: dict[str, Tensor] = {}
    for name, trained in network.state_dict().items():
        weight = trained.cpu()  # another device rounds a last digit differently
        if name.startswith("text_encoder."):
            text[name.removeprefix("text_encoder.")] = weight
        else:
            audio[name] = weight.half().contiguous() if weight.is_floating_point() else weight
        if not weight.half().isfinite().all():
            raise ValueError(f"{name} cannot be stored: it holds numbers that half precision does not know")
    folder.mkdir(parents=True, exist_ok=True)
    save_file(audio, folder / AUDIO_WEIGHTS)
    save_file(to_bytes_per_row(text), folder / TEXT_WEIGHTS)
    network.tokenizer.save(str(folder / TOKENIZER))
    (folder / CONFIG).write_text(json.dumps(network.config.to_dict(), indent=2) + "\n", encoding="utf-8")
    (folder / TAGS).write_text(json.dumps(list(tags), indent=1) + "\n", encoding="utf-8")
    (folder / CARD).write_text(card, encoding="utf-8")
    for name in OPTIONAL:  # it learned other embeddings
        (folder / name).unlink(missing_ok=True)
    return seal(folder)


def seal(folder: Path) -> str:
    """Write the manifest over the files as they are now; returns the checkpoint id."""
    there = (name for name in OPTIONAL if (folder / name).is_file())
    checksums = {name: sha256_of(folder / name) for name in (*REQUIRED, CARD, *there)}
    manifest = {"format": FORMAT_VERSION, "sha256": checksums}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return identify({name: checksums[name] for name in REQUIRED})


def _damaged(folder: Path, reason: str) -> DamagedCheckpoint:
    return DamagedCheckpoint(
        f"The network in {display_path(folder)} cannot be used: {reason}; nothing was changed, install it again."
    )
