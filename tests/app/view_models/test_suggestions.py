"""What is suggested, in words and counted."""

from __future__ import annotations

from app.view_models.file_details import FileDetails
from app.view_models.suggestions import (
    SharedName,
    explained,
    general,
    level,
    likely,
    rest,
    shared_suggestions,
    shared_tags,
    specific,
    suggested_for,
)
from tests.app.shown_files import file_row, suggestion

DOG = suggestion("dog", strength="very likely")
ANIMAL = suggestion("animal", implied=True)
RAIN = suggestion("rain", strength="maybe")


def files(*suggested: tuple, tags: tuple[str, ...] = ()) -> list[FileDetails]:
    return [FileDetails(file_row(number + 1, tags=tags), each) for number, each in enumerate(suggested)]


def test_the_stronger_the_higher() -> None:
    assert [level("very likely"), level("likely"), level("maybe")] == [3, 2, 1]


def test_strength_and_moments_are_told() -> None:
    assert explained(DOG) == "dog\nThe network's guess: very likely\nHeard at 0:01.0–0:02.0, 0:05.0–0:06.0"
    assert explained(suggestion("my gate", kind=None)).splitlines()[1] == "Like your examples: likely"
    often = suggestion("dog", spans=tuple((10.0 * i, 10.0 * i + 3) for i in range(6)))
    assert explained(often).endswith("0:00–0:03, 0:10–0:13, 0:20–0:23, 0:30–0:33 and 2 more")


def test_what_is_implied_is_folded_away_while_it_says_nothing_new() -> None:
    assert specific([DOG, ANIMAL]) == (DOG,)
    assert general([DOG, ANIMAL]) == (ANIMAL,)
    assert specific([ANIMAL]) == (ANIMAL,), "once the dog was rejected, the animal stands for itself"
    assert general([ANIMAL]) == ()


def test_suggestions_of_several_files_are_counted() -> None:
    shown = files((DOG, ANIMAL), (suggestion("dog", strength="maybe"),), (suggestion("dog"), RAIN), ())
    dog, rain, animal = shared_suggestions(shown)
    assert dog == SharedName("dog", 3, 4, "likely")
    assert dog.share_text == "3 of 4"
    assert (rain.name, rain.implied) == ("rain", False)
    assert (animal.name, animal.implied) == ("animal", True)


def test_tags_of_several_files_are_counted() -> None:
    shown = [FileDetails(file_row(1, tags=("dog", "yard"))), FileDetails(file_row(2, tags=("yard",)))]
    assert [(shared.name, shared.share_text) for shared in shared_tags(shown)] == [("yard", "all 2"), ("dog", "1 of 2")]


def test_what_is_likely_and_the_rest() -> None:
    shown = files((DOG, ANIMAL, RAIN), (suggestion("dog", strength="maybe"),))
    assert likely(shown) == {"dog": (1,)}
    assert rest(shown) == {"rain": (1,), "dog": (2,)}
    assert suggested_for(shown) == {"dog": (1, 2), "animal": (1,), "rain": (1,)}
