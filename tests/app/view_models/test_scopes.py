from __future__ import annotations

from pathlib import Path

import pytest

from app.view_models.scopes import holds, narrowed, without
from engine.library_rows import EVERYTHING, Scope
from engine.query import parse

DOGS = Scope(tags=("dog",))
FIELD = Scope(root_ids=(1,))
STREET = Scope(folder=Path("/sounds/Field/Street"))
CHASE = Scope(collection_id=7)
SHORT = Scope(filters=parse("duration:<2s").filters)
SAYS = Scope(says=("take 12",))
THESE = Scope(among=(3, 1, 2))


def test_a_scope_is_narrowed_by_another_tag() -> None:
    assert narrowed(DOGS, Scope(tags=("rain",))) == Scope(tags=("dog", "rain"))


def test_a_file_may_be_in_any_of_several_roots() -> None:
    assert narrowed(FIELD, Scope(root_ids=(2,))) == Scope(root_ids=(1, 2))


def test_a_folder_takes_the_place_of_roots_and_of_another_folder() -> None:
    assert narrowed(narrowed(FIELD, DOGS), STREET) == Scope(folder=STREET.folder, tags=("dog",))
    assert narrowed(STREET, Scope(folder=Path("/sounds/SFX"))) == Scope(folder=Path("/sounds/SFX"))


def test_a_root_takes_the_place_of_a_folder() -> None:
    assert narrowed(STREET, FIELD) == FIELD


def test_stars_stay() -> None:
    assert narrowed(Scope(min_stars=3), CHASE) == Scope(collection_id=7, min_stars=3)


def test_everything_narrows_nothing() -> None:
    assert narrowed(DOGS, EVERYTHING) == EVERYTHING


@pytest.mark.parametrize("part", [DOGS, FIELD, STREET, CHASE, SHORT, SAYS, THESE, EVERYTHING])
def test_a_scope_holds_itself(part: Scope) -> None:
    assert holds(part, part)


def test_a_scope_holds_what_it_is_made_of_and_nothing_else() -> None:
    both = narrowed(DOGS, CHASE)
    assert holds(both, DOGS)
    assert holds(both, CHASE)
    assert not holds(both, FIELD)
    assert not holds(both, EVERYTHING)


@pytest.mark.parametrize("part", [DOGS, FIELD, CHASE, SHORT, SAYS, THESE])
def test_what_was_added_can_be_left_out_again(part: Scope) -> None:
    before = Scope(root_ids=(5,), tags=("rain",))
    assert without(narrowed(before, part), part) == before


def test_filters_and_words_add_up_and_a_file_must_be_among_both() -> None:
    long = Scope(filters=parse("duration:>1s").filters)
    assert narrowed(SHORT, long).filters == SHORT.filters + long.filters
    assert narrowed(SAYS, Scope(says=("mono",))).says == ("take 12", "mono")
    assert narrowed(THESE, Scope(among=(2, 3, 9))).among == (3, 2)
    assert narrowed(THESE, DOGS).among == THESE.among
