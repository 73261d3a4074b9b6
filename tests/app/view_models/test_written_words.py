from __future__ import annotations

from app.view_models.written_words import Written, WrittenWords

A, B = (1,), (2,)


def words_of(file_ids: tuple[int, ...], stored: str) -> WrittenWords:
    words = WrittenWords()
    words.show(file_ids, stored)
    return words


def test_what_the_library_says_is_shown() -> None:
    words = words_of(A, "wind at 1:20")
    assert words.text == "wind at 1:20"
    assert words.finish() is None


def test_what_is_written_is_finished_once() -> None:
    words = words_of(A, "")
    words.write("wind")
    assert words.finish() == Written(A, "wind")
    assert words.finish() is None


def test_what_is_being_written_goes_to_the_file_it_was_written_for() -> None:
    words = words_of(A, "")
    words.write("wind")
    assert words.show(B, "rain") == Written(A, "wind")
    assert (words.file_ids, words.text) == (B, "rain")


def test_a_refresh_does_not_touch_what_is_being_written() -> None:
    words = words_of(A, "")
    words.write("wind")
    assert words.show(A, "something older") is None
    assert words.text == "wind"


def test_a_refresh_does_not_take_the_space_that_was_just_typed() -> None:
    words = words_of(A, "wind")
    words.write("wind ")
    words.show(A, "wind")
    assert words.text == "wind "


def test_what_was_read_before_it_was_stored_does_not_replace_it() -> None:
    words = words_of(A, "")
    words.write("wind")
    words.show(B, "")
    words.show(A, "")  # read while the note was still on its way
    assert words.text == "wind"
    assert words.finish() is None


def test_once_the_library_has_said_the_same_it_is_believed_again() -> None:
    words = words_of(A, "")
    words.write(" wi\u0301nd ")
    words.finish()
    words.show(B, "")
    words.show(A, "w\u00ednd")  # composed and without spaces, as a library stores it
    words.show(B, "")
    words.show(A, "changed elsewhere")
    assert words.text == "changed elsewhere"


def test_nothing_is_written_where_no_file_is_shown() -> None:
    words = words_of((), "")
    words.write("lost on purpose")
    assert words.finish() is None


def test_emptied_words_are_finished_too() -> None:
    words = words_of(A, "wind")
    words.write("")
    assert words.finish() == Written(A, "")


def test_what_was_stored_and_then_taken_back_is_shown_so() -> None:
    words = words_of(A, "before")
    words.write("after")
    words.finish()
    words.show(A, "after")  # it is stored
    words.show(A, "before")  # and undone
    assert words.text == "before"
