"""How a kind of sound is said."""

from __future__ import annotations

import json
import re

import pytest

from engine.ontology import sound_kinds
from engine.wording import WORDING, Wording, with_article, wording_of


def test_a_noun_and_a_clause() -> None:
    assert wording_of("/m/0bt9lr") == Wording("a dog", "a dog barks")
    assert wording_of("/m/06mb1") == Wording("rain", "rain falls")


def test_an_unknown_kind_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        wording_of("/m/nothing")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dog", "a dog"),
        ("owl", "an owl"),
        ("electric bell", "an electric bell"),
        ("ukulele", "a ukulele"),
        ("unicycle", "a unicycle"),
        ("umbrella", "an umbrella"),
        ("footsteps", "footsteps"),
        ("glass", "a glass"),
        ("bus", "a bus"),
        ("typing", "typing"),
        ("light rain", "light rain"),
        ("pop music", "pop music"),
    ],
)
def test_article(name: str, said: str) -> None:
    assert with_article(name) == said


def test_every_kind_can_be_said() -> None:
    for kind in sound_kinds():
        wording = wording_of(kind.id)
        assert wording.noun, kind.name
        assert not wording.clause or len(wording.clause.split()) > 1, kind.name


def test_nothing_is_said_of_what_is_no_kind() -> None:
    assert set(json.loads(WORDING.read_text())) <= {kind.id for kind in sound_kinds()}


def test_clauses_speak_of_the_present() -> None:
    # one verb in the present tense, as captions of sounds have it: a progressive form would need another "is"
    unusual = [
        wording_of(kind.id).clause
        for kind in sound_kinds()
        if wording_of(kind.id).clause and re.search(r"\b(was|were|will|being)\b", wording_of(kind.id).clause)
    ]
    assert unusual == []
