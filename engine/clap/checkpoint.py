"""A network as a folder: config.json, safetensors, tokenizer.json, tags.json, card and a manifest of checksums.

Folders of both families follow the same rules: Earmark's own, which is read and written here, and those assembled of
towers (`assembled_checkpoint.py`), whose config.json names the family.

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
from tokenizers import Tokenizer
from torch import Tensor
from transformers.initialization import no_init_weights

from engine.clap.config import FORMAT_VERSION, NetworkConfig
from engine.clap.network import EarmarkNetwork
from engine.clap.text_encoder import from_bytes_per_row, load_tokenizer, to_bytes_per_row
from engine.clap.towers.config import FAMILY
from engine.errors import DamagedCheckpoint, display_path

CONFIG, AUDIO_WEIGHTS, TEXT_WEIGHTS = "config.json", "audio.safetensors", "text.safetensors"
TOKENIZER, TAGS, CARD, MANIFEST = "tokenizer.json", "tags.json", "CARD.md", "manifest.json"
CAPTIONER, CAPTIONER_WEIGHTS = "captioner.json", "captioner.safetensors"  # of a network that has one
REQUIRED = (CONFIG, AUDIO_WEIGHTS, TEXT_WEIGHTS, TOKENIZER, TAGS)  # what shapes an embedding
WEIGHTS = "weights.safetensors"  # of a network assembled of towers, all of them
REQUIRED_OF_ASSEMBLED = (CONFIG, WEIGHTS, TOKENIZER)
OPTIONAL = (CAPTIONER, CAPTIONER_WEIGHTS)
_TEXT = "text_encoder."  # what the names of its weights begin with


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_json(folder: Path, name: str) -> Any:
    """What one of a network's JSON files holds. Raises DamagedCheckpoint if it cannot be read."""
    try:
        return json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise damaged(folder, f"{name} cannot be read") from error


def verify(folder: Path) -> str:
    """Check every file against the manifest; returns the checkpoint's id, a hash of all that shapes an embedding.

    Raises DamagedCheckpoint if a file is missing, altered or not in the manifest, or from a newer Earmark.
    """
    manifest = read_json(folder, MANIFEST)
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise damaged(folder, f"{MANIFEST} does not say which format it is")
    if manifest["format"] > FORMAT_VERSION:  # before anything else: other rules may hold there
        raise DamagedCheckpoint(f"The network in {display_path(folder)} was made by a newer Earmark; update to use it.")
    expected = manifest.get("sha256")
    if not isinstance(expected, dict) or CONFIG not in expected:
        raise damaged(folder, f"{MANIFEST} does not list all of its files")
    for name, digest in expected.items():
        if Path(name).name != name or not (folder / name).is_file():
            raise damaged(folder, f"{display_path(name)} is missing")
        try:
            found = sha256_of(folder / name)
        except OSError as error:
            raise damaged(folder, f"{display_path(name)} cannot be read") from error
        if found != digest:
            raise damaged(folder, f"{display_path(name)} is not the file that was published")
    required = _required(folder)
    if not set(required) <= set(expected):
        raise damaged(folder, f"{MANIFEST} does not list all of its files")
    return identify({name: expected[name] for name in required})


def is_assembled(folder: Path) -> bool:
    """Whether the config says that it is a network assembled of towers. Raises DamagedCheckpoint if it says nothing."""
    config = read_json(folder, CONFIG)
    return isinstance(config, dict) and config.get("family") == FAMILY


def _required(folder: Path) -> tuple[str, ...]:
    return REQUIRED_OF_ASSEMBLED if is_assembled(folder) else REQUIRED


def identify(checksums: dict[str, str]) -> str:
    """The checkpoint's id: 16 hexadecimal digits over the checksums of everything that shapes an embedding."""
    lines = "\n".join(f"{name} {checksums[name]}" for name in sorted(checksums))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def load(folder: Path) -> tuple[EarmarkNetwork, str]:
    """Verify and load; returns the network in evaluation mode and its checkpoint id.

    Raises DamagedCheckpoint, for a network assembled of towers too.
    """
    checkpoint_id = verify(folder)
    if is_assembled(folder):
        raise DamagedCheckpoint(f"{display_path(folder)} holds no network of Earmark's own kind, which is needed here.")
    try:
        config = NetworkConfig.from_dict(read_json(folder, CONFIG))
        tokenizer = load_tokenizer(folder / TOKENIZER, max_tokens=config.text.max_tokens)
        with no_init_weights():  # random weights that are replaced at once would cost half a second
            network = EarmarkNetwork(config, tokenizer)
        weights = {name: weight.float() for name, weight in load_file(folder / AUDIO_WEIGHTS).items()}
        for name, weight in from_bytes_per_row(load_file(folder / TEXT_WEIGHTS)).items():
            weights[_TEXT + name] = weight
        network.load_state_dict(weights)
    except (TypeError, KeyError, ValueError, RuntimeError, ArithmeticError, SafetensorError) as error:
        raise damaged(folder, "its parts do not fit together") from error
    return network.eval().requires_grad_(False), checkpoint_id


def save(folder: Path, network: EarmarkNetwork, *, tags: Sequence[str], card: str) -> str:
    """Write the network's folder, its manifest last; returns the checkpoint id.

    Audio weights are stored as float16, text weights as int8 per row: identical text weights give identical bytes.
    Raises ValueError, and writes nothing, if a weight is not finite at half precision.
    """
    text: dict[str, Tensor] = {}
    audio: dict[str, Tensor] = {}
    halves = halves_of(network.state_dict())
    for name, trained in network.state_dict().items():
        if name.startswith(_TEXT):
            text[name.removeprefix(_TEXT)] = trained.cpu()
        else:
            audio[name] = halves[name]
    folder.mkdir(parents=True, exist_ok=True)
    save_file(audio, folder / AUDIO_WEIGHTS)
    save_file(to_bytes_per_row(text), folder / TEXT_WEIGHTS)
    (folder / TAGS).write_text(json.dumps(list(tags), indent=1) + "\n", encoding="utf-8")
    return write_settings(folder, network.config.to_dict(), network.tokenizer, card)


def halves_of(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights as they are stored, float16 where they are no counts, on the processor.

    Raises ValueError if one is not finite at half precision.
    """
    halves: dict[str, Tensor] = {}
    for name, trained in weights.items():
        weight = trained.detach().cpu()  # another device rounds a last digit differently
        if weight.is_floating_point():
            weight = weight.half().contiguous()
            if not weight.isfinite().all():
                raise ValueError(f"{name} cannot be stored: it holds numbers that half precision does not know")
        halves[name] = weight
    return halves


def write_settings(folder: Path, config: dict[str, Any], tokenizer: Tokenizer, card: str) -> str:
    """What a network of either family has beside its weights, and the manifest last; returns the checkpoint id."""
    tokenizer.save(str(folder / TOKENIZER))
    (folder / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    (folder / CARD).write_text(card, encoding="utf-8")
    for name in OPTIONAL:  # it learned other embeddings
        (folder / name).unlink(missing_ok=True)
    return seal(folder)


def seal(folder: Path) -> str:
    """Write the manifest over the files as they are now; returns the checkpoint id."""
    required = _required(folder)
    there = (name for name in OPTIONAL if (folder / name).is_file())
    checksums = {name: sha256_of(folder / name) for name in (*required, CARD, *there)}
    manifest = {"format": FORMAT_VERSION, "sha256": checksums}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return identify({name: checksums[name] for name in required})


def damaged(folder: Path, reason: str) -> DamagedCheckpoint:
    """The error for a network's folder, with the reason in the middle of its sentence."""
    return DamagedCheckpoint(
        f"The network in {display_path(folder)} cannot be used: {reason}; nothing was changed, install it again."
    )
