"""Earmark's own audio-text network, resolved in time.

Audio becomes columns of 160 ms. Each column holds a vector in the sentence space of the text encoder, the scores of
the tags, and a weight that says how much it matters; any stretch of columns is pooled with these weights, so that a
segment and the whole clip come from one pass.

An embedding joins two views, searched with a single dot product:

    text view    the pooled vector, trained to meet the centred sentence vector of a description
    tag view     the square roots of the pooled tag scores, projected on their principal directions;
                 a query enters it through the *label bridge*: its likeness to the names of the tags

The text view generalises over wording, the tag view over sounds that no caption names (docs/default-network.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from engine.clap.audio_encoder import AudioEncoder
from engine.clap.config import NetworkConfig
from engine.clap.mel import LogMel
from engine.clap.text_encoder import TextEncoder, tokenize


class AudioTextNetwork(Protocol):
    """What anything that the Embedder can hold offers. Embeddings are L2-normalised; similarity is their dot product.

    `embed_audio` takes (batch, samples), samples a whole number of segments and at most one window, and how many
    samples of each row are sound (batch,): the rest is padding with zeros. It gives clip embeddings (batch, dim) and
    segment embeddings (batch, segments, dim); those beyond `segments_in` the row's length mean nothing.
    The same waveform gives the same embeddings whatever else is in the batch.
    """

    name: str
    sample_rate_hz: int
    dim: int
    segment_s: float
    samples_per_segment: int
    segments_per_window: int

    def embed_audio(self, waveforms: Tensor, lengths_samples: Tensor) -> tuple[Tensor, Tensor]: ...

    def embed_text(self, texts: Sequence[str]) -> Tensor: ...


@runtime_checkable
class WeighingNetwork(Protocol):
    """A network whose clip embedding is a weighted mean over time, and that tells the weights: its attention.

    `weigh_audio` takes (batch, samples), a whole number of segments, and gives how much each counts: (batch, segments).
    """

    def weigh_audio(self, waveforms: Tensor) -> Tensor: ...


def padded_to_segments(sound: np.ndarray, samples_per_segment: int) -> Tensor:
    """(samples,) -> (1, samples), with silence at the end so that it is a whole number of segments, at least one."""
    missing = -len(sound) % samples_per_segment if len(sound) else samples_per_segment
    return torch.from_numpy(np.pad(sound.astype(np.float32, copy=False), (0, missing))).unsqueeze(0)


def segments_in(length_samples: int, samples_per_segment: int) -> int:
    """How many segments stand for so many samples: a last one that would be nine tenths padding is left out."""
    return max(1, -((samples_per_segment // 10 - length_samples) // samples_per_segment))


@dataclass(frozen=True)
class Columns:
    """What the audio encoder says of every column: B batch, T columns."""

    states: Tensor  # (B, T, width)
    vectors: Tensor  # (B, T, text_view_dim), not normalised
    tag_logits: Tensor  # (B, T, tags)
    log_weights: Tensor  # (B, T)

    def pool(self, values: Tensor, spans: Tensor) -> Tensor:
        """Weighted means of `values` (B, T, d) over `spans` (B, S, T), 1 where a column belongs; -> (B, S, d)."""
        weights = spans * self.weights().unsqueeze(1)  # (B, S, T)
        weights = weights / weights.sum(-1, keepdim=True).clamp_min(1e-9)
        return weights @ values

    def weights(self) -> Tensor:
        """(B, T): how much each column counts."""
        # a fixed bound instead of the row's maximum keeps a column's weight independent of its neighbours
        return torch.exp(self.log_weights.clamp(-8.0, 8.0))


def has_bfloat16(device: torch.device) -> bool:
    """Whether columns are computed in bfloat16 there: where a processor multiplies it by itself, twice as fast.

    Embeddings keep a cosine of .9997 and more to those of float32. A graphics card is fast enough without, and was
    measured to stray further with it (.9975).
    """
    return device.type == "cpu" and bool(torch.cpu.get_capabilities().get("avx512_bf16"))


class EarmarkNetwork(nn.Module):
    """The network that `resources/default_network` holds; see the module's text for its shape."""

    def __init__(self, config: NetworkConfig, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.config = config
        self.tokenizer = tokenizer
        self.name = config.name
        self.sample_rate_hz = config.mel.sample_rate_hz
        self.dim = config.dim
        self.segment_s = config.segment_s
        self.samples_per_segment = config.samples_per_segment
        self.segments_per_window = config.segments_per_window
        self.column_s = config.segment_s / config.columns_per_segment
        self.samples_per_column = config.samples_per_segment // config.columns_per_segment
        width = config.audio.width
        self.log_mel = LogMel(config.mel)
        self.audio_encoder = AudioEncoder(config.audio, config.mel.mels)
        self.vector_head = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, config.text_view_dim)
        )
        self.tag_head = nn.Linear(width, config.tags)
        self.weight_head = nn.Linear(width, 1)
        self.text_encoder = TextEncoder(config.text)
        self.register_buffer("text_mean", torch.zeros(config.text.width))
        self.register_buffer("audio_mean", torch.zeros(config.dim))
        self.register_buffer("tag_texts", torch.zeros(config.tags, config.text.width))  # centred names of the tags
        self.register_buffer("tag_directions", torch.zeros(config.tags, config.tag_view_dim))  # orthonormal columns

    def encode_columns(self, levels: Tensor) -> Columns:
        """Standardised log-mel levels (B, mels, frames), frames a multiple of a column -> Columns."""
        states = self.audio_encoder(levels)
        return Columns(states, self.vector_head(states), self.tag_head(states), self.weight_head(states).squeeze(-1))

    def hear(self, levels: Tensor) -> Columns:
        """`encode_columns`, in bfloat16 where the processor multiplies it by itself."""
        with torch.autocast(levels.device.type, torch.bfloat16, enabled=has_bfloat16(levels.device)):
            return self.encode_columns(levels)

    def levels_of(self, waveforms: Tensor) -> Tensor:
        """Waveforms (B, samples) -> (B, mels, samples // hop): the frame beyond the last whole hop is dropped."""
        levels: Tensor = self.log_mel(waveforms)
        return levels[:, :, : waveforms.shape[1] // self.config.mel.hop_samples]

    def embed_audio(self, waveforms: Tensor, lengths_samples: Tensor) -> tuple[Tensor, Tensor]:
        columns = self.hear(self.levels_of(waveforms))
        segments = waveforms.shape[1] // self.samples_per_segment
        sounding = torch.tensor([segments_in(int(n), self.samples_per_segment) for n in lengths_samples])
        valid = (torch.arange(segments) < sounding.unsqueeze(1)).to(waveforms)  # (B, segments)
        each = torch.eye(segments).to(waveforms).repeat_interleave(self.config.columns_per_segment, dim=1)
        whole = (valid @ each).unsqueeze(1)  # (B, 1, T): the clip is one more span, over the columns that hold sound
        spans = torch.cat([each.expand(len(valid), -1, -1), whole], dim=1)
        embeddings = self.join_views(
            columns.pool(columns.vectors.float(), spans), columns.pool(columns.tag_logits.float().sigmoid(), spans)
        )
        return embeddings[:, -1], embeddings[:, :-1]

    def weigh_audio(self, waveforms: Tensor) -> Tensor:
        weights = self.hear(self.levels_of(waveforms)).weights().float()  # (B, T)
        # column by column they go up and down: of two neighbours that hear the same the network uses one
        return weights.view(len(weights), -1, self.config.columns_per_segment).sum(-1)

    def join_views(self, vectors: Tensor, tag_scores: Tensor) -> Tensor:
        """Pooled vectors (..., text_view_dim) and tag scores (..., tags) -> embeddings (..., dim).

        The mean of many sounds is taken away: it would draw every sound to what was common in training.
        """
        tag_view = tag_scores.sqrt() @ self.get_buffer("tag_directions")
        joined = self._join(nn.functional.normalize(vectors, dim=-1), tag_view)
        return nn.functional.normalize(joined - self.get_buffer("audio_mean"), dim=-1)

    def embed_text(self, texts: Sequence[str]) -> Tensor:
        sentences = self.centred_text(texts)
        return self._join(sentences, self.bridge(sentences) @ self.get_buffer("tag_directions"))

    def centred_text(self, texts: Sequence[str]) -> Tensor:
        """Sentence vectors (texts, width) with the mean of many sentences taken away, L2-normalised.

        Without this most of a cosine between two phrases is what all phrases share.
        """
        tokens, mask = tokenize(self.tokenizer, texts)
        device = self.get_buffer("text_mean").device
        sentences = self.text_encoder(tokens.to(device), mask.to(device))
        return nn.functional.normalize(sentences - self.get_buffer("text_mean"), dim=-1)

    def bridge(self, sentences: Tensor) -> Tensor:
        """Centred sentences (texts, width) -> how much of each tag they ask for (texts, tags), L2-normalised."""
        likeness = sentences @ self.get_buffer("tag_texts").T
        nearest = likeness.topk(min(self.config.bridge_tags, self.config.tags), dim=-1)
        shares = torch.softmax(nearest.values / self.config.bridge_temperature, dim=-1)
        return nn.functional.normalize(torch.zeros_like(likeness).scatter(-1, nearest.indices, shares), dim=-1)

    def _join(self, text_view: Tensor, tag_view: Tensor) -> Tensor:
        joined = torch.cat([text_view, self.config.tag_view_weight * tag_view], dim=-1)
        return nn.functional.normalize(joined, dim=-1)
