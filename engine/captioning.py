"""One sentence of what a file holds, in the captioner's words as far as the tags bear them out.

The file is cut where what is heard changes for good. Of what the captioner says of a stretch those clauses are kept
that name a sound which is suggested there; where none does, the tags speak as in `captions`. The stretches are joined
in the order of time, so that the words of order say what the segments say.

All was chosen on 248 sounds of held-out sources and 160 scenes of two of them. For each sound the captioner alone said
.54 clauses that are false, the tags alone .38, both together .35; METEOR was .319, .184 and .267, CIDEr 1.61, .35 and
1.35. A cut at a cosine below .2 made .36 false clauses, and no better captions of scenes than METEOR .294 for .285.

Earmark's own network brings no captioner. On 522 other sounds every metric was better with one (METEOR .315 for .286,
CIDEr 1.01 for .33), but .590 of the clauses were true instead of .653, and 44 files in 100 had a false one instead of
38; and a caption takes 14 ms instead of .02.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from engine.captions import template_caption
from engine.clap.captioner import CaptionDecoder, beam_search, load, words_of
from engine.ontology import kind_by_id
from engine.stored_embeddings import FileEmbeddings
from engine.tagging import SuggestedTag

BEAMS = 3
MOST_STRETCHES = 3
LEAST_SEGMENTS = 2  # of a stretch
CHANGE = 0.1  # a cut must part stretches whose means have a lower cosine
SHARE = 0.3  # of a stretch in which a tag is heard that is said of it
_THEN = ", then "
_JOINTS = re.compile(r",? then |,? followed by |,? while |,? as |,? and |, ")
_ENDINGS = ("ings", "ing", "ers", "er", "ed", "es", "s", "e")
_NAMES_NOTHING = frozenset(
    words_of(
        "a an the of in on at or with is are by to from it its for into being something someone sound sounds noise "
        "heard background person people man woman playing plays play,"
    )
)


class Captioner:
    """One loaded captioner; a caption takes some hundredths of a second on one core."""

    def __init__(self, decoder: CaptionDecoder) -> None:
        self._decoder = decoder

    @classmethod
    def load(cls, network_folder: Path) -> Captioner | None:
        """That of a network's folder, or None if the network brings none. Raises DamagedCheckpoint."""
        decoder = load(network_folder)
        return cls(decoder) if decoder else None

    def caption(
        self, embeddings: FileEmbeddings, tags: Sequence[SuggestedTag], segment_s: float, duration_s: float
    ) -> str:
        """A sentence like `template_caption`'s, and that one itself where the captioner and the tags do not agree, or
        the tags tell of more moments.
        """
        clear = [tag for tag in tags if tag.strength != "maybe"]
        sentences: dict[str, None] = {}
        for first, end in stretches_of(embeddings.segments) if tags else []:
            here = _heard_in(clear or tags, first * segment_s, min(end * segment_s, duration_s))
            sentences[self._of_stretch(embeddings.segments[first:end], here)] = None
        said, of_tags = _THEN.join(filter(None, sentences)), template_caption(tags)
        if not said or said.count(_THEN) < of_tags.count(_THEN):
            return of_tags
        return said if clear else f"perhaps {said}"

    def _of_stretch(self, segments: np.ndarray, tags: Sequence[SuggestedTag]) -> str:
        """What is said of it, or nothing."""
        if not tags:
            return ""
        named = frozenset[str]().union(*(_words_for(tag.kind) for tag in tags))
        clauses = _JOINTS.split(beam_search(self._decoder, segments, beams=BEAMS).sentence)
        kept = dict.fromkeys(clause for clause in clauses if named.intersection(_roots(clause)))
        if not kept and tags[0].strength == "maybe":
            return ""
        return " and ".join(kept) or template_caption(tags)


def stretches_of(segments: np.ndarray, change: float = CHANGE) -> list[tuple[int, int]]:
    """Segments (n, dim), n >= 1 -> first and one past the last segment of each stretch, in order, at most three.

    The cut is where the lengths of both sums are greatest together: where each side is most of one kind.
    """
    stretches = [(0, len(segments))]
    while len(stretches) < MOST_STRETCHES:
        cuts = [(_cut(segments[first:end]), first, end) for first, end in stretches]
        (cosine, at), first, end = min(cuts)
        if cosine >= change:
            break
        position = stretches.index((first, end))
        stretches[position : position + 1] = [(first, first + at), (first + at, end)]
    return stretches


def _cut(segments: np.ndarray) -> tuple[float, int]:
    """The cosine of the means of both sides of the best cut, and where it is; 1.0 where there is none."""
    if len(segments) < 2 * LEAST_SEGMENTS:
        return 1.0, 0
    before = np.cumsum(segments, axis=0, dtype=np.float64)[LEAST_SEGMENTS - 1 : len(segments) - LEAST_SEGMENTS]
    after = segments.sum(axis=0, dtype=np.float64) - before
    lengths = np.linalg.norm(before, axis=1), np.linalg.norm(after, axis=1)
    at = int(np.argmax(lengths[0] + lengths[1]))
    cosine = float(before[at] @ after[at] / max(lengths[0][at] * lengths[1][at], 1e-9))
    return cosine, at + LEAST_SEGMENTS


def _heard_in(tags: Sequence[SuggestedTag], start_s: float, end_s: float) -> list[SuggestedTag]:
    """The tags that are heard in enough of a stretch, with their spans there."""
    found = []
    for tag in tags:
        clipped = [(max(start_s, from_s), min(end_s, to_s)) for from_s, to_s in tag.spans]
        spans = tuple((from_s, to_s) for from_s, to_s in clipped if to_s > from_s)
        if spans and sum(to_s - from_s for from_s, to_s in spans) >= SHARE * (end_s - start_s):
            found.append(replace(tag, spans=spans))
    return found


@cache
def _words_for(kind_id: str) -> frozenset[str]:
    """The roots of all words that name a kind of sound."""
    kind = kind_by_id(kind_id)
    return frozenset(root for name in (kind.name, *kind.synonyms) for root in _roots(name))


def _roots(text: str) -> set[str]:
    return {_root(word) for word in words_of(text) if word not in _NAMES_NOTHING}


def _root(word: str) -> str:
    """The same for "bark", "barks" and "barking", "run" and "running": what is left of its usual endings."""
    ending = next((each for each in _ENDINGS if word.endswith(each) and len(word) - len(each) >= 3), "")
    root = word.removesuffix(ending)
    return root[:-1] if root[-1] == root[-2:-1] else root
