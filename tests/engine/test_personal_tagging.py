"""What a personal tag suggests: which files, where, and never what was decided already."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine import personal_tagging
from engine.learned_tag import LearnedTag
from engine.library import Library
from engine.personal_tagging import PersonalTagger, score_of, suggestion_of
from engine.tag_examples import ExamplesOfTag, TagExample
from engine.tag_learning import TagLearner
from engine.vector_index import VectorIndex
from tests.heard_sounds import CHECKPOINT, SEGMENT_S, embedder_of_axes, near, store_heard

CREAKS = [f"creak {number}.wav" for number in range(9)]


@pytest.fixture
def stored(library: Library, sounds: Path) -> dict[str, int]:
    """Creaks, one that creaks only in its second second, horns, and noise."""
    heard = {name: near("creak", "creak", "creak", seed=number) for number, name in enumerate(CREAKS)}
    heard["moment.wav"] = near("noise", "creak", "noise", seed=20)
    heard |= {f"horn {number}.wav": near("horn", "horn", "horn", seed=30 + number) for number in range(5)}
    heard |= {f"noise {number}.wav": near("noise", "noise", "noise", seed=100 + number) for number in range(300)}
    return store_heard(library, library.add_root(sounds), heard)


@pytest.fixture
def tagger(library: Library, stored: dict[str, int]) -> PersonalTagger:
    return PersonalTagger(library, VectorIndex(library.index_db, CHECKPOINT), embedder_of_axes())


@pytest.fixture
def suggested(library: Library) -> Callable[[LearnedTag], list[str]]:
    """The names of the files, in order."""

    def suggested(tag: LearnedTag) -> list[str]:
        files = library.files(found.file_id for found in tag.suggestions)
        return [files[found.file_id].path.name for found in tag.suggestions]

    return suggested


def of(stored: dict[str, int], *names: str) -> tuple[TagExample, ...]:
    return tuple(TagExample(stored[name]) for name in names)


Names = Callable[[LearnedTag], list[str]]


@pytest.mark.parametrize("examples", [1, 3, 5])
def test_it_suggests_what_is_like_its_examples_the_clearest_first(
    tagger: PersonalTagger, stored: dict[str, int], suggested: Names, examples: int
):
    tag = tagger.learn("squeal", ExamplesOfTag(of(stored, *CREAKS[:examples])))
    assert tag.method == ("cache" if examples < 5 else "head")
    assert set(suggested(tag)[: 9 - examples]) == set(CREAKS[examples:])
    assert not {name for name in suggested(tag) if name.startswith("horn")}
    assert [one.score for one in tag.suggestions] == sorted((one.score for one in tag.suggestions), reverse=True)
    assert all(score_of(0.0) <= one.score <= 1 for one in tag.suggestions)


def test_a_moment_is_found_and_placed(tagger: PersonalTagger, stored: dict[str, int]):
    tag = tagger.learn("squeal", ExamplesOfTag(of(stored, *CREAKS[:4])))
    (found,) = [one for one in tag.suggestions if one.file_id == stored["moment.wav"]]
    assert (found.start_s, found.end_s) == (1.0, 2.0)


def test_stored_examples_are_learned_unless_others_are_given(
    tagger: PersonalTagger, library: Library, stored: dict[str, int], suggested: Names
):
    library.tag_examples.give("squeal", of(stored, *CREAKS[:3]))
    assert tagger.learn("squeal").likes == 3
    other = tagger.learn("squeal", ExamplesOfTag(of(stored, "horn 0.wav", "horn 1.wav")))
    assert other.likes == 2
    assert suggested(other)[0].startswith("horn")


def test_nothing_that_was_decided_is_suggested(
    tagger: PersonalTagger, library: Library, stored: dict[str, int], suggested: Names
):
    library.tag_examples.give("squeal", of(stored, CREAKS[0], CREAKS[1]), of(stored, CREAKS[2]))
    library.add_tag([stored[CREAKS[3]]], "Squeal")
    library.tag_examples.reject([stored[CREAKS[4]]], "squeal")
    library.mark_missing([stored[CREAKS[5]]])
    found = suggested(tagger.learn("squeal"))
    assert set(CREAKS[6:]) <= set(found)
    assert not set(CREAKS[:6]) & set(found)


def test_so_many_at_the_most(tagger: PersonalTagger, stored: dict[str, int]):
    examples = ExamplesOfTag(of(stored, CREAKS[0]))
    every = tagger.learn("squeal", examples).suggestions
    assert tagger.learn("squeal", examples, limit=2).suggestions == every[:2]


def test_of_a_large_library_the_likely_files_are_judged_and_none_is_missed(
    tagger: PersonalTagger, stored: dict[str, int], monkeypatch: pytest.MonkeyPatch
):
    examples = ExamplesOfTag(of(stored, *CREAKS[:3]))
    every = tagger.learn("squeal", examples)
    monkeypatch.setattr(personal_tagging, "CANDIDATE_FILES", 5)  # fewer than creak: the others come by their segments
    monkeypatch.setattr(personal_tagging, "CANDIDATE_SEGMENTS", 40)
    assert tagger.learn("squeal", examples) == every


def test_without_any_sound_there_is_nothing_to_suggest(library: Library):
    tagger = PersonalTagger(library, VectorIndex(library.index_db, CHECKPOINT), embedder_of_axes())
    tag = tagger.learn("creak")
    assert (tag.method, tag.suggestions) == ("name", ())


def test_one_file_alone_is_judged_the_same(tagger: PersonalTagger, library: Library, stored: dict[str, int]):
    library.tag_examples.give("squeal", of(stored, *CREAKS[:3]))
    (found,) = [one for one in tagger.learn("squeal").suggestions if one.file_id == stored["moment.wav"]]
    learned = TagLearner(library, embedder_of_axes()).learn_stored()["squeal"]
    heard = library.embeddings_of(stored["moment.wav"], CHECKPOINT)
    assert heard is not None
    suggestion = suggestion_of("squeal", learned, heard, segment_s=SEGMENT_S, duration_s=3.0)
    assert suggestion is not None
    assert (suggestion.name, suggestion.kind, suggestion.spans) == ("squeal", None, ((1.0, 2.0),))
    assert suggestion.score == pytest.approx(found.score, abs=1e-4)
    horn = near("horn", "horn", "horn", seed=70)
    assert suggestion_of("squeal", learned, horn, segment_s=SEGMENT_S, duration_s=3.0) is None


def test_a_score_rises_with_the_evidence_and_has_a_word():
    assert 0 < score_of(0.0) < score_of(1.0) < score_of(20.0) <= 1
    words = [personal_tagging._strength_of(score_of(beyond)) for beyond in (0.0, 8.0, 15.0)]
    assert words == ["maybe", "likely", "very likely"]
