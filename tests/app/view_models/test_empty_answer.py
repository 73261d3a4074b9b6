from __future__ import annotations

from app.view_models.empty_answer import EmptyAnswer, empty_answer


def test_the_reason_of_the_answer_is_what_is_said() -> None:
    assert empty_answer(asked=True, scoped=False, reason="Nothing here sounds like that.") == EmptyAnswer(
        "Nothing here sounds like that.", "Try fewer or simpler words."
    )


def test_where_nothing_was_listened_for_nothing_is_said_of_sound() -> None:
    assert empty_answer(asked=True, scoped=False).sentence == "No file says that."


def test_a_scope_can_be_left() -> None:
    answer = empty_answer(asked=True, scoped=True)
    assert answer.advice == "Try fewer or simpler words, or search everywhere."
    assert answer.clear_scope == "Search everywhere"


def test_weaker_matches_are_offered_by_number() -> None:
    assert empty_answer(asked=True, scoped=False, weak_matches=1).show_weak == "Show 1 weaker match"
    assert empty_answer(asked=True, scoped=False, weak_matches=1200).show_weak == "Show 1,200 weaker matches"


def test_a_library_that_is_not_listened_to_yet_says_how_far_it_is() -> None:
    answer = empty_answer(asked=True, scoped=False, listened=1200, to_listen=31_000)
    assert answer.sentence == "Nothing yet sounds like that."
    assert "1,200 of 31,000" in answer.advice
    assert empty_answer(asked=True, scoped=False, listened=5, to_listen=5) == empty_answer(asked=True, scoped=False)


def test_an_empty_folder_is_no_question() -> None:
    assert empty_answer(asked=False, scoped=True) == EmptyAnswer(
        "There is no sound here.", clear_scope="Show everything"
    )
