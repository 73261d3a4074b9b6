"""How near a caption is to what people say: BLEU, METEOR, ROUGE-L and CIDEr, a value for each caption.

BLEU (Papineni et al. 2002, smoothed as Lin and Och 2004) and METEOR (Denkowski and Lavie 2014, with exact and stem
matches; WordNet's synonyms would have to be downloaded) are NLTK's. ROUGE-L (Lin 2004, beta 1.2) and CIDEr-D (Vedantam
et al. 2015, sigma 6, times 10) are written here as the COCO evaluation defines them; no kept library has them without
Java or many packages. Words are compared in small letters and without punctuation.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from nltk.translate.meteor_score import meteor_score

from engine.clap.captioner import words_of

METRICS = ("BLEU-1", "BLEU-4", "ROUGE-L", "METEOR", "CIDEr")
_BETA = 1.2  # how much more recall counts in ROUGE-L
_LONGEST = 4  # n-gram
_SIGMA = 6.0  # words by which lengths may differ

Words = Sequence[str]


def measured(captions: Sequence[str], references: Sequence[Sequence[str]]) -> np.ndarray:
    """(captions, METRICS): each caption against its own references, of which it has at least one."""
    said = [_words(caption) for caption in captions]
    wanted = [[_words(each) for each in of_one] for of_one in references]
    cider = cider_of(said, wanted)
    rows = [
        [bleu(words, refs, 1), bleu(words, refs, 4), rouge_l(words, refs), meteor(words, refs), score]
        for words, refs, score in zip(said, wanted, cider, strict=True)
    ]
    return np.array(rows)


def _words(sentence: str) -> list[str]:
    return [word for word in words_of(sentence) if word != ","]


def bleu(words: Words, references: Sequence[Words], longest: int) -> float:
    """With n-grams of up to so many words, 0..1."""
    smoothed = SmoothingFunction().method2  # one more match, for all but single words
    weights = [1.0 / longest] * longest
    return float(sentence_bleu(references, words, weights, smoothing_function=smoothed)) if words else 0.0


class _NoSynonyms:
    def synsets(self, _word: str) -> list[object]:
        return []


def meteor(words: Words, references: Sequence[Words]) -> float:
    """0..1, without synonyms."""
    return float(meteor_score(references, words, wordnet=_NoSynonyms()))


def rouge_l(words: Words, references: Sequence[Words]) -> float:
    """The F measure of the longest common subsequence, 0..1; precision and recall are the best of any reference."""
    shared = [_longest_common(words, reference) for reference in references]
    precision = max(shared) / max(1, len(words))
    recall = max(common / max(1, len(reference)) for common, reference in zip(shared, references, strict=True))
    if not precision or not recall:
        return 0.0
    return (1 + _BETA**2) * precision * recall / (recall + _BETA**2 * precision)


def _longest_common(some: Words, others: Words) -> int:
    lengths = [0] * (len(others) + 1)
    for word in some:
        before = 0
        for at, other in enumerate(others, start=1):
            before, lengths[at] = lengths[at], before + 1 if word == other else max(lengths[at], lengths[at - 1])
    return lengths[-1]


def cider_of(captions: Sequence[Words], references: Sequence[Sequence[Words]]) -> list[float]:
    """0..10 each: how alike the n-grams are, rare ones more; how rare they are is told by all references."""
    within = Counter(gram for of_one in references for gram in {gram for each in of_one for gram in _grams(each)})
    files = math.log(len(references))

    def vector(words: Words) -> _Weighed:
        weights: list[dict[Words, float]] = [{} for _ in range(_LONGEST)]
        for gram, count in _grams(words).items():
            weights[len(gram) - 1][gram] = count * (files - math.log(max(1, within[gram])))
        lengths = [math.sqrt(sum(weight**2 for weight in each.values())) for each in weights]
        return _Weighed(len(words), weights, lengths)

    scores = []
    for caption, of_one in zip(captions, references, strict=True):
        said = vector(caption)
        scores.append(10.0 * float(np.mean([_alike(said, vector(each)) for each in of_one])))
    return scores


@dataclass(frozen=True)
class _Weighed:
    """How much each n-gram counts, and the length of these weights, for each n; `words` long."""

    words: int
    weights: list[dict[Words, float]]
    lengths: list[float]


def _grams(words: Words) -> Counter[tuple[str, ...]]:
    return Counter(
        tuple(words[first : first + n]) for n in range(1, _LONGEST + 1) for first in range(len(words) - n + 1)
    )


def _alike(said: _Weighed, wanted: _Weighed) -> float:
    alike = 0.0
    for some, others, length, other in zip(said.weights, wanted.weights, said.lengths, wanted.lengths, strict=True):
        shared = sum(min(weight, others.get(gram, 0.0)) * others.get(gram, 0.0) for gram, weight in some.items())
        alike += shared / (length * other) if length and other else 0.0
    return alike / _LONGEST * math.exp(-((said.words - wanted.words) ** 2) / (2 * _SIGMA**2))
