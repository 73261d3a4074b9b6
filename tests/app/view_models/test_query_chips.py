"""A question in parts, and without one of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.view_models.query_chips import (
    Chip,
    ChipKey,
    chips_of,
    joined,
    joiner_of,
    moved,
    negated,
    other_words,
    place,
    renamed,
    without,
    without_any,
)
from engine.library_rows import Scope
from engine.query import parse
from engine.question import Example, Question

NAMES: dict[ChipKey, str] = {("root", 3): "Field", ("collection", 7): "Steps & doors"}
SCOPE = Scope((3,), Path("/sounds/rain"), 7, ("dog", "<b>car</b>"), 3)


def texts(question: Question) -> list[str]:
    return [chip.text for chip in chips_of(question, NAMES)]


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_an_empty_question_has_no_chips(text: str) -> None:
    assert chips_of(Question(text), NAMES) == []


def test_a_sentence_is_one_clause() -> None:
    assert chips_of(Question(" dog   barking "), NAMES) == [Chip("dog barking", "clause", 0, "", ("clause", 0))]
    assert without(Question("dog barking"), chips_of(Question("dog barking"), NAMES)[0]) == Question()


def test_the_scope_in_words() -> None:
    assert texts(Question("", SCOPE)) == [
        "folder: Field",
        "folder: rain",
        "collection: Steps & doors",
        "tag: dog",
        "tag: <b>car</b>",
        "3 stars or more",
    ]
    assert {(chip.kind, chip.colour, chip.joiner) for chip in chips_of(Question("", SCOPE), NAMES)} == {
        ("scope", None, "")
    }


@pytest.mark.parametrize(("stars", "said"), [(1, "1 star or more"), (4, "4 stars or more"), (5, "5 stars")])
def test_stars_in_words(stars: int, said: str) -> None:
    assert texts(Question("", Scope(min_stars=stars))) == [said]


def test_a_root_or_collection_without_a_known_name_is_told_nevertheless() -> None:
    assert texts(Question("", Scope(root_ids=(9,), collection_id=9))) == ["one folder", "one collection"]


def test_the_whole_path_of_a_folder_is_told_besides() -> None:
    assert chips_of(Question("", Scope(folder=Path("/sounds/rain"))), NAMES)[0].detail == "/sounds/rain"
    assert texts(Question("", Scope(folder=Path("/")))) == ["folder: /"]


def test_names_from_outside_are_safe_to_show() -> None:
    scope = Scope(folder=Path("/a/b\udcff\u202e\n"), tags=("x\u202ey",))
    assert texts(Question("", scope)) == ["folder: b\\xff\\u202e\\n", "tag: x\\u202ey"]


def test_an_example_is_a_chip_of_its_own() -> None:
    question = Question(examples=(Example(Path("/sounds/kennel.wav"), 1.0, 2.0),))
    (chip,) = chips_of(question, NAMES)
    assert chip == Chip("like kennel.wav @0:01.0–0:02.0", "example", 0, "", ("example", 0), "/sounds/kennel.wav")
    assert without(question, chip) == Question()


def test_an_example_beside_words_comes_before_what_must_not_be_heard() -> None:
    question = Question("rain without voices", examples=(Example(Path("/a.wav")), Example(Path("/b.wav"), 3.0)))
    chips = chips_of(question, NAMES)
    assert [(chip.text, chip.colour, chip.joiner) for chip in chips] == [
        ("rain", 0, ""),
        ("like a.wav", 1, "+"),
        ("like b.wav @0:03", 1, "+"),
        ("voices", None, ""),
    ]
    assert [joiner_of(chip) for chip in chips] == [None, None, None, None]
    assert without(question, chips[1]) == replace(question, examples=(Example(Path("/b.wav"), 3.0),))


def test_what_compares_with_an_example_is_no_sound() -> None:
    question = Question("rain then longer, birds without voices", examples=(Example(Path("/a.wav")),))
    chips = chips_of(question, NAMES)
    assert [(chip.text, chip.kind, chip.colour, chip.joiner) for chip in chips] == [
        ("rain", "clause", 0, ""),
        ("birds", "clause", 1, "→"),
        ("like a.wav", "example", 2, "+"),
        ("voices", "negated", None, ""),
        ("longer", "filter", None, ""),
    ]
    assert without(question, chips[-1]).text == "rain then birds, without voices"
    assert other_words(chips[-1]) == ()
    assert moved(question, chips[0], place(chips[1])).text == "longer then birds and rain, without voices"
    assert texts(replace(question, examples=())) == ["rain", "longer", "birds", "voices"]


def test_like_this_but_asks_for_what_follows() -> None:
    assert texts(Question("like this but barking", examples=(Example(Path("/a.wav")),))) == ["barking", "like a.wav"]


def test_a_filter_alone_is_not_joined_to_an_example() -> None:
    (chip, _) = chips_of(Question("format:wav", examples=(Example(Path("/a.wav")),)), NAMES)
    assert (chip.text, chip.joiner) == ("like a.wav", "")


def test_what_was_liked_can_be_taken_back() -> None:
    bell, siren = Example(Path("/s/bell.wav"), 0.5, 1.0), Example(Path("/s/siren.wav"))
    question = Question("dog", liked=(bell,), disliked=(siren,))
    _, more, less = chips_of(question, NAMES)
    assert (more.text, more.kind, more.colour) == ("more like bell.wav @0:00.5–0:01.0", "liked", None)
    assert (less.text, less.kind, less.colour) == ("less like siren.wav", "disliked", None)
    assert without(question, more) == Question("dog", disliked=(siren,))
    assert without(question, less) == Question("dog", liked=(bell,))


def test_what_is_looked_in_beside_folders() -> None:
    condition = parse("duration:<2s").filters
    scope = Scope(filters=condition, says=("take 2", "mono"), among=tuple(range(24)))
    chips = chips_of(Question("", scope), NAMES)
    assert [(chip.text, chip.kind) for chip in chips] == [
        ("“take 2”", "literal"),
        ("“mono”", "literal"),
        ("duration: <2s", "filter"),
        ("within 24 results", "scope"),
    ]
    assert [without(Question("", scope), chip).scope for chip in chips] == [
        replace(scope, says=("mono",)),
        replace(scope, says=("take 2",)),
        replace(scope, filters=()),
        replace(scope, among=None),
    ]
    assert texts(Question("", Scope(among=(7,)))) == ["within 1 result"]


def test_every_part_of_the_scope_can_be_taken_away_alone() -> None:
    question = Question("dog", SCOPE)
    remaining = [without(question, chip).scope for chip in chips_of(question, NAMES) if chip.kind == "scope"]
    assert remaining == [
        Scope((), SCOPE.folder, 7, SCOPE.tags, 3),
        Scope((3,), None, 7, SCOPE.tags, 3),
        Scope((3,), SCOPE.folder, None, SCOPE.tags, 3),
        Scope((3,), SCOPE.folder, 7, ("<b>car</b>",), 3),
        Scope((3,), SCOPE.folder, 7, ("dog",), 3),
        Scope((3,), SCOPE.folder, 7, SCOPE.tags, None),
    ]


def test_taking_all_chips_away_one_by_one_leaves_the_empty_question() -> None:
    scope = replace(SCOPE, says=("x",), filters=parse("format:wav").filters, among=(1,))
    example = Example(Path("/a.wav"))
    question = Question('dog without cat "x" format:wav', scope, (example,), (example,), (example,))
    assert without_any(question) == Question()
    while chips := chips_of(question, NAMES):
        question = without(question, chips[0])
    assert question == Question()


class TestSeveralClauses:
    question = Question("a dog and rain, then a car while a bell rings, without voices", Scope(min_stars=3))

    def chips(self) -> list[Chip]:
        return [chip for chip in chips_of(self.question, NAMES) if chip.kind != "scope"]

    def test_order_and_simultaneity_join_them_and_what_is_not_heard_has_no_colour(self) -> None:
        assert [(chip.text, chip.kind, chip.colour, chip.joiner) for chip in self.chips()] == [
            ("a dog", "clause", 0, ""),
            ("rain", "clause", 1, ","),
            ("a car", "clause", 2, "→"),
            ("a bell rings", "clause", 3, "+"),
            ("voices", "negated", None, ""),
        ]

    @pytest.mark.parametrize(
        ("place", "sentence"),
        [
            (0, "rain then a car while a bell rings, without voices"),
            (1, "a dog then a car while a bell rings, without voices"),
            (2, "a dog and rain then a bell rings, without voices"),
            (3, "a dog and rain then a car, without voices"),
            (4, "a dog and rain then a car while a bell rings"),
        ],
    )
    def test_the_others_stay_as_words(self, place: int, sentence: str) -> None:
        assert without(self.question, self.chips()[place]) == Question(sentence, Scope(min_stars=3))

    def test_a_sound_can_be_moved(self) -> None:
        question = moved(self.question, self.chips()[0], 2)
        assert question == Question("rain and a car then a dog while a bell rings, without voices", Scope(min_stars=3))

    def test_a_sound_can_be_joined_otherwise(self) -> None:
        question = joined(self.question, self.chips()[1], "then")
        assert question.text == "a dog then rain then a car while a bell rings, without voices"

    def test_a_sound_can_be_called_otherwise(self) -> None:
        rain = self.chips()[1]
        assert "downpour" in other_words(rain)
        question = renamed(self.question, rain, "downpour")
        assert question.text == "a dog and downpour then a car while a bell rings, without voices"

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [("  ", "a dog and rain"), ("{x}\n", "a dog and x"), ("one then two", "{a dog} and {one then two}")],
    )
    def test_any_name_is_one_sound(self, typed: str, sentence: str) -> None:
        question = Question("a dog and rain")
        assert renamed(question, chips_of(question, NAMES)[1], typed).text == sentence

    def test_a_sound_must_not_be_heard_any_more_or_should_be(self) -> None:
        question = negated(self.question, self.chips()[1], True)
        assert question.text == "a dog then a car while a bell rings, without voices, without rain"
        voices = chips_of(question, NAMES)[3]
        assert negated(question, voices, False).text == ("a dog then a car while a bell rings and voices, without rain")

    def test_how_it_is_joined(self) -> None:
        assert [joiner_of(chip) for chip in self.chips()] == [None, "and", "then", "while", None]


class TestWhatAFileMustSayOrBe:
    question = Question('rain "take 2" duration:<2s -format:mp3,ogg')

    def test_it_has_chips_behind_the_sounds(self) -> None:
        assert [(chip.text, chip.kind, chip.colour, chip.joiner) for chip in chips_of(self.question, NAMES)] == [
            ("rain", "clause", 0, ""),
            ("“take 2”", "literal", None, ""),
            ("duration: <2s", "filter", None, ""),
            ("not format: mp3 or ogg", "filter", None, ""),
        ]
        assert other_words(chips_of(self.question, NAMES)[1]) == ()

    @pytest.mark.parametrize(
        ("place", "sentence"),
        [
            (0, '"take 2", duration:<2s, -format:mp3,ogg'),
            (1, "rain, duration:<2s, -format:mp3,ogg"),
            (2, 'rain, "take 2", -format:mp3,ogg'),
            (3, 'rain, "take 2", duration:<2s'),
        ],
    )
    def test_each_can_be_taken_away(self, place: int, sentence: str) -> None:
        assert without(self.question, chips_of(self.question, NAMES)[place]).text == sentence
