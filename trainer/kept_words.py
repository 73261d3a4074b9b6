"""Sentences of which only nouns and verbs are left (W09, test "NV"): what a text tower learns without any grammar.

The paper tags words with spaCy, whose models must be downloaded. Here they are tagged with TextBlob's lexicon and
rules, which come with the package: a Brill tagger, older and less exact. It takes many a verb for a noun and the other
way round, which makes no difference here; a rare noun taken for an adjective is lost, a rare adjective may stay.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache

_KEPT = ("NN", "VB")  # of the Penn Treebank's tags, with all their endings
_AUXILIARIES = frozenset(
    ["is", "are", "was", "were", "be", "been", "being", "am", "'s", "'re"]
)  # spaCy's AUX, no verbs


@cache
def nouns_and_verbs(sentence: str) -> str:
    """The nouns and verbs of a sentence in its order; the sentence itself where it seems to have none."""
    kept = [
        word
        for word, kind in _tagger()(sentence, tokenize=True)
        if kind.startswith(_KEPT) and word.lower() not in _AUXILIARIES
    ]
    return " ".join(kept) or sentence


@cache
def _tagger() -> Callable[..., list[tuple[str, str]]]:
    """Words and their tags. Brings nltk with it, which few recipes need."""
    from textblob.en import tag

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves closing its lexicon to the garbage collector
        tag("a word")
    return tag
