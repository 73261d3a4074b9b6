"""A small transformer that writes a sentence of what a network heard, word by word (seeds K20 to K22, K29).

Each word sees the words before it, and all the pieces of the sound by cross-attention. A piece is a segment's
embedding, or the mean of neighbouring ones, with its place in the file, so that order can be said.

It has a vocabulary of its own, of whole words. `captioner.json` and `captioner.safetensors` lie in a network's folder,
under its manifest; a network without them is whole.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.clap import checkpoint
from engine.clap.text_encoder import from_bytes_per_row, to_bytes_per_row
from engine.errors import DamagedCheckpoint, display_path

PAD, START, END = 0, 1, 2
_SPECIAL = 3
_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*|,")
_WAVES = 8  # of the place in the file


@dataclass(frozen=True)
class CaptionerConfig:
    """`words` are those it can say, beside three that only mark; `dim` is that of the embeddings it hears."""

    words: tuple[str, ...]
    dim: int
    width: int = 160
    layers: int = 3
    heads: int = 4
    hidden: int = 480
    word_width: int = 96  # of the vocabulary's matrix, which is shared by what is read and what is said
    most_words: int = 32
    most_pieces: int = 32  # a longer sound is heard in longer pieces

    def __post_init__(self) -> None:
        """Raises ValueError if the heads cannot share the width."""
        if self.width % self.heads:
            raise ValueError(f"width is {self.width}, not a multiple of {self.heads} heads")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> CaptionerConfig:
        """Raises TypeError, KeyError or ValueError if the fields are not what they must be."""
        values = dict(stored)
        words = tuple(values.pop("words"))
        if not all(isinstance(word, str) for word in words):
            raise TypeError("words are not all words")
        for name, value in values.items():
            if type(value) is not int or value < 1:
                raise TypeError(f"{name} is {value!r}, not a positive count")
        return cls(words=words, **values)


def words_of(sentence: str) -> list[str]:
    """The words and commas of a sentence, in small letters."""
    return _WORD.findall(sentence.lower())


def sentence_of(words: Sequence[str]) -> str:
    """The sentence that `words_of` took apart."""
    return " ".join(words).replace(" ,", ",")


class _Attention(nn.Module):
    """Multi-head attention of `asking` (B, T, width) to `asked` (B, S, width); `seen` is broadcast to (B, heads, T, S).

    Where nothing is seen by a row, the result is not a number; there is always something.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.ask = nn.Linear(width, width)
        self.offer = nn.Linear(width, 2 * width)
        self.join = nn.Linear(width, width)

    def forward(self, asking: Tensor, asked: Tensor, seen: Tensor) -> Tensor:
        keys, values = self.offer(asked).chunk(2, dim=-1)
        found = nn.functional.scaled_dot_product_attention(
            self._split(self.ask(asking)), self._split(keys), self._split(values), attn_mask=seen
        )
        joined: Tensor = self.join(found.transpose(1, 2).flatten(2))
        return joined

    def _split(self, states: Tensor) -> Tensor:
        rows, length, _ = states.shape
        return states.view(rows, length, self.heads, -1).transpose(1, 2)


class _Layer(nn.Module):
    """Causal self-attention, cross-attention, and a step for each word alone; each is added to what came in."""

    def __init__(self, config: CaptionerConfig, dropout: float) -> None:
        super().__init__()
        width = config.width
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.among_words = _Attention(width, config.heads)
        self.to_sound = _Attention(width, config.heads)
        self.alone = nn.Sequential(nn.Linear(width, config.hidden), nn.GELU(), nn.Linear(config.hidden, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, sound: Tensor, earlier: Tensor, sounding: Tensor) -> Tensor:
        among_words, to_sound, alone = self.norms
        inner = among_words(states)
        states = states + self.dropout(self.among_words(inner, inner, earlier))
        states = states + self.dropout(self.to_sound(to_sound(states), sound, sounding))
        stepped: Tensor = states + self.dropout(self.alone(alone(states)))
        return stepped


class CaptionDecoder(nn.Module):
    """See the module's text. `dropout` matters in training only."""

    def __init__(self, config: CaptionerConfig, dropout: float = 0.0) -> None:
        super().__init__()
        self.config = config
        self.number_of = {word: number for number, word in enumerate(config.words, start=_SPECIAL)}
        self.words = nn.Embedding(_SPECIAL + len(config.words), config.word_width)
        self.widen = nn.Linear(config.word_width, config.width)
        self.narrow = nn.Linear(config.width, config.word_width)
        self.positions = nn.Parameter(0.02 * torch.randn(config.most_words + 1, config.width))
        self.hear = nn.Linear(config.dim, config.width)
        self.place = nn.Linear(2 * _WAVES, config.width)
        self.sound_norm = nn.LayerNorm(config.width)
        self.layers = nn.ModuleList(_Layer(config, dropout) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(dropout)
        nn.init.normal_(self.words.weight, std=config.word_width**-0.5)

    def sound_of(self, pieces: Tensor, places: Tensor) -> Tensor:
        """Embeddings (B, S, dim) and their places in the file (B, S), 0..1 -> what words attend to (B, S, width)."""
        angles = math.pi * places.unsqueeze(-1) * torch.arange(1, _WAVES + 1, device=places.device)
        waves = torch.cat([angles.sin(), angles.cos()], dim=-1)
        heard: Tensor = self.sound_norm(self.hear(pieces * self.config.dim**0.5) + self.place(waves))
        return heard

    def forward(self, numbers: Tensor, sound: Tensor, sounding: Tensor) -> Tensor:
        """Words so far (B, T), what is attended to (B, S, width) and where it is sound (B, S) bool -> logits of the
        next words (B, T, words).
        """
        length = numbers.shape[1]
        states = self.dropout(self.widen(self.words(numbers)) + self.positions[:length])
        earlier = torch.ones(length, length, dtype=torch.bool, device=numbers.device).tril()
        for layer in self.layers:
            states = layer(states, sound, earlier, sounding[:, None, None, :])
        said: Tensor = self.narrow(self.norm(states)) @ self.words.weight.T
        return said

    def numbers(self, sentence: str) -> list[int] | None:
        """Of its words, between START and END; None if it has a word that cannot be said, or too many."""
        words = words_of(sentence)
        if len(words) > self.config.most_words - 1 or any(word not in self.number_of for word in words):
            return None
        return [START, *(self.number_of[word] for word in words), END]

    def sentence(self, numbers: Sequence[int]) -> str:
        return sentence_of([self.config.words[number - _SPECIAL] for number in numbers if number >= _SPECIAL])


@dataclass(frozen=True)
class Said:
    """A sentence and the natural logarithm of its probability, END included."""

    sentence: str
    log_probability: float
    words: int


def pieces_of(segments: np.ndarray, most: int) -> np.ndarray:
    """Segments (n, dim), n >= 1 -> at most so many unit vectors (pieces, dim): means of neighbours."""
    parts = np.array_split(segments.astype(np.float32), min(most, len(segments)))
    means = np.stack([part.mean(axis=0) for part in parts])
    return np.asarray(means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9))


def places_of(pieces: int) -> np.ndarray:
    """(pieces,): the middles of equal parts of 0..1."""
    return np.asarray((np.arange(pieces, dtype=np.float32) + 0.5) / pieces, dtype=np.float32)


@torch.inference_mode()
def beam_search(decoder: CaptionDecoder, segments: np.ndarray, *, beams: int = 3) -> Said:
    """The best of the sentences that are found when the best `beams` beginnings are gone on with; 1 is greedy.

    Segments (n, dim), n >= 1. Sentences are compared by their log-probability for each word, so that a short one has
    no advantage.
    """
    sound, sounding = _heard(decoder, segments)
    open_, scores = torch.full((1, 1), START), torch.zeros(1)
    ended: list[Said] = []
    for length in range(1, decoder.config.most_words + 1):
        steps = _next(decoder, open_, sound, sounding, last=length == decoder.config.most_words)
        best = (scores.unsqueeze(1) + steps).flatten().topk(min(beams, steps.numel()))
        rows, words = best.indices // steps.shape[1], best.indices % steps.shape[1]
        open_, scores = torch.cat([open_[rows], words.unsqueeze(1)], dim=1), best.values
        for row in (words == END).nonzero().flatten().tolist():
            ended.append(Said(decoder.sentence(open_[row].tolist()), float(scores[row]), length))
        going_on = (words != END) & scores.isfinite()
        open_, scores = open_[going_on], scores[going_on]
        if not len(open_) or len(ended) >= beams:
            break
    return max(ended, key=lambda said: said.log_probability / said.words)


@torch.inference_mode()
def sample(
    decoder: CaptionDecoder, segments: np.ndarray, *, temperature: float = 0.1, generator: torch.Generator
) -> Said:
    """A sentence by drawing each word; at a low temperature nearly the likeliest (seed K29). Segments (n, dim)."""
    sound, sounding = _heard(decoder, segments)
    numbers, log_probability = torch.full((1, 1), START), 0.0
    for length in range(1, decoder.config.most_words + 1):
        steps = _next(decoder, numbers, sound, sounding, last=length == decoder.config.most_words)[0]
        word = torch.multinomial(torch.softmax(steps / temperature, dim=-1), 1, generator=generator)
        log_probability += float(steps[word])
        numbers = torch.cat([numbers, word.unsqueeze(0)], dim=1)
        if int(word) == END:
            break
    return Said(decoder.sentence(numbers[0].tolist()), log_probability, numbers.shape[1] - 1)


def _heard(decoder: CaptionDecoder, segments: np.ndarray) -> tuple[Tensor, Tensor]:
    pieces = torch.from_numpy(pieces_of(segments, decoder.config.most_pieces)).unsqueeze(0)
    places = torch.from_numpy(places_of(pieces.shape[1])).unsqueeze(0)
    return decoder.sound_of(pieces, places), torch.ones(1, pieces.shape[1], dtype=torch.bool)


def _next(decoder: CaptionDecoder, numbers: Tensor, sound: Tensor, sounding: Tensor, *, last: bool) -> Tensor:
    """Log-probabilities of the next word (rows, words); only words, and END, which alone may be the last."""
    rows = len(numbers)
    logits = decoder(numbers, sound.expand(rows, -1, -1), sounding.expand(rows, -1))[:, -1]
    steps = torch.log_softmax(logits, dim=-1)
    steps[:, [PAD, START]] = -torch.inf
    if numbers.shape[1] == 1:
        steps[:, END] = -torch.inf  # a sentence has a word
    if last:
        steps[:, :END] = steps[:, END + 1 :] = -torch.inf
    return steps


def save(folder: Path, decoder: CaptionDecoder) -> None:
    """Write it into a whole network's folder, and the manifest anew; the checkpoint id stays, since embeddings do."""
    checkpoint.verify(folder)
    settings = json.dumps(decoder.config.to_dict(), separators=(",", ":")) + "\n"
    (folder / checkpoint.CAPTIONER).write_text(settings, encoding="utf-8")
    save_file(to_bytes_per_row(decoder.state_dict()), folder / checkpoint.CAPTIONER_WEIGHTS)
    checkpoint.seal(folder)


def load(folder: Path) -> CaptionDecoder | None:
    """That of a network's folder, for use alone; None if the folder has none. Raises DamagedCheckpoint."""
    if not (folder / checkpoint.MANIFEST).is_file():
        return None  # a published network, which brings none
    checkpoint.verify(folder)
    if not {checkpoint.CAPTIONER, checkpoint.CAPTIONER_WEIGHTS} <= set(_listed(folder)):
        return None
    try:
        decoder = CaptionDecoder(CaptionerConfig.from_dict(checkpoint.read_json(folder, checkpoint.CAPTIONER)))
        decoder.load_state_dict(from_bytes_per_row(load_file(folder / checkpoint.CAPTIONER_WEIGHTS)))
    except (OSError, TypeError, KeyError, ValueError, RuntimeError, AttributeError, SafetensorError) as error:
        raise DamagedCheckpoint(
            f"The captioner in {display_path(folder)} cannot be used: its parts do not fit together; "
            "nothing was changed, install the network again."
        ) from error
    return decoder.eval().requires_grad_(False)


def _listed(folder: Path) -> list[str]:
    return list(checkpoint.read_json(folder, checkpoint.MANIFEST)["sha256"])
