"""Other words for a sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ontology import sound_kinds
from engine.synonyms import synonyms_of


def test_a_name_alone() -> None:
    assert synonyms_of("rain") == ("rainfall", "raining", "downpour", "drizzle")


def test_a_name_among_other_words() -> None:
    assert synonyms_of("a Dog nearby")[:2] == ("a hound nearby", "a puppy nearby")


def test_the_longest_name_counts() -> None:
    assert synonyms_of("loud dog barking") == ("loud bark", "loud barking", "loud dog bark", "loud woof")


def test_one_or_several() -> None:
    assert synonyms_of("engines") == ("motor", "running engine", "internal combustion engine")


@pytest.mark.parametrize("unknown", ["", "qwertz", "ein Hund bellt"])
def test_what_is_unknown_has_none(unknown: str) -> None:
    assert synonyms_of(unknown) == ()


def test_every_name_of_a_kind_leads_to_its_others() -> None:
    for kind in sound_kinds():
        for name in kind.synonyms:
            if len(name.split()) <= 5:
                assert set(kind.synonyms) - {name, name.removesuffix("s")} <= {*synonyms_of(name)}


@given(st.text(max_size=100))
def test_no_clause_is_its_own_synonym(text: str) -> None:
    assert " ".join(text.split()) not in synonyms_of(text)
