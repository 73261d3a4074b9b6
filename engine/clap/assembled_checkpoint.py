"""A network assembled of towers as a folder, by the rules of `checkpoint.py`.

    config.json           with "family": "assembled"
    weights.safetensors   of both towers, heads and decoder, float16
    tokenizer.json, CARD.md, manifest.json

The id is made of the first two and the tokenizer: of all that shapes an embedding.
"""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from transformers.initialization import no_init_weights

from engine.clap.assembled import AssembledNetwork, make_assembled
from engine.clap.checkpoint import (
    CONFIG,
    TOKENIZER,
    WEIGHTS,
    damaged,
    halves_of,
    is_assembled,
    read_json,
    verify,
    write_settings,
)
from engine.clap.text_encoder import load_tokenizer
from engine.clap.towers.config import AssembledConfig
from engine.errors import DamagedCheckpoint, display_path


def save(folder: Path, network: AssembledNetwork, *, card: str) -> str:
    """Write the network's folder, its manifest last; returns the checkpoint id.

    Raises ValueError, and writes nothing, if a weight is not finite at half precision.
    """
    weights = halves_of(network.state_dict())
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / WEIGHTS)
    return write_settings(folder, network.config.to_dict(), network.tokenizer, card)


def load(folder: Path) -> tuple[AssembledNetwork, str]:
    """Verify and load; returns the network in evaluation mode and its checkpoint id.

    Raises DamagedCheckpoint, for a network of Earmark's own kind too.
    """
    checkpoint_id = verify(folder)
    if not is_assembled(folder):
        raise DamagedCheckpoint(f"{display_path(folder)} holds no network assembled of towers, which is needed here.")
    try:
        config = AssembledConfig.from_dict(read_json(folder, CONFIG))
        tokenizer = load_tokenizer(folder / TOKENIZER, max_tokens=config.text.max_tokens)
        with no_init_weights():  # random weights that are replaced at once cost seconds
            network = make_assembled(config, tokenizer)
        network.load_state_dict(load_file(folder / WEIGHTS))  # copies: weights come to be float32, counts stay counts
    except (
        AttributeError,
        TypeError,
        LookupError,
        ValueError,
        RuntimeError,
        ArithmeticError,
        SafetensorError,
    ) as error:
        raise damaged(folder, "its parts do not fit together") from error
    return network.eval().requires_grad_(False), checkpoint_id
