"""What a captioner learns from: sentences of sounds that are not here, and captioned sounds.

Sentences stand for sounds they never belonged to: a sentence's embedding is moved to where sounds are, and strays from
there as sounds stray from their captions (seed K20's cross-attention needs something to attend to). How, is estimated
from the captioned sounds: the gap between both modalities.
"""

from __future__ import annotations

import csv
import hashlib
import logging
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.clap.captioner import pieces_of, sentence_of, words_of
from engine.errors import display_path
from engine.ontology import sound_kinds
from engine.stored_embeddings import FileEmbeddings
from engine.wording import wording_of
from trainer.errors import TrainerError
from trainer.manifest import Clip

WRITTEN = {  # files of each collection, and the column; what is measured on elsewhere is not among them
    "audiocaps": {"audiocaps_train.csv": "caption", "audiocaps_val.csv": "caption"},
    "clotho": {"clotho_development.csv": "raw_text", "clotho_validation.csv": "raw_text"},
}
OWN = "ontology"  # what Earmark itself says of each kind of sound
MOST_PIECES = 12  # of one sound
_SAYS_ORDER = re.compile(r"\b(then|followed|before|after|afterwards?|first|finally|later|next|ends?|ending|begins?)\b")

log = logging.getLogger(__name__)

Encode = Callable[[Sequence[str]], np.ndarray]
Hear = Callable[[Sequence[Clip]], list[FileEmbeddings]]


def read_written(folder: Path, collections: Sequence[str], *, refused: Collection[str], most_words: int) -> list[str]:
    """Different sentences of at most so many words, in small letters, sorted; those in `refused` are left out.

    collections : of `WRITTEN`, or OWN. One embedding cannot say an order: sentences that speak of one are left out too.
    Raises TrainerError if there is no such collection, or a file of it is missing.
    """
    taken = {plain(text) for name in collections for text in _collection(folder, name)}
    left_out = {plain(sentence) for sentence in refused}
    return sorted(
        sentence
        for sentence in taken - left_out
        if 0 < len(words_of(sentence)) <= most_words and not _SAYS_ORDER.search(sentence)
    )


def _collection(folder: Path, name: str) -> Iterator[str]:
    if name == OWN:
        wordings = [wording_of(kind.id) for kind in sound_kinds()]
        yield from (text for wording in wordings for text in (wording.noun, wording.clause) if text)
        return
    if name not in WRITTEN:
        raise TrainerError(f"There is no collection of captions {name!r}: choose of {', '.join([OWN, *WRITTEN])}.")
    for file_name, column in WRITTEN[name].items():
        try:
            with (folder / file_name).open(newline="", encoding="utf-8") as file:
                yield from (row[column] for row in csv.DictReader(file))
        except FileNotFoundError as error:
            raise TrainerError(f"The captions {display_path(folder / file_name)} are missing.") from error


def plain(sentence: str) -> str:
    """As captions are compared: the words and commas alone."""
    return sentence_of(words_of(sentence)).strip(" ,")


def kept_arrays(kept: Path, made_of: Sequence[str], make: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """What `make` gives, kept in an .npz file of our own for the next time, as long as it is made of the same."""
    key = hashlib.sha256("\n".join(made_of).encode()).hexdigest()
    try:
        with np.load(kept) as stored:
            if str(stored["key"]) == key:
                return {name: stored[name] for name in stored.files if name != "key"}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        log.info("%s is not there yet, and is made", display_path(kept))
    made = make()
    kept.parent.mkdir(parents=True, exist_ok=True)
    np.savez(kept, key=np.array(key), **made)  # type: ignore[arg-type]
    return made


def encoded(texts: Sequence[str], encode: Encode, kept: Path, checkpoint_id: str) -> np.ndarray:
    """(texts, dim) float16; tens of thousands take minutes."""
    arrays = kept_arrays(kept, [checkpoint_id, *texts], lambda: {"vectors": encode(texts).astype(np.float16)})
    return arrays["vectors"]


def vocabulary(sentences: Sequence[str], always: Sequence[str], *, least_uses: int) -> tuple[str, ...]:
    """The words that are used so often, and all of `always`, sorted."""
    uses = Counter(word for sentence in sentences for word in words_of(sentence))
    kept = {word for word, count in uses.items() if count >= least_uses}
    return tuple(sorted(kept.union(*(words_of(sentence) for sentence in always))))


@dataclass(frozen=True)
class Gap:
    """How sounds lie about their captions: a sound's vector is `audio_mean` + `slope` * (caption - `text_mean`), and a
    residual that is drawn from those of real sounds.
    """

    audio_mean: np.ndarray  # (dim,)
    text_mean: np.ndarray  # (dim,)
    slope: float
    residuals: np.ndarray  # (sounds, dim)

    @classmethod
    def between(cls, sounds: np.ndarray, captions: np.ndarray) -> Gap:
        """Vectors of sounds and of their captions, (pairs, dim) each; `slope` is that of least squares."""
        audio_mean, text_mean = sounds.mean(axis=0), captions.mean(axis=0)
        a, t = sounds - audio_mean, captions - text_mean
        slope = float((a * t).sum() / (t * t).sum())
        return cls(audio_mean, text_mean, slope, a - slope * t)

    def crossed(self, captions: np.ndarray, random: np.random.Generator, share: float) -> np.ndarray:
        """Vectors of captions (n, dim) as if of sounds, with so much of a drawn residual; unit rows."""
        strays = self.residuals[random.integers(len(self.residuals), size=len(captions))]
        crossed = self.audio_mean + self.slope * (captions - self.text_mean) + share * strays
        return unit(crossed)


def unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9))


@dataclass(frozen=True)
class Captioned:
    """Sounds with a caption: pieces (n, dim) of each, its clip's vector, what is said of it."""

    pieces: Sequence[np.ndarray]
    clips: np.ndarray  # (sounds, dim)
    captions: Sequence[str]

    @classmethod
    def of(cls, heard: Sequence[FileEmbeddings], captions: Sequence[str]) -> Captioned:
        pieces = [pieces_of(each.segments, MOST_PIECES) for each in heard]
        return cls(pieces, np.stack([each.clip for each in heard]).astype(np.float32), [plain(c) for c in captions])


def captioned(clips: Sequence[Clip], hear: Hear, kept: Path, checkpoint_id: str) -> Captioned:
    """Those of the clips that have a caption, as `hear` hears them, in their order."""
    chosen = [clip for clip in clips if clip.caption]

    def make() -> dict[str, np.ndarray]:
        heard = hear(chosen)
        return {
            "segments": np.concatenate([each.segments for each in heard]).astype(np.float16),
            "clips": np.stack([each.clip for each in heard]).astype(np.float16),
            "ends": np.cumsum([len(each.segments) for each in heard]),
        }

    arrays = kept_arrays(kept, [checkpoint_id, *(clip.path.name for clip in chosen)], make)
    parts = np.split(arrays["segments"], arrays["ends"][:-1])
    heard = [FileEmbeddings(*each) for each in zip(parts, arrays["clips"], strict=True)]
    return Captioned.of(heard, [said_of(clip) for clip in chosen])


def said_of(clip: Clip) -> str:
    """Its caption, or its label where the caption tells in brackets what few ears do: "a note (D5) on an oboe"."""
    return clip.label if "(" in clip.caption and clip.label else clip.caption
