"""What a person says of a file: kept, found by keyword search at once, and never lost with the file's sound."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.annotations import Annotations
from engine.errors import NotInLibrary
from engine.library import Library
from tests.indexed_files import store


@pytest.fixture
def file_id(library: Library, sounds: Path) -> int:
    return store(library, library.add_root(sounds), "a.wav")


@pytest.fixture
def said(library: Library) -> Annotations:
    return Annotations(library.library_db)


def found(library: Library, words: str) -> bool:
    return bool(library.search_text(words, 10))


class TestTags:
    def test_they_are_kept_in_order_of_the_alphabet(self, said: Annotations, file_id: int):
        for tag in ("thunder", "rain", "rain"):
            said.add_tag([file_id], tag)
        assert said.tags_of(file_id) == ["rain", "thunder"]
        said.remove_tag([file_id], "rain")
        assert said.tags_of(file_id) == ["thunder"]

    def test_capital_letters_and_spaces_around_make_no_other_tag(self, said: Annotations, file_id: int):
        said.add_tag([file_id], "Rain")
        said.add_tag([file_id], " rain ")
        assert said.tags_of(file_id) == ["Rain"]
        said.remove_tag([file_id], "RAIN")
        assert said.tags_of(file_id) == []

    def test_a_tag_is_renamed_wherever_it_is(self, said: Annotations, file_id: int):
        said.add_tag([file_id], "dgo")
        assert said.rename_tag("dgo", "dog") == [file_id]
        assert said.tags_of(file_id) == ["dog"]
        assert said.rename_tag("dog", "Dog") == [file_id]
        assert said.tags_of(file_id) == ["Dog"]
        assert said.files_with_tag("dog") == [file_id]

    def test_renamed_to_another_both_are_one(self, said: Annotations, file_id: int):
        said.add_tag([file_id], "rain")
        said.add_tag([file_id], "wet")
        said.rename_tag("wet", "rain")
        assert said.tags_of(file_id) == ["rain"]
        assert said.files_with_tag("wet") == []

    @pytest.mark.parametrize("tag", ["", "  ", "\0"])
    def test_an_empty_tag_is_refused(self, said: Annotations, file_id: int, tag: str):
        with pytest.raises(ValueError, match="character"):
            said.add_tag([file_id], tag)

    @pytest.mark.parametrize("tag", ["<b>loud</b>", "'; DROP TABLE tag; --", "雷", "🔥", "x" * 10_000])
    def test_any_other_text_can_be_a_tag(self, said: Annotations, file_id: int, tag: str):
        said.add_tag([file_id], tag)
        assert said.tags_of(file_id) == [tag]

    def test_a_file_is_found_by_its_tags_as_long_as_it_has_them(self, library: Library, file_id: int):
        library.add_tag([file_id], "door slam")
        assert found(library, "slam")
        library.remove_tag([file_id], "door slam")
        assert not found(library, "slam")


class TestManyFiles:
    @pytest.fixture
    def file_ids(self, library: Library, sounds: Path) -> list[int]:
        root = library.add_root(sounds)
        return [store(library, root, f"{number}.wav") for number in range(5)]

    def test_all_get_a_tag_and_a_rating_and_lose_them(self, library: Library, file_ids: list[int]):
        library.add_tag(file_ids[:4], "rain")
        library.add_tag(iter(file_ids), "Rain")  # those that have it keep it
        library.set_rating(file_ids, 3)
        library.set_rating(file_ids[:2], 5)
        library.remove_tag(file_ids[:1], "rain")
        assert [library.tags_of(file_id) for file_id in file_ids] == [[], *[["rain"]] * 4]
        assert [library.rating_of(file_id) for file_id in file_ids] == [5, 5, 3, 3, 3]
        assert {hit.file_id for hit in library.search_text("rain", 10)} == set(file_ids[1:])
        library.remove_tag(file_ids, "rain")
        library.set_rating(file_ids, None)
        assert [library.rating_of(file_id) for file_id in file_ids] == [None] * 5
        assert library.search_text("rain", 10) == []

    def test_where_one_is_not_there_nothing_is_said_of_the_others(self, library: Library, file_ids: list[int]):
        for say in (lambda: library.add_tag([*file_ids, 99], "rain"), lambda: library.set_rating([99, *file_ids], 3)):
            with pytest.raises(NotInLibrary, match="file number 99"):
                say()
        assert [(library.tags_of(file_id), library.rating_of(file_id)) for file_id in file_ids] == [([], None)] * 5

    def test_none_at_all_is_no_mistake(self, library: Library):
        library.add_tag([], "rain")
        library.set_rating([], 3)


class TestTexts:
    def test_a_note_can_be_changed_and_removed(self, library: Library, file_id: int):
        library.set_note(file_id, "from the garage")
        assert (library.note_of(file_id), found(library, "garage")) == ("from the garage", True)
        library.set_note(file_id, "from the cellar")
        assert (found(library, "garage"), found(library, "cellar")) == (False, True)
        library.set_note(file_id, "")
        assert (library.note_of(file_id), found(library, "cellar")) == ("", False)

    def test_a_persons_caption_goes_before_the_suggested_one(self, library: Library, file_id: int):
        library.set_suggested_caption(file_id, "a cat purrs")
        assert (library.caption_of(file_id), found(library, "purrs")) == ("a cat purrs", True)
        library.set_caption(file_id, "an engine idles")
        assert library.caption_of(file_id) == "an engine idles"
        assert (found(library, "purrs"), found(library, "engine")) == (False, True)
        library.set_caption(file_id, "")
        assert (library.caption_of(file_id), found(library, "purrs")) == ("a cat purrs", True)


class TestRatings:
    def test_one_to_five_stars_or_none(self, said: Annotations, file_id: int):
        assert said.rating_of(file_id) is None
        for stars in (1, 5):
            said.set_rating([file_id], stars)
            assert said.rating_of(file_id) == stars
        said.set_rating([file_id], None)
        assert said.rating_of(file_id) is None

    @pytest.mark.parametrize("stars", [0, 6, -1])
    def test_other_numbers_are_refused(self, said: Annotations, file_id: int, stars: int):
        with pytest.raises(ValueError, match="1 to 5"):
            said.set_rating([file_id], stars)


@pytest.mark.parametrize(
    "say",
    [
        lambda library: library.add_tag([99], "rain"),
        lambda library: library.remove_tag([99], "rain"),
        lambda library: library.set_note(99, "rain"),
        lambda library: library.set_caption(99, "rain"),
        lambda library: library.set_suggested_caption(99, "rain"),
        lambda library: library.set_rating([99], 3),
    ],
)
def test_nothing_can_be_said_of_a_file_that_is_not_there(library: Library, say: Callable[[Library], None]):
    with pytest.raises(NotInLibrary, match="file number 99"):
        say(library)
    assert library.library_db.table("tag").count == 0
