"""An audio-text network assembled of two towers and their heads, as its config says (`towers/config.py`).

    sound     log-mel levels -> audio tower -> states -> audio head -> embedding
    sentence  tokens         -> text tower  -> states -> text head  -> embedding

With `chunk_s` the sound is cut into chunks, the tower hears each of them alone, and the head reads one pooled state
for each chunk (W04). A network with a decoder can say what it hears: see `assembled_captions.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import normalize, pad

from engine.clap.mel import LogMel
from engine.clap.text_encoder import tokenize
from engine.clap.towers.audio_tower import make_audio_tower
from engine.clap.towers.config import AssembledConfig
from engine.clap.towers.decoder import CaptionTower
from engine.clap.towers.encoded import Encoded, mean_of_valid
from engine.clap.towers.heads import BlockHead, make_head
from engine.clap.towers.text_tower import make_text_tower

FIRST_TEMPERATURE = 0.07  # C08, as it was published
MOST_SCALE = 100.0  # of the logits (C08)
_OF_POOLED = ("linear", "mlp", "none")  # heads that read the pooled state alone

# B sounds or texts, M mels, F frames, N states, D a tower's width, S segments, C chunks


class AssembledNetwork(nn.Module):
    """An `AudioTextNetwork` of any towers; with random weights until it is trained or loaded.

    Segments are about `config.segment_s` long, a whole number of the tower's columns or, with chunks, one chunk. The
    whole of what it is given is heard, however long (K28): only the Embedder cuts windows.
    """

    def __init__(self, config: AssembledConfig, tokenizer: Tokenizer) -> None:
        """The tokenizer is set to cut and to pad as the text tower needs it.

        Raises ValueError if the parts do not fit together.
        """
        super().__init__()
        if config.audio_head.kind == "aggregator" and not config.chunk_s:
            raise ValueError("an aggregator of sound needs chunk_s, the length of the chunks that it reads")
        if config.text.causal and config.text.pooling == "first" and config.text_head.kind in _OF_POOLED:
            raise ValueError("the first state of a causal text tower has seen no words: pool the mean or the last")
        self.config = config
        self.name = config.name
        self.dim = config.dim
        self.sample_rate_hz = config.mel.sample_rate_hz
        self.mel = LogMel(config.mel)
        self.audio = make_audio_tower(config.audio, config.mel)
        self.text = make_text_tower(config.text)
        self.audio_head = make_head(config.audio_head, self.audio.width, config.dim)
        self.text_head = make_head(config.text_head, self.text.width, config.dim)
        self.log_scale = nn.Parameter(torch.tensor(-math.log(FIRST_TEMPERATURE)))  # ln(1 / temperature)
        self.decoder = _decoder(config, self.audio.width) if config.decoder.layers else None
        self.tokenizer = _fitted(tokenizer, config, self.text.pad_id)
        self.frames_per_segment = _frames_per_segment(config, self.audio.frames_per_column)
        self.samples_per_segment = self.frames_per_segment * config.mel.hop_samples
        self.segment_s = self.samples_per_segment / self.sample_rate_hz
        self.segments_per_window = _segments_per_window(config, self.segment_s)

    # --- what training asks for ---

    def hear(self, levels: Tensor, frames: Tensor | None = None, kept: Tensor | None = None) -> Encoded:
        """Standardised levels (B, M, F) -> the states of the sound, or of its chunks (B, C, D).

        frames (B,) : how many are sound, at least one; the rest is padding
        kept (B, K) : the patches that the tower encodes. Raises ValueError if it has no patches, or hears chunks
        """
        if not self.config.chunk_s:
            encoded: Encoded = self.audio(levels, frames, kept)
            return encoded
        if kept is not None:
            raise ValueError("patches are not dropped from a sound that is heard in chunks")
        return self._hear_chunks(levels, frames)

    def read(self, ids: Tensor, mask: Tensor) -> Encoded:
        """Token ids and mask (B, L) -> the states of the tokens."""
        encoded: Encoded = self.text(ids, mask)
        return encoded

    def audio_embedding(self, heard: Encoded) -> Tensor:
        """What `hear` gave -> (B, dim), L2-normalised."""
        pooled = mean_of_valid if self.config.chunk_s else self.audio.pool
        return normalize(self.audio_head(heard, pooled), dim=-1)

    def text_embedding(self, read: Encoded) -> Tensor:
        """What `read` gave -> (B, dim), L2-normalised."""
        return normalize(self.text_head(read, self.text.pool), dim=-1)

    def scale(self, most: float = MOST_SCALE) -> Tensor:
        """What cosines are multiplied by, a scalar, never above `most` (C08)."""
        return self.log_scale.exp().clamp(max=most)

    @torch.no_grad()
    def limit_scale(self, most: float = MOST_SCALE) -> None:
        """Bring the learned scale back to `most`: beyond it no gradient would ever do so. For after a step."""
        self.log_scale.clamp_(max=math.log(most) - 1e-6)  # so that rounding does not leave it beyond

    # --- what Earmark asks for ---

    def embed_audio(self, waveforms: Tensor, lengths_samples: Tensor) -> tuple[Tensor, Tensor]:
        levels, frames = self.levels_of(waveforms, lengths_samples)
        heard = self.hear(levels, frames)
        segments = waveforms.shape[1] // self.samples_per_segment
        return self.audio_embedding(heard), self._embed_segments(heard, segments)

    def embed_text(self, texts: Sequence[str]) -> Tensor:
        ids, mask = tokenize(self.tokenizer, texts)
        device = self.log_scale.device
        return self.text_embedding(self.read(ids.to(device), mask.to(device)))

    def levels_of(self, waveforms: Tensor, lengths_samples: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, samples) -> levels (B, M, F), without the frame beyond the last whole hop, and how many frames
        of each row are sound (B,), at least one.
        """
        hop = self.config.mel.hop_samples
        levels: Tensor = self.mel(waveforms)[:, :, : waveforms.shape[1] // hop]
        frames = (lengths_samples.to(levels.device) + hop - 1) // hop
        return levels, frames.clamp(1, levels.shape[2])

    # --- parts of these ---

    def _hear_chunks(self, levels: Tensor, frames: Tensor | None) -> Encoded:
        batch, mels, length = levels.shape
        size = self.frames_per_segment
        chunks = -(-length // size)
        if frames is None:
            frames = torch.full((batch,), length, device=levels.device)
        starts = torch.arange(chunks, device=levels.device) * size
        sounding = (frames.to(levels.device).unsqueeze(1) - starts).clamp(0, size)  # (B, C)
        valid = sounding > 0
        cut = pad(levels, (0, chunks * size - length)).view(batch, mels, chunks, size).transpose(1, 2)  # (B, C, M, F)
        pooled = self.audio.pool(self.audio(cut[valid], sounding[valid]))  # chunks of padding are not even heard
        states = pooled.new_zeros(batch, chunks, pooled.shape[1]).index_put(valid.nonzero(as_tuple=True), pooled)
        return Encoded(states, valid)

    def _embed_segments(self, heard: Encoded, segments: int) -> Tensor:
        """From the states of whole sounds, (B, segments, dim): each from its own columns alone."""
        batch, of_segment = len(heard.states), self._states_per_segment()
        states = heard.states[:, : segments * of_segment].reshape(batch * segments, of_segment, -1)
        valid = heard.valid[:, : segments * of_segment].reshape(batch * segments, of_segment).clone()
        valid[:, 0] |= ~valid.any(1)  # a segment of padding means nothing, but heads need a state
        return self.audio_embedding(Encoded(states, valid)).view(batch, segments, -1)

    def _states_per_segment(self) -> int:
        if self.config.chunk_s:
            return 1
        return self.frames_per_segment // self.audio.frames_per_column * self.audio.rows


class WeighingAssembledNetwork(AssembledNetwork):
    """One whose audio head is a block, and so tells what it attends to (D29): a `WeighingNetwork`."""

    def weigh_audio(self, waveforms: Tensor) -> Tensor:
        """(B, samples), a whole number of segments -> how much each counts (B, segments).

        1 is an even share of the row's attention, so that windows of different lengths can be compared.
        """
        assert isinstance(self.audio_head, BlockHead)
        heard = self.hear(*self.levels_of(waveforms, torch.full((len(waveforms),), waveforms.shape[1])))
        segments, of_segment = waveforms.shape[1] // self.samples_per_segment, self._states_per_segment()
        attention = self.audio_head.attention(heard)[:, : segments * of_segment]
        return attention.reshape(-1, segments, of_segment).sum(-1) * segments


def make_assembled(config: AssembledConfig, tokenizer: Tokenizer) -> AssembledNetwork:
    """The network of a config: one that tells what it attends to if it can. Raises as `AssembledNetwork` does."""
    kind = WeighingAssembledNetwork if config.audio_head.kind == "block" else AssembledNetwork
    return kind(config, tokenizer)


def _decoder(config: AssembledConfig, audio_width: int) -> CaptionTower:
    if not config.text.causal:
        raise ValueError("a decoder needs a causal text tower, or it would be shown the words it is to guess")
    return CaptionTower(
        config.decoder,
        text_width=config.text.width,
        audio_width=audio_width,
        vocabulary=config.text.vocabulary,
    )


def _fitted(tokenizer: Tokenizer, config: AssembledConfig, pad_id: int) -> Tokenizer:
    if max(tokenizer.get_vocab().values(), default=0) >= config.text.vocabulary:
        raise ValueError("the tokenizer knows more words than the text tower")
    tokenizer.enable_truncation(config.text.max_tokens)
    tokenizer.enable_padding(pad_id=pad_id)
    return tokenizer


def _frames_per_segment(config: AssembledConfig, frames_per_column: int) -> int:
    frames_per_s = config.mel.sample_rate_hz / config.mel.hop_samples
    if config.chunk_s:
        return max(1, round(config.chunk_s * frames_per_s))
    return frames_per_column * max(1, round(config.segment_s * frames_per_s / frames_per_column))


def _segments_per_window(config: AssembledConfig, segment_s: float) -> int:
    most = max(1, int(config.window_s / segment_s + 1e-6))
    limit = config.audio_head.most_positions if config.chunk_s else 0
    return min(most, limit) if limit else most
