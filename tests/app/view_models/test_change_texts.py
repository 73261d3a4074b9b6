"""What a person changed, in a sentence."""

from __future__ import annotations

import pytest

from app.view_models import change_texts


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        (change_texts.tags_given(["dog"], [1, 2]), "“dog” given to 2 files."),
        (change_texts.tags_given(["dog", "yard"], [1]), "2 tags given to 1 file."),
        (change_texts.tag_taken("dog", [1]), "“dog” taken from 1 file."),
        (change_texts.tag_renamed("dgo", "dog"), "“dgo” is called “dog” now."),
        (change_texts.tag_dropped("dog"), "“dog” taken from every file."),
        (change_texts.accepted({"dog": [1, 2], "yard": [2]}), "2 tags accepted for 2 files."),
        (change_texts.rejected({"dog": [1]}), "“dog” rejected for 1 file."),
        (change_texts.rated(3, [1, 2]), "3 stars given to 2 files."),
        (change_texts.rated(None, [1]), "Rating taken from 1 file."),
        (change_texts.examples_given("gate", 2, 0), "“gate” learns from 2 sounds like it."),
        (change_texts.examples_given("gate", 1, 1), "“gate” learns from 1 sound like it and 1 sound not like it."),
        (change_texts.undone("“dog” given to 2 files."), "Undone: “dog” given to 2 files."),
    ],
)
def test_it_says_what_and_of_how_many(sentence: str, text: str) -> None:
    assert sentence == text


def test_names_are_one_line() -> None:
    assert change_texts.tag_taken("two\nlines", [1]).isprintable()
