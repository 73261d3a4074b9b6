"""What is suggested for files, beside what a person said of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.filters import Filter, filter_at
from engine.library import Library
from engine.library_rows import NameCount, Scope, Suggestion
from engine.suggestions import Basis, Description, MadeOf
from engine.tag_examples import TagExample
from tests.indexed_files import CHECKPOINT, content_id_of, indexed_file, store

DOG, ANIMAL, RAIN, JINGLE, OTHER_JINGLE = "/m/0bt9lr", "/m/0jbk", "/m/06mb1", "/t/dd00128", "/m/07s04w4"


def tag(name: str, score: float = 0.9, kind: str | None = None, *, implied: bool = False) -> Suggestion:
    return Suggestion(name, "likely", score, ((0.0, 1.28),), kind, implied)


DOG_TAGS = (tag("dog", 0.9, DOG), tag("animal", 0.9, ANIMAL, implied=True))


@pytest.fixture
def made_of(library: Library, sounds: Path) -> MadeOf:
    """And a root with a dog, a dog in the rain, rain, and a file of which nothing is suggested: 1 to 4."""
    root = library.add_root(sounds)
    for name in ("dog.wav", "both.wav", "rain.wav", "nothing.wav"):
        store(library, root, name)
    with library.index_db.atomic():
        basis = library.suggestions.add_basis(Basis(CHECKPOINT, "recipe", 4, b"background"))
    made_of = MadeOf(basis.id, "")
    describe(library, made_of, 1, DOG_TAGS, "a dog barks")
    describe(library, made_of, 2, (*DOG_TAGS, tag("rain", 0.6, RAIN)), "a dog barks while rain falls")
    describe(library, made_of, 3, (tag("rain", 0.8, RAIN),), "rain falls")
    describe(library, made_of, 4, (), "an unclear sound")
    return made_of


def describe(library: Library, made_of: MadeOf, file_id: int, tags: Sequence[Suggestion], caption: str = "") -> int:
    (file,) = library.files([file_id]).values()
    return library.store_descriptions([(file, Description(tuple(tags), caption))], made_of)


def names(library: Library, file_id: int) -> list[str]:
    return [one.name for one in library.suggestions_of([file_id])[file_id]]


def listed(library: Library, *conditions: str) -> list[int]:
    return sorted(library.listing(Scope(filters=tuple(map(condition, conditions)))).tolist())


def condition(text: str) -> Filter:
    found = filter_at(text, 0)
    assert found is not None
    return found[0]


def test_suggestions_come_back_as_they_were_best_first(library: Library, made_of: MadeOf):
    (file,) = library.files([4]).values()
    spans = ((0.64, 1.92), (3.2, 4.321))
    given = (Suggestion("dog", "maybe", 0.25, spans, DOG), Suggestion("my dog", "very likely", 0.987654, spans))
    library.store_descriptions([(file, Description(given, "perhaps a dog"))], made_of)
    assert library.suggestions_of([4, 1]) == {4: [given[1], given[0]], 1: list(DOG_TAGS)}


def test_what_a_person_said_goes_before(library: Library, made_of: MadeOf):
    library.add_tag([1], "Dog")  # capital letters make no other tag
    library.reject_suggestions([2], "RAIN")
    library.tag_examples.give("animal", unlikes=[TagExample(2)])
    assert (names(library, 1), names(library, 2), names(library, 3)) == (["animal"], ["dog"], ["rain"])
    assert library.suggested_files("dog") == [2]
    assert library.suggested_files("rain") == [3]
    assert library.suggested_files("animal") == [1]
    assert library.suggestion_counts() == [NameCount("animal", 1), NameCount("dog", 1), NameCount("rain", 1)]


def test_what_a_rejected_tag_implied_speaks_for_itself(library: Library, made_of: MadeOf):
    (animal,) = [one for one in library.suggestions_of([1])[1] if one.name == "animal"]
    assert animal.implied
    library.accept_suggestions([1], "dog")
    assert [one.implied for one in library.suggestions_of([1])[1]] == [True]  # the dog says so now, as a tag
    library.remove_tag([1], "dog")
    library.reject_suggestions([1], "dog")
    assert [one.implied for one in library.suggestions_of([1])[1]] == [False]


def test_only_the_files_for_which_it_is_suggested_are_given_a_tag(library: Library, made_of: MadeOf):
    assert library.accept_suggestions([1, 2, 3, 4], "dog") == [1, 2]
    assert [library.tags_of(file_id) for file_id in (1, 2, 3, 4)] == [["dog"], ["dog"], [], []]
    assert library.suggested_files("dog") == []
    library.remove_tag([1], "dog")  # taken back, it is suggested again
    assert library.suggested_files("dog") == [1]


def test_a_rejection_can_be_taken_back_and_tells_which_files_are_new_to_it(library: Library, made_of: MadeOf):
    assert library.reject_suggestions([1], "dog") == [1]
    assert library.reject_suggestions([1, 2], "dog") == [2]
    assert library.suggested_files("dog") == []
    library.unreject_suggestions([2], "dog")
    assert library.suggested_files("dog") == [2]


def test_a_suggested_caption_does_not_say_what_was_rejected(library: Library, made_of: MadeOf):
    library.reject_suggestions([2], "dog")
    assert library.caption_of(2) == "rain falls"
    assert [hit.file_id for hit in library.search_text("barks", 10)] == [1]
    library.unreject_suggestions([2], "dog")
    assert "dog" in library.caption_of(2)
    assert library.suggestions.not_described(CHECKPOINT, made_of).tolist() == [2]  # the network has its say again


def test_a_rejection_outlasts_new_suggestions_moves_and_a_lost_index(library: Library, made_of: MadeOf, sounds: Path):
    library.reject_suggestions([1], "dog")
    describe(library, made_of, 1, DOG_TAGS, "something barks")
    assert names(library, 1) == ["animal"]
    (root,) = library.roots()
    library.mark_missing([1])
    library.store_indexed([indexed_file(root, "elsewhere/dog.wav", "dog.wav")])
    assert library.files([1])[1].path == sounds / "elsewhere" / "dog.wav"
    with library.index_db.atomic():
        library.index_db.execute("DELETE FROM file")
    library.store_indexed([indexed_file(root, "elsewhere/dog.wav", "dog.wav")])
    assert names(library, 1) == []
    describe(library, made_of, 1, DOG_TAGS, "something barks")
    assert names(library, 1) == ["animal"]


def test_suggestions_go_with_the_sound_that_they_are_of(library: Library, made_of: MadeOf):
    (before,) = library.files([1]).values()
    (root,) = library.roots()
    library.store_indexed([indexed_file(root, "dog.wav", "another sound")])
    assert names(library, 1) == []
    assert library.caption_of(1) == ""
    assert library.suggestions.not_described(CHECKPOINT, made_of).tolist() == [1]
    assert library.store_descriptions([(before, Description(DOG_TAGS, "too late"))], made_of) == 0
    assert names(library, 1) == []
    assert before.content_id == content_id_of("dog.wav")


def test_files_that_cannot_be_heard_do_not_count(library: Library, made_of: MadeOf):
    library.mark_missing([1])
    assert library.suggested_files("dog") == [2]
    assert library.suggestion_counts()[1] == NameCount("dog", 1)
    library.reject_suggestions([1, 2], "dog")
    assert [count.name for count in library.suggestion_counts()] == ["animal", "rain"]


def test_two_kinds_and_a_personal_tag_of_one_name_are_one_suggestion(library: Library, made_of: MadeOf):
    of_two_kinds = (tag("jingle", 0.7, JINGLE), tag("jingle", 0.5, OTHER_JINGLE))
    describe(library, made_of, 3, of_two_kinds)
    describe(library, made_of, 4, (*of_two_kinds, tag("Jingle", 0.6)))
    assert library.suggestions_of([3])[3] == [of_two_kinds[0]]
    assert library.suggestions_of([4])[4] == [tag("Jingle", 0.6)]  # who learned it from a person knows better
    assert library.suggestion_counts()[-2].files == 2
    library.reject_suggestions([4], "jingle")
    assert library.suggestion_counts()[-2].files == 1
    assert library.suggested_files("jingle") == [3]


def test_a_filter_asks_for_suggestions_that_are_open(library: Library, made_of: MadeOf):
    assert listed(library, "suggested:dog") == [1, 2]
    assert listed(library, "suggested:Dog,rain") == [1, 2, 3]
    assert listed(library, "suggested:dog", "suggested:rain") == [2]
    assert listed(library, "suggested:dog", "-suggested:rain") == [1]
    assert listed(library, "-suggested:dog") == [3, 4]
    library.accept_suggestions([1], "dog")
    library.reject_suggestions([2], "dog")
    assert listed(library, "suggested:dog") == []
    assert listed(library, "-suggested:dog") == [1, 2, 3, 4]
    assert listed(library, "suggested:nobody-knows") == []


def test_words_are_looked_for_among_the_suggested(library: Library, made_of: MadeOf):
    assert [hit.file_id for hit in library.search_text("falls", 10)] == [3, 2]
    only = Scope(filters=(condition("suggested:dog"),))
    assert [hit.file_id for hit in library.search_text("falls", 10, only)] == [2]


def test_a_person_s_caption_is_no_suggested_one(library: Library, made_of: MadeOf):
    assert library.caption_is_suggested(1)
    library.set_caption(1, "Rex at the gate")
    describe(library, made_of, 1, DOG_TAGS, "a dog yips")
    assert not library.caption_is_suggested(1)
    assert library.caption_of(1) == "Rex at the gate"
    assert library.search_text("yips", 10) == []
    library.set_caption(1, "")
    assert library.caption_is_suggested(1)
    assert [hit.file_id for hit in library.search_text("yips", 10)] == [1]


def test_it_is_known_of_what_each_description_is_made(library: Library, made_of: MadeOf):
    assert library.suggestions.not_described(CHECKPOINT, made_of).tolist() == []
    assert library.suggestions.not_described(CHECKPOINT, MadeOf(made_of.basis_id, "a new tag")).tolist() == [1, 2, 3, 4]
    assert library.suggestions.not_described("another network", made_of).tolist() == []
    with library.index_db.atomic():
        newer = library.suggestions.add_basis(Basis(CHECKPOINT, "recipe", 8, b"other"))
    assert library.suggestions.newest_basis(CHECKPOINT, "recipe") == newer
    assert library.suggestions.newest_basis(CHECKPOINT, "other recipe") is None
    describe(library, MadeOf(newer.id, ""), 2, DOG_TAGS)
    assert library.suggestions.not_described(CHECKPOINT, MadeOf(newer.id, "")).tolist() == [1, 3, 4]


def test_files_that_were_never_described_are_told_apart(library: Library, made_of: MadeOf):
    (root,) = library.roots()
    new = store(library, root, "new.wav")
    assert library.suggestions.never_described([1, 2, new, 99]) == [new]


def test_a_basis_of_which_nothing_is_made_any_more_is_dropped(library: Library, made_of: MadeOf):
    for files in (8, 16):
        with library.index_db.atomic():
            newest = library.suggestions.add_basis(Basis(CHECKPOINT, "recipe", files, b""))
    numbers = [number for (number,) in library.index_db.rows("SELECT id FROM description_basis ORDER BY id")]
    assert numbers == [made_of.basis_id, newest.id]
