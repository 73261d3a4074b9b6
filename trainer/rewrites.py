"""The same said otherwise: rewrites of captions that describe what is heard (R02), and how often each is drawn (R03).

The offline rewriter is a table and templates: the kinds of sound that a caption names are found in the ontology, and
what the ontology says that they sound like is put into one of several sentences. It varies structure and vocabulary
less than a language model does. A model of the user's own can write them instead (R04), see `trainer.rewriting`;
nothing here needs one.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import cycle, islice

import torch

from engine.ontology import SoundKind, sound_kinds
from trainer.joined_sounds import inside_sentence
from trainer.rewriting import KeptAnswers, Rewriter, UselessAnswer, short_texts

Rewrites = Mapping[str, tuple[str, ...]]  # caption -> the same said otherwise

MOST_WORDS_OF_NAME = 4
MOST_KINDS = 2  # of one caption that are described
_ONE = (
    "{caption}: {a}",
    "{caption}, {a}",
    "{a}, as {caption}",
    "{a} is heard: {caption}",
    "the sound of {caption}, {a}",
    "a recording of {caption} with {a}",
)
_TWO = (
    "{caption}: {a}, and {b}",
    "{a} and {b}, as {caption}",
    "the sound of {caption}, {a}; {b}",
    "{caption}, heard as {a} and as {b}",
)
REWRITE = """Caption of a recording: {caption}
Write {count} other captions of the same recording. Each says what every sound in it sounds like (pitch, timbre,
loudness, rhythm), keeps the meaning and the order of events, and has another structure and other words.
Answer with a JSON array of {count} strings and nothing else."""
# names of kinds that are something else in most captions: an engine runs, an arrow hits metal, a car honks its horn
_OTHER_SENSE = frozenset(
    ["run", "running", "metal", "rock", "horn", "roll", "harmonic", "tapping", "house", "keyboard"]
)
_WORD = re.compile(r"[a-z]+(?:[-'][a-z]+)*")


def draw_caption(captions: Sequence[str], rewrites: Rewrites, keep_share: float, generator: torch.Generator) -> str:
    """One of a sound's captions, all alike; then that caption itself with probability p = `keep_share`, or one of its
    rewrites, all alike (R03). A caption without rewrites is always itself; "" where there is no caption."""
    if not captions:
        return ""
    which, keep, other = torch.rand(3, generator=generator).tolist()  # three in any case: the next draw is the same
    caption = captions[int(which * len(captions))]
    others = rewrites.get(caption, ())
    return caption if keep < keep_share or not others else others[int(other * len(others))]


def rewrite_offline(captions: Sequence[str], count: int, *, seed: int) -> dict[str, tuple[str, ...]]:
    """`count` rewrites of each caption that names a kind of sound of the ontology; the others have none.

    The same for a caption whatever else is in the list.
    """
    written = {caption: _rewritten(caption, count, seed) for caption in dict.fromkeys(captions)}
    return {caption: texts for caption, texts in written.items() if texts}


def rewrite_with(
    rewriter: Rewriter, answers: KeptAnswers, captions: Sequence[str], count: int
) -> dict[str, tuple[str, ...]]:
    """By a language model (R02, R04), which is asked once for each caption; without those that it answers uselessly.

    Raises TrainerError if the model cannot be asked.
    """
    written: dict[str, tuple[str, ...]] = {}
    for caption in dict.fromkeys(captions):
        try:
            written[caption] = short_texts(
                REWRITE.format(caption=caption, count=count), caption, rewriter, answers, count
            )
        except UselessAnswer:
            continue  # the caption stays as it is
    return written


def kinds_named_in(caption: str) -> list[SoundKind]:
    """The kinds of sound whose names stand in a caption, in its order; of names in one another the longest."""
    words = _WORD.findall(caption.lower())
    found: list[SoundKind] = []
    at = 0
    while at < len(words):
        for length in range(min(MOST_WORDS_OF_NAME, len(words) - at), 0, -1):
            kind = _kind_of(" ".join(words[at : at + length]))
            if kind is not None:
                found.append(kind)
                at += length
                break
        else:
            at += 1
    return list(dict.fromkeys(found))


def _rewritten(caption: str, count: int, seed: int) -> tuple[str, ...]:
    described = [kind.descriptions for kind in kinds_named_in(caption) if kind.descriptions][:MOST_KINDS]
    if not described:
        return ()
    drawn = random.Random(f"{seed} {caption}")
    sentences = _ONE if len(described) == 1 else _TWO
    templates = drawn.sample(sentences, len(sentences))
    said = caption.strip().rstrip(".")
    texts = []
    for template in islice(cycle(templates), count):
        first, *others = (drawn.choice(descriptions) for descriptions in described)
        begun = said if template.startswith("{caption}") else inside_sentence(said)
        texts.append(template.format(caption=begun, a=first, b=others[0] if others else ""))
    return tuple(dict.fromkeys(texts))  # many more than there are sentences may repeat themselves


def _kind_of(name: str) -> SoundKind | None:
    if name.removesuffix("s") in _OTHER_SENSE:
        return None
    by_name = _by_name()
    return by_name.get(name) or by_name.get(name.removesuffix("s"))


@cache
def _by_name() -> dict[str, SoundKind]:
    """Every name of a kind -> the first kind that has it: AudioSet's come before our own."""
    return {name: kind for kind in reversed(sound_kinds()) for name in (*kind.synonyms, kind.name.lower())}
