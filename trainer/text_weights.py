"""The sentence encoder of the default network, all-MiniLM-L6-v2, taken from the network that Earmark ships.

Its weights never change: what is stored there is the published model, rounded to a byte per number.
"""

from __future__ import annotations

from tokenizers import Tokenizer
from torch import Tensor

from engine.clap import checkpoint
from engine.paths import default_network_folder


def load_minilm() -> tuple[dict[str, Tensor], Tokenizer]:
    """Weights for `TextEncoder`, and the tokenizer. Raises DamagedCheckpoint."""
    network, _ = checkpoint.load(default_network_folder())
    return network.text_encoder.state_dict(), network.tokenizer
