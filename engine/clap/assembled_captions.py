"""A sentence of what an assembled network with a decoder hears, word by word (K22, K29).

Words are the tokens of the network's own tokenizer. What it puts before and after every sentence begins the writing,
and ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.clap.assembled import AssembledNetwork
from engine.clap.network import padded_to_segments
from engine.clap.towers.decoder import CaptionTower
from engine.clap.towers.encoded import Encoded

TEMPERATURE = 0.1  # K29


def write(
    network: AssembledNetwork,
    waveform: np.ndarray,
    *,
    temperature: float = TEMPERATURE,
    beam: int = 0,
    seed: int = 0,
) -> str:
    """What is heard in a mono waveform (samples,) at the network's sample rate: one sentence.

    Each word is drawn at a temperature, by chance that `seed` determines; with `beam` above 0 the best sentence is
    looked for instead, going on with so many beginnings at a time. The sound is heard in windows, and all of it at
    once is attended to (K28). Raises ValueError if the network has no decoder.
    """
    if network.decoder is None:
        raise ValueError(f"{network.name} has no decoder, and writes no captions")
    writer = _Writer(network, network.decoder)
    with torch.inference_mode():
        heard = _heard(network, waveform)
        if beam > 0:
            tokens = writer.search(heard, beam)
        else:
            tokens = writer.draw(heard, temperature, torch.Generator().manual_seed(seed))
    sentence: str = network.tokenizer.decode(tokens)
    return sentence


def _heard(network: AssembledNetwork, waveform: np.ndarray) -> Encoded:
    """The states of a whole sound (1, N, D), window by window."""
    size = network.samples_per_segment * network.segments_per_window
    windows = [waveform[start : start + size] for start in range(0, max(1, len(waveform)), size)]
    parts = [_heard_window(network, window) for window in windows]
    return Encoded(torch.cat([part.states for part in parts], dim=1), torch.cat([part.valid for part in parts], dim=1))


def _heard_window(network: AssembledNetwork, window: np.ndarray) -> Encoded:
    sound = padded_to_segments(window, network.samples_per_segment).to(network.log_scale.device)
    return network.hear(*network.levels_of(sound, torch.tensor([len(window)])))


@dataclass(frozen=True)
class _Beginning:
    tokens: tuple[int, ...]
    log_probability: float

    @property
    def each(self) -> float:
        """The log-probability for each token, the end among them, so that a short sentence has no advantage."""
        return self.log_probability / (len(self.tokens) + 1)


class _Writer:
    """How a network's sentences begin, go on and end."""

    def __init__(self, network: AssembledNetwork, decoder: CaptionTower) -> None:
        self._network = network
        self._decoder = decoder
        self._start, *_, self._end = network.tokenizer.encode("").ids
        special = {number for number, token in network.tokenizer.get_added_tokens_decoder().items() if token.special}
        unused = range(network.tokenizer.get_vocab_size(), network.config.text.vocabulary)
        self._unsaid = sorted({self._start, network.text.pad_id, *special, *unused} - {self._end})
        self._most = network.config.text.max_tokens - 2  # beside the start and the end

    def draw(self, heard: Encoded, temperature: float, generator: torch.Generator) -> list[int]:
        tokens: list[int] = []
        while len(tokens) < self._most:
            steps = self._next([tokens], heard)[0]
            token = int(torch.multinomial(torch.softmax(steps / temperature, dim=-1), 1, generator=generator))
            if token == self._end:
                break
            tokens.append(token)
        return tokens

    def search(self, heard: Encoded, beams: int) -> list[int]:
        open_, ended = [_Beginning((), 0.0)], list[_Beginning]()
        while self._may_get_better(open_, ended):
            steps = self._next([beginning.tokens for beginning in open_], heard)
            scores = steps + torch.tensor([[beginning.log_probability] for beginning in open_])
            best = scores.flatten().topk(min(beams, scores.numel()))
            gone_on = list[_Beginning]()
            for score, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
                row, token = divmod(place, scores.shape[1])
                if token == self._end:
                    ended.append(_Beginning(open_[row].tokens, score))
                elif score > -torch.inf:
                    gone_on.append(_Beginning((*open_[row].tokens, token), score))
            open_ = gone_on
        return list(max(ended or open_, key=lambda beginning: beginning.each).tokens)

    def _may_get_better(self, open_: Sequence[_Beginning], ended: Sequence[_Beginning]) -> bool:
        if not open_ or len(open_[0].tokens) >= self._most:
            return False
        best_ended = max((beginning.each for beginning in ended), default=-torch.inf)
        return max(beginning.each for beginning in open_) > best_ended

    def _next(self, beginnings: Sequence[Sequence[int]], heard: Encoded) -> Tensor:
        """Log-probabilities of the next token after each beginning, equally long: (beginnings, vocabulary)."""
        ids = torch.tensor([[self._start, *tokens] for tokens in beginnings], device=heard.states.device)
        read = self._network.read(ids, torch.ones_like(ids))
        rows = len(ids)
        sound = Encoded(heard.states.expand(rows, -1, -1), heard.valid.expand(rows, -1))
        logits = self._decoder(read, sound)[:, -1].float().cpu()
        logits[:, self._unsaid] = -torch.inf
        if ids.shape[1] == 1:
            logits[:, self._end] = -torch.inf  # a sentence has a word
        return torch.log_softmax(logits, dim=-1)
