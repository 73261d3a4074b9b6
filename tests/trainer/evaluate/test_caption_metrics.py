"""Metrics of captions, against values worked out by hand."""

from __future__ import annotations

import math

import pytest

from engine.clap.captioner import words_of
from trainer.evaluate.caption_metrics import METRICS, bleu, cider_of, measured, meteor, rouge_l

REFERENCE = words_of("a dog barks in the yard")


def test_the_reference_itself_is_perfect() -> None:
    values = dict(zip(METRICS, measured(["A dog barks."], [["a dog barks"]])[0], strict=True))
    assert values["BLEU-1"] == values["ROUGE-L"] == 1.0
    assert values["METEOR"] == pytest.approx(1 - 0.5 / 3**3)  # one chunk of three words


def test_nothing_in_common_is_worth_nothing() -> None:
    values = dict(zip(METRICS, measured(["rain falls"], [["a dog barks"]])[0], strict=True))
    assert values["BLEU-1"] == values["ROUGE-L"] == values["METEOR"] == values["CIDEr"] == 0.0


def test_bleu_is_precision_with_a_penalty_for_being_short() -> None:
    # 2 of 3 words are in the reference, which is twice as long
    assert bleu(words_of("a cat barks"), [REFERENCE], 1) == pytest.approx(2 / 3 * math.exp(1 - 6 / 3))


def test_bleu_counts_a_repeated_word_as_often_as_a_reference_has_it() -> None:
    assert bleu(words_of("dog dog dog dog dog dog"), [REFERENCE], 1) == pytest.approx(1 / 6)


def test_rouge_is_the_f_measure_of_the_longest_common_subsequence() -> None:
    # "a ... barks ... yard": 3 of 4 words, of 6
    precision, recall = 3 / 4, 3 / 6
    expected = (1 + 1.44) * precision * recall / (recall + 1.44 * precision)
    assert rouge_l(words_of("a barks yard loudly"), [REFERENCE]) == pytest.approx(expected)


def test_the_best_reference_counts() -> None:
    others = [["rain"], REFERENCE]
    assert rouge_l(REFERENCE, others) == pytest.approx(1.0)
    assert meteor(REFERENCE, others) > 0.99


def test_meteor_takes_words_of_one_stem_for_the_same() -> None:
    # all three match in one chunk: F = 1, penalty 0.5 * (1 / 3) ** 3
    assert meteor(words_of("a dog barking"), [words_of("a dog barks")]) == pytest.approx(1 - 0.5 / 27)


def test_cider_weighs_rare_words_more() -> None:
    references = [[words_of("a dog")], [words_of("a cat")], [words_of("a car")], [words_of("a bell")]]
    scores = cider_of([words_of("a dog"), words_of("a dog"), words_of("a"), words_of("bell")], references)
    # single words: "dog" has all the weight, since "a" is in every reference; pairs: "a dog"; none are longer
    assert scores[0] == pytest.approx(10 * (1 + 1) / 4)
    assert scores[1] == scores[2] == 0.0
    assert scores[3] == pytest.approx(10 * 1 / 4 * math.exp(-1 / (2 * 36)))


def test_punctuation_and_capitals_do_not_count() -> None:
    one, other = measured(["A dog, then a car.", "a dog then a car"], [["a dog then a car"]] * 2)
    assert one.tolist() == other.tolist()
