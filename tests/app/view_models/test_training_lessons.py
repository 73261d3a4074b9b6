"""What a library could teach."""

from __future__ import annotations

from pathlib import Path

from app.view_models.training_lessons import Lessons, TagLessons, read_lessons
from engine.library import Library
from engine.tag_examples import TagExample
from tests.indexed_files import store


def test_examples_and_words_of_a_person_are_counted(library: Library, sounds: Path) -> None:
    assert read_lessons(library) == Lessons()
    root = library.add_root(sounds)
    ids = [store(library, root, f"{number}.wav") for number in range(6)]
    library.add_tag(ids[:3], "Bell")
    library.tag_examples.give("bell", [TagExample(ids[2]), TagExample(ids[3])], [TagExample(ids[0])])
    library.tag_examples.give("gate", [TagExample(ids[5])])
    library.add_tag([ids[4]], "whoosh")
    library.set_caption(ids[0], "a bell")
    library.set_note(ids[0], "mine")
    library.set_note(ids[1], "hers")
    library.set_suggested_caption(ids[5], "nobody said this")
    lessons = read_lessons(library)
    assert lessons.tags == (TagLessons("Bell", 3), TagLessons("gate", 1), TagLessons("whoosh", 1))
    assert (lessons.captions, lessons.only_notes, lessons.sounds) == (1, 1, 6)
    assert lessons.tags_with_enough == ()
    assert (lessons.sentences(False), lessons.sentences(True)) == (1, 2)
