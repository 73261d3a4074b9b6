"""What a person said a tag means, and does not mean: kept until it is taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import EngineError, NotInLibrary
from engine.library import Library
from engine.tag_examples import ExamplesOfTag, TagExample, TagExamples
from tests.indexed_files import store


@pytest.fixture
def files(library: Library, sounds: Path) -> list[int]:
    root = library.add_root(sounds)
    return [store(library, root, f"{number}.wav") for number in range(4)]


@pytest.fixture
def examples(library: Library) -> TagExamples:
    return TagExamples(library.library_db)


def likes(examples: TagExamples, name: str) -> list[int]:
    return [example.file_id for example in examples.of(name).likes]


def unlikes(examples: TagExamples, name: str) -> list[int]:
    return [example.file_id for example in examples.of(name).unlikes]


class TestExamples:
    def test_a_tag_begins_with_its_first_example(self, examples: TagExamples, files: list[int]):
        assert examples.names() == []
        assert examples.of("creak") == ExamplesOfTag()
        examples.give("creak", [TagExample(files[1], 2.0, 3.5), TagExample(files[0])], [TagExample(files[2], 4.0)])
        assert examples.names() == ["creak"]
        assert examples.of("creak") == ExamplesOfTag(
            likes=(TagExample(files[0]), TagExample(files[1], 2.0, 3.5)), unlikes=(TagExample(files[2], 4.0),)
        )

    def test_capital_letters_and_spaces_around_make_no_other_tag(self, examples: TagExamples, files: list[int]):
        examples.give("Creak", [TagExample(files[0])])
        examples.give(" creak", [TagExample(files[1])])
        assert (examples.names(), likes(examples, "CREAK")) == (["Creak"], files[:2])

    def test_what_was_said_last_of_a_file_counts(self, examples: TagExamples, files: list[int]):
        examples.give("creak", [TagExample(files[0])])
        examples.give("creak", unlikes=[TagExample(files[0])])
        assert (likes(examples, "creak"), unlikes(examples, "creak")) == ([], [files[0]])

    def test_an_example_can_be_taken_back_and_the_tag_stays(self, examples: TagExamples, files: list[int]):
        examples.give("creak", [TagExample(files[0])])
        examples.reject([files[1]], "creak")
        examples.take_back("Creak", files)
        assert (examples.names(), examples.of("creak")) == (["creak"], ExamplesOfTag())

    def test_a_tag_lives_without_a_file_that_has_it(self, library: Library, examples: TagExamples, files: list[int]):
        library.add_tag([files[3]], "creak")
        examples.give("creak", [TagExample(files[0])])
        library.remove_tag([files[3]], "creak")
        assert likes(examples, "creak") == [files[0]]

    def test_a_forgotten_tag_teaches_nothing_and_stays_rejected(self, examples: TagExamples, files: list[int]):
        examples.give("creak", [TagExample(files[0])])
        examples.reject([files[1]], "creak")
        examples.forget("CREAK")
        assert (examples.names(), likes(examples, "creak")) == ([], [])
        assert examples.rejected_for("creak") == [files[1]]

    def test_where_one_file_is_not_there_nothing_is_kept(self, examples: TagExamples, files: list[int]):
        with pytest.raises(NotInLibrary, match="file number 99"):
            examples.give("creak", [TagExample(files[0])], [TagExample(99)])
        assert examples.names() == []

    @pytest.mark.parametrize("name", ["", "  ", "\0"])
    def test_a_tag_needs_a_name(self, examples: TagExamples, files: list[int], name: str):
        for say in (
            lambda: examples.give(name, [TagExample(files[0])]),
            lambda: examples.reject(files, name),
            lambda: examples.rename("creak", name),
        ):
            with pytest.raises(ValueError, match="character"):
                say()

    @pytest.mark.parametrize("part", [(-1.0, None), (2.0, 2.0), (2.0, 1.0), (float("nan"), None)])
    def test_a_part_must_lie_in_time(self, examples: TagExamples, files: list[int], part: tuple[float, float | None]):
        with pytest.raises(ValueError, match="start_s"):
            examples.give("creak", [TagExample(files[0], *part)])


class TestNames:
    def test_a_renamed_tag_keeps_its_examples(self, examples: TagExamples, files: list[int]):
        examples.give("creak", [TagExample(files[0])])
        examples.rename("creak", "Creak")
        examples.rename("creak", "squeak")
        assert (examples.names(), likes(examples, "squeak")) == (["squeak"], [files[0]])

    def test_a_name_that_is_taken_or_a_tag_that_is_not_there_is_said(self, examples: TagExamples, files: list[int]):
        examples.give("creak", [TagExample(files[0])])
        examples.give("squeak", [TagExample(files[1])])
        with pytest.raises(EngineError, match="personal tag squeak already"):
            examples.rename("creak", "Squeak")
        with pytest.raises(NotInLibrary, match="no personal tag thud"):
            examples.rename("thud", "boom")
        assert examples.names() == ["creak", "squeak"]


class TestRejected:
    def test_a_rejected_tag_stays_rejected(self, library: Library, examples: TagExamples, files: list[int]):
        examples.reject(files[:2], "dog")
        examples.reject(files[1:3], "Dog")
        assert examples.rejected_for("dog") == files[:3]
        assert examples.rejected_of(files[0]) == ["dog"]
        examples.unreject([files[0]], "DOG")
        assert examples.rejected_for("dog") == files[1:3]

    def test_it_is_an_example_of_what_is_not_meant(self, examples: TagExamples, files: list[int]):
        examples.give("creak", [TagExample(files[0])], [TagExample(files[3], 1.0, 2.0)])
        examples.reject([files[2], files[3]], "creak")
        assert examples.of("creak").unlikes == (TagExample(files[2]), TagExample(files[3], 1.0, 2.0))

    def test_an_example_of_the_tag_is_not_rejected(self, examples: TagExamples, files: list[int]):
        examples.reject(files[:2], "creak")
        examples.give("creak", [TagExample(files[0])])
        assert examples.rejected_for("creak") == [files[1]]

    def test_files_that_are_not_there_are_said(self, examples: TagExamples):
        for say in (examples.reject, examples.unreject):
            with pytest.raises(NotInLibrary, match="file number 99"):
                say([99], "creak")
        with pytest.raises(NotInLibrary, match="file number 99"):
            examples.take_back("creak", [99])


@pytest.mark.parametrize("is_example", [True, False])
def test_files_that_something_was_said_of_are_kept_when_their_folder_goes(
    library: Library, examples: TagExamples, files: list[int], is_example: bool
):
    (root,) = library.roots()
    if is_example:
        examples.give("creak", [TagExample(files[0])])
    else:
        examples.reject([files[0]], "creak")
    library.remove_root(root.id)
    assert [file_id for file_id in files if library.file(file_id)] == [files[0]]


class TestLearnedElsewhere:
    def test_what_a_tag_came_with_is_kept_for_each_network(self, examples: TagExamples):
        examples.keep_learned("creak", {"network": "this", "another": "that"})
        examples.keep_learned("Creak", {"network": "more"})
        assert examples.names() == ["creak"]
        assert examples.learned_elsewhere("CREAK") == {"another": "that", "network": "more"}
        assert examples.learned_elsewhere("thud") == {}

    def test_it_goes_along_with_the_tag(self, examples: TagExamples):
        examples.keep_learned("creak", {"network": "this"})
        examples.rename("creak", "squeak")
        assert examples.learned_elsewhere("squeak") == {"network": "this"}
        examples.forget("squeak")
        examples.give("squeak")
        assert examples.learned_elsewhere("squeak") == {}

    def test_a_tag_needs_a_name(self, examples: TagExamples):
        with pytest.raises(ValueError, match="character"):
            examples.keep_learned(" ", {"network": "this"})
