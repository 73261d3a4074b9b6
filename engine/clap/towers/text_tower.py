"""The text side of an assembled network: BERT, RoBERTa or T5's encoder, built from our own numbers.

The architectures are those of transformers, so that published weights fit by name; nothing is downloaded, and weights
are random until they are trained or taken over.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel, RobertaConfig, RobertaModel, T5Config, T5EncoderModel

from engine.clap import checkpoint
from engine.clap.text_encoder import from_bytes_per_row
from engine.clap.towers.config import TextTowerConfig
from engine.clap.towers.encoded import Encoded, mean_of_valid

PAD_IDS = {"bert": 0, "roberta": 1, "t5": 0}  # RoBERTa counts its positions from the one after this
_IN_EARMARK = "bert."  # what the names of the sentence encoder's weights begin with in Earmark's own network

# B texts, L tokens, D the width


class TextTower(nn.Module):
    """Token ids and mask (B, L) -> the state of every token (B, L, D). Padding is at the end of a row.

    width : D; pad_id : of the token that fills a row up
    """

    def __init__(self, config: TextTowerConfig) -> None:
        """Raises ValueError if there is no such tower."""
        super().__init__()
        if config.causal and config.kind == "t5":
            raise ValueError("a t5 text tower cannot be causal: its encoder sees the whole text")
        if config.max_tokens > config.positions - (PAD_IDS[config.kind] + 1 if config.kind == "roberta" else 0):
            raise ValueError(f"max_tokens is {config.max_tokens}, more than {config.positions} positions can count")
        if config.width % config.heads:
            raise ValueError(f"the text tower's width is {config.width}, not a multiple of {config.heads} heads")
        self.config = config
        self.width = config.width
        self.pad_id = PAD_IDS[config.kind]
        self.model = _MODELS[config.kind](config)

    def forward(self, ids: Tensor, mask: Tensor) -> Encoded:
        valid = mask.bool()
        states = self.model(input_ids=ids, attention_mask=valid.long(), use_cache=False).last_hidden_state
        return Encoded(states, valid)

    def pool(self, encoded: Encoded) -> Tensor:
        """The state that stands for each text, as `config.pooling` says: (B, D)."""
        match self.config.pooling:
            case "first":
                return encoded.states[:, 0]
            case "mean":
                return mean_of_valid(encoded)
            case "last":
                last = encoded.valid.sum(1).clamp_min(1) - 1
                return encoded.states[torch.arange(len(last), device=last.device), last]


def make_text_tower(config: TextTowerConfig) -> TextTower:
    """A tower with random weights. Raises ValueError if there is no tower of these numbers."""
    return TextTower(config)


def take_earmarks_weights(tower: TextTower, folder: Path) -> None:
    """Give a tower the sentence encoder of Earmark's own network in `folder` (all-MiniLM-L6-v2, BERT-shaped).

    With pooling "mean" it then makes the sentence vectors of the network's `TextEncoder`, only not at length one.
    Raises DamagedCheckpoint; ValueError if the tower has another shape.
    """
    checkpoint.verify(folder)
    if tower.config.kind != "bert":
        raise ValueError(f"Earmark's sentence encoder is a bert, and the text tower a {tower.config.kind}")
    stored = from_bytes_per_row(load_file(folder / checkpoint.TEXT_WEIGHTS))
    try:
        tower.model.load_state_dict({name.removeprefix(_IN_EARMARK): weight for name, weight in stored.items()})
    except RuntimeError as error:  # names every weight that does not fit
        raise ValueError("the text tower has another shape than Earmark's sentence encoder") from error


def _bert_settings(config: TextTowerConfig) -> dict[str, Any]:
    return {
        "vocab_size": config.vocabulary,
        "hidden_size": config.width,
        "num_hidden_layers": config.layers,
        "num_attention_heads": config.heads,
        "intermediate_size": config.hidden,
        "max_position_embeddings": config.positions,
        "hidden_dropout_prob": config.dropout,
        "attention_probs_dropout_prob": config.dropout,
        "pad_token_id": PAD_IDS[config.kind],
        "is_decoder": config.causal,  # a token sees itself and those before it (K21)
    }


def _bert(config: TextTowerConfig) -> nn.Module:
    model: nn.Module = BertModel(BertConfig(**_bert_settings(config)), add_pooling_layer=False)
    return model


def _roberta(config: TextTowerConfig) -> nn.Module:
    # one kind of segment and another epsilon than BERT's: as RoBERTa was published
    settings = RobertaConfig(**_bert_settings(config), type_vocab_size=1, layer_norm_eps=1e-5)
    model: nn.Module = RobertaModel(settings, add_pooling_layer=False)
    return model


def _t5(config: TextTowerConfig) -> nn.Module:
    settings = T5Config(
        vocab_size=config.vocabulary,
        d_model=config.width,
        d_kv=config.width // config.heads,
        d_ff=config.hidden,
        num_layers=config.layers,
        num_heads=config.heads,
        dropout_rate=config.dropout,
        feed_forward_proj="gated-gelu",  # of flan-t5, whose encoder R08 uses
        pad_token_id=PAD_IDS[config.kind],
    )
    # its encoder alone: the model holds the word vectors twice, under two names
    encoder: nn.Module = T5EncoderModel(settings).encoder
    return encoder


_MODELS: dict[str, Callable[[TextTowerConfig], nn.Module]] = {"bert": _bert, "roberta": _roberta, "t5": _t5}
