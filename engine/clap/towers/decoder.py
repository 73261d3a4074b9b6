"""What writes captions: layers stacked on a causal text tower, which also attend to all states of the sound (K22)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.clap.towers.config import DecoderConfig
from engine.clap.towers.encoded import Encoded


class CaptionTower(nn.Module):
    """States of the words so far and of the sound -> logits of each next word.

    Each layer is causal self-attention, cross-attention to the valid states of the sound, and a step for each word
    alone. With RoBERTa's sizes and 4 layers it has the 76.46 M parameters of the published one (seed K22).
    """

    def __init__(self, config: DecoderConfig, *, text_width: int, audio_width: int, vocabulary: int) -> None:
        """Raises ValueError if the heads cannot share the width."""
        super().__init__()
        if config.heads < 1 or text_width % config.heads:
            raise ValueError(f"the decoder's width is {text_width}, not a multiple of {config.heads} heads")
        self.hear = nn.Identity() if audio_width == text_width else nn.Linear(audio_width, text_width)
        self.layers = nn.ModuleList(
            nn.TransformerDecoderLayer(
                text_width, config.heads, config.hidden, config.dropout, activation="gelu", batch_first=True
            )
            for _ in range(config.layers)
        )
        self.say = nn.Linear(text_width, vocabulary)

    def forward(self, read: Encoded, heard: Encoded) -> Tensor:
        """Words (B, L, text width), padded at the end, and sound (B, N, audio width) -> (B, L, vocabulary)."""
        length = read.states.shape[1]
        later = torch.ones(length, length, dtype=torch.bool, device=read.states.device).triu(1)
        states, sound = read.states, self.hear(heard.states)
        for layer in self.layers:
            states = layer(
                states,
                sound,
                tgt_mask=later,
                tgt_key_padding_mask=~read.valid,
                memory_key_padding_mask=~heard.valid,
                tgt_is_causal=False,  # the mask says it: a hint would have the other mask dropped
            )
        logits: Tensor = self.say(states)
        return logits
