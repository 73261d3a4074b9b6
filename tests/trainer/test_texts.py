from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from tests.small_corpora import KINDS, SMALL_KINDS, make_clip, make_mixtures, make_small_corpus
from tests.small_networks import make_small_network
from trainer.corpus import Corpus
from trainer.mixtures import AFTER, ALONE, OVER
from trainer.student import encode
from trainer.texts import HEARD, TAGS_PER_SOUND, Texts, distinct_texts, gather_texts, recaption


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def spoken(texts: Sequence[str]) -> Tensor:
    return encode(make_small_network(), texts)


class Encoder:
    """Encodes, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Tensor:
        self.texts = list(texts)
        return spoken(self.texts)


def gathered(corpus: Corpus) -> tuple[Texts, list[str]]:
    """The texts of a corpus, and what each says."""
    encoder = Encoder()
    return gather_texts(corpus, SMALL_KINDS, encoder, seed=0), encoder.texts


def own_of(texts: Texts, said: list[str], item: int) -> list[str]:
    return [said[position] for position in texts.own[item].tolist() if position >= 0]


def by_hand(own: list[list[int]], heard: list[list[int]]) -> Texts:
    """Tag 0 may be called 10 or 11, tag 1 only 20."""
    return Texts(torch.eye(30), 30, torch.tensor(own), torch.tensor(heard), torch.tensor([[10, 11], [20, -1]]))


def drawn(texts: Texts, item: int, own_share: float) -> set[int]:
    """Whatever is said of an item in many draws."""
    return set(texts.draw(torch.full((20, 10), item), own_share, seeded()).flatten().tolist())


def test_caption_and_label_take_turns_and_so_do_the_words_for_what_is_heard() -> None:
    texts = by_hand(own=[[3, 4]], heard=[[0, 1, -1]])
    assert drawn(texts, 0, own_share=1.0) == {3, 4}
    assert drawn(texts, 0, own_share=0.0) == {10, 11, 20}
    assert drawn(texts, 0, own_share=0.5) == {3, 4, 10, 11, 20}


def test_what_a_sound_lacks_is_made_up_for_by_what_it_has() -> None:
    texts = by_hand(own=[[3, -1], [-1, -1], [-1, -1]], heard=[[-1, -1, -1], [1, -1, -1], [-1, -1, -1]])
    for own_share in (0.0, 1.0):
        assert drawn(texts, 0, own_share) == {3}
        assert drawn(texts, 1, own_share) == {20}
        assert drawn(texts, 2, own_share) == {-1}


def test_of_no_item_nothing_is_said() -> None:
    assert drawn(by_hand(own=[[3, 4]], heard=[[0, 1, -1]]), -1, own_share=0.5) == {-1}


def test_own_texts_get_their_share() -> None:
    texts = by_hand(own=[[3, 3]], heard=[[1, -1, -1]])
    said = texts.draw(torch.zeros(10_000, dtype=torch.int64), 0.6, seeded())
    assert (said == 3).float().mean().item() == pytest.approx(0.6, abs=0.02)


def test_the_same_generator_draws_the_same_texts() -> None:
    texts, items = by_hand(own=[[3, 4]], heard=[[0, 1, -1]]), torch.zeros(5, 20, dtype=torch.int64)
    assert torch.equal(texts.draw(items, 0.5, seeded(1)), texts.draw(items, 0.5, seeded(1)))
    assert not torch.equal(texts.draw(items, 0.5, seeded(1)), texts.draw(items, 0.5, seeded(2)))


def test_candidates_are_what_is_said_of_training_clips_and_of_tags_each_once(small_corpus: Corpus) -> None:
    texts, said = gathered(small_corpus)
    phrases = {phrase for kind in SMALL_KINDS for phrase in kind.phrases}
    assert said[: texts.candidates] == sorted({*KINDS, *KINDS.values(), *phrases})
    torch.testing.assert_close(texts.vectors, spoken(said))


def test_a_training_clip_has_its_caption_and_label_and_others_have_nothing(small_corpus: Corpus) -> None:
    small_corpus.clips[1] = replace(small_corpus.clips[1], caption="")
    texts, said = gathered(small_corpus)
    assert own_of(texts, said, 0) == ["a dog barks", "dog"]
    assert own_of(texts, said, 1) == ["dog"]
    assert [own_of(texts, said, held_out) for held_out in small_corpus.split.held_out] == [[]] * 4


def test_captions_of_held_out_clips_are_no_candidates(small_corpus: Corpus) -> None:
    for held_out in small_corpus.split.held_out:
        small_corpus.clips[held_out] = replace(small_corpus.clips[held_out], caption="never heard before")
    assert "never heard before" not in gathered(small_corpus)[1]


def test_the_strongest_tags_speak_for_a_sound_if_they_are_surely_heard(small_corpus: Corpus) -> None:
    scores = torch.zeros_like(small_corpus.features.clip_scores)
    scores[0] = torch.tensor([0.5, 0.9, 0.1, 0.6, 0.8, 0.0, 0.0])
    scores[1, 2], scores[2, 2] = HEARD + 0.01, HEARD - 0.01
    texts, _ = gathered(replace(small_corpus, features=replace(small_corpus.features, clip_scores=scores)))
    assert TAGS_PER_SOUND == 3
    assert texts.heard[:3].tolist() == [[1, 4, 3], [2, -1, -1], [-1, -1, -1]]


def test_every_phrase_of_a_tag_may_be_said(small_corpus: Corpus) -> None:
    texts, said = gathered(small_corpus)
    assert [{said[text] for text in row} for row in texts.of_tag.tolist()] == [
        set(kind.phrases) for kind in SMALL_KINDS
    ]


def test_shorter_rows_of_phrases_are_filled_up(small_corpus: Corpus) -> None:
    kinds = [replace(kind, scenes=()) if kind.name == "car" else kind for kind in SMALL_KINDS]
    texts = gather_texts(small_corpus, kinds, spoken, seed=0)
    assert (texts.of_tag >= 0).sum(1).tolist() == [3, 2, 3, 3, 3, 3, 3]


def test_a_mixture_has_a_sentence_that_no_other_sound_has(small_corpus: Corpus) -> None:
    texts, said = gathered(small_corpus)
    assert texts.own[16:].tolist() == [[texts.candidates, -1], [texts.candidates + 1, -1]]
    (first,), (second,) = (own_of(texts, said, mixture) for mixture in (16, 17))
    assert "a dog barks" in first
    assert "a car passes" in first
    assert "rain falls on the roof" in second
    assert len(said) == texts.candidates + 2


def test_of_a_mixture_with_one_part_one_says_what_one_says_of_the_clip(small_corpus: Corpus) -> None:
    alone = replace(small_corpus.mixtures, kinds=torch.full((2,), ALONE))
    texts, said = gathered(replace(small_corpus, mixtures=alone))
    assert own_of(texts, said, 16) == ["a dog barks", "dog"]
    assert len(said) == texts.candidates


def test_a_part_without_a_caption_is_called_by_what_the_teachers_hear_and_else_nothing_is_said(
    small_corpus: Corpus,
) -> None:
    small_corpus.clips[0] = replace(small_corpus.clips[0], caption="")
    small_corpus.clips[4] = replace(small_corpus.clips[4], caption="")
    small_corpus.features.clip_scores[4] = 0.0  # the first part of the second mixture
    texts, said = gathered(small_corpus)
    (sentence,) = own_of(texts, said, 16)
    assert "dog" in sentence
    assert "a car passes" in sentence
    assert own_of(texts, said, 17) == []


def test_a_corpus_without_mixtures_has_no_sentences() -> None:
    texts, said = gathered(make_small_corpus(mixtures=0))
    assert len(said) == texts.candidates == len(texts.vectors)
    assert len(texts.own) == 16


def sentences(kind: int, gain_db: float) -> set[str]:
    """Whatever is said of "a" and "b" in many mixtures of a kind."""
    many = make_mixtures(*[(0, 1)] * 50)
    mixtures = replace(many, kinds=torch.full((50,), kind), gains_db=torch.full((50,), gain_db))
    return set(recaption(mixtures, ["a", "b"], seed=0))


def test_sounds_that_follow_one_another_are_joined_as_they_lie_in_time() -> None:
    every_order = {"a, then b", "a followed by b", "b after a", "a before b", "first a, then b"}
    assert sentences(AFTER, 0.0) == sentences(AFTER, 6.0) == every_order


def test_of_two_sounds_at_once_the_louder_one_comes_first() -> None:
    assert sentences(OVER, 0.0) == {"a and b", "a while b", "a together with b", "b and a at the same time"}
    assert sentences(OVER, -6.0) == {"a with b in the background", "a while b is heard faintly", "a over b"}
    assert sentences(OVER, 6.0) == {"b with a in the background", "b while a is heard faintly", "b over a"}


def test_a_sound_alone_or_without_a_name_makes_no_sentence() -> None:
    assert sentences(ALONE, 0.0) == {""}
    assert recaption(make_mixtures((0, 1), (1, 0), (0, 0)), ["a", ""], seed=0)[:2] == ["", ""]


def test_every_caption_and_label_is_a_text_once() -> None:
    clips = [make_clip("zoo", "a"), make_clip("zoo", "b"), make_clip("zoo", "c", "unknown")]
    assert distinct_texts(clips) == ["a dog barks", "dog", "unknown"]
