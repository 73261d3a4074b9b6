"""Training the captioner: sentences from their own embeddings, moved to where sounds are, and from captioned sounds.

Two sounds one after the other are said in that order, so that the words of order mean what they say; no sentence that
stands for itself says one, because its embedding as a whole cannot.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from engine.clap.captioner import PAD, CaptionDecoder, places_of
from trainer.caption_material import Captioned, Gap, plain, unit
from trainer.caption_recipe import CaptionerRecipe, RowsConfig
from trainer.journal import Journal
from trainer.optimizer import WeightAverage, descend, make_optimizer, set_rate
from trainer.run_state import load_newest_state, save_state

DROPOUT = 0.1
TELL_EVERY = 50
SAVE_EVERY = 200
PARTS = 3  # of a batch, by length
_IN_ORDER = ("{a}, then {b}", "{a} followed by {b}")
_TOGETHER = ("{a} while {b}", "{a} and {b}")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Row:
    """Pieces of a sound (n, dim), and what is said of it."""

    pieces: np.ndarray
    sentence: str


class Rows:
    """Draws what is learned from.

    written : sentences, and their embeddings (sentences, dim); sounds : captioned sounds. Those of a caption that many
    have are drawn more often, but less so than there are more of them: as the square root of their number
    """

    def __init__(
        self, written: Sequence[str], vectors: np.ndarray, sounds: Captioned, gap: Gap, settings: RowsConfig
    ) -> None:
        self._written, self._vectors = written, vectors
        self._sounds, self._gap, self._settings = sounds, gap, settings
        self._of_caption: dict[str, list[int]] = defaultdict(list)
        for number, caption in enumerate(sounds.captions):
            self._of_caption[caption].append(number)
        self._captions = sorted(self._of_caption)
        weights = np.sqrt([len(self._of_caption[caption]) for caption in self._captions])
        self._upper = np.cumsum(weights / weights.sum())

    def draw(self, count: int, random: np.random.Generator) -> list[Row]:
        lots = random.random(count)
        several = self._settings.order_share + self._settings.together_share
        first = self._singles(count, random)
        second = iter(self._singles(int((lots < several).sum()), random))
        rows = []
        for row, lot in zip(first, lots.tolist(), strict=True):
            if lot < self._settings.order_share:
                row = in_order(row, next(second), random)
            elif lot < several:
                row = together(row, next(second), random)
            rows.append(row)
        return rows

    def _singles(self, count: int, random: np.random.Generator) -> list[Row]:
        is_written = random.random(count) < self._settings.written_share
        written = iter(self._from_written(int(is_written.sum()), random))
        return [next(written) if each else self._sound(random) for each in is_written.tolist()]

    def _sound(self, random: np.random.Generator) -> Row:
        caption = self._captions[min(int(np.searchsorted(self._upper, random.random())), len(self._captions) - 1)]
        numbers = self._of_caption[caption]
        pieces = self._sounds.pieces[numbers[random.integers(len(numbers))]]
        stray = self._gap.residuals[random.integers(len(self._gap.residuals))]  # the network knows these too well
        return Row(unit(pieces + self._settings.sound_stray_share * stray), caption)

    def _from_written(self, count: int, random: np.random.Generator) -> list[Row]:
        chosen = random.integers(len(self._written), size=count)
        clips = self._gap.crossed(self._vectors[chosen].astype(np.float32), random, self._settings.stray_share)
        rows = []
        for clip, number in zip(clips, chosen.tolist(), strict=True):
            like = int(random.integers(len(self._sounds.pieces)))  # its pieces differ as this sound's do
            strays = self._sounds.pieces[like] - self._sounds.clips[like]
            rows.append(Row(unit(clip + self._settings.piece_share * strays), self._written[number]))
        return rows


def in_order(a: Row, b: Row, random: np.random.Generator) -> Row:
    """One after the other; where they meet, a piece may hold both."""
    meeting = unit(a.pieces[-1:] + b.pieces[:1]) if random.random() < 0.5 else a.pieces[:0]
    template = _IN_ORDER[random.integers(len(_IN_ORDER))]
    return Row(np.concatenate([a.pieces, meeting, b.pieces]), plain(template.format(a=a.sentence, b=b.sentence)))


def together(a: Row, b: Row, random: np.random.Generator) -> Row:
    """Both at once, for as long as the shorter one."""
    pieces = min(len(a.pieces), len(b.pieces))
    template = _TOGETHER[random.integers(len(_TOGETHER))]
    sentence = plain(template.format(a=a.sentence, b=b.sentence))
    return Row(unit(a.pieces[:pieces] + b.pieces[:pieces]), sentence)


def losses_of(decoder: CaptionDecoder, rows: Sequence[Row]) -> Iterator[Tensor]:
    """Parts of the mean negative log-likelihood of a word (seed K20's caption loss), which are to be added up; rows of
    about one length are in one part, so that little is padding. Sentences that cannot be said are left out.
    """
    numbers = [decoder.numbers(row.sentence) for row in rows]
    said = sorted(
        ((row, each) for row, each in zip(rows, numbers, strict=True) if each is not None), key=lambda one: len(one[1])
    )
    words = sum(len(each) - 1 for _, each in said)
    part = -(-len(said) // PARTS)
    for first in range(0, len(said), part):
        yield _summed_loss(decoder, said[first : first + part]) / words


def _summed_loss(decoder: CaptionDecoder, said: Sequence[tuple[Row, list[int]]]) -> Tensor:
    most = max(len(row.pieces) for row, _ in said)
    pieces = torch.zeros(len(said), most, decoder.config.dim)
    places, sounding = torch.zeros(len(said), most), torch.zeros(len(said), most, dtype=torch.bool)
    for at, (row, _) in enumerate(said):
        count = len(row.pieces)
        pieces[at, :count] = torch.from_numpy(row.pieces)
        places[at, :count] = torch.from_numpy(places_of(count))
        sounding[at, :count] = True
    words = nn.utils.rnn.pad_sequence([torch.tensor(each) for _, each in said], batch_first=True, padding_value=PAD)
    logits = decoder(words[:, :-1], decoder.sound_of(pieces, places), sounding)
    wanted = words[:, 1:]
    kept = wanted != PAD
    return nn.functional.cross_entropy(logits[kept], wanted[kept], reduction="sum")


def train_captioner(
    recipe: CaptionerRecipe, decoder: CaptionDecoder, rows: Rows, checked: Sequence[Row], run: Path
) -> CaptionDecoder:
    """Train to the end, or on from the newest state in `run`; returns the decoder with averaged weights.

    checked : rows that are only measured on
    """
    settings = recipe.optimizer
    trainable = list(decoder.parameters())
    optimizer = make_optimizer(trainable, settings)
    average = WeightAverage(decoder.state_dict(), settings.average_decay)
    first = 0
    if state := load_newest_state(run):
        decoder.load_state_dict(state["decoder"])
        optimizer.load_state_dict(state["optimizer"])
        average.values, first = state["average"], state["step"]
    journal = Journal(run / "journal.jsonl", rows_per_step=settings.rows_per_step, first=first, steps=settings.steps)
    losses: list[float] = []
    decoder.train()
    for step in range(first, settings.steps):
        torch.manual_seed(settings.seed * 1_000_003 + step)  # a run that goes on draws what an unbroken one does
        batch = rows.draw(settings.rows_per_step, np.random.default_rng([settings.seed, step]))
        set_rate(optimizer, settings, step, settings.steps)
        loss = 0.0
        for part in losses_of(decoder, batch):
            part.backward()
            loss += part.item()
        descend(optimizer, trainable, settings.clip_norm)
        average.update(decoder.state_dict(), step)
        losses.append(loss)
        done = step + 1
        if done % TELL_EVERY == 0 or done == settings.steps:
            journal.write(done, {"loss": float(np.mean(losses)), **journal.pace(done)})
            losses = []
        if done % SAVE_EVERY == 0 or done == settings.steps:
            kept = {"decoder": decoder.state_dict(), "optimizer": optimizer.state_dict(), "average": average.values}
            save_state(run, done, kept)
            journal.write(done, {"checked": checked_loss(decoder, average, checked)})
    decoder.load_state_dict(average.values)
    return decoder.eval().requires_grad_(False)


@torch.no_grad()
def checked_loss(decoder: CaptionDecoder, average: WeightAverage, checked: Sequence[Row]) -> float:
    """Of the averaged weights; the decoder's own are put back."""
    own = {name: value.clone() for name, value in decoder.state_dict().items()}
    decoder.load_state_dict(average.values)
    decoder.eval()
    loss = sum(part.item() for part in losses_of(decoder, checked))
    decoder.load_state_dict(own)
    decoder.train()
    return loss
